"""Smoothness of a movement: the spectral arc length of its speed."""

from __future__ import annotations

import math

import numpy as np

from imu_hip.model.block import Floats

_PADDING = 4
_HIGHEST_HZ = 10.0
_LOWEST_AMPLITUDE = 0.05


def sparc(speed: Floats, rate_hz: float) -> float:
    """Return the spectral arc length of a speed profile (n,).

    About -1.4 to -1.7 for one smooth bell, more negative = less smooth. It is blind to how fast the movement was.
    NaN when there was no movement.
    Balasubramanian et al. 2015, doi:10.1186/s12984-015-0090-9.
    """
    if not np.any(speed):
        return math.nan
    size = 2 ** (math.ceil(math.log2(len(speed))) + _PADDING)
    frequency = np.arange(size // 2 + 1) * (rate_hz / size)
    amplitude = np.abs(np.fft.rfft(speed, size))
    amplitude /= amplitude.max()
    low = frequency <= _HIGHEST_HZ
    frequency, amplitude = frequency[low], amplitude[low]
    strong = np.flatnonzero(amplitude >= _LOWEST_AMPLITUDE)
    if len(strong) == 0:
        return math.nan
    band = slice(strong[0], strong[-1] + 1)
    frequency, amplitude = frequency[band], amplitude[band]
    width = frequency[-1] - frequency[0]
    if width <= 0.0:
        return math.nan
    return -float(np.sqrt((np.diff(frequency) / width) ** 2 + np.diff(amplitude) ** 2).sum())
