"""Alignment of a person who stays on the back: two still poses, bridges and rocking knees instead of standing.

Hook lying (feet on the floor) is the zero: the pelvis lies on its back, the thighs slope up to the knees. How steep
they are is taken from lying with straight legs, where they are level; without it they are taken to slope by 45°. Three
things tell the mediolateral axes. Lifting the pelvis turns both segments about them, the pelvis by + about z, the
thighs the other way; the floor allows one direction only, which gives the sign. Drawing the feet up turns the thigh
about it, by + about z. Rocking the knees from side to side turns the thigh about the level line from hip to foot and
rolls the pelvis, the same way, about its long axis; a quarter turn from there is the mediolateral axis.

An axis that is off by some angle about the vertical is the same as a relative heading for who stays on the back, and
the zero takes it away; it matters when the posture changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.kinematics.alignment import Alignment, SegmentAxis
from imu_hip.kinematics.lying_moves import (
    Directions,
    LyingMoveParams,
    angle_between,
    bridged,
    level,
    rocked,
    turned,
)
from imu_hip.kinematics.neutral_pose import NeutralPose, relative_heading
from imu_hip.kinematics.sensor_to_segment import segment_at
from imu_hip.kinematics.unknowns import UPRIGHT, Mounted
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import conjugate, cross3, dot3, multiply, norm, rotate

LEGS_STRAIGHT = "legs_straight"
"""Detail of the mark of the pose with straight legs."""


@dataclass(frozen=True, slots=True)
class LyingParams:
    """Limits for believing the poses, and how far off what is seen can be (sd; assumptions, taken wide).

    `hook_elevation_rad`: of the thigh's long axis from knee to hip. `least_bend_rad`, `most_bend_rad`: by how much the
    thighs rise when the feet are drawn up; `most_tip_rad`: how far the pelvis goes meanwhile. `bridge_sd_rad`,
    `rocks_sd_rad`, `poses_sd_rad`: of each source's axis about the vertical. `level_sd_rad`: roll of a pelvis on its
    back; `apart_sd_rad`: adduction of drawn-up legs. `flat_sd_rad`: slope of pelvis and thighs with straight legs;
    `tip_sd_rad`, `slope_sd_rad`: of pelvis and thigh in hook lying, where that is all there is.
    """

    moves: LyingMoveParams = field(default_factory=LyingMoveParams)
    hook_elevation_rad: float = math.radians(-45.0)
    least_bend_rad: float = math.radians(20.0)
    most_bend_rad: float = math.radians(80.0)
    most_tip_rad: float = math.radians(30.0)
    bridge_sd_rad: float = math.radians(6.0)
    rocks_sd_rad: float = math.radians(6.0)
    poses_sd_rad: float = math.radians(9.0)
    level_sd_rad: float = math.radians(3.0)
    apart_sd_rad: float = math.radians(6.0)
    flat_sd_rad: float = math.radians(4.0)
    tip_sd_rad: float = math.radians(6.0)
    slope_sd_rad: float = math.radians(8.0)


@dataclass(frozen=True, slots=True)
class LyingState:
    """What the intervals have shown so far.

    `across`: to the person's right, from bridges. `along`: toward the head or the feet (the same for both segments),
    from rocking knees.
    """

    straight: NeutralPose | None = None
    hook: NeutralPose | None = None
    across: Directions | None = None
    along: Directions | None = None


def end_pose(
    params: LyingParams, state: LyingState, pose: NeutralPose, *, legs_straight: bool
) -> tuple[LyingState, str] | str:
    """Take in a still pose; return the new state and what to say, or why the pose does not fit the other one."""
    state = replace(state, straight=pose) if legs_straight else replace(state, hook=pose)
    if state.straight is not None and state.hook is not None:
        tipped = angle_between(state.straight.pelvis_up, state.hook.pelvis_up)
        if tipped > params.most_tip_rad:
            return (
                f"the pelvis turned by {math.degrees(tipped):.0f}° between straight and drawn-up legs; "
                "lie flat on your back for both"
            )
        bent = angle_between(state.straight.thigh_up, state.hook.thigh_up)
        if not params.least_bend_rad < bent < params.most_bend_rad:
            return (
                f"the thigh rose by {math.degrees(bent):.0f}° from straight to drawn-up legs instead of some 45°; "
                "lie on your back, first with straight legs, then with the feet flat on the floor"
            )
    return state, "lying with straight legs seen" if legs_straight else "hook lying taken as zero"


def end_bridge(params: LyingParams, state: LyingState, rows: OrientationBlock) -> tuple[LyingState, float] | str:
    """Take in bridges; return the new state and a quality 0..1, or why they cannot serve."""
    if state.hook is None:
        return "lie still with the feet on the floor first, then lift the pelvis"
    found = bridged(params.moves, state.hook, rows)
    return found if isinstance(found, str) else (replace(state, across=found[0]), found[1])


def end_rocks(params: LyingParams, state: LyingState, rows: OrientationBlock) -> tuple[LyingState, float] | str:
    """Take in rocking knees; return the new state and a quality 0..1, or why they cannot serve."""
    if state.hook is None:
        return "lie still with the feet on the floor first, then rock the knees"
    found = rocked(params.moves, state.hook, _right_of_thigh(state), rows)
    return found if isinstance(found, str) else (replace(state, along=found[0]), found[1])


def axes(params: LyingParams, state: LyingState) -> tuple[SegmentAxis, SegmentAxis] | None:
    """Return the mediolateral axes of pelvis and thigh, or None while one is not known."""
    hook, right = state.hook, _right_of_thigh(state)
    if hook is None or right is None:
        return None
    pelvis: list[tuple[Floats, float]] = []
    thigh: list[tuple[Floats, float]] = []
    if state.across is not None and state.across.pelvis is not None:
        pelvis.append((level(hook.pelvis_up, state.across.pelvis), params.bridge_sd_rad))
        thigh.append((level(hook.thigh_up, state.across.thigh), params.bridge_sd_rad))
    if state.straight is not None:
        thigh.append((_drawn_up(state.straight, hook), params.poses_sd_rad))
    if state.along is not None:
        # Level, and a quarter turn from where the knees rock about: up x head = right.
        across = cross3(hook.thigh_up, state.along.thigh)
        sign = 1.0 if float(dot3(across, right)) > 0.0 else -1.0
        thigh.append((level(hook.thigh_up, sign * across), params.rocks_sd_rad))
        if state.along.pelvis is not None:
            rolled = level(hook.pelvis_up, sign * cross3(hook.pelvis_up, state.along.pelvis))
            if not pelvis or angle_between(rolled, pelvis[0][0]) < params.moves.most_apart_rad:
                pelvis.append((rolled, params.rocks_sd_rad))
    if not pelvis:
        return None
    (pelvis_axis, pelvis_sd), (thigh_axis, thigh_sd) = _mean(pelvis), _mean(thigh)
    # The pose itself is off, too: a pelvis that is not level, knees that are not above the feet.
    apart_sd = params.apart_sd_rad * math.tan(abs(params.hook_elevation_rad))
    return (
        SegmentAxis(pelvis_axis, math.hypot(pelvis_sd, params.level_sd_rad), "lying"),
        SegmentAxis(thigh_axis, math.hypot(thigh_sd, apart_sd), "lying"),
    )


def alignment(params: LyingParams, state: LyingState) -> Alignment | None:
    """Return the alignment with hook lying as zero, or None while something is missing."""
    found = axes(params, state)
    if found is None or state.hook is None:
        return None
    pelvis, thigh = found
    hook, straight = state.hook, state.straight
    pelvis_elevation, thigh_elevation = 0.0, params.hook_elevation_rad
    sagittal_sd = (params.tip_sd_rad, params.slope_sd_rad)
    if straight is not None:
        # Both were level then, and have turned since.
        pelvis_elevation = -float(turned(pelvis.axis, straight.pelvis_up, hook.pelvis_up))
        thigh_elevation = -float(turned(thigh.axis, straight.thigh_up, hook.thigh_up))
        sagittal_sd = (params.flat_sd_rad, params.flat_sd_rad)
    sensor_from_pelvis = conjugate(segment_at(hook.pelvis_up, pelvis.axis, pelvis_elevation))
    sensor_from_thigh = conjugate(segment_at(hook.thigh_up, thigh.axis, thigh_elevation))
    heading = relative_heading(
        multiply(hook.earth_from_pelvis_sensor, sensor_from_pelvis),
        multiply(hook.earth_from_thigh_sensor, sensor_from_thigh),
    )
    covariance = np.array([[thigh.sd_rad**2, 0.0], [0.0, pelvis.sd_rad**2]])
    pelvis_up, thigh_up = (
        rotate(conjugate(mounting), up / norm(up))
        for mounting, up in ((sensor_from_pelvis, hook.pelvis_up), (sensor_from_thigh, hook.thigh_up))
    )
    # Lying, the pelvis' axis about the vertical is known least. What the thigh is off by, legs apart and turned, is no
    # turn about the vertical; as its long axis is never upright on the mat, a turn about that stands for all of it.
    mounted = Mounted(pelvis_up, pelvis_up), Mounted(thigh_up, UPRIGHT.about)
    return Alignment(sensor_from_pelvis, sensor_from_thigh, heading, covariance, mounted, sagittal_sd)


def _right_of_thigh(state: LyingState) -> Floats | None:
    """Return about where the thigh's right is, (3,) in sensor axes; a bridge tells it better than the poses."""
    if state.across is not None:
        return state.across.thigh
    if state.straight is None or state.hook is None:
        return None
    return _drawn_up(state.straight, state.hook)


def _drawn_up(straight: NeutralPose, hook: NeutralPose) -> Floats:
    """Return the level direction (3,) about which the thigh was turned, right-handed, from straight to hook lying."""
    # Gravity turns the other way round in the axes of a sensor that turns.
    return level(hook.thigh_up, cross3(hook.thigh_up, straight.thigh_up))


def _mean(sources: list[tuple[Floats, float]]) -> tuple[Floats, float]:
    """Return the weighted mean of unit directions, and its sd; sources that scatter are not better than that."""
    weights = [sd**-2 for _, sd in sources]
    total = sum(weights)
    mean = np.asarray(sum(w * direction for w, (direction, _) in zip(weights, sources, strict=True)))
    mean = mean / norm(mean)
    scatter = (
        sum(w * angle_between(direction, mean) ** 2 for w, (direction, _) in zip(weights, sources, strict=True)) / total
    )
    return mean, math.sqrt(max(1.0 / total, scatter))
