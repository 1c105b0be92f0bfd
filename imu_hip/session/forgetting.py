"""Whether anything of a person is left in the library after it was deleted."""

from __future__ import annotations

import os
from pathlib import Path

_NOT_LOOKED_INTO = {".mcap"}
"""Recordings hold neither names nor pseudonyms."""


def traces(home: Path, pseudonym: str) -> tuple[Path, ...]:
    """Return the files and folders below `home` whose name or content has a pseudonym in it."""
    sought = pseudonym.encode()
    found = []
    for folder, folders, files in os.walk(home):
        found += [Path(folder) / name for name in [*folders, *files] if pseudonym in name]
        for name in files:
            path = Path(folder) / name
            if path.suffix not in _NOT_LOOKED_INTO and sought in _content(path):
                found.append(path)
    return tuple(dict.fromkeys(found))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # a pipe's end, a dead link, a file that vanished
