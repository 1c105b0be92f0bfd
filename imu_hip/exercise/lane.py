"""Judge one direction of an exercise: end range, holds, exits, and where the exercise has them blocks and cycles.

Without a marked maximal repetition the end range is taken from the exercise itself: the samples of the first way out
wait until its plateau is known, and are judged then.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import block, cycle, end_range, hold, hold_rows
from imu_hip.exercise.block import BlockState
from imu_hip.exercise.cycle import CycleState
from imu_hip.exercise.end_range import Excursion
from imu_hip.exercise.half_second import HalfSecond
from imu_hip.exercise.hold import HoldState
from imu_hip.exercise.hold_rows import Mode, Stop
from imu_hip.exercise.levels import Levels, larger, levels
from imu_hip.model.block import Floats
from imu_hip.model.event import Block as IsometricBlock
from imu_hip.model.event import EndRange, ExerciseEvent, Exit, Hold, Phase, Touch
from imu_hip.model.exercise_spec import BlockRule, Direction, ExerciseSpec, Step

_LEAST_REFINED_RAD = math.radians(0.05)
_MOST_WAITING = 6_000
"""How many rows wait for an end range at most: two minutes at 50 Hz."""

LaneEvent = Hold | Touch | Exit | IsometricBlock

Phases = NDArray[np.uint8]
Happened = list[tuple[int, tuple[ExerciseEvent, ...]]]
"""Events, and the row at which they became final."""


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
    hold: HoldState = field(default_factory=HoldState)
    block: BlockState = field(default_factory=BlockState)
    block_end_s: float = -math.inf
    cycle: CycleState = field(default_factory=CycleState)
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
        if hold.is_at_rest(state.hold):
            state.hold.now.enter_rad = state.levels.enter_rad


def refined(spec: ExerciseSpec, state: LaneState, change_rad: float) -> None:
    """Take in that what was reached before lies `change_rad` further now, by what is known of the zero."""
    state.plateaus_rad = [plateau + change_rad for plateau in state.plateaus_rad]
    if state.next_rad is not None:
        state.next_rad += change_rad
    if state.levels is not None and state.levels.end_range_rad + change_rad > state.levels.neutral_rad:
        state.levels = _levels(spec, state, state.levels.end_range_rad + change_rad)
        state.refined_rad += change_rad
        if hold.is_at_rest(state.hold):
            state.hold.now.enter_rad = state.levels.enter_rad


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
            row, events = _judge(spec, state, rows, first, phases, happened)
        first = row + 1
        if row == len(rows):
            return
        if state.excursion is None and events:
            _learn(spec, state, events)
        if state.next_rad is not None and hold.is_at_rest(state.hold):
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
    neutral = waiting[:, 1] <= spec.hold.smallest_end_range_rad
    unseen = np.isnan(waiting[:, 1])
    phases[first:end] = np.where(unseen, Phase.UNKNOWN, np.where(neutral, Phase.NEUTRAL, Phase.APPROACH))
    return (len(rows) if state.next_rad is None else first), ()


def _judge(
    spec: ExerciseSpec, state: LaneState, rows: Floats, first: int, phases: Phases, happened: Happened
) -> tuple[int, tuple[ExerciseEvent, ...]]:
    """Judge rows from `first` on, up to one at which something may happen; return it and what was final there.

    Blocks that end on the way to it are added to `happened`.
    """
    own = state.levels
    if own is None:
        return len(rows), ()
    now = state.hold.now
    now.expects_step = spec.block is not None and Step.BLOCK not in state.cycle.steps
    stop = Stop.IN_NEUTRAL if state.cycle.steps or state.block.seeking else Stop.NOWHERE
    if state.next_rad is not None:
        stop = Stop.BOTH if stop else Stop.AT_REST
    row, events = hold.run(own, state.hold, rows, first, phases, stop)
    if now.neutral_s > (-math.inf if state.cycle.neutral_s is None else state.cycle.neutral_s):
        state.cycle.neutral_s = float(now.neutral_s)
    blocks: tuple[IsometricBlock, ...] = ()
    if spec.block is not None:
        taken = slice(first, row + 1)
        for place, found in block.run(spec.block, own, state.block, rows[taken], phases[taken]):
            if first + place < row:
                happened.append((first + place, _in_order(spec, state, (), (found,), None)))
            else:
                blocks += (found,)
    if row == len(rows):
        return row, ()
    at_rest = rows[row, 1] <= own.neutral_rad and state.hold.mode is Mode.IDLE
    if spec.block is not None:
        blocks += _seek_block(spec.block, own, state, events, at_rest=at_rest)
    t_s = float(rows[row, 0])
    if events or blocks or (at_rest and state.cycle.steps):
        return row, _in_order(spec, state, events, blocks, t_s if at_rest else None)
    if at_rest:
        state.cycle.neutral_s = t_s
    return row, ()


def _phase(spec: ExerciseSpec, state: LaneState, row: Floats) -> int:
    """Return what the limb is doing, as far as it can be told at the newest row."""
    if math.isnan(row[1]):
        return Phase.UNKNOWN
    if block.is_showing(state.block) and state.hold.mode is not Mode.HOLD:
        return Phase.BLOCK
    if state.levels is None:
        return Phase.NEUTRAL if row[1] <= spec.hold.smallest_end_range_rad else Phase.APPROACH
    return hold_rows.phase(state.levels.limits, state.hold.memory, row[1], row[2])


def _seek_block(
    rule: BlockRule, own: Levels, state: LaneState, events: tuple[hold.HoldEvent, ...], *, at_rest: bool
) -> tuple[IsometricBlock, ...]:
    """Look for the block of a cycle after each of its holds, until one is found, a hold begins or the limb is back."""
    blocks: tuple[IsometricBlock, ...] = ()
    for event in events:
        if isinstance(event, Hold) and Step.BLOCK not in state.cycle.steps:
            blocks += block.seek(rule, own, state.block, event.end_s, float(state.hold.now.left_rad))
    if state.block.seeking:
        if state.hold.mode is Mode.HOLD:
            blocks += block.stop(rule, state.block, float(state.hold.now.start_s))
        elif at_rest:
            blocks += block.stop(rule, state.block)
    return blocks


def _in_order(
    spec: ExerciseSpec,
    state: LaneState,
    events: tuple[hold.HoldEvent, ...],
    blocks: tuple[IsometricBlock, ...],
    neutral_s: float | None,
) -> tuple[ExerciseEvent, ...]:
    """Put the events of one moment in order, holds first and exits last, and the cycle that they end behind them."""
    for found in blocks:
        state.block_end_s = found.end_s
    exits = tuple(event for event in events if isinstance(event, Exit))
    ordered: tuple[LaneEvent, ...] = (
        *(event for event in events if not isinstance(event, Exit)),
        *blocks,
        *(exit_ for exit_ in exits if not _led_into_block(state, exit_)),
    )
    if not spec.cycle:
        return ordered
    for event in ordered:
        cycle.add(state.cycle, event)
    if neutral_s is None:
        return ordered
    state.cycle.neutral_s = neutral_s
    return ordered + cycle.close(spec.cycle, state.cycle, neutral_s)


def _led_into_block(state: LaneState, way_back: Exit) -> bool:
    """Tell whether an exit that did not reach neutral is none, because the limb went into the block."""
    blocked = state.block_end_s > way_back.start_s or block.is_showing(state.block)
    return way_back.verdict is None and blocked


def _break_off(spec: ExerciseSpec, state: LaneState) -> tuple[ExerciseEvent, ...]:
    """End hold, block and cycle where they are."""
    if state.levels is None:
        return ()
    events = hold.close(state.levels, state.hold)
    blocks = block.stop(spec.block, state.block) if spec.block is not None and state.block.seeking else ()
    ended = _in_order(spec, state, events, blocks, None)
    return ended + cycle.close(spec.cycle, state.cycle, state.last_s)


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
    if not state.waiting:
        return ()
    rows, state.waiting = np.concatenate(state.waiting), []
    happened: Happened = []
    phases = np.empty(len(rows), np.uint8)
    first = 0
    while first < len(rows):
        row, events = _judge(spec, state, rows, first, phases, happened)
        happened.append((row, events))
        first = row + 1
    return tuple(event for _, events in happened for event in events)


def _set_levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> None:
    state.levels = _levels(spec, state, end_range_rad)
    state.refined_rad = 0.0
    state.hold = hold.initial(state.levels)


def _levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> Levels:
    held_rad = statistics.median(state.plateaus_rad) if state.plateaus_rad else 0.0
    # What was held still further was not held at this end range: a sensor slipped, or the range grew.
    held_rad = min(held_rad, end_range_rad + larger(spec.hold.grow, end_range_rad))
    return levels(state.direction, end_range_rad, spec.hold, spec.exit, held_rad)
