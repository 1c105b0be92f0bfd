"""Rows of orientations to rows of angles: ticks of the heading filter between them, everything else on whole arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from imu_hip.kinematics import (
    heading_filter,
    link_heading,
    magnetic_heading,
    pauses,
    walking_alignment,
    walking_turns,
    zeroing,
)
from imu_hip.kinematics.calibration import CalibrationState
from imu_hip.kinematics.heading_filter import HeadingState
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.link_heading import LinkState
from imu_hip.kinematics.magnetic_heading import MagneticParams
from imu_hip.kinematics.sight import Sight, see
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.uncertainty import standard_deviations
from imu_hip.kinematics.unknowns import corrected
from imu_hip.model.block import AngleBlock, Floats, OrientationBlock, cut
from imu_hip.model.event import Event
from imu_hip.quaternion import conjugate, multiply, rotate

_UP = np.array([0.0, 0.0, 1.0])
_STILL = np.zeros(3)


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
    if state.mounting.walking is not None and state.calibration.open_label is None:
        walked = walking_turns.accumulate(params.mounting.walking, state.mounting.walking, sight.block, period_s)
        state = replace(state, mounting=replace(state.mounting, walking=walked))
    ticks = _Ticks(state)
    state, events, fresh = _tick(params, state, sight, ticks, period_s)
    link = state.link if state.heading is None else link_heading.collected(state.link, sight.block, fresh)
    last = int(sight.newest_known[-1])
    latest = sight.orientations(last) if last >= 0 else state.latest
    sd_rad, angles = _angles(params, state, sight, ticks)
    state = replace(state, seen=seen, calibration=calibration, latest=latest, link=link, sd_rad=sd_rad)
    return state, angles, tuple(events)


class _Ticks:
    """What the heading filter said from which row on; the first entry is what it said before these rows."""

    def __init__(self, state: KinematicsState) -> None:
        self.rows: list[int] = [0]
        self.headings: list[HeadingState | None] = [state.heading]
        self.orientations: list[tuple[Floats, Floats]] = []
        self.tilts: list[float] = []
        self.rates: list[tuple[Floats, Floats]] = []

    def add(
        self,
        row: int,
        heading: HeadingState,
        orientations: tuple[Floats, Floats],
        rates: tuple[Floats, Floats],
        tilt: float,
    ) -> None:
        self.rows.append(row)
        self.headings.append(heading)
        self.orientations.append(orientations)
        self.rates.append(rates)
        self.tilts.append(tilt)


def _tick(
    params: KinematicsParams, state: KinematicsState, sight: Sight, ticks: _Ticks, period_s: float
) -> tuple[KinematicsState, list[Event], int]:
    """Return also from which row on the rows belong to the window of the hip centre's motion that is still open."""
    events: list[Event] = []
    fresh = 0
    t_s, known = sight.block.t_s, sight.known
    row = int(np.searchsorted(t_s, state.next_tick_s, side="left"))
    while row < len(t_s):
        state = _pass_time(params, state, sight, row)
        if pauses.is_due(params, state, float(t_s[row])):
            state, new, _ = pauses.take(params, state, float(t_s[row]))
            events.extend(new)
        if state.heading is not None and link_heading.is_over(params.link, state.link, sight.block, fresh, row):
            state, moved = _link(params, state, cut(sight.block, fresh, row + 1), period_s)
            events.extend(moved)
            fresh = row + 1
        if params.magnetic is not None:
            state, moved = _magnetic(params, params.magnetic, state, sight.block, row)
            events.extend(moved)
        if state.heading is not None and state.latest is not None:
            rates = (sight.block.pelvis_gyr[row], sight.block.thigh_gyr[row]) if known[row] else (_STILL, _STILL)
            ticks.add(row, state.heading, state.latest, rates, state.tilt_rad2)
        row = int(np.searchsorted(t_s, state.next_tick_s, side="left"))
    return state, events, fresh


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


def _pass_time(params: KinematicsParams, state: KinematicsState, sight: Sight, row: int) -> KinematicsState:
    """Lead everything that ticks to a row."""
    t_s = float(sight.block.t_s[row])
    newest = int(sight.newest_known[row])
    latest = sight.orientations(newest) if newest >= 0 else state.latest
    # A limb that is not seen may be moving: what was quiet before a hole does not count behind it.
    least = params.quiet_rad_s if state.neutral_mark is None else params.quiet_prompted_rad_s
    is_quiet = bool(sight.known[row]) and sight.quiet_rad_s[row] < least
    since = (t_s if state.quiet_since_s is None else state.quiet_since_s) if is_quiet else None
    used = state.anchored and (is_quiet or state.neutral_mark is not None)
    if state.heading is None:
        next_tick_s = t_s + params.heading.tick_s
        return replace(state, next_tick_s=next_tick_s, latest=latest, quiet_since_s=since, anchored=used)
    dt_s = t_s - state.last_tick_s
    sums = (float(sight.sums[0][row]), float(sight.sums[1][row]), float(sight.sums[2][row]))
    turn, lost_heading, lost_tilt = (now - then for now, then in zip(sums, state.sums_at_tick, strict=True))
    heading = heading_filter.predict(params.heading, state.heading, dt_s, turn, lost_heading)
    next_tick_s = state.next_tick_s
    while next_tick_s <= t_s:
        next_tick_s += params.heading.tick_s
    return replace(
        state,
        heading=heading,
        tilt_rad2=state.tilt_rad2 * math.exp(-2.0 * dt_s / params.tilt_decay_s) + lost_tilt,
        last_tick_s=t_s,
        next_tick_s=next_tick_s,
        sums_at_tick=sums,
        latest=latest,
        quiet_since_s=since,
        anchored=used,
    )


def _angles(
    params: KinematicsParams, state: KinematicsState, sight: Sight, ticks: _Ticks
) -> tuple[Floats | None, AngleBlock]:
    """Return the sd at the last tick and all rows."""
    block, known, yaw = sight.block, sight.known, sight.sums[0]
    n = len(block.t_s)
    alignment = state.alignment
    if alignment is None or ticks.headings[0] is None:
        unknown = np.full(n, np.nan)
        vectors = np.full((n, 3), np.nan)
        flags = np.zeros(n, dtype=bool)
        blank = AngleBlock(block.t_s, vectors, vectors, flags, unknown, unknown, yaw, vectors, block.on_sample)
        return state.sd_rad, blank
    pelvis = multiply(block.earth_from_pelvis_sensor, alignment.sensor_from_pelvis)
    thigh = multiply(block.earth_from_thigh_sensor, alignment.sensor_from_thigh)
    sd_per_tick = _sd_per_tick(params, state, ticks)
    lengths = np.diff([*ticks.rows, n])
    x = np.repeat(np.stack([h.x for h in ticks.headings if h is not None]), lengths, axis=0)
    sd = np.repeat(sd_per_tick, lengths, axis=0)
    level_pelvis, turned_thigh = corrected(pelvis, thigh, x, alignment.mounted)
    up = rotate(conjugate(level_pelvis), _UP)
    angles = hip_angles(level_pelvis, turned_thigh)
    valid = known & ~np.isnan(sd[:, 0])
    return sd_per_tick[-1], AngleBlock(
        t_s=block.t_s,
        angles_rad=np.where(valid[:, None], angles, np.nan),
        sd_rad=np.where(valid[:, None], sd, np.nan),
        valid=valid,
        pelvis_tilt_rad=np.arctan2(-up[:, 0], up[:, 1]),
        pelvis_list_rad=np.arcsin(np.clip(up[:, 2], -1.0, 1.0)),
        pelvis_yaw_rad=yaw,
        thigh_rate_rad_s=rotate(conjugate(alignment.sensor_from_thigh), block.thigh_gyr),
        on_sample=block.on_sample,
    )


def _sd_per_tick(params: KinematicsParams, state: KinematicsState, ticks: _Ticks) -> Floats:
    """Return (k, 3): the sd carried over from before these rows, then that of every tick in them."""
    carried = np.full((1, 3), np.nan) if state.sd_rad is None else state.sd_rad[None, :]
    headings = [h for h in ticks.headings[1:] if h is not None]
    if not headings or state.alignment is None:
        return carried
    pelvis = multiply(np.stack([p for p, _ in ticks.orientations]), state.alignment.sensor_from_pelvis)
    thigh = multiply(np.stack([t for _, t in ticks.orientations]), state.alignment.sensor_from_thigh)
    x = np.stack([h.x for h in headings])
    sd = standard_deviations(
        params.uncertainty,
        pelvis,
        thigh,
        x,
        np.stack([h.covariance for h in headings]),
        np.array([heading_filter.scatter(params.heading, h) for h in headings]),
        (
            rotate(conjugate(state.alignment.sensor_from_pelvis), np.stack([p for p, _ in ticks.rates])),
            rotate(conjugate(state.alignment.sensor_from_thigh), np.stack([t for _, t in ticks.rates])),
        ),
        np.array(ticks.tilts),
        state.alignment.mounted,
    )
    if any(state.alignment.sagittal_sd_rad):
        angles = hip_angles(*corrected(pelvis, thigh, x, state.alignment.mounted))
        sd = np.sqrt(sd * sd + state.alignment.sagittal_variance(angles))
    return np.concatenate([carried, sd])


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
