"""Hip angles of the ISB joint coordinate system (Grood & Suntay order z-x'-y''), for a right hip.

Source: Wu et al. 2002, doi:10.1016/S0021-9290(01)00222-6; Grood & Suntay 1983, doi:10.1115/1.3138397.
pelvis_from_thigh = Rz(flexion) Rx(adduction) Ry(internal rotation); singular at adduction = ±90° only.
"""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.quaternion import conjugate, dot3, multiply, rotate


def angles(pelvis_from_thigh: Floats) -> Floats:
    """Return flexion, adduction, internal rotation of a right hip, rad (..., 3)."""
    w, x, y, z = (pelvis_from_thigh[..., k] for k in range(4))
    flexion = np.arctan2(-2.0 * (x * y - z * w), 1.0 - 2.0 * (x * x + z * z))
    adduction = np.arcsin(np.clip(2.0 * (y * z + x * w), -1.0, 1.0))
    rotation = np.arctan2(-2.0 * (x * z - y * w), 1.0 - 2.0 * (x * x + y * y))
    return np.stack([flexion, adduction, rotation], axis=-1)


def about_long_axis(angle_rad: Floats) -> Floats:
    """Return the rotation about a segment's y axis, shape (..., 4)."""
    half = 0.5 * np.asarray(angle_rad, dtype=float)
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)


def hip_angles(earth_from_pelvis: Floats, earth_from_thigh: Floats) -> Floats:
    """Return the angles of a right hip, rad (..., 3), from orientations in one common heading."""
    return angles(multiply(conjugate(earth_from_pelvis), earth_from_thigh))


def dual_axes(pelvis_from_thigh: Floats) -> Floats:
    """Return (..., 3 angles, 3): what of an angular velocity of the thigh in the pelvis' axes each angle changes by.

    The dual of the joint's axes z, x', y'' (of which the first and the last are oblique by the adduction).
    """
    flexion, adduction, _ = np.moveaxis(angles(pelvis_from_thigh), -1, 0)
    z = np.broadcast_to(np.array([0.0, 0.0, 1.0]), (*flexion.shape, 3))
    floating = np.stack([np.cos(flexion), np.sin(flexion), np.zeros_like(flexion)], axis=-1)
    long_axis = rotate(pelvis_from_thigh, np.array([0.0, 1.0, 0.0]))
    oblique = np.sin(adduction)[..., None]
    cosine2 = np.maximum(1.0 - oblique * oblique, 1e-6)
    return np.stack([(z - oblique * long_axis) / cosine2, floating, (long_axis - oblique * z) / cosine2], axis=-2)


def rates(earth_from_pelvis: Floats, earth_from_thigh: Floats, pelvis_rate: Floats, thigh_rate: Floats) -> Floats:
    """Return how fast the angles of a right hip change, rad/s (..., 3), from angular rates (..., 3) in segment axes."""
    pelvis_from_thigh = multiply(conjugate(earth_from_pelvis), earth_from_thigh)
    relative = rotate(pelvis_from_thigh, thigh_rate) - pelvis_rate
    return dot3(dual_axes(pelvis_from_thigh), relative[..., None, :])
