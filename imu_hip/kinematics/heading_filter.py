"""What neither gyroscope nor gravity can tell.

The relative heading of the two sensors and their axial mounting errors.

State x = [heading, its slow rate, axial mounting error of thigh, of pelvis] (rad, rad/s), with its covariance.
Between measurements the heading follows its rate, which decays; a measurement is the statement that some angle has a
known value. Frames and sign are those of a right hip; `side` mirrors on the way out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import corrected
from imu_hip.model.block import Floats
from imu_hip.quaternion import wrap_angle

Measured = Callable[[Floats, Floats], Floats]
"""An angle (n,) computed from both segments' orientations (n, 4) in one heading."""


@dataclass(frozen=True, slots=True)
class HeadingParams:
    """Noise of the model. Measured on simulated sessions with the error amplitudes of consumer sensors (docs/maths)."""

    tick_s: float = 0.1
    rate_decay_s: float = 120.0
    heading_noise_rad_sqrt_s: float = math.radians(0.01)
    turn_noise_rad: float = math.radians(0.02)
    """Variance per rad of turning: the gyroscopes' scales differ."""
    rate_sd_rad_s: float = math.radians(0.06)
    rate_sd_without_table_rad_s: float = math.radians(0.3)
    gate: float = 12.0
    probe_rad: float = math.radians(0.3)


@dataclass(frozen=True, slots=True)
class HeadingState:
    """`x` (4,) and its covariance (4, 4); `rate_sd_rad_s` is the prior of the slow rate."""

    x: Floats
    covariance: Floats
    rate_sd_rad_s: float


def start(heading_rad: float, axial_covariance: Floats, rate_sd_rad_s: float) -> HeadingState:
    """Return a state that knows nothing of the heading's error yet.

    `axial_covariance` (2, 2) of thigh and pelvis, rad².
    """
    covariance = np.zeros((4, 4))
    covariance[0, 0] = math.pi * math.pi
    covariance[1, 1] = rate_sd_rad_s * rate_sd_rad_s
    covariance[2:, 2:] = axial_covariance
    return HeadingState(np.array([heading_rad, 0.0, 0.0, 0.0]), covariance, rate_sd_rad_s)


def predict(params: HeadingParams, state: HeadingState, dt_s: float, turn_rad: float, lost_rad2: float) -> HeadingState:
    """Let `dt_s` pass, in which the pelvis turned by `turn_rad`; `lost_rad2` is added variance for missing data."""
    keep = max(0.0, 1.0 - dt_s / params.rate_decay_s)
    x = state.x.copy()
    x[0] = x[0] + dt_s * x[1]
    x[1] = keep * x[1]
    p = state.covariance.copy()
    p[0, :] = p[0, :] + dt_s * p[1, :]
    p[:, 0] = p[:, 0] + dt_s * p[:, 1]
    p[1, :] = keep * p[1, :]
    p[:, 1] = keep * p[:, 1]
    p[0, 0] += params.heading_noise_rad_sqrt_s**2 * dt_s + params.turn_noise_rad * abs(turn_rad) + lost_rad2
    p[1, 1] += 2.0 * state.rate_sd_rad_s**2 * dt_s / params.rate_decay_s
    return HeadingState(x, p, state.rate_sd_rad_s)


def update(
    params: HeadingParams,
    state: HeadingState,
    pelvis: Floats,
    thigh: Floats,
    measured: Measured,
    value_rad: float,
    sd_rad: float,
    *,
    gated: bool = True,
) -> tuple[HeadingState, bool]:
    """Take in that `measured` of the corrected orientations (each (4,)) is `value_rad`.

    Return whether it was believed.
    """
    predicted, gradient = linearised(params, state.x, pelvis, thigh, measured)
    innovation = float(wrap_angle(value_rad - predicted))
    p, r = state.covariance, sd_rad * sd_rad
    ph = (p * gradient[None, :]).sum(axis=1)
    variance = float((gradient * ph).sum()) + r
    if gated and innovation * innovation / variance > params.gate:
        return state, False
    gain = ph / variance
    # Joseph form: stays symmetric and positive from a start that knows nothing.
    a = np.eye(4) - gain[:, None] * gradient[None, :]
    p = _product(_product(a, p), a.T) + gain[:, None] * gain[None, :] * r
    return HeadingState(state.x + gain * innovation, 0.5 * (p + p.T), state.rate_sd_rad_s), True


def linearised(
    params: HeadingParams, x: Floats, pelvis: Floats, thigh: Floats, measured: Measured
) -> tuple[float, Floats]:
    """Return the angle at `x` and its gradient (4,) by central differences (none along the rate)."""
    h = params.probe_rad
    probes = np.array(
        [[0, 0, 0, 0], [h, 0, 0, 0], [-h, 0, 0, 0], [0, 0, h, 0], [0, 0, -h, 0], [0, 0, 0, h], [0, 0, 0, -h]]
    )
    s = x[None, :] + probes
    y = measured(*corrected(pelvis[None, :], thigh[None, :], s[:, 0], s[:, 2], s[:, 3]))
    return float(y[0]), np.array(
        [
            float(wrap_angle(y[1] - y[2])) / (2.0 * h),
            0.0,
            float(wrap_angle(y[3] - y[4])) / (2.0 * h),
            float(wrap_angle(y[5] - y[6])) / (2.0 * h),
        ]
    )


def _product(a: Floats, b: Floats) -> Floats:
    return np.asarray((a[:, :, None] * b[None, :, :]).sum(axis=1))
