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

from imu_hip.compiled import compiled
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
    rate_decay_s: float = 300.0
    heading_noise_rad_sqrt_s: float = math.radians(0.01)
    turn_scale: float = 0.014
    """How much of a turn the scales of the two gyroscopes differ by: 1 % each."""
    rate_sd_rad_s: float = math.radians(0.08)
    rate_sd_at_rest_rad_s: float = math.radians(0.01)
    """What a table rest leaves unknown; from then on the gyroscopes warm up to `rate_sd_rad_s`."""
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


_NOTHING: Floats = np.zeros(UNKNOWNS)


@dataclass(frozen=True, slots=True)
class HeadingState:
    """`x` (14,) and its covariance (14, 14); `rate_sd_rad_s` is the prior of the slow rate.

    `surprise`: sum of the squared innovations of neutral pauses over their variances; `pauses`: how many there were.
    `mounted`: what the zero pose showed of pelvis and thigh. Since the last pause the pelvis has turned to `turned_rad`
    about the vertical, within `rightmost_rad` and `leftmost_rad`. `with_then` (14,): covariance of the unknowns with
    the error that an angle had at a moment that is kept (`remembered`), None when none is; `since_then_rad`: how much
    more that angle would read by what is known now.
    """

    x: Floats
    covariance: Floats
    rate_sd_rad_s: float
    surprise: float = 0.0
    pauses: int = 0
    mounted: tuple[Mounted, Mounted] = STOOD
    turned_rad: float = 0.0
    rightmost_rad: float = 0.0
    leftmost_rad: float = 0.0
    with_then: Floats | None = None
    since_then_rad: float = 0.0


def start(
    params: HeadingParams,
    heading_rad: float,
    axial_covariance: Floats,
    since_rest_s: float | None,
    mounted: tuple[Mounted, Mounted] = STOOD,
) -> HeadingState:
    """Return a state that knows nothing of the heading's error yet.

    `axial_covariance` (2, 2) of thigh and pelvis, rad². `since_rest_s`: how long ago the gyroscopes' bias was measured
    on the table, None when it was not.
    """
    rate_sd_rad_s = params.rate_sd_without_table_rad_s if since_rest_s is None else params.rate_sd_rad_s
    covariance = np.zeros((UNKNOWNS, UNKNOWNS))
    covariance[HEADING, HEADING] = math.pi * math.pi
    covariance[RATE, RATE] = rate_sd_rad_s * rate_sd_rad_s
    if since_rest_s is not None:
        known = math.exp(-2.0 * since_rest_s / params.rate_decay_s)
        covariance[RATE, RATE] += known * (params.rate_sd_at_rest_rad_s**2 - rate_sd_rad_s**2)
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
    with_then = None if state.with_then is None else state.with_then.copy()
    for k, sd_rad in ((ADDUCTION_OFF, params.adduction_off_rad), (LEVEL_OFF, params.level_off_rad)):
        x[k] = 0.0
        if with_then is not None:
            with_then[k] = 0.0
        covariance[k, :] = covariance[:, k] = 0.0
        covariance[k, k] = sd_rad * sd_rad
    return replace(state, x=x, covariance=covariance, with_then=with_then)


def remembered(state: HeadingState, gradient: Floats) -> HeadingState:
    """Keep the error that an angle has now, by its `gradient` (14,): later measurements tell of it, too.

    What was shown before can be told again by what was learned since, although the heading has drifted meanwhile
    (stochastic cloning: Roumeliotis & Burdick 2002, doi:10.1109/ROBOT.2002.1014801).
    """
    return replace(state, with_then=spread(state.covariance, gradient)[0], since_then_rad=0.0)


def predict(params: HeadingParams, state: HeadingState, dt_s: float, turn_rad: float, lost_rad2: float) -> HeadingState:
    """Let `dt_s` pass, in which the pelvis turned by `turn_rad`; `lost_rad2` is added variance for missing data."""
    led = evolving(state)
    pass_time(noise(params, state), *led, dt_s, turn_rad, lost_rad2)
    return evolved(state, *led)


def evolving(state: HeadingState) -> tuple[Floats, Floats, Floats, Floats]:
    """Return copies of what time changes, as `pass_time` takes them.

    `x`, the covariance, `with_then` (zeros where it is none), and how the pelvis has turned: now, rightmost, leftmost.
    """
    with_then = _NOTHING if state.with_then is None else state.with_then
    turned = np.array([state.turned_rad, state.rightmost_rad, state.leftmost_rad])
    return state.x.copy(), state.covariance.copy(), with_then.copy(), turned


def evolved(state: HeadingState, x: Floats, covariance: Floats, with_then: Floats, turned: Floats) -> HeadingState:
    """Return the state with what `evolving` returned and `pass_time` has changed, which is not copied."""
    now, rightmost, leftmost = turned.tolist()
    return HeadingState(
        x, covariance, state.rate_sd_rad_s, state.surprise, state.pauses, state.mounted, now, rightmost, leftmost,
        None if state.with_then is None else with_then, state.since_then_rad,
    )  # fmt: skip


def noise(params: HeadingParams, state: HeadingState) -> Floats:
    """Return what `pass_time` needs to know of the model, the same until the next measurement."""
    return np.array([
        params.rate_decay_s,
        # Pauses that scatter more than expected mean a rate that changes faster, too.
        2.0 * max(1.0, scatter(params, state)) * state.rate_sd_rad_s**2,
        params.heading_noise_rad_sqrt_s**2,
        params.turn_scale**2,
        params.link_off_decay_s,
        params.link_off_rad**2,
    ])  # fmt: skip


@compiled
def pass_time(
    model: Floats,
    x: Floats,
    p: Floats,
    with_then: Floats,
    turned: Floats,
    dt_s: float,
    turn_rad: float,
    lost_rad2: float,
) -> None:
    """Lead what `evolving` returned on: heading follows its rate, which decays, as does what the hip centre's is off.

    `model` is of `noise`, the rest as in `predict`.
    """
    rate_decay_s, rate_noise, heading_noise, turn_noise, link_decay_s, link_rad2 = model
    rate_stays, link_stays = max(0.0, 1.0 - dt_s / rate_decay_s), math.exp(-dt_s / link_decay_s)
    # What a turn adds, turning back takes away again: the widest since the last pause counts.
    now, rightmost, leftmost = turned
    now += turn_rad
    width_rad = leftmost - rightmost
    rightmost, leftmost = min(rightmost, now), max(leftmost, now)
    wider_rad2 = (leftmost - rightmost) ** 2 - width_rad**2
    turned[0], turned[1], turned[2] = now, rightmost, leftmost
    x[HEADING] += dt_s * x[RATE]
    x[RATE] *= rate_stays
    x[LINK_OFF] *= link_stays
    with_then[HEADING] += dt_s * with_then[RATE]
    with_then[RATE] *= rate_stays
    with_then[LINK_OFF] *= link_stays
    for k in range(UNKNOWNS):
        p[HEADING, k] += dt_s * p[RATE, k]
        p[RATE, k] *= rate_stays
        p[LINK_OFF, k] *= link_stays
    for k in range(UNKNOWNS):
        p[k, HEADING] += dt_s * p[k, RATE]
        p[k, RATE] *= rate_stays
        p[k, LINK_OFF] *= link_stays
    p[HEADING, HEADING] += heading_noise * dt_s + turn_noise * wider_rad2 + lost_rad2
    p[RATE, RATE] += rate_noise * dt_s / rate_decay_s
    p[LINK_OFF, LINK_OFF] += (1.0 - link_stays * link_stays) * link_rad2


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
    noise = sd_rad * sd_rad
    along, of_state = spread(state.covariance, gradient)
    variance = of_state + noise
    surprise = innovation * innovation / variance
    if gated and surprise > params.gate * max(1.0, scatter(params, state)):
        return state, False
    if is_pause:
        surprises = state.surprise + min(surprise, params.gate)
        pauses = state.pauses + 1
        state = replace(state, surprise=surprises, pauses=pauses, turned_rad=0.0, rightmost_rad=0.0, leftmost_rad=0.0)
    gain = along / variance
    covariance = _measured(state.covariance, gain, gradient, noise)
    if state.with_then is not None:
        answers = float((state.with_then * gradient).sum())
        since_then_rad = state.since_then_rad + answers / variance * innovation
        state = replace(state, with_then=state.with_then - gain * answers, since_then_rad=since_then_rad)
    return replace(state, x=state.x + gain * innovation, covariance=covariance), True


@compiled
def spread(p: Floats, gradient: Floats) -> tuple[Floats, float]:
    """Return the covariance (14,) of the unknowns with what answers to them by `gradient`, and its variance."""
    along = np.empty(UNKNOWNS)
    variance = 0.0
    for i in range(UNKNOWNS):
        total = 0.0
        for j in range(UNKNOWNS):
            total += p[i, j] * gradient[j]
        along[i] = total
        variance += gradient[i] * total
    return along, variance


@compiled
def _measured(p: Floats, gain: Floats, gradient: Floats, noise: float) -> Floats:
    """Return the covariance after a measurement, in Joseph form.

    It stays symmetric and positive from a start that knows nothing.
    """
    a, ap, out = np.empty_like(p), np.empty_like(p), np.empty_like(p)
    for i in range(UNKNOWNS):
        for j in range(UNKNOWNS):
            a[i, j] = -gain[i] * gradient[j]
        a[i, i] += 1.0
    for i in range(UNKNOWNS):
        for j in range(UNKNOWNS):
            total = 0.0
            for k in range(UNKNOWNS):
                total += a[i, k] * p[k, j]
            ap[i, j] = total
    for i in range(UNKNOWNS):
        for j in range(UNKNOWNS):
            total = 0.0
            for k in range(UNKNOWNS):
                total += ap[i, k] * a[j, k]
            out[i, j] = total + gain[i] * gain[j] * noise
    for i in range(UNKNOWNS):
        for j in range(i):
            out[i, j] = out[j, i] = 0.5 * (out[i, j] + out[j, i])
    return out


def contradicted(params: HeadingParams, state: HeadingState) -> HeadingState:
    """Return the state after a pause that was too far off to be believed: as surprising as can be."""
    return replace(state, surprise=state.surprise + params.gate, pauses=state.pauses + 1)


def scatter(params: HeadingParams, state: HeadingState) -> float:
    """Return by which factor this session's pauses vary more (or less) than the model says, as a variance.

    The posterior mean of a common scale of all variances with a prior worth `trust` pauses.
    """
    return (params.trust + state.surprise) / (params.trust + state.pauses)
