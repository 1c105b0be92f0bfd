/* BIP v1: bytes. */
#include "bip.h"

static size_t put16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFFu);
    out[1] = (uint8_t)(value >> 8);
    return 2;
}

static size_t put32(uint8_t *out, uint32_t value)
{
    put16(out, (uint16_t)(value & 0xFFFFu));
    put16(out + 2, (uint16_t)(value >> 16));
    return 4;
}

static uint16_t get16(const uint8_t *in)
{
    return (uint16_t)(in[0] | (uint16_t)(in[1] << 8));
}

static uint32_t get32(const uint8_t *in)
{
    return get16(in) | ((uint32_t)get16(in + 2) << 16);
}

uint16_t bip_crc16(const uint8_t *data, size_t length)
{
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < length; i++) {
        crc = (uint16_t)(crc ^ (uint16_t)(data[i] << 8));
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint16_t)((crc & 0x8000u) != 0 ? ((uint32_t)crc << 1) ^ 0x1021u : (uint32_t)crc << 1);
        }
    }
    return crc;
}

/* Whether the bits are those of a float32 that is finite and above 0. */
static bool is_scale(uint32_t bits)
{
    return bits > 0u && bits < 0x7F800000u;
}

static bool is_rotation(const int8_t map[3])
{
    int axis[3];
    int signs = 1;
    for (int i = 0; i < 3; i++) {
        axis[i] = map[i] < 0 ? -map[i] : map[i];
        if (axis[i] < 1 || axis[i] > 3) {
            return false;
        }
        signs = map[i] < 0 ? -signs : signs;
    }
    int order = (axis[1] - axis[0]) * (axis[2] - axis[0]) * (axis[2] - axis[1]);
    return order * signs > 0;
}

bool bip_config_is_valid(const bip_config *config)
{
    return config->rate_hz >= 1 && config->rate_hz <= 1000 && config->samples_per_packet >= 1 &&
           is_scale(config->gyr_scale) && is_scale(config->acc_scale) &&
           (config->mag_scale == 0u || config->mag_scale == 0x80000000u || is_scale(config->mag_scale)) &&
           is_rotation(config->axis_map) && config->interval >= 6 && config->interval <= 3200;
}

uint8_t bip_axes(const bip_config *config)
{
    return (config->mag_scale & 0x7FFFFFFFu) != 0 ? 9 : 6; /* minus 0 is 0 */
}

uint8_t bip_most_samples(const bip_sensor *sensor, uint16_t att_mtu)
{
    size_t room = att_mtu > 3 ? (size_t)att_mtu - 3u : 0u;
    room = room < BIP_LONGEST_VALUE ? room : BIP_LONGEST_VALUE;
    return (uint8_t)(room > BIP_STREAM_HEAD_BYTES ? (room - BIP_STREAM_HEAD_BYTES) / (2u * bip_axes(&sensor->config)) : 0u);
}

size_t bip_encode_config(const bip_config *config, uint8_t *out, size_t room)
{
    if (room < BIP_CONFIG_BYTES || !bip_config_is_valid(config)) {
        return 0;
    }
    size_t at = put16(out, config->rate_hz);
    out[at++] = config->samples_per_packet;
    at += put32(out + at, config->gyr_scale);
    at += put32(out + at, config->acc_scale);
    at += put32(out + at, config->mag_scale);
    for (int i = 0; i < 3; i++) {
        out[at++] = (uint8_t)config->axis_map[i];
    }
    at += put16(out + at, config->interval);
    return at + put16(out + at, bip_crc16(out, at));
}

int bip_decode_config(const uint8_t *value, size_t length, bip_config *config)
{
    if (length != BIP_CONFIG_BYTES) {
        return BIP_ATT_LENGTH;
    }
    if (get16(value + BIP_CONFIG_BYTES - 2) != bip_crc16(value, BIP_CONFIG_BYTES - 2)) {
        return BIP_ATT_REJECTED;
    }
    config->rate_hz = get16(value);
    config->samples_per_packet = value[2];
    config->gyr_scale = get32(value + 3);
    config->acc_scale = get32(value + 7);
    config->mag_scale = get32(value + 11);
    for (int i = 0; i < 3; i++) {
        int byte = value[15 + i];
        config->axis_map[i] = (int8_t)(byte < 128 ? byte : byte - 256);
    }
    config->interval = get16(value + 18);
    return bip_config_is_valid(config) ? BIP_ATT_OK : BIP_ATT_OUT_OF_RANGE;
}

size_t bip_read_info(const bip_sensor *sensor, uint8_t *out, size_t room)
{
    const bip_info *info = &sensor->info;
    size_t n = 0;
    while (n <= 32 && info->serial[n] != '\0') {
        if (info->serial[n] < 0x21 || info->serial[n] > 0x7E) {
            return 0;
        }
        n++;
    }
    if (n < 1 || n > 32 || room < 15 + n) {
        return 0;
    }
    size_t at = put16(out, BIP_VERSION);
    at += put16(out + at, info->hardware_id);
    for (int i = 0; i < 3; i++) {
        out[at++] = info->firmware[i];
    }
    at += put32(out + at, info->capabilities);
    at += put32(out + at, info->boot_id);
    for (size_t i = 0; i < n; i++) {
        out[at++] = (uint8_t)info->serial[i];
    }
    return at;
}

size_t bip_encode_stream(uint16_t first_index, uint32_t device_us, const int16_t *counts, uint8_t n, uint8_t axes,
                         uint8_t flags, uint8_t *out, size_t room)
{
    size_t length = BIP_STREAM_HEAD_BYTES + 2u * (size_t)n * axes;
    bool valid = n >= 1 && (axes == 6 || axes == 9) && (flags & ~(BIP_RESENT | BIP_CLIPPED | BIP_OVERRAN)) == 0;
    if (!valid || length > room) {
        return 0;
    }
    out[0] = (uint8_t)((BIP_VERSION << 5) | (axes == 9 ? 0x10 : 0) | flags);
    out[1] = n;
    size_t at = 2;
    at += put16(out + at, first_index);
    at += put32(out + at, device_us);
    for (size_t i = 0; i < (size_t)n * axes; i++) {
        at += put16(out + at, (uint16_t)counts[i]);
    }
    return at;
}

size_t bip_write_sync(const uint8_t *value, size_t length, uint32_t now_us, uint8_t out[BIP_SYNC_REPLY_BYTES])
{
    if (length != 1) {
        return 0; /* there is nothing to answer with */
    }
    out[0] = value[0];
    return 1 + put32(out + 1, now_us);
}
