"""BIP v1, the project's own wire protocol: bytes to packets at the receiver, packets to bytes at the sensor.

Byte tables and their reasons: firmware_protocol/bip_v1.md. All fields are little endian. Decoding never
raises; encoding raises UnusableInputError for values that the protocol has no bytes for.
"""

from __future__ import annotations

import math
import struct
from binascii import crc_hqx
from collections.abc import Callable
from typing import Final

import numpy as np

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    Packet,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    StreamPackets,
    SyncReply,
)
from imu_hip.model.stream_run import Payloads

PROTOCOL_VERSION: Final = 1
MAX_SERIAL_BYTES: Final = 32
MAX_RATE_HZ: Final = 1000
CONNECTION_INTERVAL_UNIT_MS: Final = 1.25

_INFO: Final = struct.Struct("<HHBBBII")
_CONFIG: Final = struct.Struct("<HBfffbbbH")
_CHECKSUM: Final = struct.Struct("<H")
_STREAM: Final = struct.Struct("<BBHI")
_SYNC: Final = struct.Struct("<BI")
_CONTROL_REPLY: Final = struct.Struct("<BB")
_RESEND: Final = struct.Struct("<BIH")

_COUNT: Final = np.dtype("<i2")
_STREAM_FIELDS: Final = (("header", "u1"), ("n", "u1"), ("first_index", "<u2"), ("device_us", "<u4"))
"""`_STREAM`, as a table has it."""

_MAGNETOMETER: Final = 0x10
_RESENT: Final = 0x08
_CLIPPED: Final = 0x04
_OVERRAN: Final = 0x02
_RESERVED: Final = 0x01

_SHORTEST_INTERVAL: Final = 6
_LONGEST_INTERVAL: Final = 3200
_LONGEST_VALUE: Final = 512
_ATT_HEADER: Final = 3


def decode(characteristic: Characteristic, payload: bytes) -> Packet:
    """Decode what a sensor notified, indicated or was read; bytes that make no sense become a BadPacket."""
    return _DECODERS[characteristic](payload)


def decode_info(payload: bytes) -> SensorInfo | BadPacket:
    """Decode Info."""
    if len(payload) < _INFO.size:
        return BadPacket(BadPacketReason.TOO_SHORT)
    version, hardware_id, major, minor, patch, capabilities, boot_id = _INFO.unpack_from(payload)
    if version != PROTOCOL_VERSION:
        return BadPacket(BadPacketReason.WRONG_VERSION)
    serial = payload[_INFO.size :]
    if not 1 <= len(serial) <= MAX_SERIAL_BYTES:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    if not all(0x21 <= byte <= 0x7E for byte in serial):
        return BadPacket(BadPacketReason.NOT_TEXT)
    return SensorInfo(
        protocol_version=version,
        hardware_id=hardware_id,
        firmware_version=(major, minor, patch),
        capabilities=capabilities,
        boot_id=boot_id,
        serial=serial.decode("ascii"),
    )


def decode_config(payload: bytes) -> SensorConfig | BadPacket:
    """Decode Config, as read by the receiver or written to the sensor."""
    problem = _length_problem(payload, _CONFIG.size + _CHECKSUM.size)
    if problem is not None:
        return problem
    (checksum,) = _CHECKSUM.unpack_from(payload, _CONFIG.size)
    if checksum != crc16_ccitt_false(payload[: _CONFIG.size]):
        return BadPacket(BadPacketReason.WRONG_CHECKSUM)
    rate_hz, samples, gyr, acc, mag, x, y, z, interval = _CONFIG.unpack_from(payload)
    in_range = (
        1 <= rate_hz <= MAX_RATE_HZ
        and samples >= 1
        and 0.0 < gyr < math.inf
        and 0.0 < acc < math.inf
        and 0.0 <= mag < math.inf
        and _is_rotation(x, y, z)
        and _SHORTEST_INTERVAL <= interval <= _LONGEST_INTERVAL
    )
    if not in_range:
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    return SensorConfig(
        rate_hz=rate_hz,
        samples_per_packet=samples,
        gyr_rad_s_per_lsb=gyr,
        acc_m_s2_per_lsb=acc,
        mag_ut_per_lsb=mag,
        axis_map=(x, y, z),
        connection_interval_ms=interval * CONNECTION_INTERVAL_UNIT_MS,
    )


def decode_stream(payload: bytes) -> StreamPacket | BadPacket:
    """Decode Stream; the counts are a read-only view of the payload where that is possible."""
    if len(payload) < _STREAM.size:
        return BadPacket(BadPacketReason.TOO_SHORT)
    header, n, first_index, device_us = _STREAM.unpack_from(payload)
    if header >> 5 != PROTOCOL_VERSION:
        return BadPacket(BadPacketReason.WRONG_VERSION)
    if header & _RESERVED:
        return BadPacket(BadPacketReason.RESERVED_BIT)
    if n == 0:
        return BadPacket(BadPacketReason.NO_SAMPLES)
    channels = 9 if header & _MAGNETOMETER else 6
    if len(payload) != _STREAM.size + 2 * channels * n:
        return BadPacket(BadPacketReason.WRONG_LENGTH)
    return StreamPacket(
        first_index=first_index,
        device_us=device_us,
        counts=np.ndarray((n, channels), _COUNT, payload, _STREAM.size),
        resent=bool(header & _RESENT),
        clipped=bool(header & _CLIPPED),
        overran=bool(header & _OVERRAN),
    )


def decode_streams(payloads: Payloads) -> StreamPackets | None:
    """Decode many Stream values at once; None unless all make sense and have as many samples and channels."""
    like, lengths = decode_stream(payloads.one(0)), payloads.stop - payloads.start
    if isinstance(like, BadPacket) or np.any(lengths != lengths[0]):
        return None
    layout = np.dtype([*_STREAM_FIELDS, ("counts", _COUNT, like.counts.shape)])
    table = payloads.data[payloads.start[:, None] + np.arange(layout.itemsize)].view(layout)[:, 0]
    table.flags.writeable = False
    header = table["header"]
    kind = header & ~np.uint8(_RESENT | _CLIPPED | _OVERRAN)
    if np.any(kind != kind[0]) or np.any(table["n"] != len(like.counts)):
        return None
    return StreamPackets(
        first_index=table["first_index"].astype(np.int64),
        device_us=table["device_us"].astype(np.int64),
        counts=table["counts"],
        resent=(header & _RESENT).astype(bool),
        clipped=(header & _CLIPPED).astype(bool),
        overran=(header & _OVERRAN).astype(bool),
    )


def decode_sync_reply(payload: bytes) -> SyncReply | BadPacket:
    """Decode what Sync notifies."""
    return _length_problem(payload, _SYNC.size) or SyncReply(*_SYNC.unpack(payload))


def decode_control_reply(payload: bytes) -> ControlReply | BadPacket:
    """Decode what Control indicates; codes of later versions pass as they are."""
    return _length_problem(payload, _CONTROL_REPLY.size) or ControlReply(*_CONTROL_REPLY.unpack(payload))


def decode_battery_level(payload: bytes) -> BatteryLevel | BadPacket:
    """Decode the standard Battery Level, percent."""
    problem = _length_problem(payload, 1)
    if problem is not None:
        return problem
    return BatteryLevel(payload[0]) if payload[0] <= 100 else BadPacket(BadPacketReason.OUT_OF_RANGE)


def decode_control_request(payload: bytes) -> ControlRequest | ControlReply | BadPacket:
    """Decode what was written to Control: the request, or the reply that refuses it; no bytes: BadPacket."""
    if len(payload) == 0:
        return BadPacket(BadPacketReason.TOO_SHORT)
    opcode = payload[0]
    if opcode not in _OPCODES:
        return ControlReply(opcode, ControlResult.UNKNOWN_OPCODE)
    if len(payload) != (_RESEND.size if opcode == ControlOpcode.RESEND else 1):
        return ControlReply(opcode, ControlResult.WRONG_LENGTH)
    if opcode != ControlOpcode.RESEND:
        return ControlRequest(ControlOpcode(opcode))
    _, first_index, count = _RESEND.unpack(payload)
    if count == 0:
        return ControlReply(opcode, ControlResult.OUT_OF_RANGE)
    return ControlRequest(ControlOpcode.RESEND, first_index, count)


def decode_sync_request(payload: bytes) -> int | BadPacket:
    """Decode what was written to Sync: the token, 0 to 255."""
    problem = _length_problem(payload, 1)
    return payload[0] if problem is None else problem


def encode_info(info: SensorInfo) -> bytes:
    """Encode Info."""
    head = _pack(
        _INFO,
        info.protocol_version,
        info.hardware_id,
        *info.firmware_version,
        info.capabilities,
        info.boot_id,
    )
    return _checked(head + info.serial.encode("utf-8", "surrogatepass"), decode_info)


def encode_config(config: SensorConfig) -> bytes:
    """Encode Config; scales are rounded to float32, the connection interval must be a multiple of 1.25 ms."""
    interval = config.connection_interval_ms / CONNECTION_INTERVAL_UNIT_MS
    if not interval.is_integer():
        raise _refusal(f"connection interval {config.connection_interval_ms} ms is not a multiple of 1.25 ms")
    fields = _pack(
        _CONFIG,
        config.rate_hz,
        config.samples_per_packet,
        config.gyr_rad_s_per_lsb,
        config.acc_m_s2_per_lsb,
        config.mag_ut_per_lsb,
        *config.axis_map,
        int(interval),
    )
    return _checked(fields + _CHECKSUM.pack(crc16_ccitt_false(fields)), decode_config)


def encode_stream(packet: StreamPacket) -> bytes:
    """Encode Stream; nine columns of counts say that there is a magnetometer."""
    if packet.counts.dtype != np.int16 or packet.counts.ndim != 2 or packet.counts.shape[1] not in (6, 9):
        raise _refusal(f"counts are {packet.counts.dtype} {packet.counts.shape}, not int16 (n, 6) or (n, 9)")
    header = (
        PROTOCOL_VERSION << 5
        | (_MAGNETOMETER if packet.counts.shape[1] == 9 else 0)
        | (_RESENT if packet.resent else 0)
        | (_CLIPPED if packet.clipped else 0)
        | (_OVERRAN if packet.overran else 0)
    )
    head = _pack(_STREAM, header, len(packet.counts), packet.first_index, packet.device_us)
    return _checked(head + packet.counts.astype("<i2", copy=False).tobytes(), decode_stream)


def encode_sync_request(token: int) -> bytes:
    """Encode what the receiver writes to Sync."""
    return _pack(struct.Struct("<B"), token)


def encode_sync_reply(reply: SyncReply) -> bytes:
    """Encode what Sync notifies."""
    return _pack(_SYNC, reply.token, reply.device_us)


def encode_control_request(request: ControlRequest) -> bytes:
    """Encode what the receiver writes to Control."""
    if request.opcode is not ControlOpcode.RESEND:
        return bytes([request.opcode])
    if request.count == 0:
        raise _refusal("a resend of 0 samples")
    return _pack(_RESEND, request.opcode, request.first_index, request.count)


def encode_control_reply(reply: ControlReply) -> bytes:
    """Encode what Control indicates."""
    return _pack(_CONTROL_REPLY, reply.opcode, reply.result)


def encode_battery_level(level: BatteryLevel) -> bytes:
    """Encode the standard Battery Level."""
    return _checked(_pack(struct.Struct("<B"), level.percent), decode_battery_level)


def crc16_ccitt_false(data: bytes) -> int:
    """Compute CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected, no final xor.

    The check value, of b"123456789", is 0x29B1.
    """
    return crc_hqx(data, 0xFFFF)


def max_samples_per_packet(att_mtu: int, *, magnetometer: bool) -> int:
    """How many samples one notification carries at this ATT MTU (0 when not even one fits)."""
    room = min(att_mtu - _ATT_HEADER, _LONGEST_VALUE) - _STREAM.size
    return max(0, room // (18 if magnetometer else 12))


def _is_rotation(x: int, y: int, z: int) -> bool:
    """Tell whether signed axes 1, 2, 3 name each axis once and stay right-handed (determinant +1)."""
    a, b, c = abs(x), abs(y), abs(z)
    return {a, b, c} == {1, 2, 3} and (b - a) * (c - a) * (c - b) * x * y * z > 0


def _length_problem(payload: bytes, length: int) -> BadPacket | None:
    if len(payload) == length:
        return None
    return BadPacket(BadPacketReason.TOO_SHORT if len(payload) < length else BadPacketReason.WRONG_LENGTH)


def _pack(layout: struct.Struct, *fields: float) -> bytes:
    try:
        return layout.pack(*fields)
    except (struct.error, OverflowError) as error:
        raise _refusal(f"{fields}: {error}") from error


def _checked(payload: bytes, decode_value: Callable[[bytes], object]) -> bytes:
    """Return the payload if the receiver will believe it."""
    decoded = decode_value(payload)
    if isinstance(decoded, BadPacket):
        raise _refusal(f"a receiver would refuse {payload.hex()} ({decoded.reason})")
    return payload


def _refusal(why: str) -> UnusableInputError:
    return UnusableInputError(Reason.WRONG_VALUE, f"BIP v1 cannot carry this: {why}; see firmware_protocol/bip_v1.md")


_OPCODES: Final = frozenset(ControlOpcode)

_DECODERS: Final[dict[Characteristic, Callable[[bytes], Packet]]] = {
    Characteristic.INFO: decode_info,
    Characteristic.CONFIG: decode_config,
    Characteristic.CONTROL: decode_control_reply,
    Characteristic.STREAM: decode_stream,
    Characteristic.SYNC: decode_sync_reply,
    Characteristic.BATTERY: decode_battery_level,
}
