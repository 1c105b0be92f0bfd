"""One quantity of the body over time: a start value and moves, each a minimum-jerk way to a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Move:
    """Go to `target` from where the move before was going, from `start_s` on within `duration_s` (> 0).

    `steady`: at the same speed all the way.
    """

    start_s: float
    duration_s: float
    target: float
    steady: bool = False


PEAK_SPEED = 1.875
"""Peak speed of a minimum-jerk move in amplitudes per duration."""


def minimum_jerk(x: ArrayLike) -> Floats:
    """Return the share of the way that is done after the share `x` of the time.

    0 before, 1 after, smooth to the second derivative: Flash & Hogan 1985,
    doi:10.1523/JNEUROSCI.05-07-01688.1985.
    """
    u = np.clip(np.asarray(x, dtype=float), 0.0, 1.0)
    return np.asarray(u * u * u * (10.0 - 15.0 * u + 6.0 * u * u))


def follow(t_s: Floats, initial: float, moves: Sequence[Move]) -> Floats:
    """Return the quantity at each time (n,). Moves that overlap add up, so the way stays smooth."""
    value = np.full(t_s.shape, initial)
    before = initial
    for move in moves:
        first = int(np.searchsorted(t_s, move.start_s))
        share = (t_s[first:] - move.start_s) / move.duration_s
        done = np.clip(share, 0.0, 1.0) if move.steady else minimum_jerk(share)
        value[first:] += (move.target - before) * done
        before = move.target
    return value
