/* A BIP v1 sensor on an Arduino Nano 33 BLE Sense Rev2 or a Seeed XIAO nRF52840 Sense.
 *
 * NOT RUN ON HARDWARE YET. It only glues the C library (../../c: copy bip.h, bip_codec.c, bip_sensor.c beside this file) to
 * the boards' own drivers: ArduinoBLE, and Arduino_BMI270_BMM150 (Nano) or Seeed Arduino LSM6DS3 (XIAO).
 *
 * ArduinoBLE accepts every write: what the protocol wants refused with an ATT error (a wrong Config, say) is ignored here
 * instead. `imu-hip lint-sensor` will say so. A firmware on the vendor's own stack can do better.
 */
#include <ArduinoBLE.h>
extern "C" {
#include "bip.h"
}

static const float GYR_DPS = 2000.0f, ACC_G = 16.0f;

#if defined(ARDUINO_ARDUINO_NANO33BLE)
#include <Arduino_BMI270_BMM150.h>
static bool begin_chip() { return IMU.begin(); }
static bool read_chip(float gyr[3], float acc[3]) {
  return IMU.accelerationAvailable() && IMU.gyroscopeAvailable() && IMU.readAcceleration(acc[0], acc[1], acc[2]) &&
         IMU.readGyroscope(gyr[0], gyr[1], gyr[2]);
}
#else
#include <LSM6DS3.h>
static LSM6DS3 chip(I2C_MODE, 0x6A);
static bool begin_chip() {
  chip.settings.gyroRange = (uint16_t)GYR_DPS;
  chip.settings.accelRange = (uint8_t)ACC_G;
  return chip.begin() == 0;
}
static bool read_chip(float gyr[3], float acc[3]) {
  gyr[0] = chip.readFloatGyroX();
  gyr[1] = chip.readFloatGyroY();
  gyr[2] = chip.readFloatGyroZ();
  acc[0] = chip.readFloatAccelX();
  acc[1] = chip.readFloatAccelY();
  acc[2] = chip.readFloatAccelZ();
  return true;
}
#endif

static BLEService service("7e1d0001-5b2a-4c3e-9d41-6f62e11e0001");
static BLECharacteristic info("7e1d0002-5b2a-4c3e-9d41-6f62e11e0001", BLERead, BIP_INFO_MOST_BYTES);
static BLECharacteristic config("7e1d0003-5b2a-4c3e-9d41-6f62e11e0001", BLERead | BLEWrite, BIP_CONFIG_BYTES);
static BLECharacteristic control("7e1d0004-5b2a-4c3e-9d41-6f62e11e0001", BLEWrite | BLEIndicate, 7);
static BLECharacteristic stream("7e1d0005-5b2a-4c3e-9d41-6f62e11e0001", BLENotify, 244);
static BLECharacteristic sync("7e1d0006-5b2a-4c3e-9d41-6f62e11e0001", BLEWriteWithoutResponse | BLENotify, 5);

static bip_sensor sensor;
static int16_t kept_counts[3000 * 6];  // 30 s at 100 Hz
static uint32_t kept_times[3000];
static uint8_t out[BIP_LONGEST_VALUE];
static uint32_t next_us;
static const uint16_t ATT_MTU = 247;

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static void on_control(BLEDevice, BLECharacteristic written) {
  uint8_t reply[BIP_CONTROL_REPLY_BYTES];
  bip_action action;
  if (bip_write_control(&sensor, written.value(), written.valueLength(), control.subscribed(), false, reply, &action)) {
    return;
  }
  if (action == BIP_DO_START) next_us = micros();
  if (action == BIP_DO_IDENTIFY) digitalWrite(LED_BUILTIN, HIGH);
  if (action == BIP_DO_STOP) {
    size_t length = bip_flush(&sensor, out, sizeof out);
    if (length) stream.writeValue(out, length);
  }
  control.writeValue(reply, sizeof reply);
}

static void on_config(BLEDevice, BLECharacteristic written) {
  bip_write_config(&sensor, written.value(), written.valueLength());
  config.writeValue(out, bip_read_config(&sensor, out, sizeof out));
}

static void on_sync(BLEDevice, BLECharacteristic written) {
  uint8_t reply[BIP_SYNC_REPLY_BYTES];
  size_t length = bip_write_sync(written.value(), written.valueLength(), micros(), reply);
  if (length) sync.writeValue(reply, length);
}

void setup() {
  static char serial[20];
  snprintf(serial, sizeof serial, "BIP-%08lX", (unsigned long)NRF_FICR->DEVICEID[0]);
  bip_info who = {0, {0, 1, 0}, BIP_CAN_RESEND | BIP_CAN_SYNC | BIP_CAN_IDENTIFY, NRF_FICR->DEVICEID[1] ^ micros(), serial};
  bip_config factory = {100, 5, bits_of(GYR_DPS * DEG_TO_RAD / 32768.0f), bits_of(ACC_G * 9.80665f / 32768.0f), 0, {1, 2, 3}, 12};
  bip_ring ring = {kept_counts, kept_times, 3000};
  bip_begin(&sensor, &who, &factory, ring);
  pinMode(LED_BUILTIN, OUTPUT);
  if (!begin_chip() || !BLE.begin()) {
    while (true) digitalWrite(LED_BUILTIN, (millis() / 100) % 2);  // blinks fast: the chip or the radio does not work
  }
  info.writeValue(out, bip_read_info(&sensor, out, sizeof out));
  config.writeValue(out, bip_read_config(&sensor, out, sizeof out));
  for (BLECharacteristic* each : {&info, &config, &control, &stream, &sync}) service.addCharacteristic(*each);
  control.setEventHandler(BLEWritten, on_control);
  config.setEventHandler(BLEWritten, on_config);
  sync.setEventHandler(BLEWritten, on_sync);
  BLE.addService(service);
  BLE.setLocalName(serial);
  BLE.setAdvertisedService(service);
  BLE.setConnectionInterval(12, 24);  // 15 to 30 ms
  BLE.advertise();
}

void loop() {
  BLE.poll();
  uint32_t now_us = micros();
  if (!sensor.running || (int32_t)(now_us - next_us) < 0) {
    size_t length = bip_next_again(&sensor, bip_most_samples(&sensor, ATT_MTU), out, sizeof out);
    if (length) stream.writeValue(out, length);
    return;
  }
  float gyr[3], acc[3];
  if (!read_chip(gyr, acc)) return;
  next_us += 1000000UL / sensor.config.rate_hz;
  int16_t sample[6];
  for (int i = 0; i < 3; i++) {
    sample[i] = (int16_t)constrain(lroundf(gyr[i] / GYR_DPS * 32768.0f), -32768L, 32767L);
    sample[3 + i] = (int16_t)constrain(lroundf(acc[i] / ACC_G * 32768.0f), -32768L, 32767L);
  }
  size_t length = bip_take(&sensor, sample, now_us, bip_most_samples(&sensor, ATT_MTU), out, sizeof out);
  if (length && !stream.writeValue(out, length)) bip_overran(&sensor);
}
