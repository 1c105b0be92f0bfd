"""Standard deviation of each hip angle: the heading filter's covariance through the angles' gradients, and the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import spread
from imu_hip.kinematics.joint_angles import angles, rates
from imu_hip.kinematics.unknowns import UNKNOWNS, corrected_at, mounted_axes, put_gradients, ways
from imu_hip.model.block import Floats
from imu_hip.quaternion_rows import conjugate, multiply, quaternion_at, quaternion_of, rotate, vector_at


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
    alignment: Alignment,
    orientations: tuple[Floats, Floats],
    x: Floats,
    covariance: Floats,
    scatter: Floats,
    gyr: tuple[Floats, Floats],
    tilt_variance: Floats,
) -> Floats:
    """Return sd (m, 3) rad for m moments.

    `orientations` (m, 4) and `gyr` (m, 3) rad/s of pelvis and thigh sensor, `x` (m, 14), `covariance` (m, 14, 14) and
    `scatter` (m,) of the heading filter, `tilt_variance` (m,) rad²: what is unknown of the inclination after missing
    data.
    """
    return _sd_of_rows(
        *orientations, *gyr, alignment.sensor_from_pelvis, alignment.sensor_from_thigh, *alignment.sagittal_sd_rad,
        *mounted_axes(alignment.mounted), x, covariance, scatter, tilt_variance,
        *params.floor_rad, params.gyro_scale, params.lag_s,
    )  # fmt: skip


@compiled
def _sd_of_rows(
    pelvis_sensor: Floats,
    thigh_sensor: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    sensor_from_pelvis: Floats,
    sensor_from_thigh: Floats,
    pelvis_sagittal_sd: float,
    thigh_sagittal_sd: float,
    pelvis_up: Floats,
    pelvis_about: Floats,
    thigh_up: Floats,
    thigh_about: Floats,
    x: Floats,
    covariance: Floats,
    scatter: Floats,
    tilt_variance: Floats,
    floor_flexion: float,
    floor_adduction: float,
    floor_rotation: float,
    gyro_scale: float,
    lag_s: float,
) -> Floats:
    mounted = ways(pelvis_up, pelvis_about, thigh_up, thigh_about)
    to_pelvis, to_thigh = quaternion_of(sensor_from_pelvis), quaternion_of(sensor_from_thigh)
    floor = (floor_flexion, floor_adduction, floor_rotation)
    gradients = np.zeros((3, UNKNOWNS))
    out = np.empty((len(x), 3))
    for k in range(len(x)):
        uncorrected = (
            multiply(quaternion_at(pelvis_sensor, k), to_pelvis),
            multiply(quaternion_at(thigh_sensor, k), to_thigh),
        )
        level, turned = corrected_at(uncorrected[0], uncorrected[1], x, k, mounted)
        put_gradients(gradients, level, turned, mounted)
        pelvis_from_thigh = multiply(conjugate(level), turned)
        _, _, rotation = angles(pelvis_from_thigh)
        speed = rates(
            pelvis_from_thigh,
            rotate(conjugate(to_pelvis), vector_at(pelvis_gyr, k)),
            rotate(conjugate(to_thigh), vector_at(thigh_gyr, k)),
        )
        # A thigh that turns about a long axis that is off in the sagittal plane seems to ad- and abduct.
        sine, cosine = math.sin(rotation), math.cos(rotation)
        besides = (
            pelvis_sagittal_sd**2 + (thigh_sagittal_sd * cosine) ** 2,
            (thigh_sagittal_sd * sine) ** 2,
            (gyro_scale * rotation) ** 2,
        )
        for angle in range(3):
            variance = max(spread(covariance[k], gradients[angle])[1], 0.0)
            # Pauses that agree better than expected tell of rotation only.
            variance *= scatter[k] if angle == 2 else max(scatter[k], 1.0)
            late = lag_s * speed[angle]
            variance += floor[angle] * floor[angle] + late * late + tilt_variance[k] + besides[angle]
            out[k, angle] = math.sqrt(variance)
    return out
