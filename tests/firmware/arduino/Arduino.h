/* Declares what the sketch uses of Arduino's core for the nRF52840, so that a compiler can read the sketch. Nothing here does anything. */
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HIGH 1
#define LOW 0
#define OUTPUT 1
#define LED_BUILTIN 13
#define DEG_TO_RAD 0.017453292519943295
#define constrain(value, low, high) ((value) < (low) ? (low) : ((value) > (high) ? (high) : (value)))

template <class T> T min(T a, T b) { return a < b ? a : b; }
template <class T> T max(T a, T b) { return a > b ? a : b; }
unsigned long micros();
unsigned long millis();
void pinMode(int pin, int mode);
void digitalWrite(int pin, int value);

struct NRF_FICR_Type { uint32_t DEVICEID[2]; };
struct NRF_RNG_Type { volatile uint32_t TASKS_START, TASKS_STOP, EVENTS_VALRDY, VALUE; };
extern NRF_FICR_Type *const NRF_FICR;
extern NRF_RNG_Type *const NRF_RNG;
