/* Random requests, configurations and samples into one sensor: for sanitizers. Usage: fuzz COUNT */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t state = 1;

static uint32_t any(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

int main(int argc, char **argv)
{
    static int16_t counts[64 * 9];
    static uint32_t times[64];
    long steps = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    bip_info info = {1, {1, 0, 0}, BIP_CAN_RESEND | BIP_CAN_SYNC | BIP_CAN_IDENTIFY, 7, "FUZZ-1"};
    bip_config factory = {100, 5, 0x3A000000u, 0x3B000000u, 0, {1, 2, 3}, 12};
    bip_ring ring = {counts, times, 64};
    static bip_sensor sensor;
    bip_begin(&sensor, &info, &factory, ring);
    unsigned long packets = 0;
    for (long step = 0; step < steps; step++) {
        uint8_t value[32], out[BIP_LONGEST_VALUE], reply[BIP_CONTROL_REPLY_BYTES];
        bip_action action;
        size_t length = any() % sizeof value;
        for (size_t i = 0; i < length; i++) {
            value[i] = (uint8_t)(any() % (any() % 3 ? 6u : 256u));
        }
        switch (any() % 6) {
        case 0:
            bip_write_control(&sensor, value, length, any() % 8, any() % 8 == 0, reply, &action);
            break;
        case 1:
            value[0] = (uint8_t)(any() % 5);
            bip_write_control(&sensor, value, value[0] == 3 ? 7 : 1, true, false, reply, &action);
            break;
        case 2:
            bip_write_config(&sensor, value, length);
            break;
        case 3:
            packets += bip_next_again(&sensor, bip_most_samples(&sensor, (uint16_t)(any() % 600)), out, sizeof out) > 0;
            break;
        case 4:
            packets += bip_flush(&sensor, out, any() % sizeof out) > 0;
            break;
        default: {
            int16_t sample[9];
            for (int i = 0; i < 9; i++) {
                sample[i] = (int16_t)(any() % 65536u - 32768);
            }
            uint8_t most = bip_most_samples(&sensor, (uint16_t)(any() % 600));
            packets += bip_take(&sensor, sample, any(), most, out, sizeof out) > 0;
        }
        }
    }
    printf("%ld random steps, %lu packets, nothing for the sanitizers to say\n", steps, packets);
    return packets == 0;
}
