"""Save what can be saved of a damaged recording into a proper new one, and tell what was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mcap.opcode import Opcode

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Characteristic, Notification, NumberedItem, Role
from imu_hip.model.setup import Setup
from imu_hip.session.chunk_items import chunk_items
from imu_hip.session.input_file import all_of, opened
from imu_hip.session.kept_session import next_segment, recording_at, segments_of
from imu_hip.session.mcap_parse import MAGIC, BrokenRecordError, Record, chunk_head, most_unpacked, record_at
from imu_hip.session.output_file import refuse_overwriting
from imu_hip.session.reader import LARGEST_HELD_BYTES, setup_text_in
from imu_hip.session.setup_json import METADATA_NAME, setup_from_text
from imu_hip.session.writer import write_recording

_CHUNK_OPCODE = bytes([Opcode.CHUNK])
_RECORD_PREFIX_BYTES = 9
_SETUP_NAME = len(METADATA_NAME).to_bytes(4, "little") + METADATA_NAME.encode()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which `items` items are missing; seconds since the first item that was saved."""

    start_s: float
    end_s: float
    items: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A stretch of time from which a sensor's data are missing; seconds since the first item that was saved."""

    role: Role
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A file's bytes, the chunks whose checksums hold with their items, and its setup's text if a copy is sound."""

    data: bytes
    chunks: tuple[tuple[Record, list[NumberedItem]], ...]
    setup_text: str | None


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What was saved and what was lost.

    `lost`: of each sensor, from the last of its data before missing items to the first behind them. It is what may be
    missing: which of the items were a sensor's, nobody knows any more.

    `damaged`: byte ranges [start, end) of the source that hold nothing usable; in a session of several files they are
    counted on from file to file. `complete`: the source was finished properly and nothing is missing. Items lost before
    the first or after the last saved one leave no trace but their bytes. `duration_s`: from the first to the last
    saved item.
    """

    source_bytes: int
    bytes_lost: int
    damaged: tuple[tuple[int, int], ...]
    items_saved: int
    items_missing: int
    missing: tuple[Span, ...]
    lost: tuple[Lost, ...]
    duration_s: float
    finished: bool
    complete: bool


def recover(source: Path, target: Path, *, force: bool = False) -> RecoveryReport:
    """Write what is left of `source`, with all its segments, to `target`; the source is only read.

    Raises UnusableInputError when there is nothing to save, UsageError or RecordingError for the target.
    """
    refuse_overwriting(target, force=force, inputs=segments_of(recording_at(source)))
    found, items, setup = _examined(source)
    write_recording(target, setup, items, force=force)
    return _report(found, items)


def finish(source: Path) -> RecoveryReport:
    """Give a session that was cut off an end: one file more, with nothing in it. What was recorded stays as it is.

    Raises UnusableInputError when there is nothing to save, RecordingError when the file cannot be written.
    """
    recording = recording_at(source)
    found, items, setup = _examined(recording)
    holes, is_whole = _holes(found[-1])
    if holes or not is_whole:
        write_recording(next_segment(recording), setup, ())
    return _report(found, items)


def _examined(source: Path) -> tuple[list[Salvaged], list[NumberedItem], Setup]:
    """Return what is left of a recording with all its segments. Raises UnusableInputError when that is nothing."""
    found = [salvage(path) for path in segments_of(recording_at(source))]
    items = in_order(found)
    setup_text = next((each.setup_text for each in found if each.setup_text is not None), None)
    if setup_text is None:
        raise UnusableInputError(
            Reason.DAMAGED,
            f"{source}: no readable session description in it, so its {len(items)} readable items cannot be "
            "interpreted; nothing was written",
        )
    return found, items, setup_from_text(setup_text, str(source))


def salvage(path: Path) -> Salvaged:
    """Return what is sound in one file, which is only read. Raises UnusableInputError when it cannot be."""
    with opened(path) as stream:
        data = all_of(stream, path, LARGEST_HELD_BYTES)
    try:
        return Salvaged(data, tuple(_sound_chunks(data)), _sound_setup(data))
    except _MadeUpError:
        raise UnusableInputError(
            Reason.DAMAGED, f"{path}: more seems to begin in it than any damage leaves; made up to be read for ever"
        ) from None


def is_finished(path: Path) -> bool:
    """Tell whether a file ends as a recording does that was closed. Raises OSError."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(MAGIC)))
        return stream.read() == MAGIC and path.stat().st_size > len(MAGIC)


class _MadeUpError(Exception):
    """So many beginnings, one within the other, come of no damage: each costs as much as the whole file."""


class _Effort:
    """How many bytes may still be unpacked and checked, sound or not."""

    def __init__(self, data: bytes) -> None:
        self._left = most_unpacked(len(data))

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _MadeUpError


def _sound_chunks(data: bytes) -> Iterator[tuple[Record, list[NumberedItem]]]:
    """Yield every chunk whose checksum holds, anywhere: the framing around it need not make sense."""
    at, effort = data.find(_CHUNK_OPCODE), _Effort(data)
    while at >= 0:
        try:
            record = record_at(data, at)
            effort.spend(max(chunk_head(data, record).size, record.end - record.start))
            yield record, chunk_items(data, record)
            at = data.find(_CHUNK_OPCODE, record.end)
        except BrokenRecordError:
            at = data.find(_CHUNK_OPCODE, at + 1)


def in_order(found: Iterable[Salvaged]) -> list[NumberedItem]:
    """Return the items with rising numbers; a sector that the disk gave back twice is used once."""
    items: list[NumberedItem] = []
    for _, inside in (chunk for each in found for chunk in each.chunks):
        items += [numbered for numbered in inside if not items or numbered.number > items[-1].number]
    return items


def _sound_setup(data: bytes) -> str | None:
    """Return the text of the first copy of the setup whose checksum holds."""
    at, effort = data.find(_SETUP_NAME), _Effort(data)
    while at >= 0:
        try:
            record = record_at(data, max(at - _RECORD_PREFIX_BYTES, 0))
            effort.spend(record.end - record.start)
            text = setup_text_in(data, record)
        except BrokenRecordError:
            text = None
        if text is not None:
            return text
        at = data.find(_SETUP_NAME, at + 1)
    return None


def _report(found: list[Salvaged], items: list[NumberedItem]) -> RecoveryReport:
    damaged: tuple[tuple[int, int], ...] = ()
    finished, source_bytes = False, 0
    for each in found:
        holes, finished = _holes(each)
        damaged += tuple((source_bytes + start, source_bytes + end) for start, end in holes)
        source_bytes += len(each.data)
    missing = tuple(_missing_spans(items))
    items_missing = sum(span.items for span in missing)
    return RecoveryReport(
        source_bytes=source_bytes,
        bytes_lost=sum(end - start for start, end in damaged),
        damaged=damaged,
        items_saved=len(items),
        items_missing=items_missing,
        missing=missing,
        lost=tuple(_lost(items)),
        duration_s=(items[-1].item.t_ns - items[0].item.t_ns) / 1e9 if items else 0.0,
        finished=finished,
        complete=finished and not damaged and not items_missing,
    )


def _holes(found: Salvaged) -> tuple[list[tuple[int, int]], bool]:
    """Return the byte ranges of a file that hold nothing usable, and whether it was finished properly."""
    data, chunks = found.data, [record for record, _ in found.chunks]
    gaps = zip([0, *(chunk.end for chunk in chunks)], [*(chunk.start for chunk in chunks), len(data)], strict=True)
    stops = [(_framed_until(data, start, end), end) for start, end in gaps]
    return [(stop, end) for stop, end in stops if stop < end], data.endswith(MAGIC) and stops[-1][0] == len(data)


def _framed_until(data: bytes, start: int, end: int) -> int:
    """Return how far [start, end), which has no sound chunk, is made of whole records all the same."""
    at = len(MAGIC) if start == 0 and data.startswith(MAGIC) else start
    while at < end:
        try:
            record = record_at(data, at)
        except BrokenRecordError:
            break
        if record.opcode == Opcode.CHUNK or record.end > end:
            break
        at = record.end
        if record.opcode == Opcode.FOOTER and data[at:] == MAGIC:
            at = len(data)
    return at


def _missing_spans(items: list[NumberedItem]) -> Iterator[Span]:
    for before, after in pairwise(items):
        if absent := after.number - before.number - 1:
            zero_ns = items[0].item.t_ns
            start_s, end_s = (before.item.t_ns - zero_ns) / 1e9, (after.item.t_ns - zero_ns) / 1e9
            yield Span(start_s, end_s, absent)


def _lost(items: list[NumberedItem]) -> Iterator[Lost]:
    """Yield in order of time; a sensor that was not heard before or behind what is missing may have said nothing."""
    zero_ns = items[0].item.t_ns if items else 0
    last_s: dict[Role, float] = {}
    open_since_s: dict[Role, float] = {}
    found: list[Lost] = []
    for before, after in pairwise([items[0], *items] if items else []):
        if after.number - before.number > 1:
            for role, since_s in last_s.items():
                open_since_s.setdefault(role, since_s)
        item = after.item
        if isinstance(item, Notification) and item.characteristic is Characteristic.STREAM:
            now_s = (item.t_ns - zero_ns) / 1e9
            if item.role in open_since_s:
                found.append(Lost(item.role, open_since_s.pop(item.role), now_s))
            last_s[item.role] = now_s
    yield from sorted(found, key=lambda lost: (lost.start_s, lost.role))
