"""What both sensors show: orientations in one heading throughout, turns and holes added up, how quiet the limb is.

Sums run over the whole recording, so that their differences do not depend on how the rows were cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.kinematics import holes
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.holes import HoleParams, is_known
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    pelvis, thigh, newest, twists_rad = _continued(
        block.earth_from_pelvis_sensor, block.earth_from_thigh_sensor, block.pelvis_restarted, block.thigh_restarted,
        seen.newest, seen.twists_rad,
    )  # fmt: skip
    block = OrientationBlock(
        block.t_s, pelvis, thigh, block.pelvis_gyr, block.thigh_gyr, block.pelvis_acc, block.thigh_acc,
        block.pelvis_restarted, block.thigh_restarted, block.on_sample, block.pelvis_mag, block.thigh_mag,
    )  # fmt: skip
    lost = holes.lost(params, alignment, latest, seen.last_known_s, block, period_s)
    known, newest_known, sums, quiet, low_pass = _followed(
        pelvis, block.pelvis_gyr, block.thigh_gyr, lost, seen.sums, period_s,
        seen.low_pass, seen.quiet_rate_rad_s, math.tan(math.pi * quiet_hz * period_s),
    )  # fmt: skip
    last = int(newest_known[-1])
    last_known_s = float(block.t_s[last]) if last >= 0 else seen.last_known_s
    now = Seen(last_known_s, newest, twists_rad, sums[:, -1].copy(), low_pass, float(quiet[-1]))
    return now, Sight(block, known, sums, quiet, newest_known)


@compiled
def _continued(
    pelvis: Floats,
    thigh: Floats,
    pelvis_restarted: Flags,
    thigh_restarted: Flags,
    newest: Floats,
    twists_rad: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return both sensors' orientations with one heading throughout, and `newest` and `twists_rad` behind them."""
    newest, twists_rad = newest.copy(), twists_rad.copy()
    pelvis = _continued_rows(pelvis, pelvis_restarted, newest, twists_rad, 0)
    thigh = _continued_rows(thigh, thigh_restarted, newest, twists_rad, 1)
    return pelvis, thigh, newest, twists_rad


@compiled
def _continued_rows(q: Floats, restarted: Flags, newest: Floats, twists_rad: Floats, sensor: int) -> Floats:
    """Give a restarted filter the heading it had before: what is unknown of it goes into the standard deviation."""
    last, twist_rad = quaternion_at(newest, sensor), twists_rad[sensor]
    back = about_vertical(twist_rad)
    out = np.empty_like(q)
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
    return out


@compiled
def _followed(
    pelvis: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    lost: Floats,
    sums: Floats,
    period_s: float,
    low_pass: Floats,
    quiet_rad_s: float,
    warped: float,
) -> tuple[Flags, NDArray[np.int64], Floats, Floats, Floats]:
    """Return `known`, `newest_known`, `sums` and `quiet_rad_s` of `Sight`, and what the low-pass carries.

    That is a Butterworth filter of first order by the bilinear transform, `warped` = tan(π cutoff / rate); rows that
    are not known repeat what it said before. Sums add in row order, so they do not depend on how the rows were cut.
    """
    n = len(pelvis)
    gain, back = warped / (1.0 + warped), (1.0 - warped) / (1.0 + warped)
    known, newest_known = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    sums_out, quiet_out, low_pass = np.empty((3, n)), np.empty(n), low_pass.copy()
    turned, heading, tilt = sums[0], sums[1], sums[2]
    last = -1
    for row in range(n):
        known[row] = is_known(pelvis_gyr, thigh_gyr, row)
        if known[row]:
            last = row
            pelvis_gyr_now, thigh_gyr_now = vector_at(pelvis_gyr, row), vector_at(thigh_gyr, row)
            turned += rotate(quaternion_at(pelvis, row), pelvis_gyr_now)[2] * period_s
            pelvis_rate, thigh_rate = gain * length3(pelvis_gyr_now), gain * length3(thigh_gyr_now)
            pelvis_smooth, thigh_smooth = pelvis_rate + low_pass[0], thigh_rate + low_pass[1]
            low_pass[0], low_pass[1] = pelvis_rate + back * pelvis_smooth, thigh_rate + back * thigh_smooth
            quiet_rad_s = max(pelvis_smooth, thigh_smooth)
        heading += lost[0, row]
        tilt += lost[1, row]
        newest_known[row], quiet_out[row] = last, quiet_rad_s
        sums_out[0, row], sums_out[1, row], sums_out[2, row] = turned, heading, tilt
    return known, newest_known, sums_out, quiet_out, low_pass
