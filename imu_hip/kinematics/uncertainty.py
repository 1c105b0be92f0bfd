"""Standard deviation of each hip angle.

The heading filter's covariance through the angles' gradients, plus what it cannot see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import corrected, hip_angles
from imu_hip.model.block import Floats
from imu_hip.quaternion import about_vertical, conjugate, dot3, multiply, rotate, wrap_angle


@dataclass(frozen=True, slots=True)
class UncertaintyParams:
    """What every angle carries besides.

    `floor_rad` is how well a person repeats the neutral pose (flexion, adduction, internal rotation).
    `acc_bias` is the standard deviation of an accelerometer's zero on each axis, as a share of gravity (30 mg: consumer
    sensors' data sheets).
    """

    floor_rad: tuple[float, float, float] = (math.radians(2.5), math.radians(2.5), math.radians(1.8))
    acc_bias: float = 0.030
    probe_rad: float = math.radians(0.3)


def standard_deviations(
    params: UncertaintyParams,
    pelvis: Floats,
    thigh: Floats,
    x: Floats,
    covariance: Floats,
    tilt_variance: Floats,
) -> Floats:
    """Return sd (m, 3) rad for m moments.

    `pelvis`, `thigh` (m, 4) uncorrected segment orientations, `x` (m, 4) and `covariance` (m, 4, 4) of the heading
    filter, `tilt_variance` (m,) rad²: what is unknown of the inclination after missing data.
    """
    h = params.probe_rad
    gradient = np.zeros((len(x), 3, 4))
    for k in (0, 2, 3):
        up, down = x.copy(), x.copy()
        up[:, k] += h
        down[:, k] -= h
        high = hip_angles(*corrected(pelvis, thigh, up[:, 0], up[:, 2], up[:, 3]))
        low = hip_angles(*corrected(pelvis, thigh, down[:, 0], down[:, 2], down[:, 3]))
        gradient[:, :, k] = wrap_angle(high - low) / (2.0 * h)
    through = (gradient[:, :, :, None] * covariance[:, None, :, :]).sum(axis=2)
    variance = (through * gradient).sum(axis=2)
    floor = np.array(params.floor_rad)
    gravity = _gravity_variance(params, *corrected(pelvis, thigh, x[:, 0], x[:, 2], x[:, 3]))
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) + floor * floor + gravity + tilt_variance[:, None]))


def _gravity_variance(params: UncertaintyParams, pelvis: Floats, thigh: Floats) -> Floats:
    """Return what accelerometer zeros add to the variance of flexion and adduction, (m, 3) rad².

    A bias b (share of gravity) turns a segment by (y - u) x b, with y its long axis and u up, both in its own
    axes: in the N-pose (u = y) its effect was taken for mounting and is gone. About a unit axis e of the angle
    that is a variance of acc_bias² (|d|² - (d·e)²), d = y - u. Rotation is left out: neutral pauses in the
    posture take it away.
    """
    pelvis_from_thigh = multiply(conjugate(pelvis), thigh)
    z, x = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    floating = rotate(about_vertical(hip_angles(pelvis, thigh)[:, 0]), x)
    out = np.zeros((len(pelvis), 3))
    for segment, axes in (
        (pelvis, (np.broadcast_to(z, (len(pelvis), 3)), floating)),
        (thigh, tuple(rotate(conjugate(pelvis_from_thigh), axis) for axis in (z, floating))),
    ):
        d = np.array([0.0, 1.0, 0.0]) - rotate(conjugate(segment), z)
        for k, axis in enumerate(axes):
            along = dot3(d, axis)
            out[:, k] += params.acc_bias**2 * (dot3(d, d) - along * along)
    return out
