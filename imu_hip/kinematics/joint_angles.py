"""Hip angles of the ISB joint coordinate system (Grood & Suntay order z-x'-y''), for a right hip.

Source: Wu et al. 2002, doi:10.1016/S0021-9290(01)00222-6; Grood & Suntay 1983, doi:10.1115/1.3138397.
pelvis_from_thigh = Rz(flexion) Rx(adduction) Ry(internal rotation); singular at adduction = ±90° only.
"""

from __future__ import annotations

import math

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
from imu_hip.quaternion_rows import (
    Quaternion,
    Vector,
    arc_sine,
    as_rows,
    conjugate,
    dot3,
    multiply,
    put,
    quaternion_at,
    rotate,
    subtract,
)


def about_long_axis(angle_rad: Floats) -> Floats:
    """Return the rotation about a segment's y axis, shape (..., 4)."""
    half = 0.5 * np.asarray(angle_rad, dtype=float)
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)


def hip_angles(earth_from_pelvis: Floats, earth_from_thigh: Floats) -> Floats:
    """Return flexion, adduction, internal rotation of a right hip, rad (..., 3).

    `earth_from_*` (..., 4): orientations in one common heading.
    """
    shape, (pelvis, thigh) = as_rows(earth_from_pelvis, earth_from_thigh)
    return _angles_of_rows(pelvis, thigh).reshape(*shape, 3)


@compiled
def _angles_of_rows(pelvis: Floats, thigh: Floats) -> Floats:
    out = np.empty((len(pelvis), 3))
    for k in range(len(pelvis)):
        put(out, k, angles(multiply(conjugate(quaternion_at(pelvis, k)), quaternion_at(thigh, k))))
    return out


@compiled
def angles(pelvis_from_thigh: Quaternion) -> Vector:
    """Return flexion, adduction, internal rotation of a right hip, rad."""
    w, x, y, z = pelvis_from_thigh
    flexion = math.atan2(-2.0 * (x * y - z * w), 1.0 - 2.0 * (x * x + z * z))
    adduction = arc_sine(2.0 * (y * z + x * w))
    rotation = math.atan2(-2.0 * (x * z - y * w), 1.0 - 2.0 * (x * x + y * y))
    return flexion, adduction, rotation


@compiled
def dual_axes(pelvis_from_thigh: Quaternion) -> tuple[Vector, Vector, Vector]:
    """Return for each angle what of an angular velocity of the thigh in the pelvis' axes it changes by.

    The dual of the joint's axes z, x', y'' (of which the first and the last are oblique by the adduction).
    """
    flexion, adduction, _ = angles(pelvis_from_thigh)
    lx, ly, lz = rotate(pelvis_from_thigh, (0.0, 1.0, 0.0))
    oblique = math.sin(adduction)
    cosine2 = max(1.0 - oblique * oblique, 1e-6)
    return (
        (-oblique * lx / cosine2, -oblique * ly / cosine2, (1.0 - oblique * lz) / cosine2),
        (math.cos(flexion), math.sin(flexion), 0.0),
        (lx / cosine2, ly / cosine2, (lz - oblique) / cosine2),
    )


@compiled
def rates(pelvis_from_thigh: Quaternion, pelvis_rate: Vector, thigh_rate: Vector) -> Vector:
    """Return how fast the angles of a right hip change, rad/s, from angular rates in segment axes."""
    relative = subtract(rotate(pelvis_from_thigh, thigh_rate), pelvis_rate)
    of_flexion, of_adduction, of_rotation = dual_axes(pelvis_from_thigh)
    return dot3(of_flexion, relative), dot3(of_adduction, relative), dot3(of_rotation, relative)
