"""The hip of a thigh that keeps still in space while the pelvis turns under it. Right leg."""

from __future__ import annotations

from math import asin, atan2

import numpy as np

from imu_hip.quaternion import from_axis_angle, multiply, rotate

HipAngles = tuple[float, float, float]
"""Flexion, adduction, internal rotation, rad (Grood & Suntay 1983, doi:10.1115/1.3138397)."""

_X, _Y, _Z = np.eye(3)


def hip_of_still_thigh(hip_rad: HipAngles, turn_rad: float) -> HipAngles:
    """Return the hip's angles after the pelvis has turned by `turn_rad` about its long axis."""
    flexion, adduction, rotation = hip_rad
    hip = multiply(
        multiply(from_axis_angle(_Z, flexion), from_axis_angle(_X, adduction)), from_axis_angle(_Y, rotation)
    )
    after = multiply(from_axis_angle(_Y, -turn_rad), hip)
    x, y, z = (rotate(after, axis).tolist() for axis in (_X, _Y, _Z))
    return atan2(-y[0], y[1]), asin(y[2]), atan2(-x[2], z[2])
