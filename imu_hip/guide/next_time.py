"""What to do next, from what was judged: one line. Coaching as the exercises' sources have it, no medical advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import degrees, isfinite

from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import (
    ActiveRange,
    Block,
    Compensation,
    Cycle,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartStarted,
    Touch,
)
from imu_hip.model.exercise_spec import ExerciseSpec, Step
from imu_hip.model.item import NoteKind, TimedNote
from imu_hip.model.setup import Setup

TOO_WIDE = 0.5
"""Two standard deviations that are a larger share of the angle than this: what was judged is not worth much."""
MOST_CYCLES = 4
"""Cycles a side that the coach works up to."""
BREATH_S = 8.0
"""From so long on a hold is one slow breath, which is easier to count than seconds."""

PAIN = "stop for today; begin again only when the pain is gone"
FLOP = "let go more slowly: count to two on the way back"
OTHER_SIDE = "the other side"


def next_time(setup: Setup, events: Sequence[Event], notes: Iterable[TimedNote] = ()) -> str:
    """Return what to do next, the most important thing only; "" where nothing was judged."""
    if any(note.kind is NoteKind.PAIN and note.score != 0 for note in notes):
        return PAIN
    found = [ranked for spec, part in _parts(setup, events) for ranked in _of_part(spec, part)]
    return min(found, key=lambda ranked: ranked[0])[1] if found else ""


def _parts(setup: Setup, events: Sequence[Event]) -> Iterator[tuple[ExerciseSpec, Sequence[Event]]]:
    """Yield what was judged with its exercise; before the first part there was calibration only."""
    starts = [index for index, event in enumerate(events) if isinstance(event, PartStarted)]
    for first, beyond in zip(starts, [*starts[1:], len(events)], strict=False):
        start = events[first]
        spec = setup.exercise(start.exercise_id) if isinstance(start, PartStarted) else None
        if spec is not None:
            yield spec, events[first:beyond]


def _of_part(spec: ExerciseSpec, events: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """Yield what could be said of one part, each with its rank: the lowest is said."""
    holds = [event for event in events if isinstance(event, Hold)]
    exits = [event for event in events if isinstance(event, Exit)]
    cycles = [event for event in events if isinstance(event, Cycle)]
    if (wide_rad := _widest_rad(events)) is not None:
        yield 1, f"calibrate anew, sensors tight and standing still: the angle was known to ± {degrees(wide_rad):.0f}°"
    if any(hold.verdict is HoldVerdict.DATA_LOST for hold in holds):
        yield 2, "keep the computer near and in sight of both sensors: data of a hold were lost"
    if any(each.verdict in (ExitVerdict.FLOP, ExitVerdict.FAST) for each in exits):
        yield 3, FLOP
    if any(hold.verdict is HoldVerdict.SHORT for hold in holds) or any(isinstance(event, Touch) for event in events):
        yield 4, f"hold on until the tone, {_held(spec)}"
    if faults := Counter(event.kind for event in events if isinstance(event, Compensation)):
        words = FAULTS[faults.most_common(1)[0][0]]
        yield 5, f"{words.correction} ({words.name[:1].lower()}{words.name[1:]})"
    if missing := next((cycle.missing for cycle in cycles if cycle.missing), ()):
        yield 6, f"all steps of the cycle; missing was the {_step(missing[0])}"
    if spec.measurement:
        if any(isinstance(event, ActiveRange) for event in events):
            yield 8, f"{OTHER_SIDE}, if it is still to come"
    elif cycles:
        yield 7, f"one cycle more, up to {MOST_CYCLES} a side" if len(cycles) < MOST_CYCLES else OTHER_SIDE
    elif holds or any(isinstance(event, Block) for event in events):
        yield 8, OTHER_SIDE


def _widest_rad(events: Sequence[Event]) -> float | None:
    """Return two standard deviations of the least known hold or range; None where all are known well enough."""
    known = [(abs(event.angle_rad), 2.0 * event.sd_rad) for event in events if isinstance(event, Hold)]
    known += [(abs(event.mean_rad), 2.0 * event.sd_rad) for event in events if isinstance(event, ActiveRange)]
    wide = [spread for angle, spread in known if isfinite(angle) and spread > TOO_WIDE * angle]
    return max(wide, default=None)


def _held(spec: ExerciseSpec) -> str:
    if spec.hold.breath_s < BREATH_S:
        return f"{spec.hold.breath_s:.0f} s"
    breaths = round(spec.hold.breath_s / BREATH_S)
    return "one slow breath" if breaths == 1 else f"{breaths} slow breaths"


def _step(step: Step) -> str:
    return step.value.replace("_", " ")
