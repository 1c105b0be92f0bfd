"""The axis a sensor turned about most, and which way round it began.

The largest eigenvector of the rate's second-moment matrix, in closed form (Smith 1961, doi:10.1145/355578.366316),
because an iterative solver's bits differ from machine to machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats


@dataclass(frozen=True, slots=True)
class PrincipalAxis:
    """`axis` (3,) is a unit vector of unknown sign.

    `dominance` is 1 - second / first eigenvalue (0: no axis, 1: one axis only).
    """

    axis: Floats
    dominance: float


def second_moment(rate_rad_s: Floats) -> Floats:
    """Return the six sums xx, yy, zz, xy, xz, yz of rates (n, 3), shape (6,)."""
    x, y, z = rate_rad_s[:, 0], rate_rad_s[:, 1], rate_rad_s[:, 2]
    return np.array([(a * b).sum() for a, b in ((x, x), (y, y), (z, z), (x, y), (x, z), (y, z))])


def principal_axis(moment: Floats) -> PrincipalAxis:
    """Return the largest eigenvector of the symmetric matrix with the sums `moment` (6,)."""
    xx, yy, zz, xy, xz, yz = (float(m) for m in moment)
    largest, second = _two_largest(xx, yy, zz, xy, xz, yz)
    if largest <= 0.0:
        return PrincipalAxis(np.array([1.0, 0.0, 0.0]), 0.0)
    # Any vector product of two rows of (A - largest I) lies along the eigenvector; the longest is the most exact.
    rows = ((xx - largest, xy, xz), (xy, yy - largest, yz), (xz, yz, zz - largest))
    products = [_cross(rows[i], rows[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    lengths = [p[0] * p[0] + p[1] * p[1] + p[2] * p[2] for p in products]
    k = lengths.index(max(lengths))
    if lengths[k] <= 0.0:
        return PrincipalAxis(np.array([1.0, 0.0, 0.0]), 0.0)
    return PrincipalAxis(np.array(products[k]) / math.sqrt(lengths[k]), 1.0 - max(second, 0.0) / largest)


def first_turn(rate_about_axis_rad_s: Floats, steps_s: Floats, share: float = 0.25) -> float:
    """Return +1 or -1: the direction of the first turn that sweeps at least `share` of the largest one; 0 without any.

    A turn lasts from one change of sign to the next, so neither a late start nor a small countermovement matters.
    """
    swept = rate_about_axis_rad_s * steps_s
    signs = np.where(swept >= 0.0, 1, -1)
    borders = np.flatnonzero(np.diff(signs)) + 1
    turns = np.array([part.sum() for part in np.split(swept, borders)])
    largest = float(np.max(np.abs(turns))) if len(turns) else 0.0
    if largest <= 0.0:
        return 0.0
    first = turns[np.abs(turns) >= share * largest][0]
    return 1.0 if first > 0.0 else -1.0


def _two_largest(xx: float, yy: float, zz: float, xy: float, xz: float, yz: float) -> tuple[float, float]:
    mean = (xx + yy + zz) / 3.0
    a, b, c = xx - mean, yy - mean, zz - mean
    spread = (a * a + b * b + c * c + 2.0 * (xy * xy + xz * xz + yz * yz)) / 6.0
    if spread <= 0.0:
        return mean, mean
    p = math.sqrt(spread)
    determinant = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    angle = math.acos(min(1.0, max(-1.0, 0.5 * determinant / (p * p * p)))) / 3.0
    first = mean + 2.0 * p * math.cos(angle)
    last = mean + 2.0 * p * math.cos(angle + 2.0 * math.pi / 3.0)
    return first, 3.0 * mean - first - last


def _cross(u: tuple[float, float, float], v: tuple[float, float, float]) -> tuple[float, float, float]:
    return (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
