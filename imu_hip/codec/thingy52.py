"""Nordic Thingy:52: raw samples at 100 Hz, one a notification, without counter or time.

Source: Nordic-Thingy52-FW (ble_tms, ble_uis, m_motion.c, drv_motion.c); byte tables in firmware_protocol/thingy52.md.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imu_hip.codec import gatt
from imu_hip.codec.bip_v1 import decode_battery_level
from imu_hip.model.driver import Advertised, Driver, Pause, Read, Subscribe, Tell, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    Capability,
    Packet,
    SensorConfig,
    SensorInfo,
    SensorSamples,
)

RATE_HZ: Final = 100
_BASE: Final = "ef68{:04x}-9b35-4933-9b10-52ffa9740042"
_RAW: Final = struct.Struct("<9h")
_CONFIG: Final = struct.Struct("<HHHHB")
_ELSEWHERE_MS: Final = 1000
"""How often steps, temperature and compass are wanted: as seldom as makes no difference."""
_UNITS: Final = np.array([np.deg2rad(1.0) / 32.0] * 3 + [-9.80665 / 1024.0] * 3)
"""The firmware turns accelerations round, so that the axis that points down reads +1 g; rates it leaves as they are."""
_MOST: Final = np.array([1023 * 32] * 3 + [round(1.92 * 1024)] * 3)
"""Rates end at 1023 deg/s; accelerations at 2 g, give or take what the firmware takes for their bias (80 mg)."""
_LEAST: Final = np.array([-1024 * 32] * 3 + [-round(1.92 * 1024)] * 3)
_CONNECTION_INTERVAL_MS: Final = 30.0


def decode(characteristic: Characteristic, payload: bytes) -> Packet:
    """Decode what a Thingy notified or was read; bytes that make no sense become a BadPacket."""
    match characteristic:
        case Characteristic.STREAM:
            return _samples(payload)
        case Characteristic.CONFIG:
            return _config(payload)
        case Characteristic.BATTERY:
            return decode_battery_level(payload)
        case Characteristic.INFO:
            return _named(payload)
        case _:
            return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)


def _samples(payload: bytes) -> SensorSamples | BadPacket:
    if len(payload) != _RAW.size:
        return BadPacket(BadPacketReason.TOO_SHORT if len(payload) < _RAW.size else BadPacketReason.WRONG_LENGTH)
    acc_x, acc_y, acc_z, *gyr = _RAW.unpack(payload)[:6]
    counts = np.array([[*gyr, acc_x, acc_y, acc_z]])
    return SensorSamples(None, counts * _UNITS, clipped=bool(np.any((counts <= _LEAST) | (counts >= _MOST))))


def _config(payload: bytes) -> SensorConfig | BadPacket:
    if len(payload) != _CONFIG.size:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    *_, rate_hz, _ = _CONFIG.unpack(payload)
    if not 1 <= rate_hz <= 200:
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    return SensorConfig(rate_hz, 1, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)


def _named(payload: bytes) -> SensorInfo | BadPacket:
    """Return who it is: its address, since it has no serial number to read."""
    if not (payload and payload.isascii() and payload.decode("ascii").isprintable()):
        return BadPacket(BadPacketReason.NOT_TEXT)
    return SensorInfo(0, 0, (0, 0, 0), Capability.IDENTIFY | Capability.BATTERY, 0, payload.decode("ascii"))


DRIVER: Final = Driver(
    family="thingy52",
    product="Nordic Thingy:52",
    timing=Timing.UNSTAMPED,
    advertised=Advertised(service_uuids=(_BASE.format(0x0100),), name_prefixes=("Thingy",)),
    services=(_BASE.format(0x0300), _BASE.format(0x0400), gatt.BATTERY_SERVICE_UUID),
    uuids={
        Characteristic.CONTROL: _BASE.format(0x0301),
        Characteristic.CONFIG: _BASE.format(0x0401),
        Characteristic.STREAM: _BASE.format(0x0406),
        Characteristic.BATTERY: gatt.BATTERY_LEVEL_UUID,
    },
    preparation=(
        Tell(Characteristic.CONFIG, _CONFIG.pack(_ELSEWHERE_MS, _ELSEWHERE_MS, _ELSEWHERE_MS, RATE_HZ, 0)),
        Read(Characteristic.CONFIG),
        Read(Characteristic.BATTERY, optional=True),
        Subscribe(Characteristic.BATTERY, optional=True),
    ),
    start=(Subscribe(Characteristic.STREAM),),
    stop=(),
    # It keeps what its light was told last: it ends as it left the factory, breathing in cyan while connected.
    identify=(
        Tell(Characteristic.CONTROL, bytes([1, 255, 255, 255])),
        Pause(3.0),
        Tell(Characteristic.CONTROL, struct.pack("<3BH", 2, 6, 20, 3500)),
    ),
    decoder=lambda: decode,
    limits=(
        "It stamps and counts nothing: a short loss cannot be told from a delay.",
        "It has no serial number to read: it is known by its address.",
        "It measures up to 2 g and 1023 °/s: a leg that drops onto the floor is beyond that.",
        "It is no longer made.",
    ),
)
