"""Segment axes in sensor coordinates, from gravity in a known pose and the axis of a known movement."""

from __future__ import annotations

import math

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.quaternion import cross3, dot3, from_rows, norm


def segment_from_sensor(up: Floats, mediolateral: Floats) -> Floats:
    """Return the quaternion segment_from_sensor (4,).

    `up` (3,): cranial direction in sensor axes (mean specific force while standing). `mediolateral` (3,): direction
    to the person's right in sensor axes; its part along `up` is removed. ISB axes: x anterior, y cranial, z right (Wu
    et al. 2002, doi:10.1016/S0021-9290(01)00222-6).
    """
    y = up / norm(up)
    z = mediolateral - y * dot3(y, mediolateral)
    z = z / norm(z)
    return from_rows(np.stack([cross3(y, z), y, z]))


def segment_at(up: Floats, mediolateral: Floats, elevation_rad: float) -> Floats:
    """Return segment_from_sensor (4,) of a segment that does not stand: its long axis is at `elevation_rad`.

    `up`, `mediolateral` (3,) as in `segment_from_sensor`; the segment's front is on top.
    """
    u = up / norm(up)
    z = mediolateral - u * dot3(u, mediolateral)
    z = z / norm(z)
    y = math.cos(elevation_rad) * cross3(z, u) + math.sin(elevation_rad) * u
    return from_rows(np.stack([cross3(y, z), y, z]))


def elevation_of_axis(up: Floats, axis: Floats) -> float:
    """Return how far `axis` (3,) is from the horizontal of `up` (3,), rad in [0, pi/2].

    A movement axis should be near 0.
    """
    return float(np.arcsin(min(1.0, float(np.abs(dot3(up / norm(up), axis / norm(axis)))))))
