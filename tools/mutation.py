"""Damage to files that a stranger could have done: to bytes, to words of a text, to the records of a recording."""

from __future__ import annotations

import json
import math
import random
import re
import struct
import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import zstandard
from mcap.opcode import Opcode

from imu_hip.session.mcap_parse import MAGIC, BrokenRecordError, chunk_content, metadata, record_at
from imu_hip.session.setup_json import metadata_entries

_STRANGE_TEXTS = (
    *(
        "",
        "a",
        "../../x",
        "..",
        "/",
        "\0",
        "\x1b[2J",
        "\ud800",
        "\u202e",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ),
    *("x" * 5000, "internal", "left", "prone", "-", "1", "=cmd()", "<b>", "p-a/../..", "C:\\x", "nul"),
)
_STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 10**9, 2**31, 2**62, 2**63, 2**64, 10**400, -(10**19), 0.5, 1e308, -1e308, 5e-324),
    *(math.nan, math.inf, [], {}, [[]], [None], {"a": 1}, ["a", "b"], [{}], [[1, 2]] * 50),
)

Mutation = Callable[[random.Random, bytes], bytes]

_SIZES = (0, 1, 0x7F, 0x80, 0xFF, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**63, 2**64 - 1)
_TOKEN = re.compile(r'"[^"\n]*"|[A-Za-z_]+|[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\s+|.', re.DOTALL)
_WORDS = (
    *(
        "",
        "0",
        "-1",
        "1",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        '""',
        '"',
        "'",
        ",",
        "\n",
        "\r",
        "[[",
        "]]",
        "=",
        "#",
        ".",
    ),
    *("nan", "NaN", "inf", "Infinity", "1e308", "-1e308", "1e999", "5e-324", "1e-320", "-9e9", "9e9", "9999999999"),
    *("9223372036854775808", "18446744073709551616", "9" * 400, "9" * 5000, "0x" + "f" * 5000, "1979-05-27T07:32:00Z"),
    *('"\\ud800"', '"../../x"', '"\\u001b[2J"', "\0", "\x1b[2J", "\u202e", "\ufeff", "\u2028", "\u0660", "x" * 200_000),
    *("[" * 3000, '{"a":' * 3000, "[" * 100_000, "a." * 2000, "a." * 40_000 + "a=1", "{a=" * 3000, '"""', "'''", "\\"),
)


def damaged_bytes(rng: random.Random, seed: bytes) -> bytes:
    """Flip, cut, insert, repeat, and write sizes that are none over what is there."""
    value = bytearray(seed)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randrange(len(value) + 1)
        size = min(rng.choice((1, 4, 16, 256, 4096)), len(value) - at)
        way = rng.randrange(7)
        if way == 0 and at < len(value):
            value[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            del value[at : at + size]
        elif way == 2:
            value[at:at] = rng.randbytes(rng.randrange(1, 40))
        elif way == 3:
            value[at:at] = value[at : at + size] * rng.choice((1, 2, 50))
        elif way == 4:
            number = struct.pack("<Q", rng.choice(_SIZES))[: rng.choice((1, 2, 4, 8))]
            value[at : at + len(number)] = number
        elif way == 5:
            value[at : at + size] = bytes(size)
        elif rng.random() < 0.2:
            del value[at:]
    return bytes(value)


def damaged_text(rng: random.Random, seed: bytes) -> bytes:
    """Put words where they do not belong; drop, repeat and swap words and lines."""
    tokens = _TOKEN.findall(seed.decode("utf-8", "replace"))
    for _ in range(rng.choice((1, 1, 2, 4))):
        if not tokens:
            break
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        way = rng.randrange(6)
        if way <= 1:
            tokens[at] = rng.choice(_WORDS)
        elif way == 2:
            tokens.insert(at, rng.choice(_WORDS))
        elif way == 3:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif way == 4:
            del tokens[min(at, other) : min(at, other) + rng.choice((1, 2, 30))]
        else:
            tokens[at:at] = tokens[at : at + rng.choice((1, 2, 30))] * rng.choice((1, 3))
    return "".join(tokens).encode("utf-8", "replace")


def damaged_json(rng: random.Random, seed: bytes) -> bytes:
    """Put another value in the place of one, anywhere, or drop it, or give it another name."""
    whole: list[Any] = [json.loads(seed)]
    for _ in range(rng.choice((1, 1, 2, 4))):
        at: Any = whole
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = rng.choice(keys)
            if isinstance(at[key], dict | list) and at[key] and rng.random() < 0.85:
                at = at[key]
                continue
            way = rng.randrange(8)
            if way == 0 and at is not whole:
                del at[key]
            elif way == 1 and isinstance(at, dict):
                at[rng.choice(_STRANGE_TEXTS)] = at.pop(key)
            else:
                at[key] = deepcopy(rng.choice((*_STRANGE, *_STRANGE_TEXTS)))
            break
    return json.dumps(whole[0] if whole else None, ensure_ascii=rng.random() < 0.9).encode("utf-8", "replace")


class _Record(NamedTuple):
    opcode: int
    body: bytes


def damaged_recording(rng: random.Random, seed: bytes) -> bytes:
    """Change records and the messages in chunks, with checksums that hold: what looks sound to the outer layers."""
    records = _records(seed)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(records))
        opcode, body = records[at]
        way = rng.randrange(8)
        if way == 0:
            del records[at]
        elif way == 1:
            records.insert(rng.randrange(len(records)), records[at])
        elif way == 2:
            records[at] = _Record(rng.choice((opcode, rng.randrange(256))), damaged_bytes(rng, body))
        elif way == 3:
            records[at] = _Record(Opcode.CHUNK, _bomb(rng))
        elif way == 4:
            described = [k for k, record in enumerate(records) if record.opcode == Opcode.METADATA]
            for k in described:
                records[k] = _Record(Opcode.METADATA, _other_setup(rng, records[k].body))
        else:
            chunks = [k for k, record in enumerate(records) if record.opcode == Opcode.CHUNK]
            if chunks:
                at = rng.choice(chunks)
                records[at] = _Record(Opcode.CHUNK, _damaged_chunk(rng, records[at].body))
        if not records:
            break
    return _joined(records)


def _other_setup(rng: random.Random, body: bytes) -> bytes:
    """Return the description of a session with other values and a checksum that holds."""
    frame = _framed(Opcode.METADATA, body)
    try:
        name, entries = metadata(frame, record_at(frame, 0))
        text = damaged_json(rng, entries["setup"].encode()).decode()
    except (KeyError, ValueError):
        return body
    words = [word.encode() for entry in metadata_entries(text).items() for word in entry]
    inside = b"".join(struct.pack("<I", len(word)) + word for word in words)
    return struct.pack("<I", len(name)) + name.encode() + struct.pack("<I", len(inside)) + inside


def _records(data: bytes) -> list[_Record]:
    found, at = [], len(MAGIC)
    while at < len(data) - len(MAGIC):
        try:
            record = record_at(data, at)
        except BrokenRecordError:  # cut off there
            break
        found.append(_Record(record.opcode, data[record.body : record.end]))
        at = record.end
    return found


def _joined(records: list[_Record]) -> bytes:
    data = bytearray(MAGIC)
    for opcode, body in records:
        whole = struct.pack("<I", zlib.crc32(data)) if opcode == Opcode.DATA_END else body
        data += _framed(opcode, whole)
    return bytes(data + MAGIC)


def _framed(opcode: int, body: bytes) -> bytes:
    return struct.pack("<BQ", opcode & 0xFF, len(body)) + body


def _chunk(rng: random.Random, content: bytes, size: int | None = None) -> bytes:
    name, packed = rng.choice(((b"zstd", zstandard.ZstdCompressor(level=1).compress(content)), (b"", content)))
    head = struct.pack("<QQQI", 0, 2**63, len(content) if size is None else size, zlib.crc32(content))
    return head + struct.pack("<I", len(name)) + name + struct.pack("<Q", len(packed)) + packed


def _bomb(rng: random.Random) -> bytes:
    """Return a chunk that is small and does not stay so, or says so only."""
    if rng.random() < 0.5:
        return _chunk(rng, b"", size=rng.choice((2**31, 2**40, 2**63)))
    size = rng.choice((1 << 20, 1 << 24, 1 << 26))
    message = _framed(Opcode.MESSAGE, struct.pack("<HIQQ", 10, rng.randrange(2**32), 0, 0) + bytes(size))
    content = message if rng.random() < 0.5 else _framed(Opcode.MESSAGE, struct.pack("<HIQQ", 28, 0, 0, 0)) * 100_000
    packed = zstandard.ZstdCompressor(level=1).compress(content)
    head = struct.pack("<QQQI", 0, 0, len(content), zlib.crc32(content))
    return head + struct.pack("<I", 4) + b"zstd" + struct.pack("<Q", len(packed)) + packed


def _damaged_chunk(rng: random.Random, body: bytes) -> bytes:
    frame = _framed(Opcode.CHUNK, body)
    try:
        content = chunk_content(frame, record_at(frame, 0))
        records, at = [], 0
        while at < len(content):
            record = record_at(content, at)
            records.append(_Record(record.opcode, content[record.body : record.end]))
            at = record.end
    except BrokenRecordError:
        return damaged_bytes(rng, body)
    for _ in range(rng.choice((1, 1, 3, 20))):
        if records:
            k = rng.randrange(len(records))
            records[k] = _Record(records[k].opcode, _damaged_message(rng, records[k].body))
    content = b"".join(_framed(*record) for record in records)
    return _chunk(rng, damaged_bytes(rng, content) if rng.random() < 0.1 else content)


def _damaged_message(rng: random.Random, body: bytes) -> bytes:
    head, payload = bytearray(body[:22]), body[22:]
    way = rng.randrange(6)
    if way == 0:
        head[:2] = struct.pack("<H", rng.choice((0, 1, 10, 25, 28, 30, 31, 65535, rng.randrange(40))))
    elif way == 1:
        head[2:6] = struct.pack("<I", rng.choice((0, 2**32 - 1, rng.randrange(2**32))))
    elif way == 2:
        head[6:14] = struct.pack("<Q", rng.choice((0, 2**63, 2**64 - 1, rng.randrange(2**64))))
    elif way == 3:
        payload = damaged_text(rng, payload)
    elif way == 4:
        payload = struct.pack("<d", rng.choice((0.0, 1e308, -1e308, float("nan"), 1e10, 5e-324))) * rng.choice(
            (1, 8, 80)
        )
    else:
        payload = damaged_bytes(rng, payload)
    return bytes(head) + payload
