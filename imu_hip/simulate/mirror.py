"""The left leg: the mirror image of a right one, sensors and all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imu_hip.quaternion import multiply
from imu_hip.simulate.sensors import SensorErrors, SensorReadings

Floats = NDArray[np.float64]

_VECTOR = np.array([1.0, 1.0, -1.0])
_AXIAL = np.array([-1.0, -1.0, 1.0])
"""A turn is seen the other way round in a mirror."""
_ROTATION = np.array([1.0, -1.0, -1.0, 1.0])
_ABOUT_X = np.array([0.0, 1.0, 0.0, 0.0])


def mirrored_readings(readings: SensorReadings) -> SensorReadings:
    """Return what the mirror image of the sensor reads; its z axis is turned round to stay right-handed.

    The magnetic field is mirrored like a force, not like a turn: it dips as before, and is the field of the mirrored
    room with all magnets reversed.
    """
    mag = None if readings.mag is None else readings.mag * _VECTOR
    return SensorReadings(readings.gyr * _AXIAL, readings.acc * _VECTOR, mag)


def mirrored_errors(errors: SensorErrors) -> SensorErrors:
    """Return the errors of the mirror image of the sensor."""
    return SensorErrors(
        gyr_bias_rad_s=errors.gyr_bias_rad_s * _AXIAL,
        gyr_warm_up_rad_s=errors.gyr_warm_up_rad_s * _AXIAL,
        gyr_walk_rad_s=errors.gyr_walk_rad_s * _AXIAL,
        gyr_noise_rad_s=errors.gyr_noise_rad_s * _AXIAL,
        gyr_cross=errors.gyr_cross * _AXIAL[:, None] * _AXIAL,
        acc_bias_m_s2=errors.acc_bias_m_s2 * _VECTOR,
        acc_noise_m_s2=errors.acc_noise_m_s2 * _VECTOR,
        acc_scale=errors.acc_scale,
    )


def mirrored_mounting(segment_from_sensor: Floats) -> Floats:
    """Return segment_from_sensor in the mirror: both have their z axis turned round."""
    return np.asarray(segment_from_sensor * _ROTATION)


def mirrored_orientation(earth_from_body: Floats) -> Floats:
    """Return earth_from_body in the mirror: the body has its z axis turned round, the world its y axis."""
    return multiply(_ABOUT_X, earth_from_body * _ROTATION)
