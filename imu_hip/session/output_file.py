"""Files that are made whole or not at all, never overwrite unasked, and belong to their owner only."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from imu_hip.model.errors import Reason, RecordingError, UsageError
from imu_hip.session.input_file import refuse_impossible

SMALLEST_FREE_BYTES = 50_000_000
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def create_file(path: Path) -> io.BufferedWriter[io.FileIO]:
    """Create a file for its owner only. Raises OSError as the system says it, also when there is a file."""
    return io.BufferedWriter(io.FileIO(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)))


def make_durable(stream: BinaryIO) -> None:
    """Wait until what was written to a file lies on the disk."""
    stream.flush()
    # macOS and Windows have no fdatasync.
    getattr(os, "fdatasync", os.fsync)(stream.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a new file in UTF-8, for its owner only, and wait until it lies on the disk. Raises OSError."""
    with create_file(path) as stream:
        stream.write(text.encode())
        make_durable(stream)


def make_name_durable(path: Path) -> None:
    """Wait until a file's entry in its folder lies on the disk (where the system can sync a folder)."""
    if os.name == "nt":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_overwriting(path: Path, *, force: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Raise UsageError when there is something at `path` that must stay, UnusableInputError when nothing can be.

    That is anything as long as `force` is not given, and even then what is no file, or one of the `inputs`.
    """
    refuse_impossible(path)
    if not os.path.lexists(path):
        return
    for source in inputs:
        if path.exists() and source.exists() and path.samefile(source):
            raise UsageError(Reason.WRONG_USAGE, f"{path}: is what is read from; choose another name to write to")
    if not force:
        raise UsageError(Reason.OUTPUT_EXISTS, f"{path}: exists already; choose another name or add --force")
    if path.exists() and not path.is_file():
        raise UsageError(Reason.OUTPUT_EXISTS, f"{path}: is not a file; choose another name")


def free_bytes(path: Path) -> int:
    """Return how much the disk that holds `path` has left. Raises OSError."""
    return shutil.disk_usage(path.parent).free


def refuse_little_space(path: Path) -> None:
    """Raise RecordingError when the disk that will hold `path` has less than 50 MB left."""
    refuse_impossible(path)
    try:
        free = free_bytes(path)
    except OSError as error:
        raise writing_error(path, error) from error
    if free < SMALLEST_FREE_BYTES:
        raise RecordingError(
            Reason.DISK_FULL,
            f"{path}: only {free / 1e6:.0f} MB are free on this disk and a recording needs "
            f"{SMALLEST_FREE_BYTES / 1e6:.0f} MB; make room or choose another disk",
        )


def writing_error(path: Path, error: OSError) -> RecordingError | UsageError:
    """Say an OSError met while writing `path` in one line."""
    if isinstance(error, FileExistsError):
        return UsageError(Reason.OUTPUT_EXISTS, f"{path}: exists already; choose another name or add --force")
    if error.errno in _NO_SPACE:
        return RecordingError(Reason.DISK_FULL, f"{path}: the disk is full ({error.strerror}); make room")
    why = error.strerror or str(error)
    return RecordingError(Reason.NOT_WRITABLE, f"{path}: cannot be written ({why}); choose another place")


@contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a name beside `path` to create and write; it becomes `path` at the end, or vanishes on any error.

    Raises UsageError when `path` exists and `force` is not given, RecordingError for an OSError in the body.
    """
    refuse_overwriting(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        refuse_overwriting(path, force=force)
        part.replace(path)
        make_name_durable(path)
    except OSError as error:
        raise writing_error(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def merged_folder(path: Path, *, force: bool = False, replaced: Iterable[str] = ()) -> Iterator[Path]:
    """Yield a folder beside `path` to fill; at the end its files join those in `path`, or vanish on any error.

    None replaces another as long as `force` is not given, but for those that are `replaced` anyway. Raises UsageError
    for a file that is there already or a `path` that is no folder, RecordingError for an OSError in the body.
    """
    _refuse_what_is_no_folder(path)
    # `.` and `..` have a name and a parent only when written out.
    named = path.absolute() if path.name not in ("", "..") else path.resolve()
    part = named.parent / f".{named.name}.{os.getpid()}.part"
    try:
        part.mkdir(mode=0o700)
        yield part
        _refuse_what_is_no_folder(path)
        made = [each.relative_to(part) for each in sorted(part.rglob("*")) if each.is_file()]
        for name in made:
            if str(name) not in replaced:
                refuse_overwriting(path / name, force=force)
        for name in made:
            for folder in reversed([(path / name).parent, *(path / name).parent.parents]):
                if not folder.exists():
                    folder.mkdir(mode=0o700)
            (part / name).replace(path / name)
        for folder in {(path / name).parent for name in made}:
            make_name_durable(folder / "any")
    except OSError as error:
        raise writing_error(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _refuse_what_is_no_folder(path: Path) -> None:
    refuse_impossible(path)
    if os.path.lexists(path) and not path.is_dir():
        raise UsageError(Reason.OUTPUT_EXISTS, f"{path}: is there and no folder; choose another name")
