/* A BIP v1 sensor on an Arduino Nano 33 BLE Sense Rev2 or a Seeed XIAO nRF52840 Sense.
 *
 * NOT RUN ON HARDWARE YET: no board has had this inside. It only glues the C library to the boards' own drivers. Copy
 * ../../c/bip.h and ../../c/bip_*.c beside this file. Libraries: ArduinoBLE, and Arduino_BMI270_BMM150 (Nano) or Seeed
 * Arduino LSM6DS3 (XIAO, with Seeed's "mbed-enabled" boards: the others bring another radio stack).
 *
 * What ArduinoBLE cannot do, and `imu-hip lint-sensor` will therefore find:
 * - It accepts every write. What the protocol wants refused with an ATT error (a wrong Config, say) has no effect, no more.
 * - It sends each value that is written back to whoever is subscribed, before the sketch hears of it. Receivers drop these
 *   echoes for their length: requests have 1 or 7 bytes on Control and 1 on Sync, answers 2 and 5.
 * A firmware on the maker's own stack can do better.
 */
#include <ArduinoBLE.h>
#include <utility/ATT.h>

#include "bip.h"

/* Each board says: its counts (case axes, right-handed), their scales, which rates it can do. */
#if defined(ARDUINO_ARDUINO_NANO33BLE)
#include <Arduino_BMI270_BMM150.h>

/* The library sets 100 Hz, 4 g and 2000 deg/s. It also gives x = -y, y = -x of the chip on this board, which is left-handed
 * (seen in 1.2, reported to its makers); the protocol wants right-handed axes, so that is undone here. When a later version
 * of the library mends it, take this out: lint-sensor shows a determinant of -1 then. */
static const float GYR_DPS_PER_COUNT = 2000.0f / 32768.0f, ACC_G_PER_COUNT = 4.0f / 32768.0f;
static const uint16_t FASTEST_HZ = 100;
static const bool CHIP_SETS_THE_PACE = true;

static bool begin_chip() { return IMU.begin(); }

static int16_t count_of(float value) { return (int16_t)constrain(lroundf(value), -32768L, 32767L); }

/* Whether there is a new sample. The chip decides when: `due` is not asked. */
static bool read_chip(bool, int16_t sample[6]) {
  float x, y, z;
  if (!IMU.gyroscopeAvailable() || !IMU.readGyroscope(x, y, z)) return false;
  sample[0] = count_of(-y / GYR_DPS_PER_COUNT);
  sample[1] = count_of(-x / GYR_DPS_PER_COUNT);
  sample[2] = count_of(z / GYR_DPS_PER_COUNT);
  if (!IMU.readAcceleration(x, y, z)) return false;
  sample[3] = count_of(-y / ACC_G_PER_COUNT);
  sample[4] = count_of(-x / ACC_G_PER_COUNT);
  sample[5] = count_of(z / ACC_G_PER_COUNT);
  return true;
}

static bool is_rate(uint16_t rate_hz) { return rate_hz == FASTEST_HZ; }
#else
#include <LSM6DS3.h>

/* At 2000 deg/s this chip has 70 mdeg/s per count, which is not range / 32768. */
static const float GYR_DPS_PER_COUNT = 0.070f, ACC_G_PER_COUNT = 16.0f / 32768.0f;
static const uint16_t FASTEST_HZ = 100;
static const bool CHIP_SETS_THE_PACE = false;
static LSM6DS3 chip(I2C_MODE, 0x6A);

static bool begin_chip() {
  chip.settings.gyroRange = 2000;
  chip.settings.accelRange = 16;
  chip.settings.gyroSampleRate = chip.settings.accelSampleRate = 833; /* asked when a sample is due: at most 1.2 ms old */
  /* CTRL3_C: the bytes of a value belong together (BDU), the address counts on (IF_INC) */
  return chip.begin() == IMU_SUCCESS && chip.writeRegister(LSM6DS3_ACC_GYRO_CTRL3_C, 0x44) == IMU_SUCCESS;
}

static bool read_chip(bool due, int16_t sample[6]) {
  uint8_t bytes[12];
  if (!due || chip.readRegisterRegion(bytes, LSM6DS3_ACC_GYRO_OUTX_L_G, sizeof bytes) != IMU_SUCCESS) return false;
  for (int i = 0; i < 6; i++) sample[i] = (int16_t)(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  return true;
}

static bool is_rate(uint16_t rate_hz) { return rate_hz == FASTEST_HZ || rate_hz == FASTEST_HZ / 2; }
#endif

static BLEService service("7e1d0001-5b2a-4c3e-9d41-6f62e11e0001");
static BLECharacteristic info("7e1d0002-5b2a-4c3e-9d41-6f62e11e0001", BLERead, BIP_INFO_MOST_BYTES);
static BLECharacteristic config("7e1d0003-5b2a-4c3e-9d41-6f62e11e0001", BLERead | BLEWrite, BIP_CONFIG_BYTES + 1);
static BLECharacteristic control("7e1d0004-5b2a-4c3e-9d41-6f62e11e0001", BLEWrite | BLEIndicate, 20);
static BLECharacteristic stream("7e1d0005-5b2a-4c3e-9d41-6f62e11e0001", BLENotify, 244);
static BLECharacteristic sync("7e1d0006-5b2a-4c3e-9d41-6f62e11e0001", BLEWriteWithoutResponse | BLENotify, 5);
static BLEService device_information("180a");
static BLECharacteristic serial_number("2a25", BLERead, 20);

static const uint32_t KEPT = 3000; /* 30 s at 100 Hz: 48 kB */
static int16_t kept_counts[KEPT * 6];
static uint32_t kept_times[KEPT];
static bip_sensor sensor;
static uint8_t out[BIP_LONGEST_VALUE];
static uint32_t last_us;         /* when the last sample was due */
static uint32_t lost_ms, lit_ms; /* when the connection was lost, when the LED was lit */
static bool unconfirmed, is_lit;

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint32_t period_us() { return 1000000UL / sensor.config.rate_hz; }

/* A number that differs at every start, from the chip's noise; before the radio runs. */
static uint32_t noise() {
  uint32_t value = 0;
  NRF_RNG->TASKS_START = 1;
  for (int i = 0; i < 4; i++) {
    NRF_RNG->EVENTS_VALRDY = 0;
    while (NRF_RNG->EVENTS_VALRDY == 0) {
    }
    value = value << 8 | NRF_RNG->VALUE;
  }
  NRF_RNG->TASKS_STOP = 1;
  return value;
}

/* ArduinoBLE cuts what is longer than the MTU without a word, and tells the MTU by a handle that it does not tell:
 * there is one connection, and for the others it says 23. */
static uint8_t most_samples() {
  uint16_t mtu = 23;
  for (uint16_t handle = 0; handle < 16; handle++) mtu = max(mtu, ATT.mtu(handle));
  return bip_most_samples(&sensor, min(mtu, (uint16_t)247));
}

static void send(size_t length) {
  if (length && BLE.connected() && stream.subscribed() && !stream.writeValue(out, length)) bip_overran(&sensor);
}

static void light(bool on) {
  digitalWrite(LED_BUILTIN, on ? HIGH : LOW);
  is_lit = on;
  lit_ms = millis();
}

static void on_control(BLEDevice, BLECharacteristic written) {
  uint8_t reply[BIP_CONTROL_REPLY_BYTES];
  bip_action action;
  bool subscribed = control.subscribed();
  if (bip_write_control(&sensor, written.value(), written.valueLength(), subscribed, unconfirmed, reply, &action)) return;
  if (action == BIP_DO_START) last_us = micros();
  if (action == BIP_DO_IDENTIFY) light(true);
  if (action == BIP_DO_STOP) send(bip_flush(&sensor, out, sizeof out));
  unconfirmed = true;
  control.writeValue(reply, sizeof reply); /* returns when it is confirmed, and handles what is written meanwhile */
  unconfirmed = false;
}

static bool offers(const bip_config* wanted, void*) {
  bip_config exactly = sensor.factory;
  exactly.rate_hz = wanted->rate_hz;
  return is_rate(wanted->rate_hz) && wanted->gyr_scale == exactly.gyr_scale && wanted->acc_scale == exactly.acc_scale &&
         wanted->mag_scale == 0 && memcmp(wanted->axis_map, exactly.axis_map, sizeof exactly.axis_map) == 0;
}

static void show_config() { config.writeValue(out, bip_read_config(&sensor, out, sizeof out)); }

static void on_config(BLEDevice, BLECharacteristic written) {
  bip_write_config(&sensor, written.value(), written.valueLength());
  show_config();
}

static void on_sync(BLEDevice, BLECharacteristic written) {
  uint8_t reply[BIP_SYNC_REPLY_BYTES];
  size_t length = bip_write_sync(written.value(), written.valueLength(), micros(), reply);
  if (length && sync.subscribed()) sync.writeValue(reply, length);
}

static void on_disconnected(BLEDevice) {
  bip_disconnected(&sensor);
  lost_ms = millis();
}

void setup() {
  static char serial[20];
  snprintf(serial, sizeof serial, "BIP-%08lX", (unsigned long)NRF_FICR->DEVICEID[0]);
  bip_info who = {0, {0, 1, 0}, BIP_CAN_RESEND | BIP_CAN_SYNC | BIP_CAN_IDENTIFY, noise(), serial};
  uint32_t gyr = bits_of(GYR_DPS_PER_COUNT * (float)DEG_TO_RAD), acc = bits_of(ACC_G_PER_COUNT * 9.80665f);
  bip_config factory = {FASTEST_HZ, 5, gyr, acc, 0, {1, 2, 3}, 12};
  bip_begin(&sensor, &who, &factory, bip_ring{kept_counts, kept_times, KEPT});
  sensor.offers = offers;
  sensor.faulty = !begin_chip();
  pinMode(LED_BUILTIN, OUTPUT);
  while (!BLE.begin()) light((millis() / 100) % 2); /* blinks fast: the radio does not work */
  light(false);
  info.writeValue(out, bip_read_info(&sensor, out, sizeof out));
  show_config();
  serial_number.writeValue((const uint8_t*)serial, strlen(serial));
  service.addCharacteristic(info);
  service.addCharacteristic(config);
  service.addCharacteristic(control);
  service.addCharacteristic(stream);
  service.addCharacteristic(sync);
  device_information.addCharacteristic(serial_number);
  control.setEventHandler(BLEWritten, on_control);
  config.setEventHandler(BLEWritten, on_config);
  sync.setEventHandler(BLEWritten, on_sync);
  BLE.setEventHandler(BLEDisconnected, on_disconnected);
  BLE.addService(service);
  BLE.addService(device_information);
  BLE.setLocalName(serial);
  BLE.setAdvertisedService(service);
  BLE.setAdvertisingInterval(160);   /* 100 ms; it advertises again by itself when a connection ends */
  BLE.setConnectionInterval(12, 24); /* 15 to 30 ms */
  BLE.advertise();
}

void loop() {
  BLE.poll();
  if (is_lit && millis() - lit_ms > 3000) light(false);
  if (!BLE.connected() && millis() - lost_ms > BIP_RUN_WITHOUT_CONNECTION_S * 1000UL) bip_end_run(&sensor);
  if (!sensor.running) return;
  int16_t sample[6];
  uint32_t now_us = micros();
  uint32_t late_us = now_us - last_us;
  if (!read_chip(late_us >= period_us(), sample)) {
    send(bip_next_again(&sensor, most_samples(), out, sizeof out));
    return;
  }
  /* The radio may have held up this loop: what was due meanwhile is missing, and its indices stay empty. */
  uint32_t periods = (late_us + period_us() / 2) / period_us();
  if (periods > 1) send(bip_missed(&sensor, periods - 1, out, sizeof out));
  last_us = CHIP_SETS_THE_PACE ? now_us : last_us + periods * period_us();
  send(bip_take(&sensor, sample, now_us, most_samples(), out, sizeof out));
}
