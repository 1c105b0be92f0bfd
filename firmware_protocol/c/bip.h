/* BIP v1 for firmware: everything of bip_v1.md that is not radio or sensor driver.
 *
 * C99, no allocation, no globals, no floating point (scales travel as the bits of a float32). The caller owns all
 * memory. Nothing here is safe to be called from two contexts at once: call it from where the radio's events arrive.
 *
 * A firmware calls bip_begin once; bip_write_* and bip_read_* from what the receiver writes and reads; bip_take for each
 * sample (bip_missed for those it could not take), connected or not; bip_next_again when nothing live waits;
 * bip_disconnected when the connection ends, and bip_end_run BIP_RUN_WITHOUT_CONNECTION_S later if none has come.
 */
#ifndef BIP_H
#define BIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BIP_VERSION = 1,
    BIP_CONFIG_BYTES = 22,
    BIP_CONTROL_REPLY_BYTES = 2,
    BIP_SYNC_REPLY_BYTES = 5,
    BIP_INFO_MOST_BYTES = 47,
    BIP_STREAM_HEAD_BYTES = 8,
    BIP_LONGEST_VALUE = 512,
    BIP_RUN_WITHOUT_CONNECTION_S = 60
};

/* What the sensor can do besides streaming (Info). */
enum {
    BIP_CAN_MAGNETOMETER = 1 << 0,
    BIP_CAN_RESEND = 1 << 1,
    BIP_CAN_SYNC = 1 << 2,
    BIP_CAN_IDENTIFY = 1 << 3,
    BIP_CAN_BATTERY = 1 << 4,
    BIP_CAN_TAP = 1 << 5
};

/* Flags of a Stream packet. */
enum { BIP_RESENT = 0x08, BIP_CLIPPED = 0x04, BIP_OVERRAN = 0x02 };

/* Results that Control indicates. */
enum {
    BIP_SUCCESS = 0,
    BIP_UNKNOWN_OPCODE = 1,
    BIP_WRONG_LENGTH = 2,
    BIP_OUT_OF_RANGE = 3,
    BIP_NOT_SUPPORTED = 4,
    BIP_WRONG_STATE = 5,
    BIP_NOT_AVAILABLE = 6,
    BIP_BUSY = 7,
    BIP_SENSOR_FAULT = 8
};

/* ATT errors with which a write is refused; 0 where it is not. */
enum {
    BIP_ATT_OK = 0,
    BIP_ATT_LENGTH = 0x0D,
    BIP_ATT_REJECTED = 0xFC,
    BIP_ATT_CCCD = 0xFD,
    BIP_ATT_IN_PROGRESS = 0xFE,
    BIP_ATT_OUT_OF_RANGE = 0xFF
};

/* What is left to the firmware after a request. */
typedef enum { BIP_DO_NOTHING, BIP_DO_START, BIP_DO_STOP, BIP_DO_IDENTIFY } bip_action;

typedef struct {
    uint16_t hardware_id;
    uint8_t firmware[3];
    uint32_t capabilities;
    uint32_t boot_id; /* another one at every start */
    const char *serial; /* 1 to 32 characters 0x21 to 0x7E */
} bip_info;

typedef struct {
    uint16_t rate_hz;
    uint8_t samples_per_packet;
    uint32_t gyr_scale; /* the bits of a float32: rad/s per count */
    uint32_t acc_scale; /* m/s2 per count */
    uint32_t mag_scale; /* uT per count, 0 without magnetometer */
    int8_t axis_map[3];
    uint16_t interval; /* wanted connection interval, 1.25 ms */
} bip_config;

/* Samples that are kept for RESEND. `counts` has room for capacity * axes values, `times` for capacity. */
typedef struct {
    int16_t *counts;
    uint32_t *times;
    uint32_t capacity; /* samples; below 65536; 0: nothing is kept */
} bip_ring;

typedef struct {
    bip_info info;
    bip_config factory;
    bip_config config;
    bip_ring ring;
    /* Set these after bip_begin, which clears them. */
    bool faulty; /* the inertial sensor does not work: START is answered with SENSOR_FAULT */
    /* Whether the sensor can do exactly this; NULL: rate, samples and interval are free, the rest is the factory's. */
    bool (*offers)(const bip_config *config, void *context);
    void *context;

    /* private */
    bool running;
    bool wrapped; /* the counter of this run has gone past its 32 bits */
    uint32_t taken; /* samples of this run, modulo 2^32 */
    uint32_t kept; /* of them in the ring: the last ones, without a hole */
    uint32_t place; /* in the ring, of the next sample */
    uint32_t again, again_end; /* samples that are still to be sent again */
    uint8_t waiting; /* samples of the packet that is being filled */
    uint8_t flags; /* of that packet */
    uint32_t batch_us;
    int16_t batch[255 * 9];
} bip_sensor;

/* Put a sensor into the state after a start. `factory` must be valid (bip_config_is_valid); `info->serial` must stay. */
void bip_begin(bip_sensor *sensor, const bip_info *info, const bip_config *factory, bip_ring ring);

/* Values that are read: return their length, 0 if they cannot be written (no room, invalid). */
size_t bip_read_info(const bip_sensor *sensor, uint8_t *out, size_t room);
size_t bip_read_config(const bip_sensor *sensor, uint8_t *out, size_t room);

/* Config was written: return an ATT error. */
int bip_write_config(bip_sensor *sensor, const uint8_t *value, size_t length);

/* Control was written: return an ATT error. Without one, do `action`, then indicate `reply`. `subscribed`: indications are
 * enabled; `unconfirmed`: the indication of the last request has not been confirmed yet.
 * BIP_DO_STOP: send what bip_flush gives before the reply. */
int bip_write_control(bip_sensor *sensor, const uint8_t *value, size_t length, bool subscribed, bool unconfirmed,
                      uint8_t reply[BIP_CONTROL_REPLY_BYTES], bip_action *action);

/* Sync was written: return the length of the answer to notify at once, 0 for none. `now_us`: the sensor's time. */
size_t bip_write_sync(const uint8_t *value, size_t length, uint32_t now_us, uint8_t out[BIP_SYNC_REPLY_BYTES]);

/* A sample was taken, axes in the order gyr, acc, [mag]: return the length of a packet that is full now, else 0.
 * `most`: how many samples fit into a packet (bip_most_samples); with 0 the sample is counted and kept only.
 * Without a connection go on, and drop what comes out. Samples of one packet must be equally spaced. */
size_t bip_take(bip_sensor *sensor, const int16_t *sample, uint32_t taken_us, uint8_t most, uint8_t *out, size_t room);

/* `count` samples could not be taken: their indices stay empty, and what is kept begins anew after them. Return the
 * length of the packet that ends here, 0 for none. */
size_t bip_missed(bip_sensor *sensor, uint32_t count, uint8_t *out, size_t room);

/* What waits at STOP, as a packet that is not full: its length, 0 for nothing. */
size_t bip_flush(bip_sensor *sensor, uint8_t *out, size_t room);

/* The packet that was to be sent just now was dropped because the queue was full: the next one says so. A firmware that
 * drops the oldest of its queue, which is better, sets BIP_OVERRAN in the first byte of the one after it instead. */
void bip_overran(bip_sensor *sensor);

/* The next packet that was asked for again; call it when nothing live waits. 0 when there is none. With less room than
 * the packet needs, the rest of what was asked for is given up. */
size_t bip_next_again(bip_sensor *sensor, uint8_t most, uint8_t *out, size_t room);

/* The connection ended. The run goes on; what waits or was asked for again is forgotten (and still kept). */
void bip_disconnected(bip_sensor *sensor);

/* End the run without a request. */
void bip_end_run(bip_sensor *sensor);

/* How many samples fit into a notification at an ATT MTU. */
uint8_t bip_most_samples(const bip_sensor *sensor, uint16_t att_mtu);

/* The parts, for tests and for who wants to do it another way. */
uint16_t bip_crc16(const uint8_t *data, size_t length);
bool bip_config_is_valid(const bip_config *config);
uint8_t bip_axes(const bip_config *config); /* values of a sample: 6, or 9 with magnetometer */
size_t bip_encode_config(const bip_config *config, uint8_t *out, size_t room);
int bip_decode_config(const uint8_t *value, size_t length, bip_config *config); /* an ATT error */
size_t bip_encode_stream(uint16_t first_index, uint32_t device_us, const int16_t *counts, uint8_t n, uint8_t axes,
                         uint8_t flags, uint8_t *out, size_t room);
int bip_resend(bip_sensor *sensor, uint32_t first, uint32_t count); /* a result; count 1 to 65535, in a run */

#ifdef __cplusplus
}
#endif

#endif
