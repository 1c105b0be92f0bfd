"""See a small step down within a hold: two level stretches with a quick way down between them.

Who relaxes into the block may give up less than ends a hold by any other rule; that it is level again lower down, and
that the hold had not been sinking as fast before, tells a step from a hold that sags.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.levels import Levels, larger

EVERY_S = 0.1
_BEFORE_S = 0.8
_AFTER_S = 2.0
"""How long it has to be level before, and after.

A hold that begins to sink steadily falls on for all of the second stretch, 2.0 s of at most 2.6 s from the middle of
the first stretch to that of the second: more than `_FLAT_SHARE`.
"""
_WAY_S = 1.2
"""Longest way down."""
_FLAT_SHARE = 0.5
"""Of the step: within this range is level."""
_THINNED = 2
"""Every so many samples are looked at."""


class StepDown(NamedTuple):
    """When the way down began, and the level below."""

    start_s: float
    lower_rad: float


def found(levels: Levels, held: Sequence[Sample], begun_s: float) -> StepDown | None:
    """Return the step down that the newest of the samples `held` since `begun_s` have just shown, if there is one."""
    rule = levels.hold_rule
    now_s = held[-1].t_s
    from_s = now_s - _BEFORE_S - _WAY_S - _AFTER_S
    if from_s < begun_s:
        return None
    newest = _since(held, from_s)
    before = [sample.angle_rad for sample in newest if sample.t_s < from_s + _BEFORE_S]
    after = [sample.angle_rad for sample in newest if sample.t_s > now_s - _AFTER_S]
    if len(before) < 3 or len(after) < 3:
        return None
    high, low = statistics.median(before), statistics.median(after)
    step = high - low
    flat = _FLAT_SHARE * step
    least = larger(rule.small_step, levels.end_range_rad)
    if step < least or max(before) - min(before) > flat:
        return None
    if max(after) - min(after) > flat:
        return None
    if step - _sunk_rad(held, from_s, high) < least:
        return None
    start_s = next(sample.t_s for sample in reversed(newest) if sample.angle_rad >= high - 0.25 * step)
    return StepDown(start_s, low)


def _sunk_rad(held: Sequence[Sample], from_s: float, high_rad: float) -> float:
    """Return how far the hold sank from as long ago as the step took to `high_rad`: that much it would have anyway."""
    earlier_s = from_s - (0.5 * _BEFORE_S + _WAY_S + 0.5 * _AFTER_S)
    earlier = [each.angle_rad for each in _since(held, earlier_s) if each.t_s < earlier_s + _BEFORE_S]
    return max(0.0, statistics.median(earlier) - high_rad) if earlier else 0.0


def _since(samples: Sequence[Sample], from_s: float) -> Sequence[Sample]:
    """Return every so many of the samples from a time on, in order."""
    at = len(samples) - 1
    while at >= 0 and samples[at].t_s >= from_s:
        at -= _THINNED
    return samples[at + _THINNED :: _THINNED]
