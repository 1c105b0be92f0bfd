"""Find the isometric block between two holds: the limb a step below its end range, and still for seconds.

A sensor of motion sees stillness, not effort.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.conditioning import SLOW_LAG_S
from imu_hip.exercise.levels import Levels, larger, lasted
from imu_hip.model.block import Floats
from imu_hip.model.event import Block, Phase
from imu_hip.model.exercise_spec import BlockRule

_SLOW = (0, 4, 5)
"""The columns of rows that are looked at: time, and angle and rate behind the second low-pass."""
_NEAR_HOLD_S = 0.2
_SHOWN_S = 1.0
"""A stretch is shown as a block after this long, though it counts only after `BlockRule.min_s`."""
_MOST_ROWS = 6_000
"""The range of a stretch longer than this many rows is that of its newest ones."""
_RECENT_S = 4.0
"""How far back rows are kept: the end of a hold is known later than it was."""
_STEADY_SHARE = 0.5
"""Of what the range lets a limb move in the shortest block: one that goes one way faster than this gives way."""


_MEMORY = records(
    [("count", np.int64), *((name, np.float64) for name in ("start_s", "below_rad", "lowest_rad", "highest_rad"))]
)
_STRETCH = 256
"""How many rows there is place for at first."""


class _Limits(NamedTuple):
    """What a stretch must keep to."""

    above_rad: float
    still_rad_s: float
    range_rad: float
    min_s: float
    grace_s: float


class _Happens(IntEnum):
    """What there is to do at a row; at FULL and FAR it is not taken in yet."""

    NOTHING = 0
    FULL = 1
    FAR = 2
    ENDED = 3


def _memory() -> Records:
    return np.array([(0, 0.0, math.inf, math.inf, -math.inf)], _MEMORY)


@dataclass(slots=True)
class BlockState:
    """All that evolves: `recent` rows (n, 3: time, angle, rate); while `seeking`, what may be a block.

    That is the first `count` of `stretch` (m, 2: time, angle), from `start_s` on, within lowest and highest; it lies
    below `below_rad`: `memory` (1,).
    """

    recent: Floats = field(default_factory=lambda: np.empty((0, 3)))
    seeking: bool = False
    memory: Records = field(default_factory=_memory)
    stretch: Floats = field(default_factory=lambda: np.empty((_STRETCH, 2)))

    @property
    def now(self) -> Any:
        """The one record of the memory; what is set there stays."""
        return self.memory[0]


def run(
    rule: BlockRule, levels: Levels, state: BlockState, rows: Floats, phases: NDArray[np.uint8]
) -> list[tuple[int, Block]]:
    """Take rows (n, 6) in; return the block that ended within them, and at which. Changes `state`.

    The `phases` (n,) of rows become BLOCK where the limb seems to be in one and no hold goes on.
    """
    known = (rows[:, 1] == rows[:, 1]).nonzero()[0]
    if not len(known):
        return []
    looked_at = np.ascontiguousarray(rows[known][:, _SLOW])
    looked_at[:, 0] -= SLOW_LAG_S
    recent = np.concatenate([state.recent, looked_at])
    state.recent = recent[looked_at[-1, 0] - recent[:, 0] <= _RECENT_S]
    if not state.seeking:
        return []
    showing = np.zeros(len(known), np.bool_)
    found = _follow(rule, levels, state, looked_at, showing)
    shown = known[showing]
    phases[shown[phases[shown] != Phase.HOLD]] = Phase.BLOCK
    return [(int(known[place]), block) for place, block in found]


def seek(rule: BlockRule, levels: Levels, state: BlockState, hold_end_s: float, held_rad: float) -> tuple[Block, ...]:
    """Look for a block from the end of a hold on, which may be some time ago; `held_rad`: its level, NaN if unknown."""
    state.seeking = True
    below_rad = rule.highest * levels.end_range_rad
    if held_rad > below_rad:
        # A hold that read too far reads its block too far as well: it is below the hold in any case.
        step_rad = larger(levels.hold_rule.small_step, levels.end_range_rad)
        below_rad = max(below_rad, held_rad - 0.5 * step_rad)
    state.now.below_rad, state.now.count = below_rad, 0
    since = state.recent[state.recent[:, 0] > hold_end_s + _NEAR_HOLD_S]
    return tuple(block for _, block in _follow(rule, levels, state, since, np.zeros(len(since), np.bool_)))


def stop(rule: BlockRule, state: BlockState, before_s: float = math.inf) -> tuple[Block, ...]:
    """Look no further, because a hold began at `before_s` or the limb is back; return the block until then."""
    stretch = _stretch(state)
    state.now.count = np.count_nonzero(stretch[:, 0] <= before_s - _NEAR_HOLD_S)
    found = _finish(rule, state)
    state.seeking = False
    return found


def is_showing(state: BlockState) -> bool:
    """Tell whether the limb seems to be in a block now."""
    return _is_showing(state.memory, state.stretch)


def _follow(
    rule: BlockRule, levels: Levels, state: BlockState, looked_at: Floats, showing: NDArray[np.bool_]
) -> list[tuple[int, Block]]:
    """Lengthen the stretch by rows (n, 3), or end it and begin another; tell where it is `showing`.

    Return the block that was found, and at which row; what comes behind it is not looked at.
    """
    limits = _Limits(
        rule.lowest * levels.end_range_rad, rule.still_rad_s, rule.range_rad, rule.min_s, levels.hold_rule.grace_s
    )
    row, asked = 0, -1
    while row < len(looked_at):
        row, happens = _extend(limits, state.memory, state.stretch, looked_at, row, asked, showing)
        if happens == _Happens.NOTHING:
            break
        if happens == _Happens.FULL:
            state.stretch = np.concatenate([state.stretch, np.empty_like(state.stretch)])
            continue
        found = _finish(rule, state, keep=happens == _Happens.FAR)
        if found:
            return [(row, found[0])]
        if happens == _Happens.FAR:
            asked = row
        else:
            row += 1
    return []


@compiled
def _extend(
    limits: _Limits,
    memory: Records,
    stretch: Floats,
    looked_at: Floats,
    first: int,
    asked: int,
    showing: NDArray[np.bool_],
) -> tuple[int, int]:
    """Lengthen the stretch up to a row at which it ends, or may be a block that ends; return that and what happens.

    At the row `asked` it is known to be none.
    """
    now = memory[0]
    for row in range(first, len(looked_at)):
        if now.count == len(stretch):
            return row, _Happens.FULL
        t_s, angle, rate = looked_at[row]
        unseen = now.count > 0 and lasted(stretch[now.count - 1, 0], t_s, limits.grace_s)
        if not (limits.above_rad < angle < now.below_rad and abs(rate) < limits.still_rad_s and not unseen):
            if now.count > 0:
                return row, _Happens.ENDED
            continue
        if now.count == 0:
            now.start_s, now.lowest_rad, now.highest_rad = t_s, angle, angle
        elif max(now.highest_rad, angle) - min(now.lowest_rad, angle) > limits.range_rad:
            if row != asked and lasted(now.start_s, stretch[now.count - 1, 0], limits.min_s):
                return row, _Happens.FAR
            _drop_far(limits, memory, stretch, t_s, angle)
        stretch[now.count, 0], stretch[now.count, 1] = t_s, angle
        now.count += 1
        now.lowest_rad = min(now.lowest_rad, angle)
        now.highest_rad = max(now.highest_rad, angle)
        if now.count > _MOST_ROWS:
            _drop(memory, stretch, 1)
        showing[row] = _is_showing(memory, stretch)
    return len(looked_at), _Happens.NOTHING


@compiled
def _drop_far(limits: _Limits, memory: Records, stretch: Floats, t_s: float, angle: float) -> None:
    """Shorten a stretch from its beginning until it lies within the range around a new angle."""
    now = memory[0]
    first = now.count
    while first > 0 and abs(stretch[first - 1, 1] - angle) <= limits.range_rad:
        first -= 1
    _drop(memory, stretch, first)
    now.start_s, now.lowest_rad, now.highest_rad = t_s, angle, angle
    if now.count > 0:
        near = stretch[: now.count]
        now.start_s, now.lowest_rad, now.highest_rad = near[0, 0], near[:, 1].min(), near[:, 1].max()


@compiled
def _drop(memory: Records, stretch: Floats, count: int) -> None:
    now = memory[0]
    now.count -= count
    for row in range(now.count):
        stretch[row] = stretch[row + count]


@compiled
def _is_showing(memory: Records, stretch: Floats) -> bool:
    now = memory[0]
    return now.count > 0 and lasted(now.start_s, stretch[now.count - 1, 0], _SHOWN_S)


def _stretch(state: BlockState) -> Floats:
    return state.stretch[: state.now.count]


def _finish(rule: BlockRule, state: BlockState, *, keep: bool = False) -> tuple[Block, ...]:
    """End the stretch: a block if it lasted; only the first one counts."""
    stretch, start_s = _stretch(state), float(state.now.start_s)
    found: tuple[Block, ...] = ()
    if len(stretch) and lasted(start_s, float(stretch[-1, 0]), rule.min_s) and not _gives_way(rule, stretch):
        found = (Block(start_s, float(stretch[-1, 0]), float(stretch[:, 1].max() - stretch[:, 1].min())),)
        state.seeking = False
    if found or not keep:
        state.now.count = 0
        state.stretch = state.stretch[:_STRETCH].copy()
    return found


def _gives_way(rule: BlockRule, stretch: Floats) -> bool:
    """Tell whether the limb goes one way all the time: between the middles of both halves, by their means."""
    angles = stretch[:, 1].tolist()
    half = len(angles) // 2
    went_rad = abs(statistics.fmean(angles[half:]) - statistics.fmean(angles[:half]))
    took_s = 0.5 * float(stretch[-1, 0] - stretch[0, 0])
    return went_rad > _STEADY_SHARE * rule.range_rad / rule.min_s * took_s
