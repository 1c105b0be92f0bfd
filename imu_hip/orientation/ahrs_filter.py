"""The filters of ahrs for one sensor, as a pure step over their saved state: for comparison with VQF.

Madgwick's and Mahony's filters and an extended Kalman filter over the quaternion, all without magnetometer. A bias that
was measured at rest is taken off first; of the three only Mahony's estimates one itself. Their earth frame is z up, its
heading free.

Sources: Madgwick, Harrison & Vaidyanathan 2011, doi:10.1109/ICORR.2011.5975346; Mahony, Hamel & Pflimlin 2008,
doi:10.1109/TAC.2008.923738; Sabatini 2011, doi:10.3390/s111009182 (the Kalman filter's kind).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ahrs.common.orientation import acc2q
from ahrs.filters import EKF, Madgwick, Mahony

from imu_hip.model.block import Floats
from imu_hip.orientation.filter import FilterOutput, FilterState

_ALMOST_STILL_RAD_S: Final = 1e-12
"""Stands in for a rate of exactly 0, at which the library skips the correction by gravity."""


@dataclass(frozen=True, slots=True)
class MadgwickParams:
    """`gain` as its author chose it without magnetometer; it bounds the correction to 2 * gain, rad/s."""

    gain: float = 0.033


@dataclass(frozen=True, slots=True)
class MahonyParams:
    """Gains tuned against optical truth, with a magnetometer: Laidig et al. 2021, doi:10.3390/data6070072."""

    proportional_per_s: float = 0.74
    integral_per_s2: float = 0.0012


@dataclass(frozen=True, slots=True)
class EkfParams:
    """Noise of the rate and of the unit vector along gravity; the second over the first is the time constant, 5 s.

    `direction_sd` is the library's: the acceleration of movement, not the sensor, is what disturbs it. The library's
    rate noise of 0.3 makes the time constant 1.7 s, and the inclination follows that acceleration.
    """

    rate_sd_rad_s: float = 0.1
    direction_sd: float = 0.5


AhrsParams = MadgwickParams | MahonyParams | EkfParams

_Update = Callable[..., Any]
"""The library's update: quaternion, gyr, acc and dt -> quaternion."""


def step(
    params: AhrsParams, state: FilterState, gyr: Floats, acc: Floats, steps_s: Floats, period_s: float
) -> tuple[FilterState, FilterOutput]:
    """Run over consecutive rows: `gyr` rad/s and `acc` m/s² (n, 3), `steps_s` (n,) since the row before each.

    A row without a direction of gravity (not finite, or an acceleration of exactly 0) gives NaN and is passed over,
    because the library would answer it with the identity, or stand still. `period_s` is not needed.
    """
    inner = dict(state.inner or {})
    running, update, memory = _continued(params, inner)
    free = gyr - state.offset_rad_s
    turning = np.where(free == 0.0, _ALMOST_STILL_RAD_S, free)
    usable = np.isfinite(free).all(axis=1) & np.isfinite(acc).all(axis=1) & (acc != 0.0).any(axis=1)
    output = FilterOutput(np.full((len(gyr), 4), np.nan), np.full((len(gyr), 3), np.nan))
    for row in np.flatnonzero(usable):
        if "q" in inner:
            inner["q"] = np.array(update(inner["q"], turning[row], acc[row], dt=float(steps_s[row])))
        else:
            inner["q"] = acc2q(acc[row])
        output.earth_from_sensor[row] = inner["q"]
        output.rate_rad_s[row] = free[row] - (running.b if memory == "b" else 0.0)
    if memory is not None:
        inner[memory] = np.array(getattr(running, memory))
    return FilterState(inner, state.bias_rad_s), output


def with_bias(params: AhrsParams, state: FilterState, bias_rad_s: Floats, period_s: float) -> FilterState:
    """Return the state with a bias measured at rest.

    The orientation goes on, Mahony's bias estimate starts anew around it.
    """
    x, y, z = (float(b) for b in bias_rad_s)
    return FilterState(_without(state, "b"), (x, y, z))


def learned_bias(state: FilterState) -> Floats:
    """Return the bias the filter believes in now, rad/s (3,): as measured, and what Mahony's has learned beside it."""
    return np.asarray(state.offset_rad_s + (state.inner or {}).get("b", 0.0))


def restarted(params: AhrsParams, state: FilterState, period_s: float) -> FilterState:
    """Return a state that takes its inclination from the next sample; what is known of the bias is kept."""
    return FilterState(_without(state, "q", "P"), state.bias_rad_s)


def _without(state: FilterState, *names: str) -> dict[str, Any]:
    return {name: value for name, value in (state.inner or {}).items() if name not in names}


def _continued(params: AhrsParams, inner: dict[str, Any]) -> tuple[Any, _Update, str | None]:
    """Return the library's filter with its saved memory, its update, and the attribute that is its memory."""
    match params:
        case MadgwickParams():
            madgwick = Madgwick(gain=params.gain)
            return madgwick, madgwick.updateIMU, None
        case MahonyParams():
            mahony = Mahony(k_P=params.proportional_per_s, k_I=params.integral_per_s2, b0=inner.get("b"))
            return mahony, mahony.updateIMU, "b"
        case EkfParams():
            # A magnetic dip that nobody uses: without one the library asks a world model for today's field.
            noises = [params.rate_sd_rad_s**2, params.direction_sd**2, 1.0]
            ekf = EKF(noises=noises, magnetic_ref=0.0, P=inner.get("P", np.identity(4)))
            return ekf, ekf.update, "P"
