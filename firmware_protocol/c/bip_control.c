/* BIP v1: the state of a sensor, and its answers to what is written. */
#include "bip.h"

enum { STOP, START, IDENTIFY, RESEND, SET_CONFIG_DEFAULT, RESEND_BYTES = 7 };

void bip_begin(bip_sensor *sensor, const bip_info *info, const bip_config *factory, bip_ring ring)
{
    sensor->info = *info;
    sensor->factory = sensor->config = *factory;
    sensor->ring = ring;
    sensor->faulty = false;
    sensor->offers = NULL;
    sensor->context = NULL;
    sensor->taken = sensor->kept = sensor->place = 0;
    sensor->wrapped = false;
    bip_end_run(sensor);
}

void bip_disconnected(bip_sensor *sensor)
{
    sensor->again = sensor->again_end = 0;
    sensor->waiting = sensor->flags = 0;
}

void bip_end_run(bip_sensor *sensor)
{
    sensor->running = false;
    bip_disconnected(sensor);
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

static void start(bip_sensor *sensor)
{
    bip_end_run(sensor);
    sensor->taken = sensor->kept = sensor->place = 0;
    sensor->wrapped = false;
    sensor->running = true;
}

static int resend(bip_sensor *sensor, const uint8_t *value)
{
    uint32_t first = value[1] | ((uint32_t)value[2] << 8) | ((uint32_t)value[3] << 16) | ((uint32_t)value[4] << 24);
    uint32_t count = value[5] | ((uint32_t)value[6] << 8);
    if (count == 0) {
        return BIP_OUT_OF_RANGE;
    }
    return sensor->running ? bip_resend(sensor, first, count) : BIP_WRONG_STATE;
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
        result = resend(sensor, value);
    } else if (value[0] == IDENTIFY) {
        *action = BIP_DO_IDENTIFY;
    } else if ((value[0] == STOP) != sensor->running) {
        result = BIP_WRONG_STATE; /* STOP without a run, the others during one */
    } else if (value[0] == START && sensor->faulty) {
        result = BIP_SENSOR_FAULT;
    } else if (value[0] == START) {
        start(sensor);
        *action = BIP_DO_START;
    } else if (value[0] == STOP) {
        sensor->running = false; /* what waits is left to bip_flush */
        sensor->again = sensor->again_end;
        *action = BIP_DO_STOP;
    } else {
        sensor->config = sensor->factory;
    }
    reply[0] = value[0];
    reply[1] = (uint8_t)result;
    return BIP_ATT_OK;
}
