"""WitMotion WT901BLE and WT9011DCL: a stream of bytes in frames of 20, without counter, time or checksum.

Source: WitMotion's BLE 5.0 protocol; byte tables in firmware_protocol/witmotion.md.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imu_hip.model.driver import Advertised, Ask, Driver, Pause, Subscribe, Tell, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    Packet,
    SensorConfig,
    SensorInfo,
    SensorSamples,
)

_BASE: Final = "0000{:04x}-0000-1000-8000-00805f9a34fb"
"""Almost that of the Bluetooth SIG: 9a34fb, not 9b34fb."""
_FRAME: Final = struct.Struct("<BB9h")
_HEAD: Final = 0x55
_DATA: Final = 0x61
_REGISTERS: Final = 0x71
_HEADS: Final = (bytes([_HEAD, _DATA]), bytes([_HEAD, _REGISTERS]))
_RATE_REGISTER: Final = 0x03
_OUTPUT_REGISTER: Final = 0x96
_BATTERY_REGISTER: Final = 0x64
_PERCENT_OF: Final = {
    -32768: 0, 340: 5, 350: 10, 368: 15, 370: 20, 373: 30, 377: 40, 379: 50, 382: 60, 387: 75, 393: 90, 397: 100,
}  # fmt: skip
"""Charge from so many hundredths of a volt on, as the manual has it."""
_RATES_HZ: Final = {0x06: 10, 0x07: 20, 0x08: 50, 0x09: 100, 0x0B: 200}
_UNITS: Final = np.array([np.deg2rad(2000.0) / 32768.0] * 3 + [16.0 * 9.80665 / 32768.0] * 3)
_CONNECTION_INTERVAL_MS: Final = 30.0
_MOST_WAITING: Final = 4096


class Frames:
    """Finds the frames in the bytes of all notifications, however they are cut.

    Nothing but its place tells a frame: where the next one does not begin as it should, the beginning is looked for
    anew. Until two heads have been as far apart as they should, no frame is believed: those of other firmware are
    longer. Samples count from where the rate is known.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._waiting: list[tuple[int, ...]] = []
        self._in_step = False
        self._knows_rate = False

    def decode(self, characteristic: Characteristic, payload: bytes) -> Packet:
        """Decode what came; a notification that completes no frame gives no samples."""
        match characteristic:
            case Characteristic.INFO:
                self._bytes.clear()  # another connection
                self._in_step = False
                return _named(payload)
            case Characteristic.STREAM:
                return self._stream(payload)
            case _:
                return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)

    def _stream(self, payload: bytes) -> Packet:
        self._bytes += payload[-_MOST_WAITING:]
        told: Packet | None = None
        found = passed = 0
        while len(self._bytes) >= _FRAME.size:
            head, kind, *values = _FRAME.unpack_from(self._bytes)
            if head != _HEAD or kind not in (_DATA, _REGISTERS):
                del self._bytes[0]
                self._in_step = False
                passed += 1
                continue
            if not self._in_step:
                if len(self._bytes) < _FRAME.size + len(_HEADS[0]):
                    break
                self._in_step = self._bytes.startswith(_HEADS, _FRAME.size)
                if not self._in_step:
                    del self._bytes[0]
                    passed += 1
                    continue
            del self._bytes[: _FRAME.size]
            found += 1
            if kind == _REGISTERS:
                told = _told(values) or told
                self._knows_rate |= isinstance(told, SensorConfig)
            elif self._knows_rate:
                self._waiting.append(tuple(values[:6]))
        if told is not None:
            return told  # the samples behind it come with the next ones
        if passed and not found:
            return BadPacket(BadPacketReason.WRONG_LENGTH)
        counts = np.array(self._waiting, dtype=np.int16).reshape(-1, 6)
        self._waiting = []
        clipped = bool(np.any((counts == -32768) | (counts == 32767)))
        # The frame has acceleration first.
        return SensorSamples(None, counts[:, [3, 4, 5, 0, 1, 2]] * _UNITS, clipped)


def _named(payload: bytes) -> SensorInfo | BadPacket:
    """Return who it is: its address, since it has no serial number to read."""
    if not (payload and payload.isascii() and payload.decode("ascii").isprintable()):
        return BadPacket(BadPacketReason.NOT_TEXT)
    return SensorInfo(0, 0, (0, 0, 0), 0, 0, payload.decode("ascii"))


def _told(values: list[int]) -> SensorConfig | BatteryLevel | None:
    """Return what the registers that were read tell, if they begin with one that is asked for."""
    register, value = values[0], values[1]
    if register == _RATE_REGISTER and (value & 0xFF) in _RATES_HZ:
        return SensorConfig(_RATES_HZ[value & 0xFF], 1, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)
    if register == _BATTERY_REGISTER:
        return BatteryLevel(max(percent for least, percent in _PERCENT_OF.items() if value >= least))
    return None


def _write(register: int, value: int) -> Tell:
    return Tell(Characteristic.CONTROL, bytes([0xFF, 0xAA, register, value & 0xFF, value >> 8]), response=False)


def _ask(register: int, *, must_be_0: bool = False, optional: bool = False) -> Ask:
    """Read a register; what else the stream shows meanwhile may be a reason not to use this sensor."""
    answer = bytes([_HEAD, _REGISTERS, register, 0])

    def result(value: bytes) -> int | None:
        if value.startswith(_HEADS) and len(value) > _FRAME.size + 1 and not value.startswith(_HEADS, _FRAME.size):
            return _OTHER_FRAMES
        at = value.find(answer)
        if at < 0:
            return None
        return value[at + len(answer)] if must_be_0 and len(value) > at + len(answer) else 0

    return Ask(
        Characteristic.CONTROL,
        bytes([0xFF, 0xAA, 0x27, register, 0]),
        answered_on=Characteristic.STREAM,
        result=result,
        response=False,
        refusals=_REFUSALS,
        optional=optional,
    )


_UNLOCK: Final = _write(0x69, 0xB588)
_OTHER_FRAMES: Final = 256
_REFUSALS: Final = {
    _OTHER_FRAMES: "sends frames that are not of 20 bytes: its firmware is for something else and cannot be used here",
    **dict.fromkeys(
        range(1, 256),
        "sends something else than accelerations and rates, and cannot be told to: reset it with its maker's app",
    ),
}

DRIVER: Final = Driver(
    family="witmotion",
    product="WitMotion WT901BLE or WT9011DCL",
    timing=Timing.UNSTAMPED,
    advertised=Advertised(service_uuids=(_BASE.format(0xFFE5),), name_prefixes=("WT901", "WT9011")),
    services=(_BASE.format(0xFFE5),),
    uuids={Characteristic.STREAM: _BASE.format(0xFFE4), Characteristic.CONTROL: _BASE.format(0xFFE9)},
    # Not saved: after it was switched off, the sensor is again as its owner has set it.
    preparation=(
        Subscribe(Characteristic.STREAM),
        _UNLOCK,
        Pause(0.1),
        _write(_OUTPUT_REGISTER, 0),
        Pause(0.1),
        _write(_RATE_REGISTER, 0x09),
        Pause(0.1),
        # Firmware that does not know the register sends nothing else.
        _ask(_OUTPUT_REGISTER, must_be_0=True, optional=True),
        _ask(_BATTERY_REGISTER, optional=True),
    ),
    start=(_ask(_RATE_REGISTER),),
    stop=(),
    identify=(),
    decoder=lambda: Frames().decode,
    limits=(
        "It stamps and counts nothing: a short loss cannot be told from a delay.",
        "It has no serial number to read: it is known by its address.",
    ),
)
