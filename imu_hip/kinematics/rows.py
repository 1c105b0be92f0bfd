"""Rows of orientations to rows of angles: ticks of the heading filter between them, everything else on whole arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imu_hip.kinematics import (
    link_heading,
    magnetic_heading,
    pauses,
    walking_alignment,
    walking_turns,
    zeroing,
)
from imu_hip.kinematics.calibration import CalibrationState
from imu_hip.kinematics.link_heading import LinkState
from imu_hip.kinematics.magnetic_heading import MagneticParams
from imu_hip.kinematics.mounting import MountingState
from imu_hip.kinematics.row_angles import angles_of
from imu_hip.kinematics.sight import Seen, Sight, see
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.ticks import Clock, Ticks
from imu_hip.model.block import AngleBlock, Floats, OrientationBlock, cut, joined
from imu_hip.model.event import Event


def no_rows() -> AngleBlock:
    """Return a block without rows."""
    empty, vectors, flags = np.empty(0), np.empty((0, 3)), np.empty(0, dtype=bool)
    return AngleBlock(empty, vectors, vectors, flags, empty, empty, empty, vectors, flags)


def run(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, period_s: float
) -> tuple[KinematicsState, AngleBlock, tuple[Event, ...]]:
    """Compute the angles of rows between which neither mark nor new alignment falls."""
    if len(block.t_s) == 0:
        return state, no_rows(), ()
    seen, sight = see(params.holes, params.quiet_hz, state.seen, state.alignment, state.latest, block, period_s)
    calibration = _collected(params, state, sight.block, period_s)
    walked = state.mounting.walking
    if walked is not None and state.calibration.open_label is None:
        walked = walking_turns.accumulate(params.mounting.walking, walked, sight.block, period_s)
    before, ticks = state, list[Ticks]()
    state, clock, events, fresh, other = _tick(params, state, sight, ticks, period_s)
    if other is not None:
        # The rows before keep their alignment, as they would if they had come by themselves.
        state, earlier, told = run(params, before, cut(block, 0, other), period_s)
        state, later, more = run(params, state, cut(block, other, len(block.t_s)), period_s)
        return state, joined([earlier, later]), (*told, *more)
    if state.calibration is not before.calibration:  # a pause has shown that an axis pointed the other way
        turned = state.calibration
        calibration = replace(calibration, pelvis_axis=turned.pelvis_axis, thigh_axis=turned.thigh_axis)
    link = state.link if clock.heading is None else link_heading.collected(state.link, sight.block, fresh)
    last = int(sight.newest_known[-1])
    if last >= 0:
        clock.latest = sight.orientations(last)
    sd_rad, angles = angles_of(params, state, sight, before.heading, ticks)
    mounting = state.mounting if walked is state.mounting.walking else replace(state.mounting, walking=walked)
    return _into(state, clock, seen, calibration, mounting, link, sd_rad), angles, tuple(events)


def _tick(
    params: KinematicsParams, state: KinematicsState, sight: Sight, ticks: list[Ticks], period_s: float
) -> tuple[KinematicsState, Clock, list[Event], int, int | None]:
    """Lead on everything that ticks.

    Return also from which row on the rows belong to the window of the hip centre's motion that is still open, and the
    row, not the first, at which a pause shows that another alignment is needed: there it stops.
    """
    events: list[Event] = []
    fresh = 0
    t_s = sight.block.t_s
    alignment, clock = state.alignment, Clock.of(state)
    while clock.next_tick_s <= t_s[-1]:
        if clock.heading is None:
            clock.wait(params, state, sight, int(t_s.searchsorted(clock.next_tick_s)))
            continue
        led, row, paused = clock.lead(params, state, clock.heading, sight, fresh)
        ticks.append(led)
        if row is None:
            break
        if paused:
            state, new, _ = pauses.take(params, _noted(state, clock), clock.now_s)
            clock = Clock.of(state)
            if row > 0 and state.alignment is not alignment:
                return state, clock, events, fresh, row
            alignment = state.alignment
            events.extend(new)
        if clock.heading is not None and link_heading.is_over(params.link, state.link, sight.block, fresh, row):
            state, moved = _link(params, _noted(state, clock), cut(sight.block, fresh, row + 1), period_s)
            clock = Clock.of(state)
            events.extend(moved)
            fresh = row + 1
        if params.magnetic is not None:
            state, moved = _magnetic(params, params.magnetic, _noted(state, clock), sight.block, row)
            clock = Clock.of(state)
            events.extend(moved)
        ticks.extend(clock.tick(params, sight, row))
    return state, clock, events, fresh, None


def _link(
    params: KinematicsParams, state: KinematicsState, rows: OrientationBlock, period_s: float
) -> tuple[KinematicsState, list[Event]]:
    """Close a window of the hip centre's motion with its last rows."""
    window, state = (*state.link.rows, rows), replace(state, link=LinkState())
    if state.heading is None or state.alignment is None:
        return state, []
    found = link_heading.found(params.link, state.alignment, window, period_s)
    if found is None:
        return state, []
    before = zeroing.shown_angles(state)
    state = replace(state, heading=link_heading.measured(params.heading, state.heading, found))
    return state, zeroing.re_zero(params, state, float(rows.t_s[-1]), before)


def _magnetic(
    params: KinematicsParams, magnetic: MagneticParams, state: KinematicsState, block: OrientationBlock, row: int
) -> tuple[KinematicsState, list[Event]]:
    """Let the magnetometers say what they know at a row."""
    if state.heading is None or state.alignment is None:
        return state, []
    may_ask = (state.posture or params.posture) in magnetic.postures and state.quiet_since_s is not None
    told, heading = magnetic_heading.step(
        magnetic, params.heading, state.magnetic, state.heading, state.alignment, block, row, may_ask=may_ask
    )
    if heading is state.heading:
        return replace(state, magnetic=told), []
    before = zeroing.shown_angles(state)
    state = replace(state, magnetic=told, heading=heading)
    return state, zeroing.re_zero(params, state, float(block.t_s[row]), before)


def _noted(state: KinematicsState, clock: Clock) -> KinematicsState:
    """Return the state with what the clock says, for those who look at a single tick."""
    return _into(state, clock, state.seen, state.calibration, state.mounting, state.link, state.sd_rad)


def _into(
    state: KinematicsState,
    clock: Clock,
    seen: Seen,
    calibration: CalibrationState,
    mounting: MountingState,
    link: LinkState,
    sd_rad: Floats | None,
) -> KinematicsState:
    """Return the state behind some rows: this is every call's way, and `replace` would take four times as long."""
    return KinematicsState(
        calibration=calibration,
        mounting=mounting,
        alignment=state.alignment,
        heading=clock.heading,
        posture=state.posture,
        bias_known_since_s=state.bias_known_since_s,
        pending=state.pending,
        next_tick_s=clock.next_tick_s,
        last_tick_s=clock.now_s,
        seen=seen,
        latest=clock.latest,
        sums_at_tick=clock.sums,
        tilt_rad2=clock.tilt_rad2,
        link=link,
        magnetic=state.magnetic,
        quiet_since_s=clock.quiet_since_s,
        neutral_mark=state.neutral_mark,
        neutral_since_s=state.neutral_since_s,
        anchored=clock.anchored,
        posture_anchored=state.posture_anchored,
        prompted=state.prompted,
        repeating=state.repeating,
        contradiction=state.contradiction,
        strap=state.strap,
        sd_rad=sd_rad,
    )


def _collected(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, period_s: float
) -> CalibrationState:
    found = state.calibration
    if found.open_label is not None:
        found = replace(found, rows=(*found.rows, block))
    if zeroing.walks(state) and found.walking is not None:
        walking = walking_alignment.accumulate(params.calibration.walking, found.walking, block, period_s)
        found = replace(found, walking=walking)
    return found
