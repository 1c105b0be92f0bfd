"""Polar Verity Sense: acceleration and angular rate as two streams of compressed frames, brought to one time base.

Source: polar-ble-sdk (PmdDataFrame, BlePMDClient, AccData, GyrData, PmdTimeStampUtils); byte tables in
firmware_protocol/polar.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.codec import gatt
from imu_hip.codec.bip_v1 import decode_battery_level
from imu_hip.model.driver import Advertised, Ask, Driver, Read, Subscribe, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    Capability,
    ControlReply,
    Packet,
    SensorConfig,
    SensorInfo,
    SensorSamples,
)

RATE_HZ: Final = 52
_BASE: Final = "fb005c{:02x}-02e7-f387-1cad-8acd2d8df0c8"
_ACC, _GYR, _SDK_MODE = 2, 5, 9
_START, _STOP = 2, 3
_REPLY: Final = 0xF0
_ALREADY: Final = 6
_HEAD: Final = struct.Struct("<BQB")
_COMPRESSED: Final = 0x80
_CHANNELS: Final = 3
_REFERENCE_BITS: Final = 16
_FACTOR: Final = 5
_LONGEST_SETTINGS: Final = 512
_SETTING_BYTES: Final = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}
"""Rate, resolution, range, range in milli units, channels, factor (float32)."""
_G: Final = 9.80665
_PERIOD_NS: Final = 1_000_000_000 // RATE_HZ
_MOST_IN_FRAME: Final = 278
"""At rest: 229 bytes, differences of two bits. Nobody knows the longest frame; one of 130 samples was told of."""
_MOST_WAITING: Final = 2048
_CONNECTION_INTERVAL_MS: Final = 30.0

Floats = NDArray[np.float64]


@dataclass(slots=True)
class _Track:
    """One stream: its factor, when its newest frame ended, and the samples that the other one is still needed for.

    `step_ns`: between the samples of its newest frame that followed another at once. `said`: what has come of an
    answer that comes in several.
    """

    factor: float = 1.0
    said: bytes = b""
    last_ns: int | None = None
    step_ns: float = float(_PERIOD_NS)
    t_ns: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    values: Floats = field(default_factory=lambda: np.empty((0, _CHANNELS)))


class TwoStreams:
    """Keeps both streams until they meet: rates at their own times, accelerations interpolated there."""

    def __init__(self) -> None:
        self._tracks = {_ACC: _Track(), _GYR: _Track()}

    def decode(self, characteristic: Characteristic, payload: bytes) -> Packet:
        """Decode what came; a frame without its counterpart gives no samples yet."""
        match characteristic:
            case Characteristic.STREAM:
                return self._frame(payload)
            case Characteristic.CONTROL:
                return self._reply(payload)
            case Characteristic.BATTERY:
                return decode_battery_level(payload)
            case Characteristic.INFO:
                return _named(payload)
            case _:
                return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)

    def _reply(self, payload: bytes) -> Packet:
        """Take in how a request was answered; that to start the rates tells the configuration."""
        if len(payload) < 4 or payload[0] != _REPLY:
            return BadPacket(BadPacketReason.WRONG_LENGTH)
        opcode, kind, result = payload[1:4]
        track = self._tracks.get(kind)
        if opcode != _START or track is None or result not in (0, _ALREADY):
            return ControlReply(opcode, result)
        track.said = (track.said + payload[5:])[:_LONGEST_SETTINGS]
        if _goes_on(payload):
            return ControlReply(opcode, result)
        factor, track.said = _factor(track.said), b""
        if factor is not None:
            track.factor = factor
        if kind == _ACC:
            return ControlReply(opcode, result)
        return SensorConfig(RATE_HZ, _MOST_IN_FRAME, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)

    def _frame(self, payload: bytes) -> Packet:
        if len(payload) < _HEAD.size:
            return BadPacket(BadPacketReason.TOO_SHORT)
        kind, stamp_ns, frame_type = _HEAD.unpack_from(payload)
        track = self._tracks.get(kind & 0x3F)
        unit = _unit(kind & 0x3F, frame_type)
        if track is None or unit is None:
            return BadPacket(BadPacketReason.OUT_OF_RANGE)
        if stamp_ns >= 1 << 63 or (track.last_ns is not None and stamp_ns == track.last_ns):
            return BadPacket(BadPacketReason.OUT_OF_RANGE)
        counts = _inflated(payload[_HEAD.size :])
        if counts is None:
            return BadPacket(BadPacketReason.WRONG_LENGTH)
        times_ns = _times_ns(track, stamp_ns, len(counts))
        begins_anew = track.last_ns is not None and stamp_ns < track.last_ns
        track.last_ns = stamp_ns
        if begins_anew:
            for each in self._tracks.values():
                each.t_ns, each.values = each.t_ns[:0], each.values[:0]
        track.t_ns = np.concatenate([track.t_ns, times_ns])[-_MOST_WAITING:]
        track.values = np.concatenate([track.values, counts * (unit * track.factor)])[-_MOST_WAITING:]
        return self._met(stamp_ns // 1000 % (1 << 32))

    def _met(self, newest_us: int) -> SensorSamples:
        """Return the rates at whose times accelerations are known, and forget what no later one needs."""
        acc, gyr = self._tracks[_ACC], self._tracks[_GYR]
        if not (len(acc.t_ns) and len(gyr.t_ns)):
            return _NOTHING
        stop = int(gyr.t_ns.searchsorted(acc.t_ns[-1], side="right"))
        t_ns, rates = gyr.t_ns[:stop], gyr.values[:stop]
        gyr.t_ns, gyr.values = gyr.t_ns[stop:], gyr.values[stop:]
        after = acc.t_ns.searchsorted(t_ns)
        before = np.maximum(after - 1, 0)
        # Nothing is made up where an acceleration is missing.
        known = (acc.t_ns[after] - acc.t_ns[before] < 2 * _PERIOD_NS) & ((after > 0) | (acc.t_ns[0] == t_ns))
        t_ns, rates = t_ns[known], rates[known]
        values = [np.interp(t_ns, acc.t_ns, acc.values[:, axis]) for axis in range(_CHANNELS)]
        if len(gyr.t_ns) == 0 and len(t_ns):
            first = max(int(acc.t_ns.searchsorted(t_ns[-1], side="right")) - 1, 0)
            acc.t_ns, acc.values = acc.t_ns[first:], acc.values[first:]
        return SensorSamples(t_ns // 1000 % (1 << 32), np.column_stack([rates, *values]), newest_us=newest_us)


_NOTHING: Final = SensorSamples(np.empty(0, dtype=np.int64), np.empty((0, 2 * _CHANNELS)))


def _unit(kind: int, frame_type: int) -> float | None:
    """Return what a count is in SI, but for the factor; None for a frame that is not known."""
    return {
        (_ACC, _COMPRESSED | 0): _G,
        (_ACC, _COMPRESSED | 1): 1e-3 * _G,
        (_GYR, _COMPRESSED | 0): float(np.deg2rad(1.0)),
    }.get((kind, frame_type))


def _inflated(content: bytes) -> Floats | None:
    """Return the samples (n, 3) of a frame: a reference, then blocks of differences, each from the one before it."""
    width = _CHANNELS * _REFERENCE_BITS // 8
    if len(content) < width:
        return None
    samples = [np.frombuffer(content, "<i2", _CHANNELS)[None].astype(np.int64)]
    at = width
    while at < len(content):
        if at + 2 > len(content):
            return None
        bits, n = content[at], content[at + 1]
        size = -(-bits * n * _CHANNELS // 8)
        at += 2
        if not 1 <= bits <= 32 or n == 0 or at + size > len(content):
            return None
        flags = np.unpackbits(np.frombuffer(content, np.uint8, size, at), bitorder="little")
        weights = np.left_shift(np.int64(1), np.arange(bits))
        raw = (flags[: bits * n * _CHANNELS].reshape(n, _CHANNELS, bits) * weights).sum(axis=2)
        raw -= (raw >> (bits - 1) & 1) << bits
        samples.append(samples[-1][-1] + np.cumsum(raw, axis=0))
        at += size
    return np.concatenate(samples).astype(np.float64)


def _times_ns(track: _Track, stamp_ns: int, n: int) -> NDArray[np.int64]:
    """Return when the samples of a frame were taken, the last at its stamp: evenly since the frame before it.

    Where there was none just before it, as far apart as they were last.
    """
    if track.last_ns is not None and 0.8 < (stamp_ns - track.last_ns) / (n * _PERIOD_NS) < 1.2:
        track.step_ns = (stamp_ns - track.last_ns) / n
    back: NDArray[np.int64] = np.rint(np.arange(n - 1, -1, -1) * track.step_ns).astype(np.int64)
    return stamp_ns - back


def _goes_on(payload: bytes) -> bool:
    """Tell whether more of an answer that grants comes with the next indication."""
    return payload[3] == 0 and len(payload) > 4 and payload[4] != 0


def _factor(settings: bytes) -> float | None:
    """Return the factor among settings: type, number of values, values."""
    at = 0
    while at + 2 <= len(settings):
        kind, n = settings[at], settings[at + 1]
        size = _SETTING_BYTES.get(kind)
        at += 2
        if size is None or n == 0 or at + size * n > len(settings):
            return None
        if kind == _FACTOR:
            (value,) = struct.unpack_from("<f", settings, at)
            return float(value) if 0.0 < value < 1e6 else None
        at += size * n
    return None


def _named(payload: bytes) -> SensorInfo | BadPacket:
    serial = payload.rstrip(b"\0")
    if not (serial and serial.isascii() and serial.decode("ascii").isprintable()):
        return BadPacket(BadPacketReason.NOT_TEXT)
    return SensorInfo(0, 0, (0, 0, 0), Capability.BATTERY, 0, serial.decode("ascii").strip())


def _ask(opcode: int, kind: int, settings: bytes = b"", *, as_good: tuple[int, ...] = (0, _ALREADY)) -> Ask:
    def result(value: bytes) -> int | None:
        if len(value) < 4 or value[0] != _REPLY or value[1:3] != bytes([opcode, kind]) or _goes_on(value):
            return None
        return 0 if value[3] in as_good else value[3]

    return Ask(Characteristic.CONTROL, bytes([opcode, kind]) + settings, Characteristic.CONTROL, result)


def _settings(most: int) -> bytes:
    """Encode rate, 16 bits, range and three channels."""
    return struct.pack("<BBHBBHBBHBBB", 0, 1, RATE_HZ, 1, 1, 16, 2, 1, most, 4, 1, _CHANNELS)


_ANY: Final = tuple(range(256))

DRIVER: Final = Driver(
    family="polar",
    product="Polar Verity Sense",
    timing=Timing.STAMPED,
    advertised=Advertised(name_prefixes=("Polar Sense", "Polar Verity Sense")),
    services=(_BASE.format(0x80), gatt.BATTERY_SERVICE_UUID, gatt.DEVICE_INFORMATION_SERVICE_UUID),
    uuids={
        Characteristic.INFO: gatt.SERIAL_NUMBER_STRING_UUID,
        Characteristic.CONTROL: _BASE.format(0x81),
        Characteristic.STREAM: _BASE.format(0x82),
        Characteristic.BATTERY: gatt.BATTERY_LEVEL_UUID,
    },
    preparation=(
        Read(Characteristic.BATTERY, optional=True),
        Subscribe(Characteristic.BATTERY, optional=True),
        Subscribe(Characteristic.CONTROL),
        Subscribe(Characteristic.STREAM),
        _ask(_STOP, _ACC, as_good=_ANY),
        _ask(_STOP, _GYR, as_good=_ANY),
        _ask(_START, _SDK_MODE),
    ),
    start=(_ask(_START, _ACC, _settings(8)), _ask(_START, _GYR, _settings(2000))),
    stop=(_ask(_STOP, _ACC, as_good=_ANY), _ask(_STOP, _GYR, as_good=_ANY)),
    identify=(),
    decoder=lambda: TwoStreams().decode,
    least_payload_bytes=100,
    packet_s=_MOST_IN_FRAME / RATE_HZ,
    limits=(
        "It sends frames of a second and more (at rest of several): angles and cues come so much late. It suits "
        "measuring, not cueing.",
        "Accelerations are interpolated to the times of the rates.",
        "It may ask to be paired: do that in the system's Bluetooth settings.",
    ),
)
