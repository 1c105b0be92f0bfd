"""A fault's flag: raised when something stays above its limit, cleared when it stays well below."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.exercise.levels import lasted

RAISE_S = 0.3
CLEAR_S = 0.5
CLEAR_SHARE = 0.6
"""Of the limit: below, a fault is on its way to be over."""


@dataclass(slots=True)
class Flag:
    """`start_s` is None while it has not been raised; from the onset to `end_s` the value was not well below."""

    above_since_s: float | None = None
    below_since_s: float | None = None
    showing: bool = False
    start_s: float | None = None
    end_s: float = 0.0
    peak: float = 0.0
    rising_peak: float = 0.0


def follow(flag: Flag, t_s: float, value: float, limit: float, raise_s: float = RAISE_S) -> None:
    """Take a value in, which is a fault above `limit`. Changes `flag`."""
    if value > limit:
        if flag.above_since_s is None:
            flag.above_since_s, flag.rising_peak = t_s, value
        flag.rising_peak = max(flag.rising_peak, value)
        if lasted(flag.above_since_s, t_s, raise_s):
            flag.start_s = flag.above_since_s if flag.start_s is None else flag.start_s
            flag.peak = max(flag.peak, flag.rising_peak)
            flag.showing = True
    else:
        flag.above_since_s = None
    if not flag.showing:
        return
    if value > CLEAR_SHARE * limit:
        flag.end_s, flag.below_since_s = t_s, None
        return
    if flag.below_since_s is None:
        flag.below_since_s = t_s
    flag.showing = not lasted(flag.below_since_s, t_s, CLEAR_S)


def lose_sight(flag: Flag) -> None:
    """Begin to count anew, because the data have a hole."""
    flag.above_since_s = flag.below_since_s = None
