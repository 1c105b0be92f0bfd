/* BIP v1: the state of a sensor, its requests, its runs, and what it keeps to send again. */
#include "bip.h"

enum { STOP, START, IDENTIFY, RESEND, SET_CONFIG_DEFAULT, RESEND_BYTES = 7 };

static uint8_t axes_of(const bip_sensor *sensor)
{
    return (sensor->config.mag_scale & 0x7FFFFFFFu) != 0 ? 9 : 6; /* minus 0 is 0 */
}

void bip_begin(bip_sensor *sensor, const bip_info *info, const bip_config *factory, bip_ring ring)
{
    sensor->info = *info;
    sensor->factory = sensor->config = *factory;
    sensor->ring = ring;
    sensor->offers = NULL;
    sensor->context = NULL;
    sensor->running = false;
    sensor->taken = sensor->again_next = sensor->again_end = sensor->batch_us = 0;
    sensor->waiting = sensor->flags = 0;
}

size_t bip_read_config(const bip_sensor *sensor, uint8_t *out, size_t room)
{
    return bip_encode_config(&sensor->config, out, room);
}

/* Whether only rate, samples per packet and interval differ from what the factory set. */
static bool is_free(const bip_sensor *sensor, const bip_config *config)
{
    const bip_config *own = &sensor->factory;
    return config->gyr_scale == own->gyr_scale && config->acc_scale == own->acc_scale &&
           config->mag_scale == own->mag_scale && config->axis_map[0] == own->axis_map[0] &&
           config->axis_map[1] == own->axis_map[1] && config->axis_map[2] == own->axis_map[2];
}

int bip_write_config(bip_sensor *sensor, const uint8_t *value, size_t length)
{
    bip_config config;
    int refused = bip_decode_config(value, length, &config);
    if (refused != BIP_ATT_OK) {
        return refused;
    }
    if (sensor->running) {
        return BIP_ATT_IN_PROGRESS;
    }
    bool offered = sensor->offers != NULL ? sensor->offers(&config, sensor->context) : is_free(sensor, &config);
    if (!offered) {
        return BIP_ATT_OUT_OF_RANGE;
    }
    sensor->config = config;
    return BIP_ATT_OK;
}

static void copy(int16_t *to, const int16_t *from, uint8_t n)
{
    for (uint8_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

static uint32_t kept(const bip_sensor *sensor)
{
    return sensor->taken < sensor->ring.capacity ? sensor->taken : sensor->ring.capacity;
}

static int resend(bip_sensor *sensor, const uint8_t *operand)
{
    uint32_t first = operand[0] | ((uint32_t)operand[1] << 8) | ((uint32_t)operand[2] << 16) | ((uint32_t)operand[3] << 24);
    uint32_t count = operand[4] | ((uint32_t)operand[5] << 8);
    if (count == 0) {
        return BIP_OUT_OF_RANGE;
    }
    if (!sensor->running) {
        return BIP_WRONG_STATE;
    }
    if (sensor->taken - first < count || sensor->taken - first > 0x7FFFFFFFu) {
        return BIP_OUT_OF_RANGE; /* not all of them are taken yet */
    }
    if (sensor->again_next != sensor->again_end) {
        return BIP_BUSY;
    }
    uint32_t oldest = sensor->taken - kept(sensor);
    bool whole = first - oldest <= 0x7FFFFFFFu;
    uint32_t end = first + count;
    sensor->again_next = whole ? first : oldest;
    sensor->again_end = end - oldest <= 0x7FFFFFFFu ? end : oldest;
    return whole ? BIP_SUCCESS : BIP_NOT_AVAILABLE;
}

int bip_write_control(bip_sensor *sensor, const uint8_t *value, size_t length, bool subscribed, bool unconfirmed,
                      uint8_t reply[BIP_CONTROL_REPLY_BYTES], bip_action *action)
{
    uint32_t can = sensor->info.capabilities;
    int result = BIP_SUCCESS;
    *action = BIP_DO_NOTHING;
    if (!subscribed) {
        return BIP_ATT_CCCD;
    }
    if (unconfirmed) {
        return BIP_ATT_IN_PROGRESS;
    }
    if (length == 0) {
        return BIP_ATT_LENGTH;
    }
    if (value[0] > SET_CONFIG_DEFAULT) {
        result = BIP_UNKNOWN_OPCODE;
    } else if (length != (value[0] == RESEND ? (size_t)RESEND_BYTES : 1u)) {
        result = BIP_WRONG_LENGTH;
    } else if ((value[0] == RESEND && !(can & BIP_CAN_RESEND)) || (value[0] == IDENTIFY && !(can & BIP_CAN_IDENTIFY))) {
        result = BIP_NOT_SUPPORTED;
    } else if (value[0] == RESEND) {
        result = resend(sensor, value + 1);
    } else if (value[0] == IDENTIFY) {
        *action = BIP_DO_IDENTIFY;
    } else if ((value[0] == STOP) != sensor->running) {
        result = BIP_WRONG_STATE; /* STOP without a run, the others during one */
    } else if (value[0] == START) {
        sensor->running = true;
        sensor->taken = sensor->again_next = sensor->again_end = 0;
        sensor->waiting = sensor->flags = 0;
        *action = BIP_DO_START;
    } else if (value[0] == STOP) {
        sensor->running = false;
        sensor->again_next = sensor->again_end;
        *action = BIP_DO_STOP;
    } else {
        sensor->config = sensor->factory;
    }
    reply[0] = value[0];
    reply[1] = (uint8_t)result;
    return BIP_ATT_OK;
}

uint8_t bip_most_samples(const bip_sensor *sensor, uint16_t att_mtu)
{
    size_t room = att_mtu > 3 ? (size_t)att_mtu - 3u : 0u;
    room = room < BIP_LONGEST_VALUE ? room : BIP_LONGEST_VALUE;
    size_t most = room > BIP_STREAM_HEAD_BYTES ? (room - BIP_STREAM_HEAD_BYTES) / (2u * axes_of(sensor)) : 0u;
    return (uint8_t)(most < 255u ? most : 255u);
}

size_t bip_flush(bip_sensor *sensor, uint8_t *out, size_t room)
{
    if (sensor->waiting == 0) {
        return 0;
    }
    uint16_t first = (uint16_t)((sensor->taken - sensor->waiting) & 0xFFFFu);
    size_t length = bip_encode_stream(first, sensor->batch_us, sensor->batch, sensor->waiting, axes_of(sensor),
                                      sensor->flags, out, room);
    sensor->waiting = sensor->flags = 0;
    return length;
}

size_t bip_take(bip_sensor *sensor, const int16_t *sample, uint32_t taken_us, uint8_t most, uint8_t *out, size_t room)
{
    uint8_t axes = axes_of(sensor);
    if (!sensor->running || most == 0) {
        return 0;
    }
    if (sensor->ring.capacity > 0) {
        uint32_t place = sensor->taken % sensor->ring.capacity;
        copy(sensor->ring.counts + (size_t)place * axes, sample, axes);
        sensor->ring.times[place] = taken_us;
    }
    copy(sensor->batch + (size_t)sensor->waiting * axes, sample, axes);
    for (uint8_t i = 0; i < axes; i++) {
        if (sample[i] == INT16_MIN || sample[i] == INT16_MAX) {
            sensor->flags |= BIP_CLIPPED;
        }
    }
    sensor->batch_us = taken_us;
    sensor->taken++;
    sensor->waiting++;
    uint8_t full = sensor->config.samples_per_packet < most ? sensor->config.samples_per_packet : most;
    return sensor->waiting >= full ? bip_flush(sensor, out, room) : 0;
}

void bip_overran(bip_sensor *sensor)
{
    sensor->flags |= BIP_OVERRAN;
}

size_t bip_next_again(bip_sensor *sensor, uint8_t most, uint8_t *out, size_t room)
{
    uint32_t left = sensor->again_end - sensor->again_next;
    uint8_t axes = axes_of(sensor);
    if (left == 0 || most == 0 || sensor->ring.capacity == 0) {
        return 0;
    }
    uint32_t oldest = sensor->taken - kept(sensor);
    if (sensor->again_next - oldest > 0x7FFFFFFFu) { /* overwritten meanwhile */
        sensor->again_next = sensor->again_end - oldest <= 0x7FFFFFFFu ? oldest : sensor->again_end;
        left = sensor->again_end - sensor->again_next;
        if (left == 0) {
            return 0;
        }
    }
    uint32_t place = sensor->again_next % sensor->ring.capacity;
    uint32_t n = sensor->ring.capacity - place; /* in one piece */
    n = n < left ? n : left;
    n = n < most ? n : most;
    const int16_t *counts = sensor->ring.counts + (size_t)place * axes;
    uint8_t flags = BIP_RESENT;
    for (size_t i = 0; i < (size_t)n * axes; i++) {
        if (counts[i] == INT16_MIN || counts[i] == INT16_MAX) {
            flags |= BIP_CLIPPED;
        }
    }
    size_t length = bip_encode_stream((uint16_t)(sensor->again_next & 0xFFFFu), sensor->ring.times[place + n - 1], counts,
                                      (uint8_t)n, axes, flags, out, room);
    sensor->again_next += length > 0 ? n : left;
    return length;
}
