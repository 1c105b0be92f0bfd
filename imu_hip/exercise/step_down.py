"""See a small step down within a hold: two level stretches with a quick way down between them.

Who relaxes into the block may give up less than ends a hold by any other rule; that it is level again lower down, and
that the hold had not been sinking as fast before, tells a step from a hold that sags.
"""

from __future__ import annotations

import math

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats

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


@compiled
def found(held: Floats, begun_s: float, least_rad: float) -> tuple[float, float]:
    """Return the step down of `least_rad` or more that the newest of the rows (n, 6) since `begun_s` have just shown.

    That is when the way down began, and the level below; NaN if there is none.
    """
    now_s = held[-1, 0]
    from_s = now_s - _BEFORE_S - _WAY_S - _AFTER_S
    if from_s < begun_s:
        return math.nan, math.nan
    newest = _since(held, from_s)
    before = newest[newest[:, 0] < from_s + _BEFORE_S, 1]
    after = newest[newest[:, 0] > now_s - _AFTER_S, 1]
    if len(before) < 3 or len(after) < 3:
        return math.nan, math.nan
    high, low = np.median(before), np.median(after)
    step = high - low
    flat = _FLAT_SHARE * step
    if step < least_rad or before.max() - before.min() > flat or after.max() - after.min() > flat:
        return math.nan, math.nan
    if step - _sunk_rad(held, from_s, high) < least_rad:
        return math.nan, math.nan
    above = newest[newest[:, 1] >= high - 0.25 * step, 0]
    return above[-1], low


@compiled
def _sunk_rad(held: Floats, from_s: float, high_rad: float) -> float:
    """Return how far the hold sank from as long ago as the step took to `high_rad`: that much it would have anyway."""
    earlier_s = from_s - (0.5 * _BEFORE_S + _WAY_S + 0.5 * _AFTER_S)
    earlier = _since(held, earlier_s)
    earlier_rad = earlier[earlier[:, 0] < earlier_s + _BEFORE_S, 1]
    return max(0.0, np.median(earlier_rad) - high_rad) if len(earlier_rad) else 0.0


@compiled
def _since(rows: Floats, from_s: float) -> Floats:
    """Return every so many of the rows from a time on, in order."""
    at = len(rows) - 1
    while at >= 0 and rows[at, 0] >= from_s:
        at -= _THINNED
    return rows[at + _THINNED :: _THINNED]
