"""The angles of rows from what the heading filter said at the ticks between them, and their standard deviations."""

from __future__ import annotations

import math

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingState
from imu_hip.kinematics.joint_angles import angles
from imu_hip.kinematics.sight import Flags, Orientations, Sight
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.uncertainty import standard_deviations
from imu_hip.kinematics.unknowns import corrected_at, mounted_axes, ways
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.quaternion_rows import (
    arc_sine,
    conjugate,
    multiply,
    put,
    quaternion_at,
    quaternion_of,
    rotate,
    up_in,
    vector_at,
)

_STILL = np.zeros(3)


class Ticks:
    """What the heading filter said from which row on, in the order of rows."""

    def __init__(self, before: HeadingState | None) -> None:
        """Begin with what it said `before` these rows."""
        self.before = before
        self.rows: list[int] = []
        self.headings: list[HeadingState] = []
        self.orientations: list[Orientations] = []
        self.rates: list[tuple[Floats, Floats]] = []
        self.tilts: list[float] = []

    def add(self, sight: Sight, row: int, heading: HeadingState, latest: Orientations, tilt_rad2: float) -> None:
        """Note a tick at a row; `latest`: newest known orientations, `tilt_rad2`: variance of the inclination."""
        known = sight.known[row]
        self.rows.append(row)
        self.headings.append(heading)
        self.orientations.append(latest)
        self.rates.append((sight.block.pelvis_gyr[row], sight.block.thigh_gyr[row]) if known else (_STILL, _STILL))
        self.tilts.append(tilt_rad2)


def angles_of(
    params: KinematicsParams, state: KinematicsState, sight: Sight, ticks: Ticks
) -> tuple[Floats | None, AngleBlock]:
    """Return the sd at the last tick (3,), and all rows."""
    block, alignment = sight.block, state.alignment
    if alignment is None or ticks.before is None:
        return state.sd_rad, _unknown(sight)
    sd_per_tick = np.full((1, 3), np.nan) if state.sd_rad is None else state.sd_rad[None, :]
    if ticks.rows:
        sd_per_tick = np.concatenate([sd_per_tick, _sd_per_tick(params, alignment, ticks)])
    angles_rad, sd_rad, valid, tilt, list_, rate = _rows(
        block.earth_from_pelvis_sensor, block.earth_from_thigh_sensor, block.thigh_gyr, sight.known,
        alignment.sensor_from_pelvis, alignment.sensor_from_thigh, *mounted_axes(alignment.mounted),
        np.array([0, *ticks.rows]), np.array([ticks.before.x, *(h.x for h in ticks.headings)]), sd_per_tick,
    )  # fmt: skip
    shown = AngleBlock(block.t_s, angles_rad, sd_rad, valid, tilt, list_, sight.sums[0], rate, block.on_sample)
    return sd_per_tick[-1], shown


def _unknown(sight: Sight) -> AngleBlock:
    n = len(sight.known)
    unknown, vectors, flags = np.full(n, np.nan), np.full((n, 3), np.nan), np.zeros(n, dtype=bool)
    return AngleBlock(
        sight.block.t_s, vectors, vectors, flags, unknown, unknown, sight.sums[0], vectors, sight.block.on_sample
    )


def _sd_per_tick(params: KinematicsParams, alignment: Alignment, ticks: Ticks) -> Floats:
    """Return the sd (k, 3) at every tick."""
    headings = ticks.headings
    return standard_deviations(
        params.uncertainty,
        alignment,
        (np.array([p for p, _ in ticks.orientations]), np.array([t for _, t in ticks.orientations])),
        np.array([h.x for h in headings]),
        np.array([h.covariance for h in headings]),
        np.array([heading_filter.scatter(params.heading, h) for h in headings]),
        (np.array([p for p, _ in ticks.rates]), np.array([t for _, t in ticks.rates])),
        np.array(ticks.tilts),
    )


@compiled
def _rows(
    pelvis_sensor: Floats,
    thigh_sensor: Floats,
    thigh_gyr: Floats,
    known: Flags,
    sensor_from_pelvis: Floats,
    sensor_from_thigh: Floats,
    pelvis_up: Floats,
    pelvis_about: Floats,
    thigh_up: Floats,
    thigh_about: Floats,
    tick_rows: np.ndarray,
    x: Floats,
    sd: Floats,
) -> tuple[Floats, Floats, Flags, Floats, Floats, Floats]:
    """Return angles, sd, whether both are known, pelvis tilt and list, thigh rate; `x`, `sd` hold from `tick_rows`."""
    mounted = ways(pelvis_up, pelvis_about, thigh_up, thigh_about)
    to_pelvis, to_thigh = quaternion_of(sensor_from_pelvis), quaternion_of(sensor_from_thigh)
    n = len(known)
    angles_rad, sd_rad, rate = np.full((n, 3), np.nan), np.full((n, 3), np.nan), np.empty((n, 3))
    valid, tilt, list_ = np.empty(n, dtype=np.bool_), np.empty(n), np.empty(n)
    tick = 0
    for row in range(n):
        while tick + 1 < len(tick_rows) and tick_rows[tick + 1] <= row:
            tick += 1
        pelvis = multiply(quaternion_at(pelvis_sensor, row), to_pelvis)
        thigh = multiply(quaternion_at(thigh_sensor, row), to_thigh)
        level, turned = corrected_at(pelvis, thigh, x, tick, mounted)
        valid[row] = known[row] and not math.isnan(sd[tick, 0])
        if valid[row]:
            put(angles_rad, row, angles(multiply(conjugate(level), turned)))
            put(sd_rad, row, vector_at(sd, tick))
        up = up_in(level)
        tilt[row], list_[row] = math.atan2(-up[0], up[1]), arc_sine(up[2])
        put(rate, row, rotate(conjugate(to_thigh), vector_at(thigh_gyr, row)))
    return angles_rad, sd_rad, valid, tilt, list_, rate
