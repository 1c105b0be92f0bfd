"""Open files for reading and say in one line when that fails."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from imu_hip.model.errors import Reason, UnusableInputError

_PIECE_BYTES = 1 << 20
_SMALL_BYTES = 1 << 17
_LONGEST_LINE = 1000


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file that has something in it. Raises UnusableInputError when it has not or reading fails."""
    refuse_impossible(path)
    try:
        with path.open("rb") as stream:
            if not stream.peek(1):
                raise UnusableInputError(Reason.EMPTY, f"{path}: the file is empty")
            yield stream
    except FileNotFoundError:
        raise UnusableInputError(Reason.NOT_FOUND, f"{path}: there is no such file") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise UnusableInputError(Reason.NOT_READABLE, f"{path}: cannot be read ({why})") from error


def all_of(stream: BufferedReader, path: Path, most_bytes: int) -> bytes:
    """Return what is in an open file. Raises UnusableInputError where that is more than `most_bytes`."""
    if stream.seekable():
        if stream.seek(0, io.SEEK_END) > most_bytes:
            raise _too_large(path, most_bytes)
        stream.seek(0)
        return stream.read()
    found = bytearray()
    while piece := stream.read(_PIECE_BYTES):  # a pipe does not say how much will come, or if it ever ends
        found += piece
        if len(found) > most_bytes:
            raise _too_large(path, most_bytes)
    return bytes(found)


def small_text(path: Path) -> str:
    """Return the text of a file that a person writes: exercises, codes. Raises UnusableInputError.

    Long lines are refused, too: the time that TOML takes to read grows with the square of the length of a key.
    """
    with opened(path) as stream:
        data = all_of(stream, path, _SMALL_BYTES)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UnusableInputError(Reason.NOT_READABLE, f"{path}: cannot be read: it is not UTF-8 text") from None
    longest = max(map(len, text.split("\n")))
    if longest > _LONGEST_LINE:
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{path}: a line has {longest} letters; more than {_LONGEST_LINE} are not read"
        )
    return text


def is_text(head: bytes) -> bool:
    """Tell whether the beginning of a file is text; zeros and binary rubbish are none."""
    letters = head.decode("utf-8", "ignore")  # the last letter may be cut in two
    return len(letters.encode()) > len(head) - 4 and all(sign.isprintable() or sign.isspace() for sign in letters)


def _too_large(path: Path, most_bytes: int) -> UnusableInputError:
    return UnusableInputError(
        Reason.WRONG_FORMAT, f"{path}: is larger than {most_bytes / 1e6:.0f} MB, and no file of this kind is"
    )


def refuse_impossible(path: Path) -> None:
    """Raise UnusableInputError for a name that no file can have, to be read or to be written."""
    if "\0" in str(path):
        raise UnusableInputError(Reason.WRONG_VALUE, f"{str(path)!r}: no file can have NUL in its name")
