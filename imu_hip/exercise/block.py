"""Find the isometric block between two holds: the limb a step below its end range, and still for seconds.

A sensor of motion sees stillness, not effort.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
_MOST_SAMPLES = 6_000
"""The range of a stretch longer than this many samples is that of its newest ones."""
_RECENT_S = 4.0
"""How far back samples are kept: the end of a hold is known later than it was."""
_STEADY_SHARE = 0.5
"""Of what the range lets a limb move in the shortest block: one that goes one way faster than this gives way."""


@dataclass(slots=True)
class BlockState:
    """All that evolves: `recent` rows (n, 3: time, angle, rate); while `seeking`, the `stretch` that may be a block.

    `below_rad`: it lies below this.
    """

    recent: Floats = field(default_factory=lambda: np.empty((0, 3)))
    seeking: bool = False
    stretch: deque[tuple[float, float]] = field(default_factory=deque)
    start_s: float = 0.0
    below_rad: float = math.inf
    lowest_rad: float = math.inf
    highest_rad: float = -math.inf


def run(
    rule: BlockRule, levels: Levels, state: BlockState, rows: Floats, phases: NDArray[np.uint8]
) -> list[tuple[int, Block]]:
    """Take rows (n, 6) in; return the block that ended within them, and at which. Changes `state`.

    The `phases` (n,) of rows become BLOCK where the limb seems to be in one and no hold goes on.
    """
    known = np.flatnonzero(~np.isnan(rows[:, 1]))
    if not len(known):
        return []
    looked_at = rows[known][:, _SLOW]
    looked_at[:, 0] -= SLOW_LAG_S
    recent = np.concatenate([state.recent, looked_at])
    state.recent = recent[looked_at[-1, 0] - recent[:, 0] <= _RECENT_S]
    found: list[tuple[int, Block]] = []
    hold, blocked = int(Phase.HOLD), int(Phase.BLOCK)
    for row, (t_s, angle, rate) in zip(known.tolist(), looked_at.tolist(), strict=True) if state.seeking else ():
        if state.seeking:
            found += [(row, each) for each in _extend(rule, levels, state, t_s, angle, rate)]
        if is_showing(state) and phases[row] != hold:
            phases[row] = blocked
    return found


def seek(rule: BlockRule, levels: Levels, state: BlockState, hold_end_s: float, held_rad: float) -> tuple[Block, ...]:
    """Look for a block from the end of a hold on, which may be some time ago; `held_rad`: its level, NaN if unknown."""
    state.seeking = True
    state.below_rad = rule.highest * levels.end_range_rad
    if held_rad > state.below_rad:
        # A hold that read too far reads its block too far as well: it is below the hold in any case.
        step_rad = larger(levels.hold_rule.small_step, levels.end_range_rad)
        state.below_rad = max(state.below_rad, held_rad - 0.5 * step_rad)
    state.stretch.clear()
    for t_s, angle, rate in state.recent.tolist():
        if state.seeking and t_s > hold_end_s + _NEAR_HOLD_S:
            found = _extend(rule, levels, state, t_s, angle, rate)
            if found:
                return found
    return ()


def stop(rule: BlockRule, state: BlockState, before_s: float = math.inf) -> tuple[Block, ...]:
    """Look no further, because a hold began at `before_s` or the limb is back; return the block until then."""
    stretch = state.stretch
    while stretch and stretch[-1][0] > before_s - _NEAR_HOLD_S:
        stretch.pop()
    found = _finish(rule, state)
    state.seeking = False
    return found


def is_showing(state: BlockState) -> bool:
    """Tell whether the limb seems to be in a block now."""
    return bool(state.stretch) and lasted(state.start_s, state.stretch[-1][0], _SHOWN_S)


def _extend(
    rule: BlockRule, levels: Levels, state: BlockState, t_s: float, angle: float, rate: float
) -> tuple[Block, ...]:
    """Lengthen the stretch by a sample, or end it and begin another."""
    end_range = levels.end_range_rad
    stretch = state.stretch
    unseen = bool(stretch) and lasted(stretch[-1][0], t_s, levels.hold_rule.grace_s)
    fits = rule.lowest * end_range < angle < state.below_rad and abs(rate) < rule.still_rad_s and not unseen
    if not fits:
        return _finish(rule, state)
    if not stretch:
        state.start_s, state.lowest_rad, state.highest_rad = t_s, angle, angle
    elif max(state.highest_rad, angle) - min(state.lowest_rad, angle) > rule.range_rad:
        found = _finish(rule, state, keep=True)
        if found:
            return found
        _drop_far(rule, state, t_s, angle)
    stretch.append((t_s, angle))
    state.lowest_rad = min(state.lowest_rad, angle)
    state.highest_rad = max(state.highest_rad, angle)
    if len(stretch) > _MOST_SAMPLES:
        stretch.popleft()
    return ()


def _finish(rule: BlockRule, state: BlockState, *, keep: bool = False) -> tuple[Block, ...]:
    """End the stretch: a block if it lasted; only the first one counts."""
    stretch = state.stretch
    found: tuple[Block, ...] = ()
    if stretch and lasted(state.start_s, stretch[-1][0], rule.min_s) and not _gives_way(rule, stretch):
        angles = [angle for _, angle in stretch]
        found = (Block(state.start_s, stretch[-1][0], max(angles) - min(angles)),)
        state.seeking = False
    if found or not keep:
        stretch.clear()
    return found


def _gives_way(rule: BlockRule, stretch: Sequence[tuple[float, float]]) -> bool:
    """Tell whether the limb goes one way all the time: between the middles of both halves, by their means."""
    angles = [angle for _, angle in stretch]
    half = len(angles) // 2
    went_rad = abs(statistics.fmean(angles[half:]) - statistics.fmean(angles[:half]))
    took_s = 0.5 * (stretch[-1][0] - stretch[0][0])
    return went_rad > _STEADY_SHARE * rule.range_rad / rule.min_s * took_s


def _drop_far(rule: BlockRule, state: BlockState, t_s: float, angle: float) -> None:
    """Shorten a stretch from its beginning until it lies within the range around a new angle."""
    near: deque[tuple[float, float]] = deque()
    while state.stretch and abs(state.stretch[-1][1] - angle) <= rule.range_rad:
        near.appendleft(state.stretch.pop())
    state.stretch.clear()
    state.stretch.extend(near)
    angles = [each for _, each in near] or [angle]
    state.start_s = near[0][0] if near else t_s
    state.lowest_rad, state.highest_rad = min(angles), max(angles)
