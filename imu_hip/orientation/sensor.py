"""One sensor's filter over rows with holes.

Nothing is integrated across a hole, and a long one starts the filter again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats, SampleState, SensorBlock
from imu_hip.orientation.choice import FilterParams, filter_of
from imu_hip.orientation.filter import FilterState


@dataclass(frozen=True, slots=True)
class SensorFilterState:
    """The filter and the time of the last row that it saw."""

    filter: FilterState = field(default_factory=FilterState)
    last_s: float | None = None


@dataclass(frozen=True, slots=True)
class SensorFilterOutput:
    """Per row: orientation (n, 4), bias-free rate (n, 3), whether the filter started anew there.

    NaN where samples are missing.
    """

    earth_from_sensor: Floats
    rate_rad_s: Floats
    restarted: NDArray[np.bool_]


def step(
    params: FilterParams, restart_s: float, period_s: float, state: SensorFilterState, t_s: Floats, block: SensorBlock
) -> tuple[SensorFilterState, SensorFilterOutput]:
    """Run the filter over the rows that have samples."""
    n = len(t_s)
    output = SensorFilterOutput(np.full((n, 4), np.nan), np.full((n, 3), np.nan), np.zeros(n, dtype=bool))
    present = np.flatnonzero(block.state != SampleState.MISSING)
    if len(present) == 0:
        return state, output
    times = t_s[present]
    before = np.concatenate([[times[0] - period_s if state.last_s is None else state.last_s], times[:-1]])
    steps_s = times - before
    # A hole is not integrated over: the first row behind it counts as one ordinary step.
    hole = steps_s > 1.6 * period_s
    chosen, filter_state = filter_of(params), state.filter
    starts = np.flatnonzero(steps_s > restart_s)
    output.restarted[present[starts]] = True
    for first, last in zip([0, *starts], [*starts, len(present)], strict=True):
        if first in starts:
            filter_state = chosen.restarted(params, filter_state, period_s)
        if first == last:
            continue
        rows = present[first:last]
        filter_state, run = chosen.step(
            params,
            filter_state,
            block.gyr[rows],
            block.acc[rows],
            np.where(hole[first:last], period_s, steps_s[first:last]),
            period_s,
        )
        output.earth_from_sensor[rows] = run.earth_from_sensor
        output.rate_rad_s[rows] = run.rate_rad_s
    return replace(state, filter=filter_state, last_s=float(times[-1])), output
