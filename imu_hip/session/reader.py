"""Read a whole, undamaged recording; anything else is refused with the place and the way out."""

from __future__ import annotations

import gc
import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcap.opcode import Opcode

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import NumberedItem, TimedNote
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


def read_recording(path: Path, *, session: Path | None = None) -> Recording:
    """Read a recording. Raises UnusableInputError that names file, place and what to do.

    `session`: the first file of the session that this one goes on with, from which all would have to be recovered.
    """
    with opened(path) as stream:
        data = stream.read(len(MAGIC))
        # Checked before the rest is read: people do hand over films and disk images.
        if data == MAGIC:
            data += stream.read()
    try:
        with _no_collecting():
            setup_text, items = _parse(data)
    except BrokenRecordError as error:
        raise UnusableInputError(
            error.reason,
            f"{path}: {error} (byte {error.offset}); if this is a recording, save what is left with: "
            f"imu-hip recover {session or path} --out {(session or path).stem}-recovered.mcap",
        ) from error
    return Recording(setup_from_text(setup_text, str(path)), items, hashlib.sha256(data).hexdigest())


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


def _parse(data: bytes) -> tuple[str, tuple[NumberedItem, ...]]:
    """Return the setup's text and the items. Raises BrokenRecordError."""
    if not data.startswith(MAGIC):
        raise BrokenRecordError(0, "not a recording: no MCAP file begins like this", Reason.WRONG_FORMAT)
    setup_text: str | None = None
    items: list[NumberedItem] = []
    last_number = -1
    for record in _records(data):
        if record.opcode == Opcode.HEADER:
            _check_profile(data, record)
        elif record.opcode == Opcode.CHANNEL:
            _check_channel(data, record)
        elif record.opcode == Opcode.METADATA:
            setup_text = setup_text or setup_text_in(data, record)
        elif record.opcode == Opcode.CHUNK:
            for numbered in chunk_items(data, record):
                if numbered.number <= last_number:
                    raise BrokenRecordError(record.start, f"item {numbered.number} comes after item {last_number}")
                last_number = numbered.number
                items.append(numbered)
    if setup_text is None:
        raise BrokenRecordError(len(MAGIC), "the session description is missing or damaged")
    return setup_text, tuple(items)


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
