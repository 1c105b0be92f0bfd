"""Forward kinematics: from joint angles to where segments are and how they are turned. Right leg.

World z up. Segment axes: x anterior, y cranial, z right (Wu et al. 2002, doi:10.1016/S0021-9290(01)00222-6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imu_hip.quaternion import about_vertical, from_axis_angle, multiply
from imu_hip.simulate.motion import BodyMotion

Floats = NDArray[np.float64]

_X, _Y, _Z = np.eye(3)
_UPRIGHT = from_axis_angle(_X, np.pi / 2)
"""earth_from_pelvis of a body that stands upright and faces the world's x axis."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a body is turned and where it is: `earth_from_body` (n, 4), `position_m` (n, 3) in the world."""

    earth_from_body: Floats
    position_m: Floats


def pelvis_pose(motion: BodyMotion) -> Pose:
    """Return the pelvis, with its origin in the centre of the trained hip."""
    standing = multiply(about_vertical(motion.heading_rad), _UPRIGHT)
    pelvis = multiply(standing, in_turn_zxy(motion.tilt_rad, motion.list_rad, motion.turn_rad))
    return Pose(pelvis, motion.hip_m)


def thigh_pose(pelvis: Pose, flexion_rad: Floats, adduction_rad: Floats, rotation_rad: Floats) -> Pose:
    """Return the thigh, with its origin in the hip centre (Grood & Suntay 1983, doi:10.1115/1.3138397)."""
    pelvis_from_thigh = in_turn_zxy(flexion_rad, adduction_rad, rotation_rad)
    return Pose(multiply(pelvis.earth_from_body, pelvis_from_thigh), pelvis.position_m)


def in_turn_zxy(z_rad: ArrayLike, x_rad: ArrayLike, y_rad: ArrayLike) -> Floats:
    """Return the rotation about z, then the new x, then the new y axis, shape (..., 4)."""
    about_z, about_x = from_axis_angle(_Z, z_rad), from_axis_angle(_X, x_rad)
    return multiply(multiply(about_z, about_x), from_axis_angle(_Y, y_rad))
