"""Samples on an even grid of times, for formats that have a rate and no times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats

_GAP_PERIODS = 1.5
"""Neighbours farther apart have a lost sample between them."""


def rate_of(t_s: Floats) -> float:
    """Return the rate in Hz of increasing times (n,): that of the usual period; 1 for a single sample."""
    return 1.0 / float(np.median(np.diff(t_s))) if len(t_s) > 1 else 1.0


def even_times(start_s: float, end_s: float, rate_hz: float) -> Floats:
    """Return the times from `start_s` up to `end_s`, both there if the rate allows."""
    return start_s + np.arange(int(np.floor((end_s - start_s) * rate_hz + 1e-6)) + 1) / rate_hz


def on_grid(times_s: Floats, t_s: Floats, values: Floats, known: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return values (m, k) at `times_s` (m,), linear between samples (n, k) at `t_s`, and where they are known (m,).

    Nothing is interpolated across a lost sample or one that is not `known` (n,); what is not known is 0.
    """
    out = np.zeros((len(times_s), values.shape[1]))
    if len(t_s) < 2:
        return out, np.zeros(len(times_s), dtype=bool)
    after = np.clip(np.searchsorted(t_s, times_s, side="right"), 1, len(t_s) - 1)
    before = after - 1
    step = t_s[after] - t_s[before]
    share = (times_s - t_s[before]) / step
    # A sample that lies on the grid needs no neighbour.
    on_first, on_second = np.abs(share) < 1e-6, np.abs(share - 1.0) < 1e-6
    near = known[before] & known[after] & (step <= _GAP_PERIODS / rate_of(t_s)) & (share > 0.0) & (share < 1.0)
    seen = (on_first & known[before]) | (on_second & known[after]) | near
    share = np.where(on_first, 0.0, np.where(on_second, 1.0, share))[:, None]
    finite = np.where(known[:, None], values, 0.0)
    mixed = (1.0 - share) * finite[before] + share * finite[after]
    out[seen] = mixed[seen]
    return out, seen
