"""Pick MCAP bytes apart (https://mcap.dev/spec), believing only what checks out; pure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import zstandard
from mcap.opcode import Opcode

from imu_hip.model.errors import Reason

MAGIC = b"\x89MCAP0\r\n"
LARGEST_CHUNK_BYTES = 16 << 20
"""Unpacked. The writer closes chunks at 1 MiB; the limit keeps damaged sizes from eating the memory."""
LARGEST_RECORD_BYTES = LARGEST_CHUNK_BYTES + 4096
_UNPACKED_BYTES = 64 << 20
_UNPACKED_TIMES = 32
"""Movements unpack to two or three times their size, and small files of nothing but zeros to two hundred times."""

_PREFIX = struct.Struct("<BQ")
PREFIX_BYTES = _PREFIX.size
_CHUNK_HEAD = struct.Struct("<QQQII")
_CHANNEL_HEAD = struct.Struct("<HHI")
_MESSAGE = struct.Struct("<BQHIQQ")
"""With its prefix."""
MESSAGE_BYTES = _MESSAGE.size
# A plain number: every message of a recording is compared with it.
MESSAGE_OPCODE = int(Opcode.MESSAGE)
_KNOWN = frozenset(int(opcode) for opcode in Opcode)


class Record(NamedTuple):
    """One record: [start, end) with its prefix, its content from `body` on."""

    opcode: int
    start: int
    body: int
    end: int


class BrokenRecordError(ValueError):
    """Bytes at `offset` are not what they should be."""

    def __init__(self, offset: int, why: str, reason: Reason = Reason.DAMAGED) -> None:
        super().__init__(why)
        self.offset = offset
        self.reason = reason


class NoRecordingError(BrokenRecordError):
    """The bytes are something else: nothing in them is to be saved."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why, Reason.WRONG_FORMAT)


def record_at(data: bytes, offset: int) -> Record:
    """Frame the record at `offset`. Raises BrokenRecordError."""
    return framed(data[offset : offset + PREFIX_BYTES], offset, len(data))


def framed(prefix: bytes, offset: int, size: int) -> Record:
    """Frame a record by its prefix, at `offset` of a file of `size` bytes. Raises BrokenRecordError."""
    body = offset + _PREFIX.size
    if body > size:
        raise BrokenRecordError(offset, "the file ends early", Reason.TRUNCATED)
    opcode, length = _PREFIX.unpack(prefix)
    if opcode not in _KNOWN:
        raise BrokenRecordError(offset, f"no record begins with {opcode:#04x}")
    if length > size - body and length <= LARGEST_RECORD_BYTES:
        raise BrokenRecordError(offset, "the file ends within a record", Reason.TRUNCATED)
    if length > LARGEST_RECORD_BYTES:
        raise BrokenRecordError(offset, f"a record of {length} bytes, as no recording has one")
    return Record(opcode, offset, body, body + length)


class ChunkHead(NamedTuple):
    """What a chunk says of itself: bytes unpacked, their checksum, and where what is packed begins and how."""

    size: int
    crc: int
    at: int
    compression: bytes


def chunk_head(data: bytes, chunk: Record) -> ChunkHead:
    """Return a chunk's head. Raises BrokenRecordError unless its sizes fit."""
    try:
        _, _, size, crc, name_length = _CHUNK_HEAD.unpack_from(data, chunk.body)
        at = chunk.body + _CHUNK_HEAD.size
        compression = data[at : at + name_length]
        at += name_length
        (packed_size,) = struct.unpack_from("<Q", data, at)
        at += 8
    except struct.error:
        raise BrokenRecordError(chunk.start, "a chunk is shorter than its head") from None
    if at + packed_size != chunk.end or size > LARGEST_CHUNK_BYTES or compression not in (b"zstd", b""):
        raise BrokenRecordError(chunk.start, "a chunk's head makes no sense")
    return ChunkHead(size, crc, at, compression)


def most_unpacked(file_bytes: int) -> int:
    """Return to how many bytes the chunks of a file of this size may unpack, all together."""
    return _UNPACKED_BYTES + _UNPACKED_TIMES * file_bytes


def chunk_content(data: bytes, chunk: Record) -> bytes:
    """Unpack a chunk. Raises BrokenRecordError unless its sizes fit and its checksum holds."""
    size, crc, at, compression = chunk_head(data, chunk)
    content = data[at : chunk.end]
    if compression == b"zstd":
        try:
            if zstandard.frame_content_size(content) != size:
                raise BrokenRecordError(chunk.start, "a chunk's sizes contradict each other")
            content = zstandard.ZstdDecompressor().decompress(content, size)
        except zstandard.ZstdError:
            raise BrokenRecordError(chunk.start, "a chunk cannot be unpacked") from None
    if len(content) != size or zlib.crc32(content) != crc:
        raise BrokenRecordError(chunk.start, "a chunk's checksum is wrong")
    return content


def chunk_messages(content: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield the fields of a chunk's messages in file order: channel, number, t_ns, payload.

    Raises ValueError unless it is made of whole records.
    """
    at, size = 0, len(content)
    prefix_size, whole_size, unpack = _PREFIX.size, _MESSAGE.size, _MESSAGE.unpack_from
    while at < size:
        # Nearly every record is a message: prefix and head at once, and what is none is looked at again.
        if at + whole_size <= size:
            opcode, length, channel_id, sequence, log_time, _ = unpack(content, at)
        elif at + prefix_size <= size:
            opcode, length = _PREFIX.unpack_from(content, at)
        else:
            raise ValueError("a record within a chunk is cut off")
        end = at + prefix_size + length
        if end > size or (opcode == MESSAGE_OPCODE and end < at + whole_size):
            raise ValueError("a record within a chunk is cut off")
        if opcode == MESSAGE_OPCODE:
            yield channel_id, sequence, log_time, content[at + whole_size : end]
        at = end


def strings(data: bytes, start: int, end: int) -> list[str]:
    """Split [start, end) into length-prefixed UTF-8 strings. Raises ValueError unless they fill it."""
    found = []
    while start < end:
        if start + 4 > end:
            raise ValueError("a string is cut off")
        (length,) = struct.unpack_from("<I", data, start)
        start += 4 + length
        if start > end:
            raise ValueError("a string is cut off")
        found.append(data[start - length : start].decode())
    return found


def profile(data: bytes, header: Record) -> str:
    """Return the profile that a header record names. Raises ValueError."""
    return strings(data, header.body, header.end)[0]


def channel(data: bytes, record: Record) -> tuple[int, str]:
    """Return the id and topic that a channel record ties together. Raises ValueError."""
    try:
        channel_id, _, topic_length = _CHANNEL_HEAD.unpack_from(data, record.body)
    except struct.error:
        raise ValueError("a channel record is cut off") from None
    topic = record.body + _CHANNEL_HEAD.size
    return channel_id, data[topic : min(topic + topic_length, record.end)].decode()


def metadata(data: bytes, record: Record) -> tuple[str, dict[str, str]]:
    """Return a metadata record's name and entries. Raises ValueError."""
    if record.body + 4 > record.end:
        raise ValueError("a metadata record is cut off")
    (name_length,) = struct.unpack_from("<I", data, record.body)
    entries = record.body + 4 + name_length
    if entries + 4 > record.end:
        raise ValueError("a metadata record is cut off")
    (name,) = strings(data, record.body, entries)
    words = strings(data, entries + 4, record.end)
    return name, dict(zip(words[::2], words[1::2], strict=True))
