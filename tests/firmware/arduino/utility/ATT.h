/* Declares what the sketch uses of ArduinoBLE's inner parts, so that a compiler can read the sketch. Nothing here does anything. */
#pragma once
#include <stdint.h>

class ATTClass {
public:
  uint16_t mtu(uint16_t handle) const;
};
extern ATTClass &ATT;
