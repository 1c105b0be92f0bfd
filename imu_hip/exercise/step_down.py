"""See a small step down within a hold: two level stretches with a quick way down between them.

Who relaxes into the block may give up less than ends a hold by any other rule; that it was level before and is level
again lower down tells a step from a hold that sags.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.levels import Levels, larger

EVERY_S = 0.1
_LEVEL_S = 0.8
"""How long it has to be level before, and after."""
_WAY_S = 1.2
"""Longest way down."""
_FLAT_SHARE = 0.5
"""Of the step: within this range is level."""
_THINNED = 4
"""Every so many samples are looked at."""


class StepDown(NamedTuple):
    """When the way down began, and the level below."""

    start_s: float
    lower_rad: float


def found(levels: Levels, held: Sequence[Sample], begun_s: float) -> StepDown | None:
    """Return the step down that the newest of the samples `held` since `begun_s` have just shown, if there is one."""
    rule = levels.hold_rule
    now_s = held[-1].t_s
    from_s = now_s - 2.0 * _LEVEL_S - _WAY_S
    if from_s < begun_s:
        return None
    newest = _since(held, from_s)
    before = [sample.angle_rad for sample in newest if sample.t_s < from_s + _LEVEL_S]
    after = [sample.angle_rad for sample in newest if sample.t_s > now_s - _LEVEL_S]
    if len(before) < 3 or len(after) < 3:
        return None
    high, low = statistics.median(before), statistics.median(after)
    step = high - low
    flat = _FLAT_SHARE * step
    if step < larger(rule.small_step, levels.end_range_rad) or max(before) - min(before) > flat:
        return None
    if max(after) - min(after) > flat:
        return None
    start_s = next(sample.t_s for sample in reversed(newest) if sample.angle_rad >= high - 0.25 * step)
    return StepDown(start_s, low)


def _since(samples: Sequence[Sample], from_s: float) -> Sequence[Sample]:
    """Return every so many of the samples from a time on, in order."""
    at = len(samples) - 1
    while at >= 0 and samples[at].t_s >= from_s:
        at -= _THINNED
    return samples[at + _THINNED :: _THINNED]
