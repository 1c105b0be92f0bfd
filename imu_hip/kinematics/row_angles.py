"""The angles of rows from what the heading filter said at the ticks between them, and their standard deviations."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingState
from imu_hip.kinematics.joint_angles import angles
from imu_hip.kinematics.sight import Flags, Sight
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.kinematics.ticks import Ticks, together
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

_FROM_THE_FIRST = np.array([0])


def angles_of(
    params: KinematicsParams, state: KinematicsState, sight: Sight, before: HeadingState | None, ticks: Sequence[Ticks]
) -> tuple[Floats | None, AngleBlock]:
    """Return the sd at the last tick (3,), and all rows; `before`: what the heading filter said before `ticks`."""
    block, alignment = sight.block, state.alignment
    if alignment is None or before is None:
        return state.sd_rad, _unknown(sight)
    tick_rows, x = _FROM_THE_FIRST, before.x.reshape(1, -1)
    sd_per_tick = np.full((1, 3), np.nan) if state.sd_rad is None else state.sd_rad.reshape(1, 3)
    if ticks:
        all_of_them = together(ticks)
        tick_rows = np.concatenate([tick_rows, all_of_them.rows])
        x = np.concatenate([x, all_of_them.x])
        sd_per_tick = np.concatenate([sd_per_tick, _sd_per_tick(params, alignment, all_of_them)])
    n = len(block.t_s)
    angles_rad, sd_rad, rate = np.empty((n, 3)), np.empty((n, 3)), np.empty((n, 3))
    valid, tilt, list_ = np.empty(n, dtype=np.bool_), np.empty(n), np.empty(n)
    _rows(
        block.earth_from_pelvis_sensor, block.earth_from_thigh_sensor, block.thigh_gyr, sight.known,
        alignment.sensor_from_pelvis, alignment.sensor_from_thigh, *mounted_axes(alignment.mounted),
        tick_rows, x, sd_per_tick, angles_rad, sd_rad, valid, tilt, list_, rate,
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
    (pelvis, thigh), (pelvis_gyr, thigh_gyr) = (
        [np.ascontiguousarray(both[:, sensor]) for sensor in range(2)] for both in (ticks.orientations, ticks.gyr)
    )
    return standard_deviations(
        params.uncertainty, alignment, (pelvis, thigh), ticks.x, ticks.covariance, ticks.scatter,
        (pelvis_gyr, thigh_gyr), ticks.tilt_rad2,
    )  # fmt: skip


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
    angles_rad: Floats,
    sd_rad: Floats,
    valid: Flags,
    tilt: Floats,
    list_: Floats,
    rate: Floats,
) -> None:
    """Write angles, sd, whether both are known, pelvis tilt and list, thigh rate; `x`, `sd` hold from `tick_rows`."""
    mounted = ways(pelvis_up, pelvis_about, thigh_up, thigh_about)
    to_pelvis, to_thigh = quaternion_of(sensor_from_pelvis), quaternion_of(sensor_from_thigh)
    tick = 0
    for row in range(len(known)):
        while tick + 1 < len(tick_rows) and tick_rows[tick + 1] <= row:
            tick += 1
        pelvis = multiply(quaternion_at(pelvis_sensor, row), to_pelvis)
        thigh = multiply(quaternion_at(thigh_sensor, row), to_thigh)
        level, turned = corrected_at(pelvis, thigh, x, tick, mounted)
        valid[row] = known[row] and not math.isnan(sd[tick, 0])
        if valid[row]:
            put(angles_rad, row, angles(multiply(conjugate(level), turned)))
            put(sd_rad, row, vector_at(sd, tick))
        else:
            put(angles_rad, row, (math.nan, math.nan, math.nan))
            put(sd_rad, row, (math.nan, math.nan, math.nan))
        up = up_in(level)
        tilt[row], list_[row] = math.atan2(-up[0], up[1]), arc_sine(up[2])
        put(rate, row, rotate(conjugate(to_thigh), vector_at(thigh_gyr, row)))
