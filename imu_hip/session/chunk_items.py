"""Chunks to items: one at a time, or many at once as arrays, where nothing is odd about any."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.item import NumberedItem
from imu_hip.model.stream_run import LATEST_NS, TICK, Payloads, StreamRun
from imu_hip.session.layout import KIND_OF_CHANNEL, OTHER, from_message
from imu_hip.session.mcap_parse import (
    MESSAGE_BYTES,
    MESSAGE_OPCODE,
    PREFIX_BYTES,
    BrokenRecordError,
    Record,
    chunk_content,
    chunk_messages,
)

Stored = NumberedItem | StreamRun

Ints = NDArray[np.int64]

_ODD: Final = -1
_MESSAGE_FIELDS: Final = 22
"""Channel, sequence, log time, publish time: the bytes of a message before its payload."""
_NUMBER, _T_NS, _CHANNEL, _KIND, _START, _STOP = range(6)
_COLUMNS: Final = 6


def chunk_items(data: bytes, chunk: Record) -> list[NumberedItem]:
    """Return a chunk's items. Raises BrokenRecordError."""
    return _one_by_one(chunk.start, chunk_content(data, chunk))


def items_of_chunks(chunks: Sequence[tuple[int, bytes]], last_number: int) -> list[Stored]:
    """Return the items of chunks, each where it begins in the file and what it contains.

    `last_number`: of the item before them. Raises BrokenRecordError, with the place in the file.
    """
    ends = np.cumsum([len(content) for _, content in chunks], dtype=np.int64)
    data = np.frombuffer(bytearray().join(content for _, content in chunks), dtype=np.uint8)
    table = np.empty((len(data) // MESSAGE_BYTES + 1, _COLUMNS), dtype=np.int64)
    n = _frame(data, ends, KIND_OF_CHANNEL, last_number, table) if len(data) else 0
    if n != _ODD:
        with suppress(ValueError, RecursionError):  # the slow way finds out which chunk it is
            return _stored(data, table[:n])
    return _in_order(chunks, last_number)


def _one_by_one(offset: int, content: bytes) -> list[NumberedItem]:
    try:
        return [from_message(message) for message in chunk_messages(content)]
    except (ValueError, RecursionError) as error:
        raise BrokenRecordError(offset, f"a chunk holds what no recording does: {error}") from error


def _in_order(chunks: Sequence[tuple[int, bytes]], last_number: int) -> list[Stored]:
    found: list[Stored] = []
    for offset, content in chunks:
        for numbered in _one_by_one(offset, content):
            if numbered.number <= last_number:
                raise BrokenRecordError(offset, f"item {numbered.number} comes after item {last_number}")
            last_number = numbered.number
            found.append(numbered)
    return found


def _stored(data: NDArray[np.uint8], table: Ints) -> list[Stored]:
    found: list[Stored] = []
    begin = 0
    for place in (*np.flatnonzero(table[:, _KIND] == OTHER).tolist(), len(table)):
        if begin < place:
            run = table[begin:place]
            payloads = Payloads(data, run[:, _START], run[:, _STOP])
            found.append(StreamRun(run[:, _NUMBER], run[:, _T_NS], run[:, _KIND], payloads))
        if place < len(table):
            number, t_ns, channel, _, start, stop = table[place].tolist()
            found.append(from_message((channel, number, t_ns, data[start:stop].tobytes())))
        begin = place + 1
    return found


@compiled
def _little(data: NDArray[np.uint8], at: int, size: int) -> int:
    """Return the unsigned number at a place, of at most seven bytes."""
    value = 0
    for k in range(size - 1, -1, -1):
        value = value * 256 + int(data[at + k])
    return value


@compiled
def _frame(data: NDArray[np.uint8], ends: Ints, kind_of_channel: Ints, last_number: int, table: Ints) -> int:
    """Write a row for each message and return how many there are, or _ODD: then it takes a closer look.

    Odd is what is cut off, a number that does not rise, and a time that a run cannot hold.
    """
    n, at = 0, 0
    for end in ends:
        while at < end:
            if at + PREFIX_BYTES > end or data[at + 8] != 0 or data[at + 7] != 0:
                return _ODD
            length = _little(data, at + 1, 6)
            body = at + PREFIX_BYTES
            stop = body + length
            if stop > end:
                return _ODD
            if data[at] == MESSAGE_OPCODE:
                if length < _MESSAGE_FIELDS:
                    return _ODD
                channel, number = _little(data, body, 2), _little(data, body + 2, 4)
                highest = int(data[body + 13])
                if number <= last_number or highest > LATEST_NS >> 56:
                    return _ODD
                last_number = number
                start = body + _MESSAGE_FIELDS
                kind = kind_of_channel[channel] if channel < len(kind_of_channel) else OTHER
                if kind == TICK and not (stop == start + 2 and data[start] == 0x7B and data[start + 1] == 0x7D):
                    kind = OTHER
                table[n, _NUMBER] = number
                table[n, _T_NS] = _little(data, body + 6, 7) + highest * (1 << 56)
                table[n, _CHANNEL] = channel
                table[n, _KIND] = kind
                table[n, _START] = start
                table[n, _STOP] = stop
                n += 1
            at = stop
    return n
