"""Alignment from one N-pose and ordinary walking, for recordings without leg swings or bows.

Once gravity is known, each sensor has one unknown left: its azimuth about the long axis. The thigh's is the
horizontal axis that it turns about most while walking; which way is forward is where the body moves. The pelvis'
follows from the relative heading, which the velocity of the hip centre tells, since both sensors share it (the leaky
integral of acceleration is far less disturbed by impacts than acceleration itself; Weygers & Kok 2020,
doi:10.1109/JSEN.2020.2982459, give the constraint), and from the N-pose, where the mediolateral axes of both segments
point the same way.

Limits: the first movement must be walking forward over ground; on a treadmill there is no displacement and so no
answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.kinematics.alignment import SegmentAxis
from imu_hip.kinematics.neutral_pose import NeutralPose
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import cross3, dot3, norm, rotate, wrap_angle

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class WalkingParams:
    """Gates and error budget.

    `path_rad` is the angle swept by the thigh in the levelled plane; levers are along the long axis from sensor to
    hip centre (m). The gates were chosen on one real walk and checked on two other data sets; the sd floors are a
    judgement, wider than the errors seen there. Behind a hole of `hole_s` nobody knows how fast the body goes: who
    turns faster than `moving_rad_s` within `still_s` then is not standing, and what was found so far is final.
    """

    tick_s: float = 0.5
    leak_s: float = 1.0
    hole_s: float = 0.2
    still_s: float = 0.5
    moving_rad_s: float = math.radians(20.0)
    pelvis_lever_m: float = -0.06
    thigh_lever_m: float = 0.30
    first_path_rad: float = math.radians(45.0)
    freeze_path_rad: float = math.radians(450.0)
    half_swing_rad: float = math.radians(40.0)
    most_second_axis: float = 0.25
    least_coherence: float = 0.6
    least_forward_m: float = 0.25
    least_forward_share: float = 0.7
    thigh_sd_rad: float = math.radians(6.0)
    link_sd_rad: float = math.radians(6.0)
    pose_sd_rad: float = math.radians(2.5)


@dataclass(frozen=True, slots=True)
class Levelled:
    """One sensor's axes levelled by the N-pose: `e1`, `up`, `e2` (3,) in sensor axes.

    `heading_rad` of e2 and mean acceleration (3,) in the world during the N-pose.
    """

    e1: Floats
    up: Floats
    e2: Floats
    heading_rad: float
    rest_acc: Floats


@dataclass(frozen=True, slots=True)
class WalkingState:
    """Running sums since the N-pose.

    `sums`: xx, zz, xz of the thigh's rate, swept path, forward displacement (re, im), link (re, im), link power of
    pelvis and thigh. `answer`: azimuths of thigh and pelvis and their sd, None before the first.
    """

    pelvis: Levelled
    thigh: Levelled
    next_tick_s: float
    last_s: float
    sums: Floats = field(default_factory=lambda: np.zeros(10))
    pelvis_velocity: Complex = field(default_factory=lambda: np.zeros(1, dtype=complex))
    thigh_velocity: Complex = field(default_factory=lambda: np.zeros(1, dtype=complex))
    behind_hole_s: float = -math.inf
    answer: tuple[float, float, float, float] | None = None
    frozen: bool = False


def start(params: WalkingParams, pose: NeutralPose) -> WalkingState:
    """Begin behind an N-pose."""
    return WalkingState(
        _level(pose.pelvis_up, pose.earth_from_pelvis_sensor, pose.pelvis_acc_earth),
        _level(pose.thigh_up, pose.earth_from_thigh_sensor, pose.thigh_acc_earth),
        next_tick_s=pose.end_s + params.tick_s,
        last_s=pose.end_s,
    )


def accumulate(params: WalkingParams, state: WalkingState, rows: OrientationBlock, period_s: float) -> WalkingState:
    """Take in rows (those with both sensors known)."""
    known = np.flatnonzero(~np.isnan(rows.pelvis_gyr[:, 0]) & ~np.isnan(rows.thigh_gyr[:, 0]))
    if state.frozen or len(known) == 0:
        return state
    before_s = np.concatenate([[state.last_s], rows.t_s[known[:-1]]])
    behind_holes = [int(k) for k in np.flatnonzero(rows.t_s[known] - before_s > params.hole_s)]
    rate = np.maximum(norm(rows.pelvis_gyr[known]), norm(rows.thigh_gyr[known]))
    for first, stop in zip([0, *behind_holes], [*behind_holes, len(known)], strict=True):
        if first in behind_holes:
            at_rest = np.zeros(1, dtype=complex)
            since_s = float(rows.t_s[known[first]])
            state = replace(state, pelvis_velocity=at_rest, thigh_velocity=at_rest, behind_hole_s=since_s)
        soon = rows.t_s[known[first:stop]] < state.behind_hole_s + params.still_s
        if np.any(soon & (rate[first:stop] > params.moving_rad_s)):
            return replace(state, frozen=True)
        if stop > first:
            state = _without_holes(params, state, rows, known[first:stop], period_s)
    return state


def _without_holes(
    params: WalkingParams, state: WalkingState, rows: OrientationBlock, known: NDArray[np.intp], period_s: float
) -> WalkingState:
    pelvis_u, _, pelvis_v = _hip_velocity(
        params, state.pelvis, params.pelvis_lever_m, state.pelvis_velocity, period_s,
        rows.earth_from_pelvis_sensor[known], rows.pelvis_gyr[known], rows.pelvis_acc[known],
    )  # fmt: skip
    thigh_u, thigh_at, thigh_v = _hip_velocity(
        params, state.thigh, params.thigh_lever_m, state.thigh_velocity, period_s,
        rows.earth_from_thigh_sensor[known], rows.thigh_gyr[known], rows.thigh_acc[known],
    )  # fmt: skip
    wx = dot3(rows.thigh_gyr[known], state.thigh.e1)
    wz = dot3(rows.thigh_gyr[known], state.thigh.e2)
    e2 = rotate(rows.earth_from_thigh_sensor[known], state.thigh.e2)
    e2 = e2[:, 0] + 1j * e2[:, 1]
    forward = thigh_at * np.conj(e2) / np.abs(e2) * period_s
    link = pelvis_u * np.conj(thigh_u)
    terms = np.stack(
        [
            wx * wx, wz * wz, wx * wz, np.sqrt(wx * wx + wz * wz) * period_s,
            forward.real, forward.imag, link.real, link.imag,
            pelvis_u.real**2 + pelvis_u.imag**2, thigh_u.real**2 + thigh_u.imag**2,
        ],
        axis=1,
    )  # fmt: skip
    # A running sum adds in row order, so it does not depend on how the rows were cut.
    sums = np.cumsum(np.concatenate([state.sums[None, :], terms]), axis=0)[-1]
    last_s = float(rows.t_s[known[-1]])
    return replace(state, sums=sums, pelvis_velocity=pelvis_v, thigh_velocity=thigh_v, last_s=last_s)


def tick(params: WalkingParams, state: WalkingState) -> WalkingState:
    """Draw the conclusion from the sums so far: a new answer, or the one before."""
    state = replace(state, next_tick_s=state.next_tick_s + params.tick_s)
    if state.frozen:
        return state
    xx, zz, xz, path, fx, fy, cx, cy, pelvis_power, thigh_power = (float(s) for s in state.sums)
    spread = math.hypot(zz - xx, 2.0 * xz)
    second_axis = (xx + zz - spread) / (xx + zz + spread) if xx + zz > 0.0 else 1.0
    power = math.sqrt(pelvis_power * thigh_power)
    coherence = math.hypot(cx, cy) / power if power > 0.0 else 0.0
    if path < params.first_path_rad or second_axis > params.most_second_axis or coherence < params.least_coherence:
        return state
    azimuth = 0.5 * math.atan2(2.0 * xz, zz - xx)
    if state.answer is None:
        # Forward (the x axis) is a quarter turn to the left of the mediolateral axis.
        ahead = fx * math.cos(azimuth + 0.5 * math.pi) + fy * math.sin(azimuth + 0.5 * math.pi)
        if abs(ahead) < max(params.least_forward_m, params.least_forward_share * math.hypot(fx, fy)):
            return state
        flip = ahead < 0.0
    else:
        flip = abs(_wrap(azimuth - state.answer[0])) > 0.5 * math.pi
    thigh = _wrap(azimuth + math.pi if flip else azimuth)
    pelvis = _wrap(math.atan2(cy, cx) - state.pelvis.heading_rad + state.thigh.heading_rad + thigh)
    swings = max(1.0, path / params.half_swing_rad)
    thigh_variance = params.thigh_sd_rad**2 + second_axis / swings
    link_variance = params.link_sd_rad**2 + (1.0 - coherence**2) / (2.0 * coherence**2 * swings)
    pelvis_variance = thigh_variance + link_variance + params.pose_sd_rad**2
    answer = (thigh, pelvis, math.sqrt(thigh_variance), math.sqrt(pelvis_variance))
    return replace(state, answer=answer, frozen=path > params.freeze_path_rad)


def axes(state: WalkingState) -> tuple[SegmentAxis, SegmentAxis] | None:
    """Return the mediolateral axes of pelvis and thigh, or None before the first answer."""
    if state.answer is None:
        return None
    thigh, pelvis, thigh_sd, pelvis_sd = state.answer
    return (
        SegmentAxis(_towards(state.pelvis, pelvis), pelvis_sd, "walking"),
        SegmentAxis(_towards(state.thigh, thigh), thigh_sd, "walking"),
    )


def _towards(levelled: Levelled, azimuth: float) -> Floats:
    return math.cos(azimuth) * levelled.e2 + math.sin(azimuth) * levelled.e1


def _level(up: Floats, earth_from_sensor: Floats, acc_earth: Floats) -> Levelled:
    y = up / norm(up)
    least = int(np.argmin(np.abs(y)))
    helper = np.zeros(3)
    helper[least] = 1.0
    e1 = cross3(y, helper)
    e1 = e1 / norm(e1)
    e2 = cross3(e1, y)
    world = rotate(earth_from_sensor, e2)
    heading = math.atan2(float(np.mean(world[:, 1])), float(np.mean(world[:, 0])))
    return Levelled(e1, y, e2, heading, acc_earth)


def _hip_velocity(
    params: WalkingParams,
    levelled: Levelled,
    lever_m: float,
    carried: Complex,
    period_s: float,
    earth_from_sensor: Floats,
    rate: Floats,
    acc: Floats,
) -> tuple[Complex, Complex, Complex]:
    """Return the horizontal velocity of the hip centre and of the sensor (n,), and the filter's state."""
    world = rotate(earth_from_sensor, acc) - levelled.rest_acc
    keep = math.exp(-period_s / params.leak_s)
    sensor, carried = _leaky_integral(world[:, 0] + 1j * world[:, 1], carried, period_s, keep)
    lever = rotate(earth_from_sensor, cross3(rate, lever_m * levelled.up))
    return sensor + lever[:, 0] + 1j * lever[:, 1], sensor, carried


@compiled
def _leaky_integral(acc: Complex, carried: Complex, period_s: float, keep: float) -> tuple[Complex, Complex]:
    """Integrate (n,) while what has been gathered leaks away; return that, and what is left (1,) for the next."""
    gathered = np.empty_like(acc)
    left = carried[0]
    for row in range(len(acc)):
        gathered[row] = period_s * acc[row] + left
        left = keep * gathered[row]
    return gathered, np.full(1, left)


def _wrap(angle: float) -> float:
    return float(wrap_angle(angle))
