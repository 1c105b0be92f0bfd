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
from imu_hip.kinematics.holes import HoleParams
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion_rows import (
    about_vertical,
    conjugate,
    length3,
    multiply,
    put,
    quaternion_at,
    quaternion_of,
    rotate,
    vector_at,
)

Flags = NDArray[np.bool_]
Orientations = tuple[Floats, Floats]
"""Of pelvis and thigh sensor."""


@dataclass(frozen=True, slots=True)
class SensorSeen:
    """One sensor's `newest` orientation (4,), NaN before there is one, and the `twist_rad` given back to its heading."""

    newest: Floats = field(default_factory=lambda: np.full(4, np.nan))
    twist_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """All up to the newest row.

    `sums` (3,): turn of the pelvis about the vertical (rad), variances lost in holes by heading and by inclination
    (rad²). `low_pass` (2,): what the low-pass of each sensor's rate carries; `quiet_rate_rad_s`: the larger of them.
    `last_known_s` is NaN before both sensors have been known.
    """

    last_known_s: float = math.nan
    pelvis: SensorSeen = field(default_factory=SensorSeen)
    thigh: SensorSeen = field(default_factory=SensorSeen)
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
    pelvis, pelvis_heading = _continued(block.earth_from_pelvis_sensor, block.pelvis_restarted, seen.pelvis)
    thigh, thigh_heading = _continued(block.earth_from_thigh_sensor, block.thigh_restarted, seen.thigh)
    block = OrientationBlock(
        block.t_s, pelvis, thigh, block.pelvis_gyr, block.thigh_gyr, block.pelvis_acc, block.thigh_acc,
        block.pelvis_restarted, block.thigh_restarted, block.on_sample,
    )  # fmt: skip
    known, newest = _known_rows(block.pelvis_gyr, block.thigh_gyr)
    lost = holes.lost(params, alignment, latest, seen.last_known_s, block, known, period_s)
    sums = _summed_rows(pelvis, block.pelvis_gyr, known, lost, seen.sums, period_s)
    quiet, low_pass = _quiet_rows(
        block.pelvis_gyr, block.thigh_gyr, known, seen.low_pass, seen.quiet_rate_rad_s, math.tan(math.pi * quiet_hz * period_s)
    )
    now = Seen(
        last_known_s=float(block.t_s[newest[-1]]) if newest[-1] >= 0 else seen.last_known_s,
        pelvis=pelvis_heading,
        thigh=thigh_heading,
        sums=sums[:, -1].copy(),
        low_pass=low_pass,
        quiet_rate_rad_s=float(quiet[-1]),
    )
    return now, Sight(block, known, sums, quiet, newest)


def _continued(q: Floats, restarted: Flags, before: SensorSeen) -> tuple[Floats, SensorSeen]:
    """Give a restarted filter the heading it had before: what is unknown of it goes into the standard deviation.

    Return the orientations with one heading throughout, and the newest.
    """
    rows, newest, twist_rad = _continued_rows(q, restarted, before.newest, before.twist_rad)
    return rows, SensorSeen(newest, twist_rad)


@compiled
def _continued_rows(q: Floats, restarted: Flags, newest: Floats, twist_rad: float) -> tuple[Floats, Floats, float]:
    last = quaternion_of(newest)
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
    return out, np.array(last), twist_rad


@compiled
def _known_rows(pelvis_gyr: Floats, thigh_gyr: Floats) -> tuple[Flags, NDArray[np.int64]]:
    """Return at which rows both sensors are known, and the newest of these up to each row."""
    n = len(pelvis_gyr)
    known, newest = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    last = -1
    for row in range(n):
        known[row] = not (math.isnan(pelvis_gyr[row, 0]) or math.isnan(thigh_gyr[row, 0]))
        if known[row]:
            last = row
        newest[row] = last
    return known, newest


@compiled
def _summed_rows(
    pelvis: Floats, pelvis_gyr: Floats, known: Flags, lost: Floats, before: Floats, period_s: float
) -> Floats:
    """Return the sums of `Seen` up to each row; adds in row order, so it does not depend on how the rows were cut."""
    out = np.empty((3, len(known)))
    turned, heading, tilt = before[0], before[1], before[2]
    for row in range(len(known)):
        if known[row]:
            turned += rotate(quaternion_at(pelvis, row), vector_at(pelvis_gyr, row))[2] * period_s
        heading += lost[0, row]
        tilt += lost[1, row]
        out[0, row], out[1, row], out[2, row] = turned, heading, tilt
    return out


@compiled
def _quiet_rows(
    pelvis_gyr: Floats, thigh_gyr: Floats, known: Flags, carried: Floats, quiet_rad_s: float, warped: float
) -> tuple[Floats, Floats]:
    """Return the larger low-passed rate (n,), rad/s, and what the filters carry; unknown rows repeat the value before.

    A Butterworth filter of first order by the bilinear transform, `warped` = tan(π cutoff / rate).
    """
    gain, back = warped / (1.0 + warped), (1.0 - warped) / (1.0 + warped)
    out = np.empty(len(known))
    pelvis, thigh = carried[0], carried[1]
    for row in range(len(known)):
        if known[row]:
            pelvis_rate, thigh_rate = length3(vector_at(pelvis_gyr, row)), length3(vector_at(thigh_gyr, row))
            smooth_pelvis, smooth_thigh = gain * pelvis_rate + pelvis, gain * thigh_rate + thigh
            pelvis, thigh = gain * pelvis_rate + back * smooth_pelvis, gain * thigh_rate + back * smooth_thigh
            quiet_rad_s = max(smooth_pelvis, smooth_thigh)
        out[row] = quiet_rad_s
    return out, np.array([pelvis, thigh])
