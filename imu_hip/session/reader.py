"""Read a whole, undamaged recording; anything else is refused with the place and the way out."""

from __future__ import annotations

import gc
import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mcap.opcode import Opcode

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import NumberedItem
from imu_hip.model.setup import Setup
from imu_hip.session.input_file import opened
from imu_hip.session.layout import PROFILE, TOPICS, from_message
from imu_hip.session.mcap_parse import (
    MAGIC,
    BrokenRecordError,
    Record,
    channel,
    chunk_content,
    chunk_messages,
    metadata,
    profile,
    record_at,
)
from imu_hip.session.setup_json import setup_from_text, setup_text_of


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything a replay needs. `items` in their order; `sha256` of the file."""

    setup: Setup
    items: tuple[NumberedItem, ...]
    sha256: str

    @property
    def missing(self) -> int:
        """How many numbers between the first and the last item are absent: lost before or while recording."""
        return self.items[-1].number - self.items[0].number + 1 - len(self.items) if self.items else 0


@dataclass(frozen=True, slots=True)
class PackedRecording:
    """A recording whose items are made when they are asked for: nobody has to hold those of hours at once.

    `name` is what messages call it, `data` the bytes of the file, `sha256` theirs.
    """

    name: str
    setup: Setup
    sha256: str
    data: bytes

    def pieces(self) -> Iterator[tuple[float, list[NumberedItem]]]:
        """Yield the items in their order, a piece of the file at a time, and which share of it is then read.

        Raises
        ------
        UnusableInputError
            What comes next is damaged.
        """
        with _saying_where(self.name):
            for end, items in _pieces(self.data):
                yield end / len(self.data), items


def read_recording(path: Path) -> Recording:
    """Read a recording. Raises UnusableInputError that names file, place and what to do."""
    data = _bytes_of(path)
    with _saying_where(str(path)), _no_collecting():
        items = tuple(each for _, piece in _pieces(data) for each in piece)
        setup_text = _setup_text(data)
    return Recording(setup_from_text(setup_text, str(path)), items, hashlib.sha256(data).hexdigest())


def open_recording(path: Path) -> PackedRecording:
    """Read a recording's bytes and its setup. Raises UnusableInputError as `read_recording` does, damage later."""
    return packed_recording(_bytes_of(path), str(path))


def packed_recording(data: bytes, name: str) -> PackedRecording:
    """Find the setup in the bytes of a recording. Raises UnusableInputError when there is none."""
    with _saying_where(name):
        try:
            setup_text = _setup_text(data)
        except BrokenRecordError:
            for _ in _pieces(data):  # what is wrong before that is the better reason
                pass
            raise
    return PackedRecording(name, setup_from_text(setup_text, name), hashlib.sha256(data).hexdigest(), data)


def _bytes_of(path: Path) -> bytes:
    with opened(path) as stream:
        # Looked at before the rest is read: people do hand over films and disk images.
        head = stream.peek(len(MAGIC))[: len(MAGIC)]
        return stream.read() if head == MAGIC else head


@contextmanager
def _saying_where(name: str) -> Iterator[None]:
    try:
        yield
    except BrokenRecordError as error:
        raise UnusableInputError(
            error.reason,
            f"{name}: {error} (byte {error.offset}); if this is a recording, save what is left with: "
            f"imu-hip recover {name} --out {Path(name).stem}-recovered.mcap",
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


def chunk_items(data: bytes, chunk: Record) -> list[NumberedItem]:
    """Return a chunk's items. Raises BrokenRecordError."""
    content = chunk_content(data, chunk)
    try:
        return [from_message(message) for message in chunk_messages(content)]
    except ValueError as error:
        raise BrokenRecordError(chunk.start, f"a chunk holds what no recording does: {error}") from error


def _setup_text(data: bytes) -> str:
    """Return the text of the setup, which stands before the items. Raises BrokenRecordError."""
    at = len(MAGIC)
    with suppress(BrokenRecordError):
        while (record := record_at(data, at)).opcode != Opcode.FOOTER:
            if record.opcode == Opcode.METADATA and (text := setup_text_in(data, record)):
                return text
            at = record.end
    raise BrokenRecordError(len(MAGIC), "the session description is missing or damaged")


def _pieces(data: bytes) -> Iterator[tuple[int, list[NumberedItem]]]:
    """Yield the items of each chunk and where it ends. Raises BrokenRecordError."""
    if not data.startswith(MAGIC):
        raise BrokenRecordError(0, "not a recording: no MCAP file begins like this", Reason.WRONG_FORMAT)
    last_number = -1
    for record in _records(data):
        if record.opcode == Opcode.HEADER:
            _check_profile(data, record)
        elif record.opcode == Opcode.CHANNEL:
            _check_channel(data, record)
        elif record.opcode == Opcode.CHUNK:
            items = chunk_items(data, record)
            for numbered in items:
                if numbered.number <= last_number:
                    raise BrokenRecordError(record.start, f"item {numbered.number} comes after item {last_number}")
                last_number = numbered.number
            yield record.end, items


def _records(data: bytes) -> Iterator[Record]:
    """Yield all records, the last of which must be the footer. Raises BrokenRecordError.

    The checksum over everything before the DataEnd record, which stands between items and summary, must hold.
    """
    at = len(MAGIC)
    checked = False
    while True:
        record = record_at(data, at)
        if record.opcode == Opcode.DATA_END:
            crc = struct.pack("<I", zlib.crc32(memoryview(data)[: record.start]))
            checked = data[record.body : record.end] == crc
            if not checked:
                raise BrokenRecordError(record.start, "the checksum over all data is wrong")
        yield record
        at = record.end
        if record.opcode == Opcode.FOOTER:
            break
    if not checked or data[at:] != MAGIC:
        raise BrokenRecordError(at, "the file does not end as a recording does")


def _check_profile(data: bytes, header: Record) -> None:
    try:
        found = profile(data, header)
    except ValueError as error:
        raise BrokenRecordError(header.start, str(error)) from error
    if found != PROFILE:
        raise BrokenRecordError(
            header.start, f"an MCAP file of another program (profile {found!r})", Reason.WRONG_FORMAT
        )


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
