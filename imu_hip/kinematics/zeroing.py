"""When the zero of the angles is set anew: by a finished calibration, by walking, by another N-pose."""

from __future__ import annotations

import math
from dataclasses import replace

from imu_hip.kinematics import calibration, heading_filter, magnetic_heading, mounting, walking_alignment
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.neutral_anchor import zeroed
from imu_hip.kinematics.slip import Slip
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.unknowns import PELVIS_AXIAL, THIGH_AXIAL, corrected
from imu_hip.model.block import Floats, joined
from imu_hip.model.event import CalibrationStep, Event, ReZero, Warning
from imu_hip.model.item import MarkLabel, Role
from imu_hip.quaternion import multiply, wrap_angle


def walks(state: KinematicsState) -> bool:
    """Tell whether ordinary walking is asked for an axis.

    One is missing, and no other movement was asked for just now.
    """
    c = state.calibration
    missing = c.pelvis_axis is None or c.thigh_axis is None
    return c.pose is not None and c.open_label is None and missing and c.walking is not None and not c.walking.frozen


def end_calibration(
    params: KinematicsParams, state: KinematicsState, end_s: float, period_s: float
) -> tuple[KinematicsState, list[Event]]:
    """Draw the conclusion from the calibration interval that ends here, and set the zero anew if it tells more."""
    before, label = state.calibration, state.calibration.open_label
    if label in (MarkLabel.LEG_SWINGS, MarkLabel.BOWS) and before.rows:
        mounted, swap = mounting.after_movement(params.mounting, state.mounting, label, joined(before.rows))
        state = replace(state, mounting=mounted)
        if swap is not None:
            refused = CalibrationStep(before.open_since_s, end_s, label, False, 0.0, swap.text)
            closed = replace(before, open_label=None, open_detail="", rows=())
            state = replace(state, calibration=closed, mounting=replace(mounted, swap_said=True))
            return state, [refused] if mounted.swap_said else [refused, Warning("sensors_swapped", swap.text)]
    posture = state.posture or params.posture
    found, outcome = calibration.end_interval(params.calibration, state.calibration, end_s, posture, period_s)
    state = replace(state, calibration=found)
    events: list[Event] = [] if outcome is None else [outcome]
    if outcome is None or not outcome.accepted:
        return state, events
    if label is MarkLabel.N_POSE and found.pose is not None:
        mounted, slips = mounting.after_pose(
            params.mounting, state.mounting, end_s, found.pose.pelvis_up, found.pose.thigh_up
        )
        state, new = slipped(replace(state, mounting=mounted), slips)
        events += new
        if params.magnetic is not None:
            magnetic, doubts = magnetic_heading.after_pose(params.magnetic, joined(before.rows))
            state = replace(state, magnetic=magnetic)
            events += doubts
    same_axes = found.pelvis_axis is before.pelvis_axis and found.thigh_axis is before.thigh_axis
    if label in calibration.LYING and found.pose is not None and same_axes:
        return state, events
    if label is MarkLabel.N_POSE and before.pose is not None and state.heading is not None and not walks(state):
        state, new = _zero_again(params, state)
    else:
        # A fresh heading filter knows nothing of the pause that it comes from: the pause is to be used (again).
        state, new = align(params, replace(state, anchored=False), end_s)
    return state, [*events, *new]


def walking_tick(
    params: KinematicsParams, state: KinematicsState, t_s: float
) -> tuple[KinematicsState, tuple[Event, ...]]:
    """Let walking draw its conclusion, and set the zero anew when it is a new one."""
    walking = state.calibration.walking
    if walking is None:
        return state, ()
    ticked = walking_alignment.tick(params.calibration.walking, walking)
    state = replace(state, calibration=replace(state.calibration, walking=ticked))
    swap = mounting.verdict(params.mounting, state.mounting)
    if swap is not None:
        said = state.mounting.swap_said
        told = replace(state.mounting, swap_said=True)
        state = replace(state, mounting=told, alignment=None, heading=None)
        return state, () if said else (Warning("sensors_swapped", swap.text),)
    if ticked.answer == walking.answer:
        return state, ()
    state, events = align(params, state, t_s)
    return state, tuple(events)


def align(params: KinematicsParams, state: KinematicsState, t_s: float) -> tuple[KinematicsState, list[Event]]:
    """Start the heading filter from what the calibration knows; it begins in the zero pose and is led up to now."""
    if mounting.verdict(params.mounting, state.mounting) is not None:
        return state, []
    new = calibration.alignment(state.calibration)
    pose = calibration.zero_pose(state.calibration)
    if new is None or pose is None:
        return state, []
    before = shown_angles(state)
    rested_s = state.bias_known_since_s
    since_rest_s = pose.end_s - rested_s if rested_s is not None and rested_s <= pose.end_s else None
    heading = heading_filter.start(params.heading, new.heading_rad, new.axial_covariance, since_rest_s, new.mounted)
    pelvis = multiply(pose.earth_from_pelvis_sensor[-1], new.sensor_from_pelvis)
    thigh = multiply(pose.earth_from_thigh_sensor[-1], new.sensor_from_thigh)
    heading = zeroed(params.heading, heading, pelvis, thigh, params.pose_sd_rad)
    since = t_s - pose.end_s
    steps = max(1, math.ceil(since))
    for _ in range(steps):
        heading = heading_filter.predict(params.heading, heading, since / steps, 0.0, 0.0)
    state = replace(
        state,
        alignment=new,
        heading=heading,
        next_tick_s=t_s,
        last_tick_s=t_s,
        sums_at_tick=state.seen.sums,
    )
    return state, re_zero(params, state, t_s, before)


def slipped(state: KinematicsState, slips: tuple[Slip, ...]) -> tuple[KinematicsState, list[Event]]:
    """Let go of the axial mounting of sensors that have moved, or of their axes if they were put on anew."""
    events: list[Event] = []
    for each in slips:
        events.append(Warning(f"{each.role}_sensor_moved", each.text))
        if each.remounted:
            found = state.calibration
            pelvis = each.role is Role.PELVIS
            found = replace(found, pelvis_axis=None) if pelvis else replace(found, thigh_axis=None)
            state = replace(state, calibration=found, alignment=None, heading=None)
        elif state.heading is not None:
            k = THIGH_AXIAL if each.role is Role.THIGH else PELVIS_AXIAL
            covariance = state.heading.covariance.copy()
            covariance[k, k] += each.widen_rad**2
            state = replace(state, heading=replace(state.heading, covariance=covariance))
    return state, events


def turn_round(
    params: KinematicsParams, state: KinematicsState, t_s: float, roles: tuple[Role, ...]
) -> tuple[KinematicsState, list[Event]]:
    """Start again from axes that point the other way."""
    found = state.calibration
    if Role.PELVIS in roles:
        found = replace(found, pelvis_axis=mounting.turned_round(found.pelvis_axis))
    if Role.THIGH in roles:
        found = replace(found, thigh_axis=mounting.turned_round(found.thigh_axis))
    return align(params, replace(state, calibration=found), t_s)


def _zero_again(params: KinematicsParams, state: KinematicsState) -> tuple[KinematicsState, list[Event]]:
    """Another N-pose: rotation is zero there, whatever the filter thought."""
    pose, alignment, heading = state.calibration.pose, state.alignment, state.heading
    if pose is None or alignment is None or heading is None:
        return state, []
    before = shown_angles(state)
    pelvis = multiply(pose.earth_from_pelvis_sensor[-1], alignment.sensor_from_pelvis)
    thigh = multiply(pose.earth_from_thigh_sensor[-1], alignment.sensor_from_thigh)
    covariance = heading.covariance.copy()
    covariance[0, 0] += math.pi * math.pi
    forgotten = replace(heading, covariance=covariance)
    heading = zeroed(params.heading, forgotten, pelvis, thigh, params.pose_sd_rad)
    state = replace(state, heading=heading, next_tick_s=min(state.next_tick_s, pose.end_s))
    return state, re_zero(params, state, pose.end_s, before)


def shown_angles(state: KinematicsState) -> Floats | None:
    """Return the angles of a right hip at the newest orientations (3,), rad, as they are shown now."""
    if state.alignment is None or state.heading is None or state.latest is None:
        return None
    pelvis = multiply(state.latest[0], state.alignment.sensor_from_pelvis)
    thigh = multiply(state.latest[1], state.alignment.sensor_from_thigh)
    return hip_angles(*corrected(pelvis, thigh, state.heading.x, state.heading.mounted))


def re_zero(params: KinematicsParams, state: KinematicsState, t_s: float, before: Floats | None) -> list[Event]:
    """Return the event of a correction that moved a shown angle visibly at once, if it did."""
    after = shown_angles(state)
    if before is None or after is None:
        return []
    flexion, adduction, rotation = (float(change) for change in wrap_angle(after - before))
    if max(abs(flexion), abs(adduction), abs(rotation)) <= params.step_rad:
        return []
    return [ReZero(t_s, rotation, flexion, adduction)]
