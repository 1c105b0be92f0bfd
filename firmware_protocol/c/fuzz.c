/* Random requests, configurations and samples into sensors, for sanitizers. Every buffer that the library is given is as
 * long as it says and not a byte longer, so that one step beyond is seen. Usage: fuzz STEPS */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_KEPT = 64, STEPS_OF_A_SENSOR = 500, MOST_ROOM = 600 };

static uint32_t state = 2463534242u;

/* 0 to below - 1, by Marsaglia's xorshift. */
static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (state >> 4) % below;
}

/* What the library only reads: a copy that ends where the memory ends. */
static uint8_t *exactly(const uint8_t *value, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL) {
        abort();
    }
    for (size_t i = 0; i < length; i++) {
        copy[i] = value[i];
    }
    return copy;
}

static bool is_packet(const uint8_t *out, size_t length)
{
    size_t axes = (out[0] & 0x10) != 0 ? 9 : 6;
    return out[0] >> 5 == BIP_VERSION && out[1] > 0 && length == BIP_STREAM_HEAD_BYTES + 2u * axes * out[1];
}

static void write_config(bip_sensor *sensor)
{
    uint8_t value[BIP_CONFIG_BYTES + 4] = {0};
    bip_config config = sensor->config;
    config.rate_hz = (uint16_t)(1 + any(1000));
    config.samples_per_packet = (uint8_t)(1 + any(255));
    config.axis_map[any(3)] = (int8_t)((int)any(8) - 4);
    size_t length = bip_encode_config(&config, value, any(2) ? BIP_CONFIG_BYTES : any(BIP_CONFIG_BYTES));
    if (any(3) == 0) {
        value[any(20)] ^= (uint8_t)(1u << any(8));
        uint16_t crc = bip_crc16(value, 20);
        value[20] = (uint8_t)(crc & 0xFFu);
        value[21] = (uint8_t)(crc >> 8);
        length = BIP_CONFIG_BYTES;
    }
    length = any(5) ? length : any(sizeof value);
    uint8_t *written = exactly(value, length);
    bip_write_config(sensor, written, length);
    free(written);
}

static void write_control(bip_sensor *sensor)
{
    uint8_t value[12], reply[BIP_CONTROL_REPLY_BYTES];
    bip_action action;
    size_t length = any(sizeof value);
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (uint8_t)any(256);
    }
    if (any(4) != 0) {
        uint32_t first = sensor->taken - any(2 * MOST_KEPT) + any(8);
        value[0] = (uint8_t)(sensor->running ? (any(20) ? 3 : any(6)) : (any(4) ? 1 : 4));
        length = value[0] == 3 ? 7 : 1;
        for (int i = 0; i < 4; i++) {
            value[1 + i] = (uint8_t)((first >> (8 * i)) & 0xFFu);
        }
        value[5] = (uint8_t)any(MOST_KEPT);
        value[6] = 0;
    }
    uint8_t *written = exactly(value, length);
    bip_write_control(sensor, written, length, any(16) != 0, any(16) == 0, reply, &action);
    free(written);
    if (action == BIP_DO_START && any(4) == 0) {
        sensor->taken = 0u - any(100); /* a run that is about to wrap */
    }
}

/* One thing that happens to a sensor; 1 for a packet, 0 for none. */
static int step(bip_sensor *sensor, uint8_t axes)
{
    size_t room = any(4) ? BIP_LONGEST_VALUE : any(MOST_ROOM), length = 0;
    uint8_t *out = malloc(room > 0 ? room : 1);
    int16_t *sample = malloc(axes * sizeof *sample);
    uint8_t most = bip_most_samples(sensor, (uint16_t)any(MOST_ROOM)), token = (uint8_t)any(256), reply[BIP_SYNC_REPLY_BYTES];
    if (out == NULL || sample == NULL) {
        abort();
    }
    for (int i = 0; i < axes; i++) {
        sample[i] = (int16_t)((int)any(65536) - 32768);
    }
    switch (any(16)) {
    case 0: case 1: case 2: write_control(sensor); break;
    case 3: write_config(sensor); break;
    case 4: case 5: case 6: length = bip_next_again(sensor, most, out, room); break;
    case 7: length = any(8) ? 0 : bip_flush(sensor, out, room); break;
    case 8: length = any(8) ? 0 : bip_missed(sensor, any(3), out, room); break;
    case 9: any(8) ? bip_overran(sensor) : bip_disconnected(sensor); break;
    case 10: bip_write_sync(&token, any(2), any(1000000), reply); break;
    case 11: bip_read_info(sensor, out, room); bip_read_config(sensor, out, room); break;
    default: length = bip_take(sensor, sample, any(1000000), most, out, room);
    }
    if (length > room || (length > 0 && !is_packet(out, length))) {
        fputs("not a packet\n", stderr);
        abort();
    }
    free(sample);
    free(out);
    return length > 0;
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? strtol(argv[1], NULL, 10) : 100000, packets = 0;
    for (long done = 0; done < steps; done += STEPS_OF_A_SENSOR) {
        static const char *const serials[] = {"FUZZ-1", "", "a b", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef0"};
        bip_info info = {1, {1, 0, 0}, any(64), any(1000), serials[any(5)]};
        bip_config factory = {100, (uint8_t)(1 + any(30)), 0x3A000000u, 0x3B000000u, any(2) ? 0x3C000000u : 0, {1, 2, 3}, 12};
        uint8_t axes = bip_axes(&factory);
        uint32_t capacity = any(MOST_KEPT);
        bip_ring ring = {malloc(capacity * axes * sizeof(int16_t) + 1),
                         malloc(capacity * sizeof(uint32_t) + 1), capacity};
        bip_sensor *sensor = malloc(sizeof *sensor);
        if (ring.counts == NULL || ring.times == NULL || sensor == NULL) {
            abort();
        }
        bip_begin(sensor, &info, &factory, ring);
        sensor->faulty = any(30) == 0;
        for (int i = 0; i < STEPS_OF_A_SENSOR; i++) {
            packets += step(sensor, axes);
        }
        bip_end_run(sensor);
        free(sensor);
        free(ring.times);
        free(ring.counts);
    }
    printf("%ld random steps, %ld packets, nothing for the sanitizers to say\n", steps, packets);
    return packets == 0;
}
