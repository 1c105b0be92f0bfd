/* Declares what the sketch uses of ArduinoBLE, so that a compiler can read the sketch. Nothing here does anything. */
#pragma once
#include <Arduino.h>

enum { BLERead = 0x02, BLEWriteWithoutResponse = 0x04, BLEWrite = 0x08, BLENotify = 0x10, BLEIndicate = 0x20 };
enum BLEDeviceEvent { BLEConnected, BLEDisconnected };
enum BLECharacteristicEvent { BLESubscribed, BLEUnsubscribed, BLEWritten = 3 };

class BLEDevice {};
class BLECharacteristic;
typedef void (*BLEDeviceEventHandler)(BLEDevice device);
typedef void (*BLECharacteristicEventHandler)(BLEDevice device, BLECharacteristic characteristic);

class BLECharacteristic {
public:
  BLECharacteristic(const char *uuid, uint16_t permissions, int valueSize, bool fixedLength = false);
  const uint8_t *value() const;
  int valueLength() const;
  int writeValue(const uint8_t value[], int length, bool withResponse = true);
  bool subscribed();
  void setEventHandler(int event, BLECharacteristicEventHandler eventHandler);
};

class BLEService {
public:
  BLEService(const char *uuid);
  void addCharacteristic(BLECharacteristic &characteristic);
};

class BLELocalDevice {
public:
  int begin();
  void poll();
  bool connected() const;
  void setAdvertisedService(const BLEService &service);
  void setLocalName(const char *localName);
  void addService(BLEService &service);
  int advertise();
  void setEventHandler(BLEDeviceEvent event, BLEDeviceEventHandler eventHandler);
  void setAdvertisingInterval(uint16_t advertisingInterval);
  void setConnectionInterval(uint16_t minimumConnectionInterval, uint16_t maximumConnectionInterval);
};
extern BLELocalDevice &BLE;
