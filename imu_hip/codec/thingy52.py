"""Nordic Thingy:52: raw samples at 100 Hz, one a notification, without counter or time.

Source: Nordic-Thingy52-FW (ble_tms.h, ble_tms.c, m_motion.c); byte tables in firmware_protocol/thingy52.md.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imu_hip.codec import gatt
from imu_hip.codec.bip_v1 import decode_battery_level
from imu_hip.model.driver import Advertised, Driver, Read, Subscribe, Tell, Timing
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
_UNITS: Final = np.array([np.deg2rad(1.0) / 32.0] * 3 + [9.80665 / 1024.0] * 3)
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
    counts = np.array([_RAW.unpack(payload)[:6]], dtype=np.int16)
    clipped = bool(np.any((counts == -32768) | (counts == 32767)))
    return SensorSamples(None, counts[:, [3, 4, 5, 0, 1, 2]] * _UNITS, clipped)


def _config(payload: bytes) -> SensorConfig | BadPacket:
    if len(payload) != _CONFIG.size:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    *_, rate_hz, _ = _CONFIG.unpack(payload)
    if not 5 <= rate_hz <= 200:
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    return SensorConfig(rate_hz, 1, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)


def _named(payload: bytes) -> SensorInfo | BadPacket:
    """Return who it is: its address, since it has no serial number to read."""
    if not (payload and payload.isascii() and payload.decode("ascii").isprintable()):
        return BadPacket(BadPacketReason.NOT_TEXT)
    return SensorInfo(0, 0, (0, 0, 0), Capability.BATTERY, 0, payload.decode("ascii"))


DRIVER: Final = Driver(
    family="thingy52",
    product="Nordic Thingy:52",
    timing=Timing.UNSTAMPED,
    advertised=Advertised(service_uuids=(_BASE.format(0x0100),), name_prefixes=("Thingy",)),
    services=(_BASE.format(0x0400), gatt.BATTERY_SERVICE_UUID),
    uuids={
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
    identify=(),
    decoder=lambda: decode,
    limits=(
        "It stamps and counts nothing: a short loss cannot be told from a delay.",
        "It has no serial number to read: it is known by its address.",
        "It is no longer made.",
    ),
)
