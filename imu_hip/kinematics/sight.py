"""What both sensors show: orientations in one heading throughout, turns and holes added up, how quiet the limb is.

Sums run over the whole recording, so that their differences do not depend on how the rows were cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter

from imu_hip.kinematics import holes
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.holes import HoleParams
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import about_vertical, conjugate, multiply, norm, rotate

Flags = NDArray[np.bool_]
Orientations = tuple[Floats, Floats]
"""Of pelvis and thigh sensor."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All up to the newest row.

    `pelvis`, `thigh` (4,): each sensor's newest orientation; `twist_*_rad`: heading given back after its restart.
    `sums`: turn of the pelvis about the vertical (rad), variances lost in holes by heading and by inclination (rad²).
    `rate_filter`: the low-pass of both rates; `quiet_rate_rad_s`: the larger of them.
    """

    last_known_s: float | None = None
    pelvis: Floats | None = None
    thigh: Floats | None = None
    twist_pelvis_rad: float = 0.0
    twist_thigh_rad: float = 0.0
    sums: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rate_filter: Floats | None = None
    quiet_rate_rad_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Sight:
    """The same at each of n rows.

    `block`: with continued headings. `known`: both sensors. `sums`: three of (n,), as in `Seen`. `quiet_rad_s` (n,):
    the larger low-passed rate of both sensors. `newest_known` (n,): index of the last known row up to each, or -1.
    """

    block: OrientationBlock
    known: Flags
    sums: tuple[Floats, Floats, Floats]
    quiet_rad_s: Floats
    newest_known: NDArray[np.intp]

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
    known = ~(np.isnan(block.pelvis_gyr[:, 0]) | np.isnan(block.thigh_gyr[:, 0]))
    pelvis, last_pelvis, twist_pelvis = _continued(
        block.earth_from_pelvis_sensor, block.pelvis_restarted, seen.pelvis, seen.twist_pelvis_rad
    )
    thigh, last_thigh, twist_thigh = _continued(
        block.earth_from_thigh_sensor, block.thigh_restarted, seen.thigh, seen.twist_thigh_rad
    )
    block = replace(block, earth_from_pelvis_sensor=pelvis, earth_from_thigh_sensor=thigh)
    lost_heading, lost_tilt = holes.lost(params, alignment, latest, seen.last_known_s, block, known, period_s)
    turned = np.where(known, rotate(pelvis, block.pelvis_gyr)[:, 2], 0.0) * period_s
    sums = (
        _running_sum(seen.sums[0], turned),
        _running_sum(seen.sums[1], lost_heading),
        _running_sum(seen.sums[2], lost_tilt),
    )
    newest = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    quiet, rate_filter = _quiet_rate(quiet_hz, seen, block, known, newest, period_s)
    now = Seen(
        last_known_s=float(block.t_s[newest[-1]]) if newest[-1] >= 0 else seen.last_known_s,
        pelvis=last_pelvis,
        thigh=last_thigh,
        twist_pelvis_rad=twist_pelvis,
        twist_thigh_rad=twist_thigh,
        sums=(float(sums[0][-1]), float(sums[1][-1]), float(sums[2][-1])),
        rate_filter=rate_filter,
        quiet_rate_rad_s=float(quiet[-1]),
    )
    return now, Sight(block, known, sums, quiet, newest)


def _continued(q: Floats, restarted: Flags, last: Floats | None, twist: float) -> tuple[Floats, Floats | None, float]:
    """Give a restarted filter the heading it had before: what is unknown of it goes into the standard deviation.

    Return the orientations with one heading throughout, the newest known one, and the heading that is given back.
    """
    pieces: list[Floats] = []
    starts = [int(k) for k in np.flatnonzero(restarted)] if restarted.any() else []
    for first, stop in zip([0, *starts], [*starts, len(q)], strict=True):
        if first in starts and last is not None:
            change = multiply(last, conjugate(q[first]))
            twist = 2.0 * math.atan2(float(change[3]), float(change[0]))
        piece = multiply(about_vertical(twist), q[first:stop]) if twist else q[first:stop]
        pieces.append(piece)
        known = np.flatnonzero(~np.isnan(piece[:, 0]))
        last = piece[known[-1]] if len(known) else last
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces), last, twist


def _quiet_rate(
    quiet_hz: float, seen: Seen, block: OrientationBlock, known: Flags, newest: NDArray[np.intp], period_s: float
) -> tuple[Floats, Floats | None]:
    """Return the larger low-passed rate (n,), rad/s, and the filter; rows without samples repeat the value before."""
    if newest[-1] < 0:
        return np.full(len(known), seen.quiet_rate_rad_s), seen.rate_filter
    carried = np.zeros((2, 1)) if seen.rate_filter is None else seen.rate_filter
    rates = np.empty((2, np.count_nonzero(known)))
    rates[0], rates[1] = norm(block.pelvis_gyr[known]), norm(block.thigh_gyr[known])
    smooth, carried = lfilter(*_low_pass(quiet_hz, period_s), rates, axis=1, zi=carried)
    heard = np.cumsum(known) - 1
    larger = np.maximum(smooth[0], smooth[1])
    return np.where(heard >= 0, larger[np.maximum(heard, 0)], seen.quiet_rate_rad_s), np.asarray(carried)


@cache
def _low_pass(cutoff_hz: float, period_s: float) -> tuple[Floats, Floats]:
    """Design takes far longer than filtering a small block, so it is done once."""
    b, a = butter(1, cutoff_hz, fs=1.0 / period_s)
    return np.asarray(b), np.asarray(a)


def _running_sum(before: float, terms: Floats) -> Floats:
    """Return the sum up to each row; adds in row order, so it does not depend on how the rows were cut."""
    out = np.empty(len(terms) + 1)
    out[0], out[1:] = before, terms
    return np.asarray(np.cumsum(out)[1:])
