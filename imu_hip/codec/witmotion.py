"""WitMotion WT901BLE and WT9011DCL: a stream of bytes in frames of 20, without counter, time or checksum.

Source: WitMotion's BLE 5.0 protocol; byte tables in firmware_protocol/witmotion.md.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imu_hip.model.driver import Advertised, Ask, Driver, Pause, Subscribe, Tell, Timing
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import BadPacket, BadPacketReason, Packet, SensorConfig, SensorInfo, SensorSamples

_BASE: Final = "0000{:04x}-0000-1000-8000-00805f9a34fb"
"""Almost that of the Bluetooth SIG: 9a34fb, not 9b34fb."""
_FRAME: Final = struct.Struct("<BB9h")
_HEAD: Final = 0x55
_DATA: Final = 0x61
_REGISTERS: Final = 0x71
_RATE_REGISTER: Final = 0x03
_RATES_HZ: Final = {0x06: 10, 0x07: 20, 0x08: 50, 0x09: 100, 0x0B: 200}
_UNITS: Final = np.array([np.deg2rad(2000.0) / 32768.0] * 3 + [16.0 * 9.80665 / 32768.0] * 3)
_CONNECTION_INTERVAL_MS: Final = 30.0
_MOST_WAITING: Final = 4096


class Frames:
    """Finds the frames in the bytes of all notifications, however they are cut.

    Nothing but its place tells a frame: where the next one does not begin as it should, the beginning is looked for
    anew. Samples count from where the rate is known.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._waiting: list[tuple[int, ...]] = []
        self._knows_rate = False

    def decode(self, characteristic: Characteristic, payload: bytes) -> Packet:
        """Decode what came; a notification that completes no frame gives no samples."""
        match characteristic:
            case Characteristic.INFO:
                self._bytes.clear()  # another connection
                return _named(payload)
            case Characteristic.STREAM:
                return self._stream(payload)
            case _:
                return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)

    def _stream(self, payload: bytes) -> Packet:
        self._bytes += payload[-_MOST_WAITING:]
        config: Packet | None = None
        found = passed = 0
        while len(self._bytes) >= _FRAME.size:
            head, kind, *values = _FRAME.unpack_from(self._bytes)
            if head != _HEAD or kind not in (_DATA, _REGISTERS):
                del self._bytes[0]
                passed += 1
                continue
            del self._bytes[: _FRAME.size]
            found += 1
            if kind == _REGISTERS:
                config = _config(values) or config
                self._knows_rate |= config is not None
            elif self._knows_rate:
                self._waiting.append(tuple(values[:6]))
        if config is not None:
            return config  # the samples behind it come with the next ones
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


def _config(values: list[int]) -> SensorConfig | None:
    """Return the rate, if the registers that were read begin with it."""
    register, value = values[0], values[1]
    rate_hz = _RATES_HZ.get(value & 0xFF)
    if register != _RATE_REGISTER or rate_hz is None:
        return None
    return SensorConfig(rate_hz, 1, 1.0, 1.0, 0.0, (1, 2, 3), _CONNECTION_INTERVAL_MS)


def _write(register: int, value: int) -> Tell:
    return Tell(Characteristic.CONTROL, bytes([0xFF, 0xAA, register, value & 0xFF, value >> 8]), response=False)


_UNLOCK: Final = _write(0x69, 0xB588)
_ASK_RATE: Final = Ask(
    Characteristic.CONTROL,
    bytes([0xFF, 0xAA, 0x27, _RATE_REGISTER, 0]),
    answered_on=Characteristic.STREAM,
    result=lambda value: 0 if bytes([_HEAD, _REGISTERS, _RATE_REGISTER, 0]) in value else None,
    response=False,
)

DRIVER: Final = Driver(
    family="witmotion",
    product="WitMotion WT901BLE or WT9011DCL",
    timing=Timing.UNSTAMPED,
    advertised=Advertised(service_uuids=(_BASE.format(0xFFE5),), name_prefixes=("WT901", "WT9011")),
    services=(_BASE.format(0xFFE5),),
    uuids={Characteristic.STREAM: _BASE.format(0xFFE4), Characteristic.CONTROL: _BASE.format(0xFFE9)},
    # Not saved: after it was switched off, the sensor is again as its owner has set it.
    preparation=(Subscribe(Characteristic.STREAM), _UNLOCK, Pause(0.1), _write(_RATE_REGISTER, 0x09), Pause(0.1)),
    start=(_ASK_RATE,),
    stop=(),
    identify=(),
    decoder=lambda: Frames().decode,
    limits=(
        "It stamps and counts nothing: a short loss cannot be told from a delay.",
        "It has no serial number to read: it is known by its address.",
    ),
)
