"""Samples at even times: a limb that moves is judged more often than one that keeps still, and must not weigh more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from imu_hip.model.block import Floats

EVERY_S = 0.02
_EARLY_S = 1e-6
_UNSEEN_S = 0.1
"""Nothing is made up in a longer hole."""


class Even(NamedTuple):
    """Samples every `EVERY_S` (n,), except in holes: time, s; angle, rad; rate, rad/s; its standard deviation, rad."""

    t_s: Floats
    angle_rad: Floats
    rate_rad_s: Floats
    sd_rad: Floats


def evenly(rows: Floats) -> Even:
    """Return at least one known row (n, 6) in the order of time as they would be at even times."""
    t_s, angle, rate, sd = rows.T[:4]
    even_s = np.arange(t_s[0], t_s[-1] + _EARLY_S, EVERY_S)
    following = np.minimum(t_s.searchsorted(even_s - _EARLY_S), len(t_s) - 1)
    hole_s = np.diff(t_s, prepend=t_s[0])[following]
    even_s = even_s[hole_s <= _UNSEEN_S]
    return Even(even_s, *(np.interp(even_s, t_s, values) for values in (angle, rate, sd)))
