"""A fault's flag: raised when something stays above its limit, cleared when it stays well below."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.levels import lasted

RAISE_S = 0.3
CLEAR_S = 0.5
CLEAR_SHARE = 0.6
"""Of the limit: below, a fault is on its way to be over."""

Flags = Records

_MEMORY = records(
    [
        *((name, np.float64) for name in ("above_since_s", "below_since_s", "start_s", "end_s", "peak", "rising_peak")),
        ("showing", np.bool_),
    ]
)
"""Of each flag; `start_s` is NaN while it has not been raised; from it to `end_s` the value was not well below.

`above_since_s`, `below_since_s`: since when the value is above the limit, or well below; NaN when it is not.
"""


def flags(count: int) -> Flags:
    """Return flags (count,) of which none has been raised."""
    new = np.zeros(count, _MEMORY)
    for each in new:
        forget(each)
        lose_sight(each)
    return new


@compiled
def follow(flag: Any, t_s: float, value: float, limit: float, raise_s: float = RAISE_S) -> None:
    """Take a value in, which is a fault above `limit`. Changes `flag`."""
    if value > limit:
        if np.isnan(flag.above_since_s):
            flag.above_since_s, flag.rising_peak = t_s, value
        flag.rising_peak = max(flag.rising_peak, value)
        if lasted(flag.above_since_s, t_s, raise_s):
            flag.start_s = flag.above_since_s if np.isnan(flag.start_s) else flag.start_s
            flag.peak = max(flag.peak, flag.rising_peak)
            flag.showing = True
    else:
        flag.above_since_s = math.nan
    if not flag.showing:
        return
    if value > CLEAR_SHARE * limit:
        flag.end_s, flag.below_since_s = t_s, math.nan
        return
    if np.isnan(flag.below_since_s):
        flag.below_since_s = t_s
    flag.showing = not lasted(flag.below_since_s, t_s, CLEAR_S)


@compiled
def lose_sight(flag: Any) -> None:
    """Begin to count anew, because the data have a hole."""
    flag.above_since_s = math.nan
    flag.below_since_s = math.nan


@compiled
def forget(flag: Any) -> None:
    """Take a flag down that has been told."""
    flag.start_s = math.nan
    flag.peak = 0.0
    flag.showing = False
