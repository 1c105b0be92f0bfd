"""Going on with a session that was cut off: which one, whether it is the same, and what its new file begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imu_hip.app.marked import marked
from imu_hip.guide.around import Calibration
from imu_hip.model.command import CommandName
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Command, Item, LinkChange, LinkState, Mark, MarkLabel, NumberedItem, Role, Tick
from imu_hip.model.setup import Side
from imu_hip.session.kept_session import next_segment, segments_of
from imu_hip.session.reader import Recording
from imu_hip.session.segmented import read_cut_off
from imu_hip.session.user_library import CONTINUES_WITHIN_S, Library

STILL_WRITTEN_S = 3.0
"""A recording that goes on is written to twice a second."""
_CUT_OFF = "the session was cut off"
_LYING = frozenset({MarkLabel.HOOK_LYING, MarkLabel.BRIDGE, MarkLabel.KNEE_ROCKS})
_STANDING = frozenset({MarkLabel.LEG_SWINGS, MarkLabel.BOWS})


@dataclass(frozen=True, slots=True)
class CutOff:
    """What was saved of a session that goes on: its first file, the one to write now, and its items."""

    path: Path
    segment: Path
    recording: Recording

    @property
    def next_number(self) -> int:
        """The number of the next item."""
        items = self.recording.items
        return items[-1].number + 1 if items else 0

    @property
    def last_ns(self) -> int:
        """When the last item was."""
        return max((numbered.item.t_ns for numbered in self.recording.items), default=0)


def cut_off_session(library: Library, person: str, now_s: float) -> CutOff:
    """Read the session of a person that is to go on.

    Raises
    ------
    UsageError
        There is none, or it is still being recorded.
    UnusableInputError
        Nothing of it can be read.
    """
    path = library.cut_off(person, now_s)
    if path is None:
        raise UsageError(
            Reason.NOT_FOUND,
            f"no session of '{person}' was cut off in the last {CONTINUES_WITHIN_S / 60.0:.0f} minutes: "
            "begin a new one, without --continue",
        )
    if now_s - segments_of(path)[-1].stat().st_mtime < STILL_WRITTEN_S:
        raise UsageError(
            Reason.WRONG_USAGE,
            f"{path.parent.name}: was being recorded a moment ago: close the other window, or try again in "
            f"{STILL_WRITTEN_S:.0f} s",
        )
    return CutOff(path, next_segment(path), read_cut_off(path))


def refuse_another(
    cut: CutOff, specs: Sequence[ExerciseSpec], side: Side, calibration: Calibration, families: Mapping[Role, str]
) -> None:
    """Raise UsageError unless what is asked for is the session that was cut off."""
    setup = cut.recording.setup
    if setup.side is not side:
        raise _other(cut, f"of the {setup.side.value} side", f"--side {setup.side.value}")
    ids = [spec.id for spec in setup.exercises]
    if ids != [spec.id for spec in specs]:
        raise _other(cut, f"of {' '.join(ids)}", " ".join(ids))
    was = calibration_of(cut.recording, calibration)
    if was is not calibration:
        raise _other(cut, f"calibrated {was.value}", f"--calibration {was.value}")
    worn = {sensor.role: sensor.family for sensor in setup.sensors}
    if worn != dict(families):
        raise _other(cut, "with sensors of another kind", "those sensors")


def calibration_of(recording: Recording, chosen: Calibration) -> Calibration:
    """Return how the person was calibrated; as `chosen` where it was cut off before anything told."""
    asked = {mark.label for numbered in recording.items if isinstance(mark := numbered.item, Mark)}
    return Calibration.LYING if asked & _LYING else Calibration.STANDING if asked & _STANDING else chosen


def offer(library: Library, person: str, now_s: float) -> str:
    """Return which session can go on, in words; "" without one."""
    if library.cut_off(person, now_s) is None:
        return ""
    start = library.sessions(person)[0].start
    try:
        when = f" of {datetime.fromisoformat(start or '').astimezone():%H:%M}"
    except ValueError:
        when = ""
    return f"Go on with the session{when}"


def _other(cut: CutOff, what: str, mend: str) -> UsageError:
    text = f"the session that was cut off ({cut.path.parent.name}) is {what}: go on with {mend}, or without --continue"
    return UsageError(Reason.WRONG_USAGE, text)


def between_ticks(items: Sequence[NumberedItem]) -> Iterator[Sequence[NumberedItem]]:
    """Yield the items in pieces that end with a tick: about as they came."""
    start = 0
    for place, numbered in enumerate(items, 1):
        if isinstance(numbered.item, Tick):
            yield items[start:place]
            start = place
    yield items[start:]


def open_marks(items: Sequence[NumberedItem]) -> tuple[Mark, ...]:
    """Return the begins of the intervals that nobody ended, in their order."""
    return tuple(mark for mark, end_ns in marked(items) if end_ns is None)


def closing(items: Sequence[NumberedItem]) -> Iterator[Item]:
    """Yield what a crash left unsaid, as of its moment: both connections are lost, and the guide waits.

    These are the first items of the new file, so that a replay, or the next crash, finds the guide where it was.
    """
    if not items:
        return
    t_ns = max(numbered.item.t_ns for numbered in items)
    state: dict[Role, LinkState] = {}
    for numbered in items:
        if isinstance(numbered.item, LinkChange):
            state[numbered.item.role] = numbered.item.state
    for role, last in state.items():
        if last in (LinkState.CONNECTED, LinkState.STREAMING):
            yield LinkChange(t_ns, role, LinkState.LOST, _CUT_OFF)
    yield Command(t_ns, CommandName.CUT_OFF)
