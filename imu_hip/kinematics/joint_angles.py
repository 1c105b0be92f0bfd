"""Hip angles of the ISB joint coordinate system (Grood & Suntay order z-x'-y''), for a right hip.

Source: Wu et al. 2002, doi:10.1016/S0021-9290(01)00222-6; Grood & Suntay 1983, doi:10.1115/1.3138397.
pelvis_from_thigh = Rz(flexion) Rx(adduction) Ry(internal rotation); singular at adduction = ±90° only.
"""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.quaternion import about_vertical, conjugate, multiply


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


def corrected(
    earth_from_pelvis: Floats,
    earth_from_thigh: Floats,
    heading_rad: Floats,
    thigh_axial_rad: Floats,
    pelvis_axial_rad: Floats,
) -> tuple[Floats, Floats]:
    """Return both segments' orientations (..., 4) in the pelvis' heading, with the axial mounting errors taken out."""
    pelvis = multiply(earth_from_pelvis, about_long_axis(-np.asarray(pelvis_axial_rad)))
    thigh = multiply(
        multiply(about_vertical(heading_rad), earth_from_thigh), about_long_axis(-np.asarray(thigh_axial_rad))
    )
    return pelvis, thigh


def hip_angles(earth_from_pelvis: Floats, earth_from_thigh: Floats) -> Floats:
    """Return the angles of a right hip, rad (..., 3), from orientations in one common heading."""
    return angles(multiply(conjugate(earth_from_pelvis), earth_from_thigh))
