/* Declares what the sketch uses of Seeed Arduino LSM6DS3, so that a compiler can read the sketch. Nothing here does anything. */
#pragma once
#include <stdint.h>

#define I2C_MODE 0
#define LSM6DS3_ACC_GYRO_CTRL3_C 0X12
#define LSM6DS3_ACC_GYRO_OUTX_L_G 0X22

typedef enum { IMU_SUCCESS, IMU_HW_ERROR } status_t;

struct SensorSettings {
  uint16_t gyroRange, gyroSampleRate, accelRange, accelSampleRate;
};

class LSM6DS3 {
public:
  SensorSettings settings;
  LSM6DS3(uint8_t busType, uint8_t inputArg);
  status_t begin();
  status_t readRegisterRegion(uint8_t *, uint8_t, uint8_t);
  status_t writeRegister(uint8_t, uint8_t);
};
