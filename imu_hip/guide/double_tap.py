"""Two taps on the thigh sensor: how a person who cannot reach a key says start, pause or go on.

A tap shakes the sensor for an instant and leaves it where it was. Two of them, with stillness before, between and
after, are a double tap: steps, swings and laying the leg down do not look like that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TapParams:
    """What counts as a tap: the acceleration changes by `loud_m_s2` or more within 10 ms, for `longest_s` at most.

    Below `quiet_m_s2` there is no shaking; pauses in it up to `ringing_s` belong to it. Taps come `nearest_s` to
    `farthest_s` apart; `before_s` and `after_s` of stillness frame them, longer than any two of a
    row of steps are apart.
    """

    loud_m_s2: float = 6.0
    quiet_m_s2: float = 2.0
    ringing_s: float = 0.05
    longest_s: float = 0.18
    nearest_s: float = 0.12
    farthest_s: float = 0.6
    before_s: float = 0.8
    after_s: float = 0.65
    hole_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Burst:
    """One shaking, from `start_s` to `end_s`, with its largest change of acceleration."""

    start_s: float
    end_s: float
    peak_m_s2: float


@dataclass(frozen=True, slots=True)
class State:
    """The newest sample, the shaking that goes on or was last, the one before it, and since when samples come."""

    t_s: float = -math.inf
    acc: tuple[float, float, float] = (0.0, 0.0, 0.0)
    since_s: float = math.inf
    newest: Burst | None = None
    before: Burst | None = None
    still_before_s: float = 0.0
    """How long it was still before the burst `before`."""
    told_s: float = -math.inf


def step(
    params: TapParams, state: State, t_s: NDArray[np.float64], acc: NDArray[np.float64]
) -> tuple[State, tuple[float, ...]]:
    """Take in samples: times (n,), specific force (n, 3) in m/s², NaN where not known; return the double taps' times.

    The same for any cutting: a double tap is known once the limb has been still after it.
    """
    found: list[float] = []
    known = np.isfinite(acc[:, 0])
    if not known.all():
        t_s, acc = t_s[known], acc[known]
    if not len(t_s):
        return state, ()
    elapsed = np.diff(t_s, prepend=state.t_s)
    change = np.diff(acc, axis=0, prepend=np.array([state.acc]))
    # A sensor faster than 100 Hz spreads the same change over more samples.
    per_10_ms = np.sqrt((change**2).sum(axis=1)) * np.maximum(1.0, 0.01 / np.maximum(elapsed, 1e-6))
    per_10_ms[elapsed > params.hole_s] = 0.0
    walk = _Walk(params, state)
    notable = np.flatnonzero((per_10_ms >= params.quiet_m_s2) | (elapsed > params.hole_s))
    for row in notable.tolist():
        found += walk.until(float(t_s[row]))
        if elapsed[row] > params.hole_s:
            walk.begin_anew(float(t_s[row]))
        else:
            walk.shake(float(t_s[row]), float(per_10_ms[row]))
    found += walk.until(float(t_s[-1]))
    x, y, z = acc[-1].tolist()
    return walk.state(float(t_s[-1]), (x, y, z)), tuple(found)


class _Walk:
    """One call: bursts as they grow."""

    def __init__(self, params: TapParams, state: State) -> None:
        self._params = params
        self._since_s = state.since_s
        self._newest, self._before = state.newest, state.before
        self._still_before_s = state.still_before_s
        self._told_s = state.told_s

    def begin_anew(self, t_s: float) -> None:
        """Forget what was before a hole."""
        self._since_s, self._newest, self._before = t_s, None, None

    def shake(self, t_s: float, change: float) -> None:
        """Take in one sample that shakes."""
        newest = self._newest
        if newest is not None and t_s - newest.end_s <= self._params.ringing_s:
            self._newest = Burst(newest.start_s, t_s, max(newest.peak_m_s2, change))
            return
        before_end_s = self._since_s if self._before is None else self._before.end_s
        if newest is not None:
            self._still_before_s = newest.start_s - before_end_s
        self._before, self._newest = newest, Burst(t_s, t_s, change)

    def until(self, t_s: float) -> list[float]:
        """Return the double tap that it has been still long enough after by now."""
        first, second, own = self._before, self._newest, self._params
        if first is None or second is None or second.start_s <= self._told_s:
            return []
        apart_s = second.start_s - first.start_s
        if (
            t_s - second.end_s >= own.after_s
            and self._still_before_s >= own.before_s
            and own.nearest_s <= apart_s <= own.farthest_s
            and self._is_tap(first)
            and self._is_tap(second)
        ):
            self._told_s = second.start_s
            return [second.end_s]
        return []

    def state(self, t_s: float, acc: tuple[float, float, float]) -> State:
        """Return all that evolved."""
        return State(t_s, acc, self._since_s, self._newest, self._before, self._still_before_s, self._told_s)

    def _is_tap(self, burst: Burst) -> bool:
        own = self._params
        return burst.peak_m_s2 >= own.loud_m_s2 and burst.end_s - burst.start_s <= own.longest_s
