"""Calibration intervals to an alignment: which axes are known, from what, and what is still missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.kinematics import lying_alignment, walking_alignment
from imu_hip.kinematics.alignment import Alignment, SegmentAxis, from_axes
from imu_hip.kinematics.forward import ForwardParams, forward, leaning
from imu_hip.kinematics.lying_alignment import LEGS_STRAIGHT, LyingParams, LyingState
from imu_hip.kinematics.movement_quality import MovementQualityParams, movement_quality
from imu_hip.kinematics.neutral_pose import NeutralPose, NeutralPoseParams, seen
from imu_hip.kinematics.pose_quality import PoseQualityParams, pose_quality
from imu_hip.kinematics.principal_axis import first_turn, principal_axis, second_moment
from imu_hip.kinematics.sensor_to_segment import elevation_of_axis
from imu_hip.kinematics.turning import turning
from imu_hip.kinematics.walking_alignment import WalkingParams, WalkingState
from imu_hip.model.block import Floats, OrientationBlock, chosen, cut, joined
from imu_hip.model.event import CalibrationStep
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, Role
from imu_hip.quaternion import cross3, dot3, norm


@dataclass(frozen=True, slots=True)
class CalibrationParams:
    """Limits for believing an interval, and how well each source knows the axis about the long axis (sd).

    `functional_sd_rad` covers imperfect movers (measured 3.4° pelvis, 4.4° thigh, taken wider); `static_sd_rad` two
    static poses.
    """

    pose: NeutralPoseParams = field(default_factory=NeutralPoseParams)
    walking: WalkingParams = field(default_factory=WalkingParams)
    lying: LyingParams = field(default_factory=LyingParams)
    least_rate_rad_s: float = math.radians(15.0)
    least_dominance: float = 0.3
    most_elevation_rad: float = math.radians(35.0)
    movement: MovementQualityParams = field(default_factory=MovementQualityParams)
    forward: ForwardParams = field(default_factory=ForwardParams)
    standing: PoseQualityParams = field(default_factory=PoseQualityParams)
    static_sd_rad: float = math.radians(8.0)
    least_tilt: float = 0.5
    """Sine of the least angle between two poses that tells an axis."""


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """What has been found so far, and the rows of the interval that is open.

    `on_back`: the alignment of the calibration on the back, which serves until there is an N-pose.
    """

    pose: NeutralPose | None = None
    pelvis_axis: SegmentAxis | None = None
    thigh_axis: SegmentAxis | None = None
    walking: WalkingState | None = None
    lying: LyingState = field(default_factory=LyingState)
    on_back: Alignment | None = None
    open_label: MarkLabel | None = None
    open_detail: str = ""
    open_since_s: float = 0.0
    rows: tuple[OrientationBlock, ...] = ()


LYING = frozenset({MarkLabel.HOOK_LYING, MarkLabel.BRIDGE, MarkLabel.KNEE_ROCKS})
"""Intervals of the calibration on the back."""
COLLECTED = LYING | {MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS, MarkLabel.POSTURE_NEUTRAL}
"""Intervals whose rows are kept until they end."""


def zero_pose(state: CalibrationState) -> NeutralPose | None:
    """Return the pose in which the angles of `alignment` are zero (or, lying, rotation and adduction)."""
    return state.pose or state.lying.hook


def alignment(state: CalibrationState) -> Alignment | None:
    """Return the alignment that the best known axes give; None while something is missing.

    An N-pose comes before hook lying; axes from instructed movements or poses before those from walking.
    """
    if state.pose is None:
        return state.on_back
    walked = walking_alignment.axes(state.walking) if state.walking is not None else None
    pelvis, thigh = state.pelvis_axis, state.thigh_axis
    if (pelvis is None or thigh is None) and walked is None:
        return None
    return from_axes(state.pose, pelvis or walked[0], thigh or walked[1])  # type: ignore[index]


def end_interval(
    params: CalibrationParams, state: CalibrationState, end_s: float, posture: Posture, period_s: float
) -> tuple[CalibrationState, CalibrationStep | None]:
    """Draw the conclusion from the interval that ends here."""
    label, detail, begin_s = state.open_label, state.open_detail, state.open_since_s
    rows = joined(state.rows) if state.rows else None
    state = replace(state, open_label=None, open_detail="", rows=())
    if label is None or rows is None:
        return state, None
    if label is MarkLabel.N_POSE:
        return _end_pose(params, state, rows, begin_s, end_s, period_s)
    if label is MarkLabel.POSTURE_NEUTRAL:
        return _end_posture(params, state, rows, begin_s, end_s, posture)
    if label in LYING:
        return _end_lying(params, state, rows, label, detail, begin_s, end_s, period_s)
    role = Role.THIGH if label is MarkLabel.LEG_SWINGS else Role.PELVIS
    found = _movement_axis(params, state.pose, rows, role, period_s)
    if isinstance(found, str):
        return state, CalibrationStep(begin_s, end_s, label, False, 0.0, found)
    axis, quality, text = found
    state = replace(state, thigh_axis=axis) if role is Role.THIGH else replace(state, pelvis_axis=axis)
    return state, CalibrationStep(begin_s, end_s, label, True, quality, text)


def _end_pose(
    params: CalibrationParams,
    state: CalibrationState,
    rows: OrientationBlock,
    begin_s: float,
    end_s: float,
    period_s: float,
) -> tuple[CalibrationState, CalibrationStep]:
    pose = seen(params.pose, rows, begin_s, end_s, period_s)
    if isinstance(pose, str):
        return state, CalibrationStep(begin_s, end_s, MarkLabel.N_POSE, False, 0.0, pose)
    stood = cut(
        rows, *np.searchsorted(rows.t_s, [begin_s + params.pose.settle_s, end_s - params.pose.leave_s]).tolist()
    )
    good = pose_quality(params.standing, _known(stood), period_s)
    if isinstance(good, str):
        return state, CalibrationStep(begin_s, end_s, MarkLabel.N_POSE, False, 0.0, good)
    walking = state.walking
    if walking is None or not walking.frozen:
        walking = walking_alignment.start(params.walking, pose)
    step = CalibrationStep(begin_s, end_s, MarkLabel.N_POSE, True, good.quality, good.text)
    return replace(state, pose=pose, walking=walking), step


def _known(rows: OrientationBlock) -> OrientationBlock:
    known = ~np.isnan(rows.pelvis_gyr[:, 0]) & ~np.isnan(rows.thigh_gyr[:, 0])
    return chosen(rows, known)


def _end_posture(
    params: CalibrationParams,
    state: CalibrationState,
    rows: OrientationBlock,
    begin_s: float,
    end_s: float,
    posture: Posture,
) -> tuple[CalibrationState, CalibrationStep | None]:
    """Lying, gravity shows the front of the body.

    With the N-pose that gives a mediolateral axis that no movement gave.
    """
    missing = state.pose is not None and (state.pelvis_axis is None or state.thigh_axis is None)
    if not missing or state.pose is None or posture not in (Posture.SUPINE, Posture.PRONE):
        return state, None
    front = 1.0 if posture is Posture.SUPINE else -1.0
    late = rows.t_s >= 0.5 * (begin_s + end_s)
    names: list[str] = []
    for role, up, acc in (
        (Role.PELVIS, state.pose.pelvis_up, rows.pelvis_acc),
        (Role.THIGH, state.pose.thigh_up, rows.thigh_acc),
    ):
        known = late & ~np.isnan(acc[:, 0])
        if not np.any(known) or (state.pelvis_axis if role is Role.PELVIS else state.thigh_axis) is not None:
            continue
        lying = np.mean(acc[known], axis=0)
        across = front * cross3(lying / norm(lying), up / norm(up))
        if float(norm(across)) < params.least_tilt:
            continue
        axis = SegmentAxis(across / norm(across), params.static_sd_rad, "standing and lying")
        state = replace(state, pelvis_axis=axis) if role is Role.PELVIS else replace(state, thigh_axis=axis)
        names.append(role.value)
    if not names:
        return state, None
    text = f"axis of the {' and '.join(names)} taken from standing and lying"
    return state, CalibrationStep(begin_s, end_s, MarkLabel.POSTURE_NEUTRAL, True, 0.5, text)


def _end_lying(
    params: CalibrationParams,
    state: CalibrationState,
    rows: OrientationBlock,
    label: MarkLabel,
    detail: str,
    begin_s: float,
    end_s: float,
    period_s: float,
) -> tuple[CalibrationState, CalibrationStep]:
    """Take in one interval of the calibration on the back."""
    found: tuple[LyingState, float, str] | str
    if label is MarkLabel.HOOK_LYING:
        found = _lying_pose(params, state.lying, rows, detail, begin_s, end_s, period_s)
    else:
        is_bridge = label is MarkLabel.BRIDGE
        end = lying_alignment.end_bridge if is_bridge else lying_alignment.end_rocks
        moved = end(params.lying, state.lying, rows)
        what = "bridges" if is_bridge else "rocking knees"
        found = moved if isinstance(moved, str) else (*moved, f"axes of pelvis and thigh found from {what}")
    if isinstance(found, str):
        return state, CalibrationStep(begin_s, end_s, label, False, 0.0, found)
    lying, quality, text = found
    state = replace(state, lying=lying, on_back=lying_alignment.alignment(params.lying, lying))
    axes = None if label is MarkLabel.HOOK_LYING else lying_alignment.axes(params.lying, lying)
    if axes is not None:
        pelvis, thigh = axes
        # They serve an N-pose that comes later, unless swings or bows told more.
        if state.pelvis_axis is None or state.pelvis_axis.source == pelvis.source:
            state = replace(state, pelvis_axis=pelvis)
        if state.thigh_axis is None or state.thigh_axis.source == thigh.source:
            state = replace(state, thigh_axis=thigh)
    return state, CalibrationStep(begin_s, end_s, label, True, quality, text)


def _lying_pose(
    params: CalibrationParams,
    lying: LyingState,
    rows: OrientationBlock,
    detail: str,
    begin_s: float,
    end_s: float,
    period_s: float,
) -> tuple[LyingState, float, str] | str:
    pose = seen(params.pose, rows, begin_s, end_s, period_s, "lie still on your back")
    if isinstance(pose, str):
        return pose
    fitting = lying_alignment.end_pose(params.lying, lying, pose, legs_straight=detail == LEGS_STRAIGHT)
    if isinstance(fitting, str):
        return fitting
    return fitting[0], min(1.0, len(pose.earth_from_pelvis_sensor) * period_s / 2.0), fitting[1]


def _movement_axis(
    params: CalibrationParams, pose: NeutralPose | None, rows: OrientationBlock, role: Role, period_s: float
) -> tuple[SegmentAxis, float, str] | str:
    """Return the axis of a movement that began forward, with a quality 0..1, or why there is none.

    Forward is flexion (+z) for a swinging thigh and anterior tilt (-z) for a bowing pelvis.
    """
    rate = rows.thigh_gyr if role is Role.THIGH else rows.pelvis_gyr
    known = ~np.isnan(rate[:, 0])
    rate = rate[known]
    what = "leg" if role is Role.THIGH else "trunk"
    if len(rate) < 3 or float(np.max(norm(rate))) < params.least_rate_rad_s:
        return f"the {role} did not move; move the {what} forward and back three times"
    found = principal_axis(second_moment(rate))
    if found.dominance < params.least_dominance:
        return f"the {role} turned about more than one axis; move the {what} straight forward and back"
    up = None if pose is None else pose.thigh_up if role is Role.THIGH else pose.pelvis_up
    if up is not None and elevation_of_axis(up, found.axis) > params.most_elevation_rad:
        return f"the {role} did not move straight forward and back; repeat it with the toes pointing forward"
    good = movement_quality(params.movement, role, rate, found.axis, up, turning(rows), period_s)
    if isinstance(good, str):
        return good
    first = first_turn(dot3(rate, found.axis), np.full(len(rate), period_s))
    sign, text = (first if role is Role.THIGH else -first), good.text
    if up is not None:
        q = rows.earth_from_thigh_sensor if role is Role.THIGH else rows.earth_from_pelvis_sensor
        way = forward(params.forward, role, leaning(up, found.axis, q[known]), first)
        sign, text = way.sign, way.text or text
    axis: Floats = found.axis * sign
    return SegmentAxis(axis, good.sd_rad, "movement"), good.quality, text
