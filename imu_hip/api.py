"""The three lines of a notebook: read a recording, analyze it, look at the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from imu_hip.codec.late_data import in_place
from imu_hip.exercise.asymmetry import Comparison, change, side_difference
from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AlignedBlock, cut, joined
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import ActiveRange, Event, Warning
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import Command, Note, NumberedItem, TimedNote
from imu_hip.model.output import Outputs
from imu_hip.model.setup import FilterName, Side
from imu_hip.model.stream_run import StreamRun
from imu_hip.pipeline import Pipeline
from imu_hip.session.kept_session import recording_at, segments_of
from imu_hip.session.notes import notes_beside, notes_in
from imu_hip.session.reader import PackedRecording, Recording, apart, open_recording
from imu_hip.session.sample_columns import Samples, samples_of
from imu_hip.session.segmented import read_session

ITEMS_AT_A_TIME = 4096


@dataclass(frozen=True, slots=True)
class Result(Analysis):
    """The whole result of a recording; `samples` are its angles as columns, without a copy."""

    @property
    def samples(self) -> Samples:
        """The angles of every row, in columns that share the memory of `angles`."""
        return samples_of(self)


Progress = Callable[[float], None]
"""Called with the share that is done, 0..1."""


def read(path: str | Path) -> Recording:
    """Read a recording; a session's folder, or its `raw.mcap`, means all of its files.

    Raises
    ------
    UnusableInputError
        The file is not a recording, is damaged, or comes from a newer version.
    """
    first = recording_at(Path(path))
    return replace(read_session(first), notes=notes_beside(first))


def with_magnetometer(recording: Recording, magnetometer: bool | None) -> Recording:
    """Return the recording with its magnetic field used or not; None: as it was recorded."""
    if magnetometer is None:
        return recording
    return replace(recording, setup=replace(recording.setup, magnetometer=magnetometer))


def analyze(
    source: str | Path | Recording,
    *,
    filter: FilterName = FilterName.VQF,
    magnetometer: bool | None = None,
    with_late: bool = False,
    progress: Progress | None = None,
    seen: Callable[[AlignedBlock], None] | None = None,
) -> Result:
    """Derive the whole result of a recording.

    `filter` chooses the orientation filter (all but VQF are for comparison); `magnetometer` whether the sensors'
    magnetic field is used (None: as it was recorded); `with_late` also uses samples that came too late to be used
    live. Each gives another result, under another hash. `seen` is told what both sensors measured in the rows, a
    stretch of them at a time.
    """
    recording = with_magnetometer(source if isinstance(source, Recording) else read(source), magnetometer)
    recording = replace(recording, setup=replace(recording.setup, filter=filter))
    outputs: list[Outputs] = []
    pipeline = Pipeline(recording.setup, with_late=with_late)
    items = in_place(recording.setup, recording.items) if with_late else recording.items
    for made in _derived(pipeline, _cut(items), progress):
        outputs.append(made)
        if seen is not None and pipeline.newest_samples is not None:
            seen(pipeline.newest_samples)
    return gathered(recording, pipeline, outputs)


def summarize(
    source: str | Path | PackedRecording,
    *,
    filter: FilterName = FilterName.VQF,
    magnetometer: bool | None = None,
    with_late: bool = False,
    progress: Progress | None = None,
    rows: Callable[[Outputs], None] | None = None,
) -> Analysis:
    """Derive the result of a recording without keeping its rows: hours need no more memory than minutes.

    All is as `analyze` finds it, but the angles and phases are those of the first and the last row alone. `rows` is
    told all of them, a stretch at a time.

    Raises
    ------
    UnusableInputError
        The file is not a recording, is damaged, or comes from a newer version.
    """
    whole = _to_be_held_whole(source, with_late=with_late)
    if whole is not None:
        found = analyze(whole, filter=filter, magnetometer=magnetometer, with_late=with_late, progress=progress)
        if rows is not None:
            rows(Outputs(found.angles, found.phases, ()))
        return found
    packed = source if isinstance(source, PackedRecording) else open_recording(recording_at(Path(source)))
    setup = replace(
        packed.setup, filter=filter, magnetometer=packed.setup.magnetometer if magnetometer is None else magnetometer
    )
    pipeline = Pipeline(setup)
    seen = _Seen(setup.zero_ns)
    ends: list[Outputs] = []
    events: list[Event] = []
    for made in _derived(pipeline, _seen_pieces(packed, seen), progress):
        if rows is not None:
            rows(made)
        events += made.events
        if len(made.phases):
            ends = [ends[0] if ends else _row(made, 0), _row(made, len(made.phases) - 1)]
    if not ends:
        ends = [replace(made, events=())]
    later = () if isinstance(source, PackedRecording) else notes_beside(recording_at(Path(source)))
    recording = Recording(setup, (), packed.sha256)
    notes = (*notes_in(seen.told, seen.zero_ns or 0), *later)
    return _put_together(recording, seen.missing, pipeline, ends, events, notes)


def _to_be_held_whole(source: str | Path | PackedRecording, *, with_late: bool) -> Recording | None:
    """Return a recording that cannot be gone through piece by piece: several files, or to be put in another order."""
    if isinstance(source, PackedRecording):
        if not with_late:
            return None
        items = tuple(apart(stored for _, piece in source.pieces() for stored in piece))
        return Recording(source.setup, items, source.sha256)
    return read(source) if with_late or len(segments_of(recording_at(Path(source)))) > 1 else None


@dataclass(slots=True)
class _Seen:
    """What is kept of items that went by: which numbers they had, how many there were, and what a person told."""

    zero_ns: int | None
    first: int | None = None
    last: int = 0
    items: int = 0
    told: list[NumberedItem] = field(default_factory=list)

    def see(self, stored: Sequence[NumberedItem | StreamRun]) -> None:
        for each in stored:
            if isinstance(each, StreamRun):
                self._see(int(each.t_ns[0]), int(each.number[0]), int(each.number[-1]), len(each))
            else:
                self._see(each.item.t_ns, each.number, each.number, 1)
                if isinstance(each.item, Command | Note):
                    self.told.append(each)

    def _see(self, t_ns: int, first: int, last: int, count: int) -> None:
        self.zero_ns = t_ns if self.zero_ns is None else self.zero_ns
        self.first = first if self.first is None else self.first
        self.last, self.items = last, self.items + count

    @property
    def missing(self) -> int:
        return 0 if self.first is None else self.last - self.first + 1 - self.items


def _cut(items: Sequence[NumberedItem]) -> Iterator[tuple[float, Sequence[NumberedItem]]]:
    for start in range(0, len(items), ITEMS_AT_A_TIME):
        yield min(1.0, (start + ITEMS_AT_A_TIME) / len(items)), items[start : start + ITEMS_AT_A_TIME]


def _seen_pieces(packed: PackedRecording, seen: _Seen) -> Iterator[tuple[float, Sequence[NumberedItem | StreamRun]]]:
    for share, stored in packed.pieces():
        seen.see(stored)
        yield share, stored


def _derived(
    pipeline: Pipeline, pieces: Iterable[tuple[float, Sequence[NumberedItem | StreamRun]]], progress: Progress | None
) -> Iterator[Outputs]:
    for share, items in pieces:
        yield pipeline.receive(items)
        if progress is not None:
            progress(share)
    yield pipeline.finish()


def _row(outputs: Outputs, k: int) -> Outputs:
    """Return a row as a copy, which keeps no other in memory."""
    return Outputs(deepcopy(cut(outputs.angles, k, k + 1)), outputs.phases[k : k + 1].copy(), ())


def side_differences(right: Analysis, left: Analysis) -> dict[Direction, Comparison]:
    """Compare the active ranges of two measurements of the same kind, one of each side: left less right.

    Raises
    ------
    UsageError
        When they are not measurements of the same exercise, of the right and of the left leg.
    """
    if (right.setup.side, left.setup.side) != (Side.RIGHT, Side.LEFT):
        raise UsageError(Reason.WRONG_USAGE, "give the recording of the right leg first, then that of the left")
    return {direction: side_difference(*pair) for direction, pair in _ranges_of_both(right, left).items()}


def changes(before: Analysis, after: Analysis) -> dict[Direction, Comparison]:
    """Compare the active ranges of two measurements of the same leg: after less before.

    Raises
    ------
    UsageError
        When they are not measurements of the same exercise and leg.
    """
    if before.setup.side is not after.setup.side:
        raise UsageError(Reason.WRONG_USAGE, "a change is one of the same leg: give two recordings of it")
    pairs = _ranges_of_both(before, after)
    spec = before.setup.exercise(before.setup.exercise_id)
    return {} if spec is None else {direction: change(spec.posture, *pair) for direction, pair in pairs.items()}


def _ranges_of_both(
    first: Analysis, second: Analysis
) -> dict[Direction, tuple[tuple[float, float], tuple[float, float]]]:
    """Return angle and standard deviation of each direction that both measured."""
    if first.setup.exercise_id != second.setup.exercise_id:
        raise UsageError(Reason.WRONG_USAGE, "different measurements cannot be compared: measure both alike")
    one, other = (
        {event.direction: (event.mean_rad, event.sd_rad) for event in analysis.events if isinstance(event, ActiveRange)}
        for analysis in (first, second)
    )
    return {direction: (one[direction], other[direction]) for direction in one if direction in other}


def gathered(recording: Recording, pipeline: Pipeline, outputs: list[Outputs]) -> Result:
    """Put together what a pipeline gave back for the items of a recording."""
    events = [event for output in outputs for event in output.events]
    notes = (*notes_in(recording.items, recording.zero_ns), *recording.notes)
    return _put_together(recording, recording.missing, pipeline, outputs, events, notes)


def _put_together(
    recording: Recording,
    missing: int,
    pipeline: Pipeline,
    outputs: Sequence[Outputs],
    events: list[Event],
    notes: tuple[TimedNote, ...],
) -> Result:
    rows = joined([output.angles for output in outputs])
    # Column by column: who takes one of them gets it as it lies, and so does Arrow.
    angles = replace(rows, angles_rad=np.asfortranarray(rows.angles_rad), sd_rad=np.asfortranarray(rows.sd_rad))
    if missing:
        text = f"{missing} items of this recording are lost: what happened then is not in the result"
        events.append(Warning("items_missing", text))
    return Result(
        setup=recording.setup,
        recording_sha256=recording.sha256,
        duration_s=float(angles.t_s[-1] - angles.t_s[0]) if len(angles.t_s) else None,
        angles=angles,
        phases=np.concatenate([output.phases for output in outputs]),
        events=tuple(events),
        link=pipeline.link(),
        result_sha256=pipeline.result_sha256,
        notes=notes,
    )
