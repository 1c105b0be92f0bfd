/* BIP v1: the samples of a run: packets that fill, and what is kept to be sent again. */
#include "bip.h"

#define HALF 0x7FFFFFFFu /* differences of 32-bit counters up to here are forward */

static uint8_t axes_of(const bip_sensor *sensor)
{
    return bip_axes(&sensor->config);
}

static void copy(int16_t *to, const int16_t *from, uint8_t n)
{
    for (uint8_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

static uint8_t clipped(const int16_t *counts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (counts[i] == INT16_MIN || counts[i] == INT16_MAX) {
            return BIP_CLIPPED;
        }
    }
    return 0;
}

static void count_on(bip_sensor *sensor, uint32_t count)
{
    sensor->wrapped = sensor->wrapped || sensor->taken > UINT32_MAX - count;
    sensor->taken += count;
}

static void keep(bip_sensor *sensor, const int16_t *sample, uint32_t taken_us)
{
    if (sensor->ring.capacity == 0) {
        return;
    }
    uint8_t axes = axes_of(sensor);
    copy(sensor->ring.counts + (size_t)sensor->place * axes, sample, axes);
    sensor->ring.times[sensor->place] = taken_us;
    sensor->place = sensor->place + 1 < sensor->ring.capacity ? sensor->place + 1 : 0;
    sensor->kept += sensor->kept < sensor->ring.capacity ? 1 : 0;
}

size_t bip_flush(bip_sensor *sensor, uint8_t *out, size_t room)
{
    if (sensor->waiting == 0) {
        return 0;
    }
    uint16_t first = (uint16_t)((sensor->taken - sensor->waiting) & 0xFFFFu);
    size_t length = bip_encode_stream(first, sensor->batch_us, sensor->batch, sensor->waiting, axes_of(sensor),
                                      sensor->flags, out, room);
    sensor->waiting = 0;
    sensor->flags = length > 0 ? 0 : BIP_OVERRAN;
    return length;
}

size_t bip_take(bip_sensor *sensor, const int16_t *sample, uint32_t taken_us, uint8_t most, uint8_t *out, size_t room)
{
    if (!sensor->running) {
        return 0;
    }
    uint8_t axes = axes_of(sensor);
    keep(sensor, sample, taken_us);
    count_on(sensor, 1);
    if (sensor->waiting > 0 && sensor->waiting >= most) { /* packets have become smaller than what waits */
        sensor->waiting = 0;
        sensor->flags = BIP_OVERRAN;
    }
    if (most == 0) {
        return 0;
    }
    copy(sensor->batch + (size_t)sensor->waiting * axes, sample, axes);
    sensor->flags |= clipped(sample, axes);
    sensor->batch_us = taken_us;
    sensor->waiting++;
    uint8_t full = sensor->config.samples_per_packet < most ? sensor->config.samples_per_packet : most;
    return sensor->waiting >= full ? bip_flush(sensor, out, room) : 0;
}

size_t bip_missed(bip_sensor *sensor, uint32_t count, uint8_t *out, size_t room)
{
    if (!sensor->running || count == 0) {
        return 0;
    }
    size_t length = bip_flush(sensor, out, room);
    count_on(sensor, count);
    sensor->kept = sensor->place = 0;
    return length;
}

void bip_overran(bip_sensor *sensor)
{
    sensor->flags |= BIP_OVERRAN;
}

int bip_resend(bip_sensor *sensor, uint32_t first, uint32_t count)
{
    uint32_t age = sensor->taken - first; /* how far back: 1 is the last sample */
    if (age < count || age > (sensor->wrapped ? HALF : sensor->taken)) {
        return BIP_OUT_OF_RANGE; /* not all of them are taken yet */
    }
    if (sensor->again != sensor->again_end) {
        return BIP_BUSY;
    }
    bool whole = age <= sensor->kept;
    sensor->again = whole ? first : sensor->taken - sensor->kept;
    sensor->again_end = age - count < sensor->kept ? first + count : sensor->again;
    return whole ? BIP_SUCCESS : BIP_NOT_AVAILABLE;
}

size_t bip_next_again(bip_sensor *sensor, uint8_t most, uint8_t *out, size_t room)
{
    uint32_t left = sensor->again_end - sensor->again;
    uint32_t age = sensor->taken - sensor->again;
    if (left > 0 && age > sensor->kept) { /* the oldest of them are no longer kept */
        uint32_t gone = age - sensor->kept;
        sensor->again += gone < left ? gone : left;
        left = sensor->again_end - sensor->again;
        age = sensor->taken - sensor->again;
    }
    if (left == 0 || most == 0) {
        return 0;
    }
    uint8_t axes = axes_of(sensor);
    uint32_t place = sensor->place >= age ? sensor->place - age : sensor->place + sensor->ring.capacity - age;
    uint32_t n = sensor->ring.capacity - place; /* in one piece */
    n = n < left ? n : left;
    n = n < most ? n : most;
    const int16_t *counts = sensor->ring.counts + (size_t)place * axes;
    uint8_t flags = (uint8_t)(BIP_RESENT | clipped(counts, (size_t)n * axes));
    size_t length = bip_encode_stream((uint16_t)(sensor->again & 0xFFFFu), sensor->ring.times[place + n - 1], counts,
                                      (uint8_t)n, axes, flags, out, room);
    sensor->again += length > 0 ? n : left;
    return length;
}
