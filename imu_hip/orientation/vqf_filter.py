"""VQF without magnetometer for one sensor.

The filter runs at a fixed step. Rows that are not exactly one step apart are integrated rightly all the same, because
the rate is scaled by the true step over the nominal one before it goes in.

Source: Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014. Bias settings: with a bias known from rest, `biasClip`
bounds the bias AND is the rest criterion, so that the slow drift of a held limb is not learned as bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import vqf

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
from imu_hip.orientation.filter import FilterOutput, FilterState


@dataclass(frozen=True, slots=True)
class VqfParams:
    """Settings by whether the bias was measured at rest first.

    `*_sigma_deg_s` start the bias estimate, `*_clip_deg_s` bound it. `tau_acc_s`: time in which gravity corrects the
    inclination; twice the library's, because after a turn an accelerometer's zero pulls a held limb's angle away at a
    rate of its error over this time (a hold's drift, 0.15 °/s at 3 s, 0.03 at 6 s), and a known bias allows it.
    """

    tau_acc_s: float = 6.0

    known_sigma_deg_s: float = 0.05
    known_clip_deg_s: float = 0.2
    unknown_sigma_deg_s: float = 0.5
    unknown_clip_deg_s: float = 2.0


def step(
    params: VqfParams, state: FilterState, gyr: Floats, acc: Floats, steps_s: Floats, period_s: float
) -> tuple[FilterState, FilterOutput]:
    """Run over consecutive rows: `gyr` rad/s and `acc` m/s² (n, 3), `steps_s` (n,) since the row before each."""
    running = _running(params, state, period_s)
    x, y, z = state.bias_rad_s or (0.0, 0.0, 0.0)
    free, scaled = np.empty(gyr.shape), np.empty(gyr.shape)
    _take_off(gyr, x, y, z, steps_s, period_s, free, scaled)
    result = running.filter.updateBatch(scaled, acc)
    free -= result["bias"]
    running.steps += 1
    return FilterState((running, running.steps), state.bias_rad_s), FilterOutput(result["quat6D"], free)


@dataclass(slots=True)
class _Running:
    """A filter made with settings for a period, and how often it went on.

    It is kept: to make one for every call and to copy its state in and out costs more than to filter a few rows.
    """

    filter: vqf.VQF
    params: VqfParams
    period_s: float
    known: bool
    steps: int = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> _Running:
        """Make another filter that stands where this one does: the library's own cannot be copied."""
        other = _Running(
            _make(self.params, self.period_s, known=self.known),
            self.params,
            self.period_s,
            self.known,
            self.steps,
        )
        other.filter.state = self.filter.state
        memo[id(self)] = other
        return other


def _running(params: VqfParams, state: FilterState, period_s: float) -> _Running:
    """Return the filter that goes on from a state; made anew where there is none, or with other settings."""
    if state.inner is None:
        known = state.bias_rad_s is not None
        return _Running(_make(params, period_s, known=known), params, period_s, known)
    running: _Running = state.inner[0]
    if running.params is params and running.period_s == period_s:
        _check(state)
        return running
    return _from(params, _saved(state), period_s, known=state.bias_rad_s is not None)


def _check(state: FilterState) -> None:
    running, steps = state.inner
    if running.steps != steps:
        raise ValueError("this state of the filter has been gone on from: keep the newest")


def _saved(state: FilterState) -> dict[str, Any]:
    _check(state)
    saved: dict[str, Any] = state.inner[0].filter.state
    return saved


def _from(params: VqfParams, saved: dict[str, Any], period_s: float, *, known: bool) -> _Running:
    running = _Running(_make(params, period_s, known=known), params, period_s, known)
    running.filter.state = saved
    return running


@compiled
def _take_off(
    gyr: Floats, x: float, y: float, z: float, steps_s: Floats, period_s: float, free: Floats, scaled: Floats
) -> None:
    """Write the rate without a measured bias, and that scaled by its step."""
    for row in range(len(gyr)):
        by = steps_s[row] / period_s
        free[row, 0], free[row, 1], free[row, 2] = gyr[row, 0] - x, gyr[row, 1] - y, gyr[row, 2] - z
        scaled[row, 0], scaled[row, 1], scaled[row, 2] = free[row, 0] * by, free[row, 1] * by, free[row, 2] * by


def with_bias(params: VqfParams, state: FilterState, bias_rad_s: Floats, period_s: float) -> FilterState:
    """Return the state with a bias measured at rest.

    The orientation goes on, the bias estimate starts anew around it.
    """
    saved = dict(_make(params, period_s, known=True).state)
    if state.inner is not None:
        saved = {**_saved(state), "bias": saved["bias"], "biasP": saved["biasP"]}
    x, y, z = (float(b) for b in bias_rad_s)
    return FilterState((_from(params, saved, period_s, known=True), 0), (x, y, z))


def learned_bias(state: FilterState) -> Floats:
    """Return the bias the filter believes in now, rad/s (3,)."""
    offset = state.offset_rad_s
    return offset if state.inner is None else offset + np.array(_saved(state)["bias"])


def restarted(params: VqfParams, state: FilterState, period_s: float) -> FilterState:
    """Return a state that takes its inclination from the next sample; what is known of the bias is kept."""
    if state.inner is None:
        return state
    known, before = state.bias_rad_s is not None, _saved(state)
    saved = {**_make(params, period_s, known=known).state, "bias": before["bias"], "biasP": before["biasP"]}
    return FilterState((_from(params, saved, period_s, known=known), 0), state.bias_rad_s)


def _make(params: VqfParams, period_s: float, *, known: bool) -> vqf.VQF:
    return vqf.VQF(
        period_s,
        tauAcc=params.tau_acc_s,
        biasSigmaInit=params.known_sigma_deg_s if known else params.unknown_sigma_deg_s,
        biasClip=params.known_clip_deg_s if known else params.unknown_clip_deg_s,
    )
