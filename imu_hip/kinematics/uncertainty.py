"""Standard deviation of each hip angle: the heading filter's covariance through the angles' gradients, and the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import hip_angles, rates
from imu_hip.kinematics.unknowns import STOOD, Mounted, corrected, of_angles
from imu_hip.model.block import Floats


@dataclass(frozen=True, slots=True)
class UncertaintyParams:
    """What every angle carries besides.

    `floor_rad`: flexion, adduction, internal rotation. Flexion and adduction have one zero in a session, the N-pose,
    and a person repeats that within this; rotation is zeroed again and again, which the filter counts, and is left
    with the orientation filters' noise. `gyro_scale`: how much of a turn the two gyroscopes' scales differ by. `lag_s`:
    by how much a strap and the skin under it come late, and the two sensors' clocks differ.
    """

    floor_rad: tuple[float, float, float] = (math.radians(2.5), math.radians(2.5), math.radians(0.5))
    gyro_scale: float = 0.012
    lag_s: float = 0.02


def standard_deviations(
    params: UncertaintyParams,
    pelvis: Floats,
    thigh: Floats,
    x: Floats,
    covariance: Floats,
    scatter: Floats,
    segment_rates: tuple[Floats, Floats],
    tilt_variance: Floats,
    mounted: tuple[Mounted, Mounted] = STOOD,
) -> Floats:
    """Return sd (m, 3) rad for m moments.

    `pelvis`, `thigh` (m, 4) uncorrected segment orientations, `x` (m, 14), `covariance` (m, 14, 14) and `scatter` (m,)
    of the heading filter, `segment_rates` (m, 3) rad/s of pelvis and thigh in their own axes, `tilt_variance` (m,)
    rad²: what is unknown of the inclination after missing data.
    """
    both = corrected(pelvis, thigh, x, mounted)
    gradient = of_angles(*both, mounted)
    through = (gradient[:, :, :, None] * covariance[:, None, :, :]).sum(axis=2)
    variance = np.maximum((through * gradient).sum(axis=2), 0.0)
    # Pauses that agree better than expected tell of rotation only.
    variance[:, 2] *= scatter
    variance[:, :2] *= np.maximum(scatter, 1.0)[:, None]
    floor = np.array(params.floor_rad)
    late = params.lag_s * rates(*both, *segment_rates)
    variance = variance + floor * floor + late * late + tilt_variance[:, None]
    variance[:, 2] += (params.gyro_scale * hip_angles(*both)[:, 2]) ** 2
    return np.asarray(np.sqrt(variance))
