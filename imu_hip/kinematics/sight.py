"""What both sensors show: orientations in one heading throughout, turns and holes added up, how quiet the limb is.

Sums run over the whole recording, so that their differences do not depend on how the rows were cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.holes import HoleParams, is_known, lost_rows
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion_rows import (
    about_vertical,
    conjugate,
    length3,
    multiply,
    put,
    quaternion_at,
    rotate,
    vector_at,
)

Flags = NDArray[np.bool_]
Orientations = tuple[Floats, Floats]
"""Of pelvis and thigh sensor."""

_NOT_KNOWN: Orientations = (np.full(4, np.nan), np.full(4, np.nan))


@dataclass(slots=True)
class Seen:
    """All up to the newest row; what there are two of is of pelvis and thigh sensor.

    `newest` (2, 4): orientations, NaN before there is one; `twists_rad` (2,): heading given back after a restart.
    `sums` (3,): turn of the pelvis about the vertical (rad), variances lost in holes by heading and by inclination
    (rad²). `low_pass` (2,): what the low-pass of each rate carries; `quiet_rate_rad_s`: the larger of them.
    `last_known_s` is NaN before both have been known.
    """

    last_known_s: float = math.nan
    newest: Floats = field(default_factory=lambda: np.full((2, 4), np.nan))
    twists_rad: Floats = field(default_factory=lambda: np.zeros(2))
    sums: Floats = field(default_factory=lambda: np.zeros(3))
    low_pass: Floats = field(default_factory=lambda: np.zeros(2))
    quiet_rate_rad_s: float = math.inf


@dataclass(slots=True)
class Sight:
    """The same at each of n rows.

    `block`: with continued headings. `known`: both sensors. `sums` (3, n): as in `Seen`. `quiet_rad_s` (n,): the larger
    low-passed rate of both sensors. `newest_known` (n,): index of the last known row up to each, or -1.
    """

    block: OrientationBlock
    known: Flags
    sums: Floats
    quiet_rad_s: Floats
    newest_known: NDArray[np.int64]

    def orientations(self, row: int) -> Orientations:
        """Return both sensors' orientations at a row."""
        return self.block.earth_from_pelvis_sensor[row], self.block.earth_from_thigh_sensor[row]


def see(
    params: HoleParams,
    quiet_hz: float,
    seen: Seen,
    alignment: Alignment | None,
    latest: Orientations | None,
    block: OrientationBlock,
    period_s: float,
) -> tuple[Seen, Sight]:
    """Take in at least one row; `latest`: orientations at the newest row before, at which both were known."""
    n = len(block.t_s)
    newest, twists_rad = seen.newest.copy(), seen.twists_rad.copy()
    sums, low_pass = seen.sums.copy(), seen.low_pass.copy()
    pelvis, thigh = np.empty((n, 4)), np.empty((n, 4))
    known, newest_known = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    sums_at, quiet = np.empty((3, n)), np.empty(n)
    before_pelvis, before_thigh = latest or _NOT_KNOWN
    pelvis_axis, thigh_axis = (
        _NOT_KNOWN if alignment is None else (alignment.sensor_from_pelvis, alignment.sensor_from_thigh)
    )
    _see_rows(
        block.t_s, block.earth_from_pelvis_sensor, block.earth_from_thigh_sensor, block.pelvis_gyr, block.thigh_gyr,
        block.pelvis_restarted, block.thigh_restarted,
        newest, twists_rad, sums, low_pass, seen.quiet_rate_rad_s, seen.last_known_s, before_pelvis, before_thigh,
        pelvis_axis, thigh_axis, period_s, math.tan(math.pi * quiet_hz * period_s),
        params.turn_rad_s, params.tilt_rad_s, params.most_tilt_rad,
        params.reclined, params.still_rad, params.turn_per_tilt, params.least_sine,
        pelvis, thigh, known, newest_known, sums_at, quiet,
    )  # fmt: skip
    last = int(newest_known[-1])
    last_known_s = float(block.t_s[last]) if last >= 0 else seen.last_known_s
    block = OrientationBlock(
        block.t_s, pelvis, thigh, block.pelvis_gyr, block.thigh_gyr, block.pelvis_acc, block.thigh_acc,
        block.pelvis_restarted, block.thigh_restarted, block.on_sample, block.pelvis_mag, block.thigh_mag,
    )  # fmt: skip
    now = Seen(last_known_s, newest, twists_rad, sums, low_pass, float(quiet[-1]))
    return now, Sight(block, known, sums_at, quiet, newest_known)


@compiled
def _see_rows(
    t_s: Floats,
    pelvis: Floats,
    thigh: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    pelvis_restarted: Flags,
    thigh_restarted: Flags,
    newest: Floats,
    twists_rad: Floats,
    sums: Floats,
    low_pass: Floats,
    quiet_rad_s: float,
    last_known_s: float,
    latest_pelvis: Floats,
    latest_thigh: Floats,
    sensor_from_pelvis: Floats,
    sensor_from_thigh: Floats,
    period_s: float,
    warped: float,
    turn_rad_s: float,
    tilt_rad_s: float,
    most_tilt_rad: float,
    reclined: float,
    still_rad: float,
    turn_per_tilt: float,
    least_sine: float,
    pelvis_out: Floats,
    thigh_out: Floats,
    known_out: Flags,
    newest_known_out: NDArray[np.int64],
    sums_out: Floats,
    quiet_out: Floats,
) -> None:
    """Write into the `*_out` what `Sight` holds, and lead `newest`, `twists_rad`, `sums` and `low_pass` on.

    All in one call, for each costs as much as the work on two rows.
    """
    _continue_rows(pelvis, pelvis_restarted, newest, twists_rad, 0, pelvis_out)
    _continue_rows(thigh, thigh_restarted, newest, twists_rad, 1, thigh_out)
    lost = lost_rows(
        t_s, pelvis_gyr, thigh_gyr, pelvis_out, thigh_out, latest_pelvis, latest_thigh, last_known_s,
        sensor_from_pelvis, sensor_from_thigh, 1.6 * period_s,
        turn_rad_s, tilt_rad_s, most_tilt_rad, reclined, still_rad, turn_per_tilt, least_sine,
    )  # fmt: skip
    _follow_rows(
        pelvis_out, pelvis_gyr, thigh_gyr, lost, period_s, warped, quiet_rad_s, sums, low_pass,
        known_out, newest_known_out, sums_out, quiet_out,
    )  # fmt: skip


@compiled
def _continue_rows(q: Floats, restarted: Flags, newest: Floats, twists_rad: Floats, sensor: int, out: Floats) -> None:
    """Give a restarted filter the heading it had before: what is unknown of it goes into the standard deviation."""
    last, twist_rad = quaternion_at(newest, sensor), twists_rad[sensor]
    back = about_vertical(twist_rad)
    for row in range(len(q)):
        own = quaternion_at(q, row)
        if restarted[row] and not math.isnan(last[0]):
            change = multiply(last, conjugate(own))
            twist_rad = 2.0 * math.atan2(change[3], change[0])
            back = about_vertical(twist_rad)
        if twist_rad != 0.0:
            own = multiply(back, own)
        put(out, row, own)
        if not math.isnan(own[0]):
            last = own
    put(newest, sensor, last)
    twists_rad[sensor] = twist_rad


@compiled
def _follow_rows(
    pelvis: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    lost: Floats,
    period_s: float,
    warped: float,
    quiet_rad_s: float,
    sums: Floats,
    low_pass: Floats,
    known_out: Flags,
    newest_known_out: NDArray[np.int64],
    sums_out: Floats,
    quiet_out: Floats,
) -> None:
    """Write `known`, `newest_known`, `sums` and `quiet_rad_s` of `Sight`; lead `sums` and `low_pass` on.

    That is a Butterworth filter of first order by the bilinear transform, `warped` = tan(π cutoff / rate); rows that
    are not known repeat what it said before. Sums add in row order, so they do not depend on how the rows were cut.
    """
    gain, back = warped / (1.0 + warped), (1.0 - warped) / (1.0 + warped)
    last = -1
    for row in range(len(pelvis)):
        known = is_known(pelvis_gyr, thigh_gyr, row)
        if known:
            last = row
            pelvis_gyr_now, thigh_gyr_now = vector_at(pelvis_gyr, row), vector_at(thigh_gyr, row)
            sums[0] += rotate(quaternion_at(pelvis, row), pelvis_gyr_now)[2] * period_s
            pelvis_rate, thigh_rate = gain * length3(pelvis_gyr_now), gain * length3(thigh_gyr_now)
            pelvis_smooth, thigh_smooth = pelvis_rate + low_pass[0], thigh_rate + low_pass[1]
            low_pass[0], low_pass[1] = pelvis_rate + back * pelvis_smooth, thigh_rate + back * thigh_smooth
            quiet_rad_s = max(pelvis_smooth, thigh_smooth)
        sums[1] += lost[0, row]
        sums[2] += lost[1, row]
        known_out[row], newest_known_out[row], quiet_out[row] = known, last, quiet_rad_s
        sums_out[0, row], sums_out[1, row], sums_out[2, row] = sums[0], sums[1], sums[2]
