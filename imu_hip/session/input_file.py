"""Open files for reading and say in one line when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from imu_hip.model.errors import Reason, UnusableInputError


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


def refuse_impossible(path: Path) -> None:
    """Raise UnusableInputError for a name that no file can have, to be read or to be written."""
    if "\0" in str(path):
        raise UnusableInputError(Reason.WRONG_VALUE, f"{str(path)!r}: no file can have NUL in its name")
