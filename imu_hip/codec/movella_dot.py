"""Movella DOT (formerly Xsens DOT): custom mode 5, 60 samples a second, each with the sensor's own time.

Source: Movella DOT BLE Service Specification XD0506P revision C; byte tables in firmware_protocol/movella_dot.md.
"""

from __future__ import annotations

import math
import struct
from typing import Final

import numpy as np

from imu_hip.model.driver import Advertised, Driver, Read, Subscribe, Tell, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    Capability,
    Packet,
    SensorConfig,
    SensorInfo,
    SensorSamples,
)

RATE_HZ: Final = 60
_BASE: Final = "1517{:04x}-4947-11e9-8646-d663bd873d93"
_COMPANY_ID: Final = 0x0886
_INFO: Final = struct.Struct("<6s3BHBBBBBIQ6s")
_CONTROL_BYTES: Final = 32
_RATE_AT: Final = 24
_MEASUREMENT: Final = struct.Struct("<I4f3f3f")
_LONGEST: Final = 63
_MODE: Final = 26
_CONNECTION_INTERVAL_MS: Final = 30.0
"""The specification names none."""


def decode(characteristic: Characteristic, payload: bytes) -> Packet:
    """Decode what a DOT notified or was read; bytes that make no sense become a BadPacket."""
    match characteristic:
        case Characteristic.STREAM:
            return _samples(payload)
        case Characteristic.INFO:
            return _info(payload)
        case Characteristic.CONFIG:
            return _config(payload)
        case Characteristic.BATTERY:
            return _battery(payload)
        case _:
            return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)


def _samples(payload: bytes) -> SensorSamples | BadPacket:
    """Decode a sample; the characteristic may be filled up behind it."""
    if not _MEASUREMENT.size <= len(payload) <= _LONGEST:
        short = len(payload) < _MEASUREMENT.size
        return BadPacket(BadPacketReason.TOO_SHORT if short else BadPacketReason.WRONG_LENGTH)
    device_us, _, _, _, _, *vectors = _MEASUREMENT.unpack_from(payload)
    acc, gyr = vectors[:3], vectors[3:]
    if not all(math.isfinite(value) for value in vectors):
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    values = np.array([[*(math.radians(rate) for rate in gyr), *acc]])
    return SensorSamples(np.array([device_us], dtype=np.int64), values)


def _info(payload: bytes) -> SensorInfo | BadPacket:
    if len(payload) != _INFO.size:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    _, major, minor, patch, *_, serial, _ = _INFO.unpack(payload)
    capabilities = Capability.IDENTIFY | Capability.BATTERY
    return SensorInfo(0, 0, (major, minor, patch), capabilities, 0, f"{serial:X}")


def _config(payload: bytes) -> SensorConfig | BadPacket:
    if len(payload) != _CONTROL_BYTES:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    (rate_hz,) = struct.unpack_from("<H", payload, _RATE_AT)
    if not 1 <= rate_hz <= 120:
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    return SensorConfig(rate_hz, 1, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)


def _battery(payload: bytes) -> BatteryLevel | BadPacket:
    """Decode level and whether it is being charged."""
    if len(payload) != 2:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    return BatteryLevel(payload[0]) if payload[0] <= 100 else BadPacket(BadPacketReason.OUT_OF_RANGE)


def _control(mask: int, *, identify: int = 0, rate_hz: int = 0) -> bytes:
    """Encode a write of the device control; `mask` says which of its parts are meant."""
    value = bytearray(_CONTROL_BYTES)
    value[0], value[1] = mask, identify
    struct.pack_into("<H", value, _RATE_AT, rate_hz)
    return bytes(value)


_STOP: Final = Tell(Characteristic.CONTROL, bytes([1, 0, _MODE]))

DRIVER: Final = Driver(
    family="dot",
    product="Movella DOT",
    timing=Timing.STAMPED,
    advertised=Advertised(name_prefixes=("Movella DOT", "Xsens DOT"), company_ids=(_COMPANY_ID,)),
    services=tuple(_BASE.format(service) for service in (0x1000, 0x2000, 0x3000)),
    uuids={
        Characteristic.INFO: _BASE.format(0x1001),
        Characteristic.CONFIG: _BASE.format(0x1002),
        Characteristic.CONTROL: _BASE.format(0x2001),
        Characteristic.STREAM: _BASE.format(0x2002),
        Characteristic.BATTERY: _BASE.format(0x3001),
    },
    preparation=(
        _STOP,  # rate and profile cannot be set while it measures
        Tell(Characteristic.CONFIG, _control(0x10, rate_hz=RATE_HZ)),
        Read(Characteristic.CONFIG),
        Read(Characteristic.BATTERY),
        Subscribe(Characteristic.BATTERY),
        Subscribe(Characteristic.STREAM),
    ),
    start=(Tell(Characteristic.CONTROL, bytes([1, 1, _MODE])),),
    stop=(_STOP,),
    identify=(Tell(Characteristic.CONFIG, _control(0x01, identify=1)),),
    decoder=lambda: decode,
    least_payload_bytes=_LONGEST,
    limits=(
        "60 samples a second are the most that it sends live.",
        "It does not say when a value is beyond its range.",
    ),
)
