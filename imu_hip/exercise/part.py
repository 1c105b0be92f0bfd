"""Judge one part: an exercise from its beginning to its end, in each direction it trains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.exercise import best_plateau, end_range, faults, half_second, lane, trials
from imu_hip.exercise.active_range import active_range
from imu_hip.exercise.best_plateau import BestPlateauState
from imu_hip.exercise.conditioning import outward
from imu_hip.exercise.faults import FaultState
from imu_hip.exercise.habit import Habit
from imu_hip.exercise.half_second import HalfSecond, WindowState
from imu_hip.exercise.lane import LaneState
from imu_hip.exercise.neutral_before import NeutralState
from imu_hip.exercise.trials import TrialState
from imu_hip.model.block import Floats
from imu_hip.model.event import EndRange, Event, PartEnded, PartStarted, Phase, ReZero, Trial, Warning
from imu_hip.model.exercise_spec import Direction, ExerciseSpec
from imu_hip.model.item import Edge


@dataclass(slots=True)
class PartState:
    """All that evolves: a lane for each direction that can be judged, or the trials of a measurement.

    `inward`: the side the limb was last seen on.
    """

    spec: ExerciseSpec
    start_s: float
    lanes: tuple[LaneState, ...]
    plateaus: tuple[BestPlateauState, ...]
    trials: tuple[TrialState, ...]
    measured: list[Trial]
    faults: FaultState
    window: WindowState = field(default_factory=WindowState)
    inward: bool = True


Happened = list[tuple[int, tuple[Event, ...]]]
"""Events, and the row at which they became final."""


class Judged(NamedTuple):
    """What became of n rows: events, and end ranges that were taken on or reached, with their rows; `phases` (n,)."""

    happened: Happened
    ranges: list[tuple[int, Direction, float]]
    phases: NDArray[np.uint8]


def start(
    spec: ExerciseSpec,
    t_s: float,
    plateaus_rad: Mapping[Direction, Sequence[float]],
    neutral: NeutralState,
    habits: Habit,
    *,
    refined: bool = False,
) -> tuple[PartState, tuple[Event, ...]]:
    """Begin a part; `plateaus_rad` are the maximal repetitions made for it, `neutral` what it starts from.

    `refined`: by what is known of the zero now they went elsewhere than was told.
    """
    lanes: list[LaneState] = []
    events: list[Event] = [PartStarted(t_s, spec.id)]
    unknown = []
    for direction in () if spec.measurement else spec.directions:
        repetitions = plateaus_rad.get(direction, ())
        if not repetitions:
            unknown.append(direction)
            lanes.append(lane.start(spec, direction, None))
            continue
        end_range_rad = end_range.from_repetitions(repetitions)
        if len(repetitions) == 1 or refined:
            events.append(EndRange(t_s, direction, end_range_rad, from_max_rep=True))
        if len(repetitions) == 1:
            events.append(_one_repetition(direction))
        if end_range_rad < spec.hold.smallest_end_range_rad:
            events.append(_too_small(spec, direction, end_range_rad))
        else:
            lanes.append(lane.start(spec, direction, end_range_rad))
    if unknown:
        events.append(_no_repetition(spec, unknown))
    plateaus = tuple(BestPlateauState(direction) for direction in spec.directions)
    measured = tuple(TrialState(direction) for direction in spec.directions) if spec.measurement else ()
    found = faults.start(spec, t_s, neutral, habits)
    return PartState(spec, t_s, tuple(lanes), plateaus, measured, [], found), tuple(events)


def run(state: PartState, rows: Floats) -> Judged:
    """Judge rows (n, 6), + toward internal rotation. Changes `state`."""
    known_rad = rows[rows[:, 1] == rows[:, 1], 1]
    if len(known_rad):
        state.inward = bool(known_rad[-1] >= 0.0)
    halves = half_second.follow(state.window, rows)
    happened: Happened = []
    ranges: list[tuple[int, Direction, float]] = []
    phases = np.zeros(len(rows), np.uint8) if state.lanes else unjudged_phases(state.spec, rows)
    for each in state.lanes:
        inward = each.direction is Direction.INTERNAL
        turned, own = (rows, halves) if inward else (outward(rows), [half.outward() for half in halves])
        own_phases = np.empty(len(rows), np.uint8)
        found, adopted = lane.run(state.spec, each, turned, own, own_phases)
        happened += found
        ranges += [(row, each.direction, end_range_rad) for row, end_range_rad in adopted]
        np.maximum(phases, own_phases, out=phases)
    for seen in halves:
        for plateau in state.plateaus:
            best_plateau.step(state.spec.hold, plateau, seen)
    if state.trials:
        _measure(state, rows, halves, happened, ranges)
    happened.sort(key=itemgetter(0))
    ranges.sort(key=itemgetter(0))
    return Judged(happened, ranges, phases)


def _measure(
    state: PartState,
    rows: Floats,
    halves: Sequence[HalfSecond],
    happened: Happened,
    ranges: list[tuple[int, Direction, float]],
) -> None:
    """Follow the trials of a measurement; add to `happened` and `ranges`."""
    seen_at = {seen.row: seen for seen in halves}
    for row, (t_s, angle_rad) in enumerate(rows[:, :2].tolist()):
        for each_way in state.trials if angle_rad == angle_rad else ():
            finished = trials.step(state.spec.hold, each_way, t_s, angle_rad, seen_at.get(row))
            if finished:
                state.measured += finished
                happened.append((row, finished))
                ranges.append((row, each_way.direction, each_way.most_rad))


def corrected(state: PartState, re_zero: ReZero) -> None:
    """Take in that the angles have been corrected all at once. Changes `state`."""
    faults.corrected(state.faults, re_zero)
    for each in state.lanes:
        lane.corrected(state.spec, each)


def refined(state: PartState, change_rad: float) -> None:
    """Take in that angles before read `change_rad` more now. Changes `state`."""
    for each in state.lanes:
        lane.refined(state.spec, each, each.direction.sign * change_rad)
    for plateau in state.plateaus:
        best_plateau.refined(plateau, plateau.direction.sign * change_rad)


def prompted_neutral(state: PartState, edge: Edge, t_s: float) -> tuple[Event, ...]:
    """Take in that a prompt to be in neutral begins or ends. Changes `state`."""
    return faults.prompted_neutral(state.faults, edge, t_s, end_ranges(state))


def retarget(state: PartState, direction: Direction, end_range_rad: float) -> tuple[Event, ...]:
    """Go on with the end range of maximal repetitions made within the part."""
    if end_range_rad < state.spec.hold.smallest_end_range_rad:
        return (_too_small(state.spec, direction, end_range_rad),)
    events: tuple[Event, ...] = ()
    for each in state.lanes:
        if each.direction is direction:
            events += lane.retarget(state.spec, each, end_range_rad)
    return events


def close(state: PartState, t_s: float) -> tuple[Event, ...]:
    """End the part at `t_s`, with whatever is going on in it."""
    events: list[Event] = []
    for each in state.lanes:
        events += lane.close(state.spec, each)
        if each.levels is None:
            events.append(_no_plateau(state.spec, each.direction))
    for each_way in state.trials:
        last = trials.close(each_way, t_s)
        state.measured += last
        events += last
    ranges = (active_range(direction, state.measured) for direction in state.spec.directions)
    events += [found for found in ranges if found is not None]
    events += faults.close(state.faults, t_s, end_ranges(state))
    reached = tuple(plateau.best for plateau in state.plateaus if plateau.best is not None)
    return (*events, *reached, PartEnded(t_s, state.spec.id))


def end_ranges(state: PartState) -> dict[Direction, float]:
    """Return the end ranges that are known; of a measurement, the best trials so far."""
    known = {each.direction: each.levels.end_range_rad for each in state.lanes if each.levels is not None}
    return known | {each.direction: each.most_rad for each in state.trials if each.most_rad > 0.0}


def lane_in_view(state: PartState) -> LaneState | None:
    """Return the lane of the side the limb is on, None when that direction is not judged."""
    direction = Direction.INTERNAL if state.inward else Direction.EXTERNAL
    if len(state.lanes) == 1:
        return state.lanes[0]
    return next((each for each in state.lanes if each.direction is direction), None)


def unjudged_phases(spec: ExerciseSpec, rows: Floats) -> NDArray[np.uint8]:
    """Return the phases of rows while no hold can be judged: they only tell neutral from anything else."""
    phases = np.empty(len(rows), np.uint8)
    _tell_neutral(rows, spec.hold.smallest_end_range_rad, phases)
    return phases


@compiled
def _tell_neutral(rows: Floats, neutral_rad: float, phases: NDArray[np.uint8]) -> None:
    for row in range(len(rows)):
        angle_rad = rows[row, 1]
        if np.isnan(angle_rad):
            phases[row] = Phase.UNKNOWN
        else:
            phases[row] = Phase.NEUTRAL if abs(angle_rad) <= neutral_rad else Phase.APPROACH


def _one_repetition(direction: Direction) -> Warning:
    text = (
        f"only one maximal repetition toward {direction.value} rotation was seen: the end range is less sure. "
        "Make two before the exercise."
    )
    return Warning("one_max_rep", text)


def _no_repetition(spec: ExerciseSpec, directions: Sequence[Direction]) -> Warning:
    text = (
        f"no maximal repetition toward {' and '.join(directions)} rotation was seen before {spec.id}: "
        "its own largest plateaus stand for the end range, so percentages and limits are less sure. "
        "Mark two as max_rep."
    )
    return Warning("no_max_rep", text)


def _too_small(spec: ExerciseSpec, direction: Direction, end_range_rad: float) -> Warning:
    text = (
        f"the end range toward {direction.value} rotation is {math.degrees(end_range_rad):.1f}°, below the "
        f"{math.degrees(spec.hold.smallest_end_range_rad):.0f}° that holds can be told from: it is not judged. "
        "Check the thigh sensor and repeat the maximal repetitions."
    )
    return Warning("end_range_too_small", text)


def _no_plateau(spec: ExerciseSpec, direction: Direction) -> Warning:
    text = (
        f"no plateau of {math.degrees(spec.hold.smallest_end_range_rad):.0f}° or more toward {direction.value} "
        "rotation was seen: without an end range it is not judged. Mark two maximal repetitions as max_rep."
    )
    return Warning("no_end_range", text)
