"""What a limb does in one direction, by the levels of its person: holds and ways back, blocks, and cycles of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import block, cycle, hold, hold_rows
from imu_hip.exercise.block import BlockState
from imu_hip.exercise.cycle import CycleState
from imu_hip.exercise.hold import HoldEvent, HoldState
from imu_hip.exercise.hold_rows import Mode, Stop
from imu_hip.exercise.levels import Levels
from imu_hip.model.block import Floats
from imu_hip.model.event import Block as IsometricBlock
from imu_hip.model.event import ExerciseEvent, Exit, Hold, Phase, Touch
from imu_hip.model.exercise_spec import BlockRule, ExerciseSpec, Step

CourseEvent = Hold | Touch | Exit | IsometricBlock

Phases = NDArray[np.uint8]
Happened = list[tuple[int, tuple[ExerciseEvent, ...]]]
"""Events, and the row at which they became final."""


@dataclass(slots=True)
class CourseState:
    """All that evolves; `block_end_s`: when the last block ended."""

    hold: HoldState = field(default_factory=HoldState)
    block: BlockState = field(default_factory=BlockState)
    block_end_s: float = -math.inf
    cycle: CycleState = field(default_factory=CycleState)


def run(
    spec: ExerciseSpec,
    own: Levels,
    state: CourseState,
    rows: Floats,
    first: int,
    phases: Phases,
    happened: Happened,
    *,
    until_rest: bool = False,
) -> tuple[int, tuple[ExerciseEvent, ...]]:
    """Judge rows (n, 6) from `first` on, up to one at which something may happen, or `until_rest` of the limb.

    Return that row, n if there is none, and what was final there. Blocks that end on the way to it are added to
    `happened`; fills in `phases` (n,). Changes `state`.
    """
    now = state.hold.now
    now.expects_step = spec.block is not None and Step.BLOCK not in state.cycle.steps
    stop = Stop.IN_NEUTRAL if state.cycle.steps or state.block.seeking else Stop.NOWHERE
    if until_rest:
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


def phase(own: Levels, state: CourseState, row: Floats) -> int:
    """Return what the limb is doing, as far as it can be told at the newest row (6,)."""
    if math.isnan(row[1]):
        return Phase.UNKNOWN
    if block.is_showing(state.block) and state.hold.mode is not Mode.HOLD:
        return Phase.BLOCK
    return hold_rows.phase(own.limits, state.hold.memory, row[1], row[2])


def break_off(spec: ExerciseSpec, own: Levels, state: CourseState, t_s: float) -> tuple[ExerciseEvent, ...]:
    """End hold, block and cycle where they are at `t_s`. Changes `state`."""
    events = hold.close(own, state.hold)
    blocks = block.stop(spec.block, state.block) if spec.block is not None and state.block.seeking else ()
    ended = _in_order(spec, state, events, blocks, None)
    return ended + cycle.close(spec.cycle, state.cycle, t_s)


def _seek_block(
    rule: BlockRule, own: Levels, state: CourseState, events: tuple[HoldEvent, ...], *, at_rest: bool
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
    state: CourseState,
    events: tuple[HoldEvent, ...],
    blocks: tuple[IsometricBlock, ...],
    neutral_s: float | None,
) -> tuple[ExerciseEvent, ...]:
    """Put the events of one moment in order, holds first and exits last, and the cycle that they end behind them."""
    for found in blocks:
        state.block_end_s = found.end_s
    exits = tuple(event for event in events if isinstance(event, Exit))
    ordered: tuple[CourseEvent, ...] = (
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


def _led_into_block(state: CourseState, way_back: Exit) -> bool:
    """Tell whether an exit that did not reach neutral is none, because the limb went into the block."""
    blocked = state.block_end_s > way_back.start_s or block.is_showing(state.block)
    return way_back.verdict is None and blocked
