"""Judge one direction of an exercise: its end range, and what the limb does by it.

Without a marked maximal repetition the end range is taken from the exercise itself: the rows of the first way out
wait until its plateau is known, and are judged then.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from imu_hip.exercise import course, end_range, hold
from imu_hip.exercise.course import CourseState, Happened, Phases
from imu_hip.exercise.end_range import Excursion
from imu_hip.exercise.half_second import HalfSecond
from imu_hip.exercise.levels import Levels, larger, levels
from imu_hip.model.block import Floats
from imu_hip.model.event import EndRange, ExerciseEvent, Hold, Phase
from imu_hip.model.exercise_spec import Direction, ExerciseSpec

_LEAST_REFINED_RAD = math.radians(0.05)
_MOST_WAITING = 6_000
"""How many rows wait for an end range at most: two minutes at 50 Hz."""


@dataclass(slots=True)
class LaneState:
    """All that evolves in one direction; its rows are + toward the end range.

    `levels` is None until an end range is known. `excursion` is None when that came from maximal repetitions: then
    `plateaus_rad` are those of holds, otherwise of ways out, which are `waiting` to be judged until there is one.
    `next_rad`: an end range for when the limb is at rest. `refined_rad`: by how much the end range that was told last
    reads more by now.
    """

    direction: Direction
    levels: Levels | None = None
    course: CourseState = field(default_factory=CourseState)
    excursion: Excursion | None = None
    plateaus_rad: list[float] = field(default_factory=list)
    waiting: list[Floats] = field(default_factory=list)
    next_rad: float | None = None
    refined_rad: float = 0.0
    last_s: float = -math.inf


def start(spec: ExerciseSpec, direction: Direction, end_range_rad: float | None) -> LaneState:
    """Return a lane at rest; without an end range it looks for one itself."""
    state = LaneState(direction)
    if end_range_rad is None:
        state.excursion = Excursion()
    else:
        _set_levels(spec, state, end_range_rad)
    return state


def run(
    spec: ExerciseSpec, state: LaneState, rows: Floats, halves: Sequence[HalfSecond], phases: Phases
) -> tuple[Happened, list[tuple[int, float]]]:
    """Judge rows (n, 6), known or not, of which `half_second` saw `halves`; fill in their `phases` (n,).

    Return what happened, and the end ranges that were taken on, each with its row. Changes `state`.
    """
    backs = [] if state.excursion is None else end_range.watch(spec.hold, state.excursion, rows, halves)
    happened: Happened = []
    ranges: list[tuple[int, float]] = []
    first = 0
    for end, plateau_rad in (*backs, (len(rows), None)):
        _run(spec, state, rows[:end], first, phases, happened, ranges)
        if plateau_rad is not None:
            state.plateaus_rad.append(plateau_rad)
            state.next_rad = end_range.from_exercise(state.plateaus_rad)
        first = end
    if len(rows):
        state.last_s = float(rows[-1, 0])
    return happened, ranges


def retarget(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> tuple[ExerciseEvent, ...]:
    """Go on with the end range of maximal repetitions that were made just now."""
    events = _break_off(spec, state)
    state.excursion = state.next_rad = None
    state.plateaus_rad = []
    _set_levels(spec, state, end_range_rad)
    return events + _judge_waiting(spec, state)


def corrected(spec: ExerciseSpec, state: LaneState) -> None:
    """Take in that the angles have been corrected all at once: what was held before reads otherwise now."""
    if state.levels is not None and state.excursion is None and state.plateaus_rad:
        state.plateaus_rad = []
        state.levels = _levels(spec, state, state.levels.end_range_rad)
        if hold.is_at_rest(state.course.hold):
            state.course.hold.now.enter_rad = state.levels.enter_rad


def refined(spec: ExerciseSpec, state: LaneState, change_rad: float) -> None:
    """Take in that what was reached before lies `change_rad` further now, by what is known of the zero."""
    state.plateaus_rad = [plateau + change_rad for plateau in state.plateaus_rad]
    if state.next_rad is not None:
        state.next_rad += change_rad
    if state.levels is not None and state.levels.end_range_rad + change_rad > state.levels.neutral_rad:
        state.levels = _levels(spec, state, state.levels.end_range_rad + change_rad)
        state.refined_rad += change_rad
        if hold.is_at_rest(state.course.hold):
            state.course.hold.now.enter_rad = state.levels.enter_rad


def close(spec: ExerciseSpec, state: LaneState) -> tuple[ExerciseEvent, ...]:
    """End whatever is going on, because nothing more comes."""
    events: tuple[ExerciseEvent, ...] = ()
    if state.levels is None and state.excursion is not None and state.excursion.best_rad > 0.0:
        state.next_rad = state.excursion.best_rad
        events = _adopt(spec, state, state.last_s)
    events += _break_off(spec, state)
    if state.levels is None or abs(state.refined_rad) < _LEAST_REFINED_RAD:
        return events
    told = EndRange(state.last_s, state.direction, state.levels.end_range_rad, from_max_rep=state.excursion is None)
    return (*events, told)


def _run(
    spec: ExerciseSpec,
    state: LaneState,
    rows: Floats,
    first: int,
    phases: Phases,
    happened: Happened,
    ranges: list[tuple[int, float]],
) -> None:
    """Judge rows from `first` on; add to `happened` and `ranges`."""
    while first < len(rows):
        if state.levels is None:
            row, events = _wait(spec, state, rows, first, phases)
        else:
            until_rest = state.next_rad is not None
            row, events = course.run(
                spec, state.levels, state.course, rows, first, phases, happened, until_rest=until_rest
            )
        first = row + 1
        if row == len(rows):
            return
        if state.excursion is None and events:
            _learn(spec, state, events)
        if state.next_rad is not None and hold.is_at_rest(state.course.hold):
            before_rad = None if state.levels is None else state.levels.end_range_rad
            events += _adopt(spec, state, float(rows[row, 0]))
            if state.levels is not None and state.levels.end_range_rad != before_rad:
                ranges.append((row, state.levels.end_range_rad))
        phases[row] = _phase(spec, state, rows[row])
        if events:
            happened.append((row, events))


def _wait(
    spec: ExerciseSpec, state: LaneState, rows: Floats, first: int, phases: Phases
) -> tuple[int, tuple[ExerciseEvent, ...]]:
    """Keep rows until there is an end range to judge them by; return the row at which there is, and no events."""
    end = len(rows) if state.next_rad is None else first + 1
    waiting = rows[first:end]
    state.waiting.append(waiting.copy())
    most = sum(len(each) for each in state.waiting)
    if most > _MOST_WAITING:
        half = _MOST_WAITING // 2
        excess = -(-(most - _MOST_WAITING) // half) * half
        state.waiting = [np.concatenate(state.waiting)[excess:]]
    phases[first:end] = _waiting_phases(spec, waiting)
    return (len(rows) if state.next_rad is None else first), ()


def _phase(spec: ExerciseSpec, state: LaneState, row: Floats) -> int:
    if state.levels is not None:
        return course.phase(state.levels, state.course, row)
    return int(_waiting_phases(spec, row[None])[0])


def _waiting_phases(spec: ExerciseSpec, rows: Floats) -> Phases:
    neutral = rows[:, 1] <= spec.hold.smallest_end_range_rad
    phases = np.where(neutral, Phase.NEUTRAL, Phase.APPROACH)
    return np.where(np.isnan(rows[:, 1]), Phase.UNKNOWN, phases).astype(np.uint8)


def _break_off(spec: ExerciseSpec, state: LaneState) -> tuple[ExerciseEvent, ...]:
    return () if state.levels is None else course.break_off(spec, state.levels, state.course, state.last_s)


def _learn(spec: ExerciseSpec, state: LaneState, events: tuple[ExerciseEvent, ...]) -> None:
    """Let the next holds start by what was held; raise the end range to what two holds well beyond it both reached."""
    new = [event.angle_rad for event in events if isinstance(event, Hold)]
    if not new or state.levels is None:
        return
    state.plateaus_rad += new
    end_range_rad = state.levels.end_range_rad
    state.levels = _levels(spec, state, end_range_rad)
    if len(state.plateaus_rad) < 2:
        return
    both_reached_rad = sorted(state.plateaus_rad)[-2]
    if both_reached_rad > end_range_rad + larger(spec.hold.grow, end_range_rad):
        state.next_rad = both_reached_rad


def _adopt(spec: ExerciseSpec, state: LaneState, t_s: float) -> tuple[ExerciseEvent, ...]:
    """Take on the end range that the exercise itself showed, and judge what waited for it."""
    end_range_rad, state.next_rad = state.next_rad, None
    if end_range_rad is None or (state.levels is not None and state.levels.end_range_rad == end_range_rad):
        return ()
    _set_levels(spec, state, end_range_rad)
    known = EndRange(t_s, state.direction, end_range_rad, from_max_rep=False)
    return (known, *_judge_waiting(spec, state))


def _judge_waiting(spec: ExerciseSpec, state: LaneState) -> tuple[ExerciseEvent, ...]:
    if state.levels is None or not state.waiting:
        return ()
    rows, state.waiting = np.concatenate(state.waiting), []
    happened: Happened = []
    phases = np.empty(len(rows), np.uint8)
    first = 0
    while first < len(rows):
        row, events = course.run(spec, state.levels, state.course, rows, first, phases, happened)
        happened.append((row, events))
        first = row + 1
    return tuple(event for _, events in happened for event in events)


def _set_levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> None:
    state.levels = _levels(spec, state, end_range_rad)
    state.refined_rad = 0.0
    state.course.hold = hold.initial(state.levels)


def _levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> Levels:
    held_rad = statistics.median(state.plateaus_rad) if state.plateaus_rad else 0.0
    # What was held still further was not held at this end range: a sensor slipped, or the range grew.
    held_rad = min(held_rad, end_range_rad + larger(spec.hold.grow, end_range_rad))
    return levels(state.direction, end_range_rad, spec.hold, spec.exit, held_rad)
