"""Standard deviation of each hip angle.

The heading filter's covariance through the angles' gradients, plus what it cannot see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import corrected, hip_angles
from imu_hip.model.block import Floats
from imu_hip.quaternion import wrap_angle


@dataclass(frozen=True, slots=True)
class UncertaintyParams:
    """What every angle carries besides.

    `floor_rad` is how well a person repeats the neutral pose and how well gravity is known (flexion, adduction,
    internal rotation).
    """

    floor_rad: tuple[float, float, float] = (math.radians(2.5), math.radians(2.5), math.radians(1.8))
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
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) + floor * floor + tilt_variance[:, None]))
