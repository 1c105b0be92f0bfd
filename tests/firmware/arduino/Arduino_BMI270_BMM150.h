/* Declares what the sketch uses of Arduino_BMI270_BMM150, so that a compiler can read the sketch. Nothing here does anything. */
#pragma once
class BoschSensorClass {
public:
  int begin();
  int readAcceleration(float &x, float &y, float &z);
  int gyroscopeAvailable();
  int readGyroscope(float &x, float &y, float &z);
};
extern BoschSensorClass IMU;
