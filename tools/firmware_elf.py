"""Read a compiled object for ARM: how many bytes it takes, and what it needs from elsewhere."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_SECTION_TABLE = struct.Struct("<32xI10xHH")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_SYMBOL_TABLE, _NO_BITS = 2, 8
_WRITABLE, _ALLOCATED = 1, 2


@dataclass(frozen=True, slots=True)
class ArmObject:
    """One object: bytes of code and constants, of variables that begin with a value, of variables that begin with 0.

    `needed`: the names that others must bring.
    """

    name: str
    text: int
    data: int
    bss: int
    needed: frozenset[str]


def arm_object(name: str, elf: bytes) -> ArmObject:
    """Read a 32-bit little-endian ELF object."""
    table, entry, count = _SECTION_TABLE.unpack_from(elf)
    sections = [_SECTION.unpack_from(elf, table + k * entry) for k in range(count)]
    size = {"text": 0, "data": 0, "bss": 0}
    needed: set[str] = set()
    for _, kind, flags, _, offset, length, link, *_ in sections:
        if flags & _ALLOCATED:
            size["bss" if kind == _NO_BITS else "data" if flags & _WRITABLE else "text"] += length
        if kind == _SYMBOL_TABLE:
            names = sections[link][4]
            for at, _, _, _, _, section in _SYMBOL.iter_unpack(elf[offset : offset + length]):
                if at and not section:
                    needed.add(elf[names + at : elf.index(0, names + at)].decode())
    return ArmObject(name, **size, needed=frozenset(needed))
