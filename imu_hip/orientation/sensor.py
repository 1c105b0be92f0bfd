"""One sensor's filter over rows with holes.

Nothing is integrated across a hole, and a long one starts the filter again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats, SampleState, SensorBlock
from imu_hip.orientation.choice import FilterParams, filter_of
from imu_hip.orientation.filter import FilterState

_MISSING: Final = np.uint8(SampleState.MISSING)
"""Comparing with the enum itself takes numpy several times as long."""


@dataclass(slots=True)
class SensorFilterState:
    """The filter and the time of the last row that it saw."""

    filter: FilterState = field(default_factory=FilterState)
    last_s: float | None = None


@dataclass(slots=True)
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
    if n > 0 and SampleState.MISSING not in block.state.tobytes():
        return _filtered(params, restart_s, period_s, state, t_s, block.gyr, block.acc)
    known = block.state != _MISSING
    output = SensorFilterOutput(np.full((n, 4), np.nan), np.full((n, 3), np.nan), np.zeros(n, dtype=bool))
    if np.any(known):
        state, found = _filtered(params, restart_s, period_s, state, t_s[known], block.gyr[known], block.acc[known])
        output.earth_from_sensor[known] = found.earth_from_sensor
        output.rate_rad_s[known] = found.rate_rad_s
        output.restarted[known] = found.restarted
    return state, output


def _filtered(
    params: FilterParams,
    restart_s: float,
    period_s: float,
    state: SensorFilterState,
    t_s: Floats,
    gyr: Floats,
    acc: Floats,
) -> tuple[SensorFilterState, SensorFilterOutput]:
    """Run the filter over at least one row, all with samples."""
    n, chosen, filter_state = len(t_s), filter_of(params), state.filter
    last_s = float(t_s[-1])
    steps_s, restarted = np.empty(n), np.empty(n, dtype=np.bool_)
    before_s = float(t_s[0]) - period_s if state.last_s is None else state.last_s
    if not _time_steps(t_s, before_s, period_s, restart_s, steps_s, restarted):
        filter_state, run = chosen.step(params, filter_state, gyr, acc, steps_s, period_s)
        output = SensorFilterOutput(run.earth_from_sensor, run.rate_rad_s, restarted)
        return SensorFilterState(filter_state, last_s), output
    output = SensorFilterOutput(np.empty((n, 4)), np.empty((n, 3)), restarted)
    for first, stop in pairwise(sorted({0, *restarted.nonzero()[0].tolist(), n})):
        if restarted[first]:
            filter_state = chosen.restarted(params, filter_state, period_s)
        rows = slice(first, stop)
        filter_state, run = chosen.step(params, filter_state, gyr[rows], acc[rows], steps_s[rows], period_s)
        output.earth_from_sensor[rows], output.rate_rad_s[rows] = run.earth_from_sensor, run.rate_rad_s
    return SensorFilterState(filter_state, last_s), output


@compiled
def _time_steps(
    t_s: Floats, before_s: float, period_s: float, restart_s: float, steps_s: Floats, restarted: NDArray[np.bool_]
) -> bool:
    """Write the time since the row before each, and where it starts the filter anew; return whether it does so at all.

    A hole is not integrated over: the first row behind it counts as one ordinary step.
    """
    anew = False
    for row in range(len(t_s)):
        step_s = t_s[row] - before_s
        restarted[row] = step_s > restart_s
        anew = anew or step_s > restart_s
        steps_s[row] = period_s if step_s > 1.6 * period_s else step_s
        before_s = t_s[row]
    return anew
