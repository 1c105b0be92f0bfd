"""How both sensors sit on their segments and how their headings differ: the outcome of any calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.neutral_pose import NeutralPose, relative_heading
from imu_hip.kinematics.sensor_to_segment import segment_from_sensor
from imu_hip.kinematics.unknowns import STOOD, Mounted
from imu_hip.model.block import Floats
from imu_hip.quaternion import multiply


@dataclass(frozen=True, slots=True)
class SegmentAxis:
    """A segment's mediolateral direction in sensor axes (3,), to the person's right, its axial error's sd.

    And where it is from.
    """

    axis: Floats
    sd_rad: float
    source: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """`*_from_sensor` (4,): segment from sensor. `heading_rad`: turns the thigh's heading into the pelvis'.

    `axial_covariance` (2, 2) rad² of the mounting errors of thigh and pelvis about the axes in `mounted`
    (of pelvis and thigh), the long ones of a person who stood for it. `sagittal_sd_rad`: how far the long axes of
    pelvis and thigh are off in the sagittal plane, where gravity did not show them.
    """

    sensor_from_pelvis: Floats
    sensor_from_thigh: Floats
    heading_rad: float
    axial_covariance: Floats
    mounted: tuple[Mounted, Mounted] = STOOD
    sagittal_sd_rad: tuple[float, float] = (0.0, 0.0)


def from_axes(pose: NeutralPose, pelvis: SegmentAxis, thigh: SegmentAxis) -> Alignment:
    """Return the alignment of two known mediolateral axes; the relative heading is the one of the N-pose."""
    sensor_from_pelvis = segment_from_sensor(pose.pelvis_up, pelvis.axis) * _CONJUGATE
    sensor_from_thigh = segment_from_sensor(pose.thigh_up, thigh.axis) * _CONJUGATE
    heading = relative_heading(
        multiply(pose.earth_from_pelvis_sensor, sensor_from_pelvis),
        multiply(pose.earth_from_thigh_sensor, sensor_from_thigh),
    )
    # From walking the pelvis' axis is found through the thigh's, so it shares its error.
    shared = thigh.sd_rad**2 if pelvis.source == thigh.source == "walking" else 0.0
    covariance = np.array([[thigh.sd_rad**2, shared], [shared, pelvis.sd_rad**2]])
    return Alignment(sensor_from_pelvis, sensor_from_thigh, heading, covariance)


_CONJUGATE = np.array([1.0, -1.0, -1.0, -1.0])
