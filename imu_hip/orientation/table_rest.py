"""Gyroscope bias from the table: the mean rate of both sensors while they lie still."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from imu_hip.model.block import Floats


@dataclass(frozen=True, slots=True)
class TableRestParams:
    """A window of `window_s` counts as still when no axis' rate varies more than `still_rad_s` (standard deviation)."""

    window_s: float = 0.5
    still_rad_s: float = float(np.deg2rad(0.8))
    least_s: float = 3.0


def still_windows(params: TableRestParams, t_s: Floats, gyr: Floats) -> list[slice]:
    """Return the rows of each still window.

    The windows at both ends are left out: a hand may still, or already, be at the sensor.
    """
    if len(t_s) == 0:
        return []
    number = np.floor((t_s - t_s[0]) / params.window_s).astype(int)
    borders = number.searchsorted(np.arange(1, int(number[-1]) + 1)).tolist()
    windows = [slice(first, stop) for first, stop in pairwise(borders)]
    return [
        inside
        for inside in windows
        if inside.stop - inside.start >= 3 and bool(np.all(np.std(gyr[inside], axis=0) < params.still_rad_s))
    ]


def bias_at_rest(params: TableRestParams, t_s: Floats, gyr: Floats) -> tuple[Floats | None, float]:
    """Return the mean rate (3,) over the still windows, or None when fewer than `least_s` were still.

    And the still seconds.
    """
    kept = [gyr[inside] for inside in still_windows(params, t_s, gyr)]
    still_s = len(kept) * params.window_s
    if still_s < params.least_s:
        return None, still_s
    return np.asarray(np.mean(np.concatenate(kept), axis=0)), still_s
