"""One sensor's samples interpolated at row times, a compiled loop: live, two or three rows come at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats, SampleState

_MEASURED = int(SampleState.MEASURED)
_BRIDGED = int(SampleState.BRIDGED)
_MISSING = int(SampleState.MISSING)


@compiled
def has_hole(t_s: Floats, before_s: float, most_s: float) -> bool:
    """Tell whether any of increasing times (n,) is more than `most_s` after the one before it, or `before_s`."""
    for k in range(len(t_s)):
        if t_s[k] - before_s > most_s:
            return True
        before_s = t_s[k]
    return False


@compiled
def interpolate(
    own_s: Floats,
    values: Floats,
    t_s: Floats,
    bridged_over_s: float,
    missing_over_s: float,
    vectors: Floats,
    state: NDArray[np.uint8],
) -> None:
    """Fill `vectors` (w, n, 3) and `state` (n,) at times `t_s` (n,) from `values` (m, 3 w) at `own_s` (m,).

    A time at which there is a sample gets it unchanged. Across more than `bridged_over_s` the state is BRIDGED; across
    more than `missing_over_s`, and beyond the samples, values are NaN. All times increase.
    """
    right = 0
    for k in range(len(t_s)):
        while right < len(own_s) and own_s[right] < t_s[k]:
            right += 1
        if right < len(own_s) and own_s[right] == t_s[k]:
            state[k] = _MEASURED
            for c in range(values.shape[1]):
                vectors[c // 3, k, c % 3] = values[right, c]
            continue
        span_s = own_s[right] - own_s[right - 1] if 0 < right < len(own_s) else np.inf
        if span_s > missing_over_s:
            state[k] = _MISSING
            vectors[:, k, :] = np.nan
            continue
        state[k] = _BRIDGED if span_s > bridged_over_s else _MEASURED
        weight = (t_s[k] - own_s[right - 1]) / span_s
        for c in range(values.shape[1]):
            left = values[right - 1, c]
            vectors[c // 3, k, c % 3] = left + weight * (values[right, c] - left)
