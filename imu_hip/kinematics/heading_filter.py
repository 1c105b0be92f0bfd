"""What neither gyroscope nor gravity can tell: the relative heading of the two sensors, how they sit, what they add.

The state are the fourteen of `unknowns` with their covariance. Between measurements the heading follows its rate, which
decays; a measurement is the statement that some angle has a known value. What no measurement can tell apart (an
accelerometer's zero and a mounting error, in one posture) stays correlated in the covariance, so every angle's standard
deviation knows it. Frames and sign are those of a right hip; `side` mirrors on the way in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from imu_hip.kinematics.unknowns import (
    ADDUCTION_OFF,
    HEADING,
    LEVEL_OFF,
    LINK_OFF,
    PELVIS_ACC,
    RATE,
    STOOD,
    THIGH_ACC,
    THIGH_AXIAL,
    UNKNOWNS,
    Mounted,
)
from imu_hip.model.block import Floats
from imu_hip.quaternion import wrap_angle


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
    acc_bias: float = 0.030
    """Standard deviation of an accelerometer's zero on each axis, as a share of gravity (consumer data sheets)."""
    adduction_off_rad: float = math.radians(5.0)
    level_off_rad: float = math.radians(2.5)
    link_off_rad: float = math.radians(6.0)
    link_off_decay_s: float = 60.0
    """How far levers and skin turn the heading of the hip centre, and how long it stays the same."""
    gate: float = 12.0
    trust: float = 3.0
    """How many pauses as scattered as expected the model is worth, before a session shows how scattered they are."""


@dataclass(frozen=True, slots=True)
class HeadingState:
    """`x` (14,) and its covariance (14, 14); `rate_sd_rad_s` is the prior of the slow rate.

    `surprise`: sum of the squared innovations of neutral pauses over their variances; `pauses`: how many there were.
    `mounted`: what the zero pose showed of pelvis and thigh.
    """

    x: Floats
    covariance: Floats
    rate_sd_rad_s: float
    surprise: float = 0.0
    pauses: int = 0
    mounted: tuple[Mounted, Mounted] = STOOD


def start(
    params: HeadingParams,
    heading_rad: float,
    axial_covariance: Floats,
    rate_sd_rad_s: float,
    mounted: tuple[Mounted, Mounted] = STOOD,
) -> HeadingState:
    """Return a state that knows nothing of the heading's error yet.

    `axial_covariance` (2, 2) of thigh and pelvis, rad².
    """
    covariance = np.zeros((UNKNOWNS, UNKNOWNS))
    covariance[HEADING, HEADING] = math.pi * math.pi
    covariance[RATE, RATE] = rate_sd_rad_s * rate_sd_rad_s
    covariance[THIGH_AXIAL : THIGH_AXIAL + 2, THIGH_AXIAL : THIGH_AXIAL + 2] = axial_covariance
    for acc in (PELVIS_ACC, THIGH_ACC):
        covariance[acc, acc] = params.acc_bias**2 * np.eye(3)
    covariance[LINK_OFF, LINK_OFF] = params.link_off_rad**2
    x = np.zeros(UNKNOWNS)
    x[HEADING] = heading_rad
    return in_another_posture(params, HeadingState(x, covariance, rate_sd_rad_s, mounted=mounted))


def in_another_posture(params: HeadingParams, state: HeadingState) -> HeadingState:
    """Forget how the person lay or sat: another posture is off in another way."""
    x, covariance = state.x.copy(), state.covariance.copy()
    for k, sd_rad in ((ADDUCTION_OFF, params.adduction_off_rad), (LEVEL_OFF, params.level_off_rad)):
        x[k] = 0.0
        covariance[k, :] = covariance[:, k] = 0.0
        covariance[k, k] = sd_rad * sd_rad
    return replace(state, x=x, covariance=covariance)


def predict(params: HeadingParams, state: HeadingState, dt_s: float, turn_rad: float, lost_rad2: float) -> HeadingState:
    """Let `dt_s` pass, in which the pelvis turned by `turn_rad`; `lost_rad2` is added variance for missing data."""
    keep = max(0.0, 1.0 - dt_s / params.rate_decay_s)
    x = state.x.copy()
    x[0] = x[0] + dt_s * x[1]
    x[1] = keep * x[1]
    stays = math.exp(-dt_s / params.link_off_decay_s)
    x[LINK_OFF] = stays * x[LINK_OFF]
    p = state.covariance.copy()
    p[0, :] = p[0, :] + dt_s * p[1, :]
    p[:, 0] = p[:, 0] + dt_s * p[:, 1]
    p[1, :] = keep * p[1, :]
    p[:, 1] = keep * p[:, 1]
    p[LINK_OFF, :] = stays * p[LINK_OFF, :]
    p[:, LINK_OFF] = stays * p[:, LINK_OFF]
    p[0, 0] += params.heading_noise_rad_sqrt_s**2 * dt_s + params.turn_noise_rad * abs(turn_rad) + lost_rad2
    # Pauses that scatter more than expected mean a rate that changes faster, too.
    p[1, 1] += 2.0 * max(1.0, scatter(params, state)) * state.rate_sd_rad_s**2 * dt_s / params.rate_decay_s
    p[LINK_OFF, LINK_OFF] += (1.0 - stays * stays) * params.link_off_rad**2
    return replace(state, x=x, covariance=p)


def update(
    params: HeadingParams,
    state: HeadingState,
    innovation_rad: float,
    gradient: Floats,
    sd_rad: float,
    *,
    gated: bool = True,
    is_pause: bool = False,
) -> tuple[HeadingState, bool]:
    """Take in that an angle is `innovation_rad` larger than the state says; `gradient` (14,) of the angle.

    `is_pause`: how surprising it is counts for `scatter`. Return whether it was believed.
    """
    innovation = float(wrap_angle(innovation_rad))
    p, r = state.covariance, sd_rad * sd_rad
    ph = (p * gradient[None, :]).sum(axis=1)
    variance = float((gradient * ph).sum()) + r
    surprise = innovation * innovation / variance
    if gated and surprise > params.gate * max(1.0, scatter(params, state)):
        return state, False
    if is_pause:
        state = replace(state, surprise=state.surprise + min(surprise, params.gate), pauses=state.pauses + 1)
    gain = ph / variance
    # Joseph form: stays symmetric and positive from a start that knows nothing.
    a = np.eye(UNKNOWNS) - gain[:, None] * gradient[None, :]
    p = _product(_product(a, p), a.T) + gain[:, None] * gain[None, :] * r
    return replace(state, x=state.x + gain * innovation, covariance=0.5 * (p + p.T)), True


def contradicted(params: HeadingParams, state: HeadingState) -> HeadingState:
    """Return the state after a pause that was too far off to be believed: as surprising as can be."""
    return replace(state, surprise=state.surprise + params.gate, pauses=state.pauses + 1)


def scatter(params: HeadingParams, state: HeadingState) -> float:
    """Return by which factor this session's pauses vary more (or less) than the model says, as a variance.

    The posterior mean of a common scale of all variances with a prior worth `trust` pauses.
    """
    return (params.trust + state.surprise) / (params.trust + state.pauses)


def _product(a: Floats, b: Floats) -> Floats:
    return np.asarray((a[:, :, None] * b[None, :, :]).sum(axis=1))
