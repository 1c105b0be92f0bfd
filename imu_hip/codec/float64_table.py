"""Samples of foreign files as a lossless block: the payload that an import stores in place of a notification.

Layout, little endian: u8 flags (bit 0 magnetometer, others 0), u32 n, then n float64 each of t_s, gyr x y z
(rad/s), acc x y z (m/s²) and, with the flag, mag x y z (µT): whole columns one after another. All values are
finite and t_s increases strictly.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import BadPacket, BadPacketReason, Packet, TimedSamples, TimedTables
from imu_hip.model.stream_run import Payloads

_HEAD: Final = struct.Struct("<BI")
_MAGNETOMETER: Final = 0x01


def decode(characteristic: Characteristic, payload: bytes) -> Packet:
    """Decode a block of samples; a table has a stream and nothing else. Never raises."""
    if characteristic is not Characteristic.STREAM:
        return BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)
    shape = _shape(payload)
    if isinstance(shape, BadPacketReason):
        return BadPacket(shape)
    columns, n = shape
    table = np.frombuffer(payload, "<f8", offset=_HEAD.size).reshape(columns, n)
    if not np.isfinite(table).all() or not (table[0, 1:] > table[0, :-1]).all():
        return BadPacket(BadPacketReason.OUT_OF_RANGE)
    return TimedSamples(
        t_s=_rows(table[0]),
        gyr=_rows(table[1:4].T),
        acc=_rows(table[4:7].T),
        mag=_rows(table[7:10].T) if columns == 10 else None,
    )


def decode_streams(payloads: Payloads) -> TimedTables | None:
    """Decode many blocks at once; None unless all make sense and have the same columns."""
    values = [payloads.one(k) for k in range(len(payloads))]
    shapes = [shape for shape in map(_shape, values) if not isinstance(shape, BadPacketReason)]
    if len(shapes) < len(values) or len({columns for columns, _ in shapes}) > 1:
        return None
    pairs = zip(values, shapes, strict=True)
    blocks = [np.frombuffer(payload, "<f8", offset=_HEAD.size).reshape(shape) for payload, shape in pairs]
    table = np.concatenate(blocks, axis=1)
    stops = np.cumsum([n for _, n in shapes])
    rising = table[0, 1:] > table[0, :-1]
    rising[stops[:-1] - 1] = True  # between blocks is not the codec's business
    if not (np.isfinite(table).all() and rising.all()):
        return None
    return TimedTables(table[0].copy(), np.ascontiguousarray(table[1:].T, dtype=np.float64), stops)


def encode(samples: TimedSamples) -> bytes:
    """Encode a block so that decoding gives the same bits back.

    Raises
    ------
    UnusableInputError
        No samples, columns of different lengths, a value that is not finite, or time that does not increase.
    """
    vectors = [samples.gyr, samples.acc] + ([] if samples.mag is None else [samples.mag])
    n = len(samples.t_s)
    shapes = [samples.t_s.shape, *(vector.shape for vector in vectors)]
    if shapes != [(n,)] + [(n, 3)] * len(vectors):
        raise UnusableInputError(
            Reason.WRONG_VALUE, f"a table of samples needs (n,) times and (n, 3) vectors, not {shapes}"
        )
    table = np.vstack([samples.t_s, *(vector.T for vector in vectors)]).astype("<f8")
    payload = _HEAD.pack(0 if samples.mag is None else _MAGNETOMETER, n) + table.tobytes()
    decoded = decode(Characteristic.STREAM, payload)
    if isinstance(decoded, BadPacket):
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"a table of {n} samples cannot be stored ({decoded.reason}): "
            "it needs samples, finite values and increasing time",
        )
    return payload


def _shape(payload: bytes) -> tuple[int, int] | BadPacketReason:
    """Return the columns and rows that a block says it has, if it is as long as it says."""
    if len(payload) < _HEAD.size:
        return BadPacketReason.TOO_SHORT
    flags, n = _HEAD.unpack_from(payload)
    if flags & ~_MAGNETOMETER:
        return BadPacketReason.RESERVED_BIT
    if n == 0:
        return BadPacketReason.NO_SAMPLES
    columns = 10 if flags & _MAGNETOMETER else 7
    return (columns, n) if len(payload) == _HEAD.size + 8 * columns * n else BadPacketReason.WRONG_LENGTH


def _rows(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Copy to aligned, row-major, read-only native floats: every reader gets the same memory layout."""
    rows = np.array(values, dtype=np.float64, order="C")
    rows.flags.writeable = False
    return rows
