"""Read a whole, undamaged recording; anything else is refused with the place and the way out."""

from __future__ import annotations

import gc
import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mcap.opcode import Opcode

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import NumberedItem, TimedNote
from imu_hip.model.setup import Setup
from imu_hip.model.stream_run import StreamRun
from imu_hip.session.chunk_items import Stored, items_of_chunks
from imu_hip.session.input_file import all_of, is_text, opened
from imu_hip.session.kept_session import recover_command
from imu_hip.session.layout import PROFILE, TOPICS
from imu_hip.session.mcap_parse import (
    MAGIC,
    PREFIX_BYTES,
    BrokenRecordError,
    NoRecordingError,
    Record,
    channel,
    chunk_content,
    chunk_head,
    framed,
    metadata,
    most_unpacked,
    profile,
)
from imu_hip.session.setup_json import setup_from_text, setup_text_of

LARGEST_HELD_BYTES = 1 << 30
"""Of a recording whose bytes have to be held: a day of two sensors has 320 MB."""

_HEAD_BYTES = 256
# Small chunks cost least together: a live session closes one every half second.
_UNPACKED_TOGETHER_BYTES = 256 << 10

_LOOKED_AT = (Opcode.HEADER, Opcode.CHANNEL, Opcode.CHUNK)

_Bytes = io.BufferedReader | io.BytesIO


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything a replay needs. `items` in their order; `sha256` of the file; `notes` were written about it later.

    `first_number`: of the first item that was recorded, None where only the first one that is there tells.
    """

    setup: Setup
    items: tuple[NumberedItem, ...]
    sha256: str
    notes: tuple[TimedNote, ...] = ()
    first_number: int | None = None

    @property
    def zero_ns(self) -> int:
        """Host time of t_s = 0."""
        first_ns = self.items[0].item.t_ns if self.items else 0
        return first_ns if self.setup.zero_ns is None else self.setup.zero_ns

    @property
    def missing(self) -> int:
        """How many numbers between the first and the last item are absent: lost before or while recording."""
        if not self.items:
            return 0
        first = self.items[0].number if self.first_number is None else self.first_number
        return self.items[-1].number - first + 1 - len(self.items)


@dataclass(frozen=True, slots=True)
class PackedRecording:
    """A recording whose items are made when they are asked for: nobody has to hold those of hours at once.

    `name` is what messages call it, `source` where its bytes are, `sha256` theirs.
    """

    name: str
    setup: Setup
    sha256: str
    source: Path | bytes

    def pieces(self) -> Iterator[tuple[float, list[Stored]]]:
        """Yield the items in their order, a piece of the file at a time, and which share of it is then read.

        Raises
        ------
        UnusableInputError
            What comes next is damaged.
        """
        with _saying_where(self.name), _stream_of(self.source) as stream:
            size = _size_of(stream)
            for end, items in _pieces(stream):
                yield end / size, items


def read_recording(path: Path, *, session: Path | None = None) -> Recording:
    """Read a recording. Raises UnusableInputError that names file, place and what to do.

    `session`: the first file of the session that this one goes on with, from which all would have to be recovered.
    """
    with _saying_where(str(path), session), _no_collecting(), _stream_of(_source(path)) as stream:
        items = tuple(apart(stored for _, piece in _pieces(stream) for stored in piece))
        setup_text = _setup_text(stream)
        sha256 = _sha256(stream)
    return Recording(setup_from_text(setup_text, str(path)), items, sha256)


def open_recording(path: Path) -> PackedRecording:
    """Find the setup of a recording. Raises UnusableInputError as `read_recording` does, for its items later."""
    return _packed(_source(path), str(path))


def packed_recording(data: bytes, name: str) -> PackedRecording:
    """Find the setup in the bytes of a recording. Raises UnusableInputError when there is none."""
    return _packed(data, name)


def _packed(source: Path | bytes, name: str) -> PackedRecording:
    with _saying_where(name), _stream_of(source) as stream:
        try:
            setup_text = _setup_text(stream)
        except BrokenRecordError:
            for _ in _pieces(stream):  # what is wrong before that is the better reason
                pass
            raise
        sha256 = _sha256(stream)
    return PackedRecording(name, setup_from_text(setup_text, name), sha256, source)


def _stream_of(source: Path | bytes) -> AbstractContextManager[_Bytes]:
    return opened(source) if isinstance(source, Path) else io.BytesIO(source)


def _size_of(stream: _Bytes) -> int:
    return stream.seek(0, io.SEEK_END)


def _sha256(stream: _Bytes) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _source(path: Path) -> Path | bytes:
    """Return where the bytes of a file can be read again: from itself, or what came out of a pipe."""
    with opened(path) as stream:
        if stream.seekable():
            return path
        # Looked at before the rest is read: people do hand over films and disk images.
        head = stream.peek(len(MAGIC))[: len(MAGIC)]
        return all_of(stream, path, LARGEST_HELD_BYTES) if head == MAGIC else head


@contextmanager
def _saying_where(name: str, session: Path | None = None) -> Iterator[None]:
    whole = session or Path(name)
    try:
        yield
    except NoRecordingError as error:
        raise UnusableInputError(error.reason, f"{name}: {error}") from error
    except BrokenRecordError as error:
        raise UnusableInputError(
            error.reason,
            f"{name}: {error} (byte {error.offset}); if this is a recording, save what is left with: "
            f"{recover_command(whole)}",
        ) from error


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Let nobody look for garbage while hundreds of thousands of items are made, none of which is: it takes as long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def setup_text_in(data: bytes, record: Record) -> str | None:
    """Return the setup's text from a metadata record, or None when it is another one or damaged."""
    try:
        return setup_text_of(*metadata(data, record))
    except ValueError:
        return None


def _setup_text(stream: _Bytes) -> str:
    """Return the text of the setup, which stands before the items. Raises BrokenRecordError."""
    with suppress(BrokenRecordError):
        for data, record, _ in _framed(stream):
            if record.opcode == Opcode.METADATA and (text := setup_text_in(data, record)):
                return text
    raise BrokenRecordError(len(MAGIC), "the session description is missing or damaged")


def apart(stored: Iterable[Stored]) -> Iterator[NumberedItem]:
    """Yield every item on its own."""
    for each in stored:
        if isinstance(each, StreamRun):
            yield from each.items()
        else:
            yield each


@dataclass(slots=True)
class _Chunks:
    """Chunks that wait for others, to be taken apart together: where each begins, and its content."""

    last_number: int = -1
    size: int = 0
    waiting: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, at: int, content: bytes) -> None:
        self.waiting.append((at, content))
        self.size += len(content)

    def items(self) -> list[Stored]:
        """Return the items of those that wait. Raises BrokenRecordError."""
        waiting, self.waiting, self.size = self.waiting, [], 0
        items = items_of_chunks(waiting, self.last_number)
        if items:
            last = items[-1]
            self.last_number = int(last.number[-1]) if isinstance(last, StreamRun) else last.number
        return items


def _pieces(stream: _Bytes) -> Iterator[tuple[int, list[Stored]]]:
    """Yield the items of some chunks and where these end. Raises BrokenRecordError.

    The checksum over everything before the DataEnd record, which stands between items and summary, must hold.
    """
    chunks, left = _Chunks(), most_unpacked(_size_of(stream))
    crc, checked, end = zlib.crc32(MAGIC), False, len(MAGIC)
    try:
        for data, record, at in _framed(stream):
            end = at + record.end
            if record.opcode in _LOOKED_AT:
                with _counted_from(at):
                    if record.opcode == Opcode.HEADER:
                        _check_profile(data, record)
                    elif record.opcode == Opcode.CHANNEL:
                        _check_channel(data, record)
                    elif record.opcode == Opcode.CHUNK:
                        left -= chunk_head(data, record).size
                        if left < 0:
                            raise BrokenRecordError(0, "the chunks unpack to more than any recording does")
                        chunks.add(at, chunk_content(data, record))
            crc_before, crc = crc, zlib.crc32(data, crc)
            if chunks.size >= _UNPACKED_TOGETHER_BYTES or record.opcode == Opcode.DATA_END:
                items = chunks.items()
                if items:
                    yield end, items
            if record.opcode == Opcode.DATA_END:
                checked = data[record.body : record.end] == struct.pack("<I", crc_before)
                if not checked:
                    raise BrokenRecordError(at, "the checksum over all data is wrong")
    except BrokenRecordError:
        chunks.items()  # what is wrong before that is the better reason
        raise
    if not checked or stream.read() != MAGIC:
        raise BrokenRecordError(end, "the file does not end as a recording does")


def _framed(stream: _Bytes) -> Iterator[tuple[bytes, Record, int]]:
    """Yield the bytes of each record, its frame within these, and where it begins; the footer is the last.

    Raises BrokenRecordError.
    """
    size = _size_of(stream)
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    if head[: len(MAGIC)] != MAGIC:
        if is_text(head):
            raise NoRecordingError("not a recording: it is text")
        raise BrokenRecordError(0, "not a recording: no MCAP file begins like this", Reason.WRONG_FORMAT)
    stream.seek(len(MAGIC))
    at, opcode = len(MAGIC), 0
    while opcode != Opcode.FOOTER:
        prefix = stream.read(PREFIX_BYTES)
        opcode, start, body, end = framed(prefix, at, size)
        yield prefix + stream.read(end - body), Record(opcode, 0, body - start, end - start), at
        at = end


@contextmanager
def _counted_from(offset: int) -> Iterator[None]:
    try:
        yield
    except NoRecordingError:
        raise
    except BrokenRecordError as error:
        raise BrokenRecordError(offset + error.offset, str(error), error.reason) from error


def _check_profile(data: bytes, header: Record) -> None:
    try:
        found = profile(data, header)
    except ValueError as error:
        raise BrokenRecordError(header.start, str(error)) from error
    if found != PROFILE:
        raise NoRecordingError(f"an MCAP file of another program (profile {found!r})")


def _check_channel(data: bytes, record: Record) -> None:
    """Refuse a file whose channels another tool has numbered anew: items are told apart by their numbers."""
    try:
        channel_id, topic = channel(data, record)
    except ValueError as error:
        raise BrokenRecordError(record.start, str(error)) from error
    if not 0 < channel_id <= len(TOPICS) or TOPICS[channel_id - 1] != topic:
        raise BrokenRecordError(
            record.start,
            f"channel {channel_id} is {topic[:40]!r}, as no recording has it",
            Reason.WRONG_FORMAT,
        )
