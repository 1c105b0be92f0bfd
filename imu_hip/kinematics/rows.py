"""Rows of orientations to rows of angles: ticks of the heading filter between them, everything else on whole arrays."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from imu_hip.kinematics import heading_filter, holes, pauses, walking_alignment, zeroing
from imu_hip.kinematics.heading_filter import HeadingState
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.uncertainty import standard_deviations
from imu_hip.kinematics.unknowns import corrected
from imu_hip.model.block import AngleBlock, Floats, OrientationBlock
from imu_hip.model.event import Event
from imu_hip.quaternion import about_vertical, conjugate, multiply, norm, rotate

Flags = NDArray[np.bool_]
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
    known = ~np.isnan(block.pelvis_gyr[:, 0]) & ~np.isnan(block.thigh_gyr[:, 0])
    state, block = _without_heading_jumps(state, block)
    state = _collect(params, state, block, period_s)
    yaw = _running_sum(state.yaw_sum, _vertical_rate(block, known) * period_s)
    lost = holes.lost(params.holes, state.alignment, state.latest, state.last_known_s, block, known, period_s)
    turned = _running_sum(state.lost_heading_sum_rad2, lost[0])
    tilted = _running_sum(state.lost_tilt_sum_rad2, lost[1])
    state, quiet = _quiet_rate(params, state, block, known, period_s)
    ticks = _Ticks(state)
    state, events = _tick(params, state, block, known, (yaw, turned, tilted), quiet, ticks)
    if np.any(known):
        last = int(np.flatnonzero(known)[-1])
        latest = (block.earth_from_pelvis_sensor[last], block.earth_from_thigh_sensor[last])
        state = replace(state, latest=latest, last_known_s=float(block.t_s[last]))
    state = replace(state, yaw_sum=float(yaw[-1]), lost_heading_sum_rad2=float(turned[-1]))
    state = replace(state, lost_tilt_sum_rad2=float(tilted[-1]), quiet_rate_rad_s=float(quiet[-1]))
    state, angles = _angles(params, state, block, known, yaw, ticks)
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
    params: KinematicsParams,
    state: KinematicsState,
    block: OrientationBlock,
    known: Flags,
    sums: tuple[Floats, Floats, Floats],
    quiet: Floats,
    ticks: _Ticks,
) -> tuple[KinematicsState, list[Event]]:
    events: list[Event] = []
    newest = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    row = int(np.searchsorted(block.t_s, state.next_tick_s, side="left"))
    while row < len(block.t_s):
        t_s = float(block.t_s[row])
        state = _pass_time(params, state, t_s, (float(sums[0][row]), float(sums[1][row]), float(sums[2][row])))
        if newest[row] >= 0:
            seen = newest[row]
            latest = (block.earth_from_pelvis_sensor[seen], block.earth_from_thigh_sensor[seen])
            state = replace(state, latest=latest)
        # A limb that is not seen may be moving: what was quiet before a hole does not count behind it.
        least = params.quiet_rad_s if state.neutral_mark is None else params.quiet_prompted_rad_s
        is_quiet = bool(known[row]) and quiet[row] < least
        since = (t_s if state.quiet_since_s is None else state.quiet_since_s) if is_quiet else None
        used = state.anchored and (is_quiet or state.neutral_mark is not None)
        state = replace(state, quiet_since_s=since, anchored=used)
        if pauses.is_due(params, state, t_s):
            state, new, _ = pauses.take(params, state, t_s)
            events.extend(new)
        if state.heading is not None and state.latest is not None:
            at = (block.pelvis_gyr[row], block.thigh_gyr[row]) if known[row] else (_STILL, _STILL)
            ticks.add(row, state.heading, state.latest, at, state.tilt_rad2)
        row = int(np.searchsorted(block.t_s, state.next_tick_s, side="left"))
    return state, events


def _pass_time(
    params: KinematicsParams, state: KinematicsState, t_s: float, sums: tuple[float, float, float]
) -> KinematicsState:
    """Lead the filter to a tick; `sums` there: turn of the pelvis, lost variance of heading and of inclination."""
    if state.heading is None:
        return replace(state, next_tick_s=t_s + params.heading.tick_s)
    dt_s = t_s - state.last_tick_s
    turn, lost_heading, lost_tilt = (now - then for now, then in zip(sums, state.sums_at_tick, strict=True))
    heading = heading_filter.predict(params.heading, state.heading, dt_s, turn, lost_heading)
    decay = math.exp(-2.0 * dt_s / params.tilt_decay_s)
    next_tick_s = state.next_tick_s
    while next_tick_s <= t_s:
        next_tick_s += params.heading.tick_s
    return replace(
        state,
        heading=heading,
        tilt_rad2=state.tilt_rad2 * decay + lost_tilt,
        last_tick_s=t_s,
        next_tick_s=next_tick_s,
        sums_at_tick=sums,
    )


def _angles(
    params: KinematicsParams,
    state: KinematicsState,
    block: OrientationBlock,
    known: Flags,
    yaw: Floats,
    ticks: _Ticks,
) -> tuple[KinematicsState, AngleBlock]:
    n = len(block.t_s)
    alignment = state.alignment
    if alignment is None or ticks.headings[0] is None:
        unknown = np.full(n, np.nan)
        vectors = np.full((n, 3), np.nan)
        flags = np.zeros(n, dtype=bool)
        return state, AngleBlock(block.t_s, vectors, vectors, flags, unknown, unknown, yaw, vectors, block.on_sample)
    pelvis = multiply(block.earth_from_pelvis_sensor, alignment.sensor_from_pelvis)
    thigh = multiply(block.earth_from_thigh_sensor, alignment.sensor_from_thigh)
    sd_per_tick = _sd_per_tick(params, state, ticks)
    lengths = np.diff([*ticks.rows, n])
    x = np.repeat(np.stack([h.x for h in ticks.headings if h is not None]), lengths, axis=0)
    sd = np.repeat(sd_per_tick, lengths, axis=0)
    level_pelvis, turned_thigh = corrected(pelvis, thigh, x)
    up = rotate(conjugate(level_pelvis), _UP)
    angles = hip_angles(level_pelvis, turned_thigh)
    valid = known & ~np.isnan(sd[:, 0])
    rate = rotate(conjugate(alignment.sensor_from_thigh), block.thigh_gyr)
    return replace(state, sd_rad=sd_per_tick[-1]), AngleBlock(
        t_s=block.t_s,
        angles_rad=np.where(valid[:, None], angles, np.nan),
        sd_rad=np.where(valid[:, None], sd, np.nan),
        valid=valid,
        pelvis_tilt_rad=np.arctan2(-up[:, 0], up[:, 1]),
        pelvis_list_rad=np.arcsin(np.clip(up[:, 2], -1.0, 1.0)),
        pelvis_yaw_rad=yaw,
        thigh_rate_rad_s=rate,
        on_sample=block.on_sample,
    )


def _sd_per_tick(params: KinematicsParams, state: KinematicsState, ticks: _Ticks) -> Floats:
    """Return (k, 3): the sd carried over from before these rows, then that of every tick in them."""
    carried = np.full((1, 3), np.nan) if state.sd_rad is None else state.sd_rad[None, :]
    headings = [h for h in ticks.headings[1:] if h is not None]
    if not headings or state.alignment is None:
        return carried
    sd = standard_deviations(
        params.uncertainty,
        multiply(np.stack([p for p, _ in ticks.orientations]), state.alignment.sensor_from_pelvis),
        multiply(np.stack([t for _, t in ticks.orientations]), state.alignment.sensor_from_thigh),
        np.stack([h.x for h in headings]),
        np.stack([h.covariance for h in headings]),
        np.array([heading_filter.scatter(params.heading, h) for h in headings]),
        (
            rotate(conjugate(state.alignment.sensor_from_pelvis), np.stack([p for p, _ in ticks.rates])),
            rotate(conjugate(state.alignment.sensor_from_thigh), np.stack([t for _, t in ticks.rates])),
        ),
        np.array(ticks.tilts),
    )
    return np.concatenate([carried, sd])


def _collect(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, period_s: float
) -> KinematicsState:
    found = state.calibration
    if found.open_label is not None:
        found = replace(found, rows=(*found.rows, block))
    if zeroing.walks(state) and found.walking is not None:
        walking = walking_alignment.accumulate(params.calibration.walking, found.walking, block, period_s)
        found = replace(found, walking=walking)
    return replace(state, calibration=found)


def _without_heading_jumps(state: KinematicsState, block: OrientationBlock) -> tuple[KinematicsState, OrientationBlock]:
    """Give a restarted filter the heading it had before: what is unknown of it goes into the standard deviation."""
    pelvis, last_pelvis, twist_pelvis = _continued(
        block.earth_from_pelvis_sensor, block.pelvis_restarted, state.last_pelvis, state.twist_pelvis_rad
    )
    thigh, last_thigh, twist_thigh = _continued(
        block.earth_from_thigh_sensor, block.thigh_restarted, state.last_thigh, state.twist_thigh_rad
    )
    return (
        replace(
            state,
            last_pelvis=last_pelvis,
            last_thigh=last_thigh,
            twist_pelvis_rad=twist_pelvis,
            twist_thigh_rad=twist_thigh,
        ),
        replace(block, earth_from_pelvis_sensor=pelvis, earth_from_thigh_sensor=thigh),
    )


def _continued(q: Floats, restarted: Flags, last: Floats | None, twist: float) -> tuple[Floats, Floats | None, float]:
    """Return the orientations with one heading throughout, the newest known one, and the heading that is given back."""
    pieces: list[Floats] = []
    starts = [int(k) for k in np.flatnonzero(restarted)]
    for first, stop in zip([0, *starts], [*starts, len(q)], strict=True):
        if first in starts and last is not None:
            change = multiply(last, conjugate(q[first]))
            twist = 2.0 * math.atan2(float(change[3]), float(change[0]))
        piece = multiply(about_vertical(twist), q[first:stop]) if twist else q[first:stop]
        pieces.append(piece)
        known = np.flatnonzero(~np.isnan(piece[:, 0]))
        last = piece[known[-1]] if len(known) else last
    return np.concatenate(pieces), last, twist


def _vertical_rate(block: OrientationBlock, known: Flags) -> Floats:
    rate = rotate(block.earth_from_pelvis_sensor, block.pelvis_gyr)[:, 2]
    return np.where(known, rate, 0.0)


def _quiet_rate(
    params: KinematicsParams, state: KinematicsState, block: OrientationBlock, known: Flags, period_s: float
) -> tuple[KinematicsState, Floats]:
    """Return the larger of both sensors' low-passed rates (n,), rad/s; rows without samples repeat the value before."""
    out = np.full(len(block.t_s), np.nan)
    rows = np.flatnonzero(known)
    if len(rows):
        carried = np.zeros((1, 2, 2)) if state.rate_filter is None else state.rate_filter
        rates = np.stack([norm(block.pelvis_gyr[rows]), norm(block.thigh_gyr[rows])])
        smooth, carried = sosfilt(_low_pass(params.quiet_hz, period_s), rates, axis=1, zi=carried)
        out[rows] = np.maximum(smooth[0], smooth[1])
        state = replace(state, rate_filter=carried)
    index = np.maximum.accumulate(np.where(np.isnan(out), -1, np.arange(len(out))))
    return state, np.where(index >= 0, out[np.maximum(index, 0)], state.quiet_rate_rad_s)


@cache
def _low_pass(cutoff_hz: float, period_s: float) -> Floats:
    """Design takes far longer than filtering a small block, so it is done once."""
    return np.asarray(butter(1, cutoff_hz, fs=1.0 / period_s, output="sos"))


def _running_sum(before: float, terms: Floats) -> Floats:
    """Return the sum up to each row; adds in row order, so it does not depend on how the rows were cut."""
    return np.cumsum(np.concatenate([[before], terms]))[1:]
