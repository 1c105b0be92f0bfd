"""Judge one direction of an exercise: end range, holds, exits, and where the exercise has them blocks and cycles.

Without a marked maximal repetition the end range is taken from the exercise itself: the samples of the first way out
wait until its plateau is known, and are judged then.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

from imu_hip.exercise import block, cycle, end_range, hold
from imu_hip.exercise.block import BlockState
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.cycle import CycleState
from imu_hip.exercise.end_range import Excursion
from imu_hip.exercise.hold import HoldState, Mode
from imu_hip.exercise.levels import Levels, larger, levels
from imu_hip.model.event import Block as IsometricBlock
from imu_hip.model.event import EndRange, ExerciseEvent, Exit, Hold, Phase, Touch
from imu_hip.model.exercise_spec import BlockRule, Direction, ExerciseSpec, Step

_LEAST_REFINED_RAD = math.radians(0.05)
_MOST_WAITING = 6_000
"""How many samples wait for an end range at most: two minutes at 50 Hz."""

LaneEvent = Hold | Touch | Exit | IsometricBlock


@dataclass(slots=True)
class LaneState:
    """All that evolves in one direction; its samples are + toward the end range.

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
    waiting: list[Sample] = field(default_factory=list)
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


def step(spec: ExerciseSpec, state: LaneState, sample: Sample) -> tuple[ExerciseEvent, ...]:
    """Judge one sample, known or not. Changes `state`."""
    state.last_s = sample.t_s
    if state.excursion is None:
        events = _judge(spec, state, sample)
        if events:
            _learn(spec, state, events)
        return events if state.next_rad is None else events + _adopt_at_rest(spec, state, sample.t_s)
    plateau = end_range.watch(spec.hold, state.excursion, sample)
    if plateau is not None:
        state.plateaus_rad.append(plateau)
        state.next_rad = end_range.from_exercise(state.plateaus_rad)
    events = ()
    if state.levels is None:
        state.waiting.append(sample)
        if len(state.waiting) > _MOST_WAITING:
            del state.waiting[: _MOST_WAITING // 2]
    else:
        events = _judge(spec, state, sample)
    return events + _adopt_at_rest(spec, state, sample.t_s)


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
            state.hold.enter_rad = state.levels.enter_rad


def refined(spec: ExerciseSpec, state: LaneState, change_rad: float) -> None:
    """Take in that what was reached before lies `change_rad` further now, by what is known of the zero."""
    state.plateaus_rad = [plateau + change_rad for plateau in state.plateaus_rad]
    if state.next_rad is not None:
        state.next_rad += change_rad
    if state.levels is not None and state.levels.end_range_rad + change_rad > state.levels.neutral_rad:
        state.levels = _levels(spec, state, state.levels.end_range_rad + change_rad)
        state.refined_rad += change_rad
        if hold.is_at_rest(state.hold):
            state.hold.enter_rad = state.levels.enter_rad


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


def phase(spec: ExerciseSpec, state: LaneState, sample: Sample) -> Phase:
    """Return what the limb is doing, as far as it can be told at this sample (which must be known)."""
    if state.hold.mode is Mode.HOLD:
        return Phase.HOLD
    if block.is_showing(state.block):
        return Phase.BLOCK
    own = state.levels
    if own is not None and state.hold.mode is Mode.EXIT:
        # Tremor on a plateau is slower than what counts as still: only a limb that turns faster climbs again.
        rising = state.hold.settle_s is not None or sample.rate_rad_s > own.still_rad_s
        return Phase.APPROACH if rising else Phase.EXIT
    neutral_rad = spec.hold.smallest_end_range_rad if own is None else own.neutral_rad
    return Phase.NEUTRAL if sample.angle_rad <= neutral_rad else Phase.APPROACH


def _judge(spec: ExerciseSpec, state: LaneState, sample: Sample) -> tuple[ExerciseEvent, ...]:
    own = state.levels
    if own is None:
        return ()
    known = sample.angle_rad == sample.angle_rad
    in_neutral = known and sample.angle_rad <= own.neutral_rad
    if in_neutral and spec.block is None and not state.cycle.steps and hold.is_at_rest(state.hold):
        # Most rows of most recordings: nothing can come of them.
        hold.rest_on(own, state.hold, sample.t_s)
        state.cycle.neutral_s = sample.t_s
        return ()
    state.hold.expects_step = spec.block is not None and Step.BLOCK not in state.cycle.steps
    events = hold.step(own, state.hold, sample)
    at_rest = in_neutral and state.hold.mode is Mode.IDLE
    blocks: tuple[IsometricBlock, ...] = ()
    if spec.block is not None:
        if known:
            blocks = block.step(spec.block, own, state.block, sample)
        blocks += _seek_block(spec.block, own, state, events, at_rest=at_rest)
    if not (events or blocks or (at_rest and state.cycle.steps)):
        if at_rest:
            state.cycle.neutral_s = sample.t_s
        return ()
    return _in_order(spec, state, events, blocks, sample.t_s if at_rest else None)


def _seek_block(
    rule: BlockRule, own: Levels, state: LaneState, events: tuple[hold.HoldEvent, ...], *, at_rest: bool
) -> tuple[IsometricBlock, ...]:
    """Look for the block of a cycle after each of its holds, until one is found, a hold begins or the limb is back."""
    blocks: tuple[IsometricBlock, ...] = ()
    for event in events:
        if isinstance(event, Hold) and Step.BLOCK not in state.cycle.steps:
            blocks += block.seek(rule, own, state.block, event.end_s, state.hold.left_rad)
    if state.block.seeking:
        if state.hold.mode is Mode.HOLD:
            blocks += block.stop(rule, state.block, state.hold.start_s)
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


def _adopt_at_rest(spec: ExerciseSpec, state: LaneState, t_s: float) -> tuple[ExerciseEvent, ...]:
    if state.next_rad is None or not hold.is_at_rest(state.hold):
        return ()
    return _adopt(spec, state, t_s)


def _adopt(spec: ExerciseSpec, state: LaneState, t_s: float) -> tuple[ExerciseEvent, ...]:
    """Take on the end range that the exercise itself showed, and judge what waited for it."""
    end_range_rad, state.next_rad = state.next_rad, None
    if end_range_rad is None or (state.levels is not None and state.levels.end_range_rad == end_range_rad):
        return ()
    _set_levels(spec, state, end_range_rad)
    known = EndRange(t_s, state.direction, end_range_rad, from_max_rep=False)
    return (known, *_judge_waiting(spec, state))


def _judge_waiting(spec: ExerciseSpec, state: LaneState) -> tuple[ExerciseEvent, ...]:
    waiting, state.waiting = state.waiting, []
    return tuple(event for sample in waiting for event in _judge(spec, state, sample))


def _set_levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> None:
    state.levels = _levels(spec, state, end_range_rad)
    state.refined_rad = 0.0
    state.hold = hold.initial(state.levels)


def _levels(spec: ExerciseSpec, state: LaneState, end_range_rad: float) -> Levels:
    held_rad = statistics.median(state.plateaus_rad) if state.plateaus_rad else 0.0
    # What was held still further was not held at this end range: a sensor slipped, or the range grew.
    held_rad = min(held_rad, end_range_rad + larger(spec.hold.grow, end_range_rad))
    return levels(state.direction, end_range_rad, spec.hold, spec.exit, held_rad)
