"""How pelvis and thigh lay in the room, from hip angles and what is known of the pelvis.

Ground: y up, right-handed; its heading is the pelvis' own in the first row. Segments: ISB axes of the person
herself, also on the left (Wu et al. 2002, doi:10.1016/S0021-9290(01)00222-6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.setup import Side
from imu_hip.quaternion import from_axis_angle, multiply, normalise

_X, _Y, _Z = np.eye(3)
_MIRRORED = np.array([1.0, -1.0, -1.0, 1.0])
"""Turns about the z axis stay what they are in a mirror across it, the others turn round."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Orientations (n, 4) at `t_s` (n,): only rows in which the hip angles are known."""

    t_s: Floats
    ground_from_pelvis: Floats
    ground_from_thigh: Floats


def segments(angles: AngleBlock, side: Side) -> Segments:
    """Return both segments at every sample whose angles are known.

    Angles of a left hip are those of the mirrored person's right one; so are tilt, list and turn. The turn comes from
    the gyroscope alone: it drifts. The hip angles between the two orientations are those of `angles`.
    """
    rows = shown_rows(angles)
    pelvis = _pelvis(angles.pelvis_tilt_rad[rows], angles.pelvis_list_rad[rows], angles.pelvis_yaw_rad[rows])
    thigh = multiply(pelvis, joint(angles.angles_rad[rows]))
    if side is Side.LEFT:
        pelvis, thigh = pelvis * _MIRRORED, thigh * _MIRRORED
    return Segments(angles.t_s[rows], pelvis, thigh)


def shown_rows(angles: AngleBlock) -> NDArray[np.bool_]:
    """Return which rows lie on a sample and have angles."""
    return angles.on_sample & angles.valid


def joint(angles_rad: Floats) -> Floats:
    """Return Rz(first) Rx(second) Ry(third) of angles (..., 3), shape (..., 4)."""
    first, second, third = (angles_rad[..., k] for k in range(3))
    return multiply(multiply(from_axis_angle(_Z, first), from_axis_angle(_X, second)), from_axis_angle(_Y, third))


def joint_angles(q: Floats) -> Floats:
    """Return the angles (..., 3) of which `joint` makes the unit quaternions `q` (..., 4)."""
    w, x, y, z = (q[..., k] for k in range(4))
    first = np.arctan2(2.0 * (z * w - x * y), 1.0 - 2.0 * (x * x + z * z))
    second = np.arcsin(np.clip(2.0 * (y * z + x * w), -1.0, 1.0))
    third = np.arctan2(2.0 * (y * w - x * z), 1.0 - 2.0 * (x * x + y * y))
    return np.stack([first, second, third], axis=-1)


def _pelvis(tilt_rad: Floats, list_rad: Floats, turn_rad: Floats) -> Floats:
    """Return ground_from_pelvis of a right hip: inclination by the shortest way, then the heading that goes with it."""
    flat = np.cos(list_rad)
    up_x, up_y, up_z = -np.sin(tilt_rad) * flat, np.cos(tilt_rad) * flat, np.sin(list_rad)
    heading = np.zeros_like(turn_rad)
    heading[1:] = np.cumsum(np.diff(turn_rad) + _carried(up_x, up_y, up_z))
    upright = np.stack([np.maximum(1.0 + up_y, 1e-12), -up_z, np.zeros_like(up_y), up_x], axis=-1)
    return multiply(from_axis_angle(_Y, heading), normalise(upright))


def _carried(x: Floats, y: Floats, z: Floats) -> Floats:
    """Return by how much the shortest way's heading differs between rows although nothing turns about the vertical.

    Twice the half area of the triangle that `up` and both its neighbours make on the unit sphere of the pelvis
    (van Oosterom & Strackee 1983, doi:10.1109/TBME.1983.325207).
    """
    volume = x[:-1] * z[1:] - z[:-1] * x[1:]
    cosines = x[:-1] * x[1:] + y[:-1] * y[1:] + z[:-1] * z[1:]
    return np.asarray(2.0 * np.arctan2(volume, 1.0 + cosines + y[:-1] + y[1:]))
