"""What a sensor on a moving body reads: ideal rates and specific force, then the errors of a real chip."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.typing import NDArray

from imu_hip.quaternion import conjugate, multiply, rotate
from imu_hip.simulate.rotation_vector import rotation_vector
from imu_hip.simulate.skeleton import Pose

Floats = NDArray[np.float64]

GRAVITY_M_S2 = 9.81


@dataclass(frozen=True, slots=True)
class SensorErrorParams:
    """How far a cheap MEMS sensor is off: standard deviations over sensors and axes, or densities.

    Noise densities are those of the BMI270 (data sheet BST-BMI270-DS000), white over half the sample rate; the
    other amplitudes are assumptions about chips of that class. `gyro_bias_rad_s` is there at the table;
    `gyro_warm_up_rad_s` comes on top with the time constant `warm_up_s` (0.010 °/s/K over 8 K);
    `gyro_walk_rad_s_sqrt_s` is a random walk. `*_scale` are scale errors, `gyro_cross` leakage between axes. Readings
    end at `*_range` (the widest of the BMI270).
    """

    gyro_bias_rad_s: float = radians(0.3)
    gyro_warm_up_rad_s: float = radians(0.010 * 8.0)
    warm_up_s: float = 300.0
    gyro_walk_rad_s_sqrt_s: float = radians(0.0008)
    gyro_noise_rad_s_sqrt_hz: float = radians(0.007)
    gyro_scale: float = 0.01
    gyro_cross: float = 0.004
    acc_bias_m_s2: float = 0.030 * GRAVITY_M_S2
    acc_noise_m_s2_sqrt_hz: float = 160e-6 * GRAVITY_M_S2
    acc_scale: float = 0.005
    gyro_range_rad_s: float = radians(2000.0)
    acc_range_m_s2: float = 16.0 * GRAVITY_M_S2


NO_SENSOR_ERRORS = SensorErrorParams(
    gyro_bias_rad_s=0.0,
    gyro_warm_up_rad_s=0.0,
    gyro_walk_rad_s_sqrt_s=0.0,
    gyro_noise_rad_s_sqrt_hz=0.0,
    gyro_scale=0.0,
    gyro_cross=0.0,
    acc_bias_m_s2=0.0,
    acc_noise_m_s2_sqrt_hz=0.0,
    acc_scale=0.0,
    gyro_range_rad_s=np.inf,
    acc_range_m_s2=np.inf,
)


@dataclass(frozen=True, slots=True)
class SensorReadings:
    """`gyr` (n, 3) rad/s, `acc` (n, 3) m/s², specific force, and `mag` (n, 3) µT if there is one, in sensor axes."""

    gyr: Floats
    acc: Floats
    mag: Floats | None = None


@dataclass(frozen=True, slots=True)
class SensorErrors:
    """The errors of one drawn sensor: what is added to the ideal readings, (3,) once or (n, 3) at each sample.

    `gyr_cross` (3, 3): rates read on an axis (row) per rate about an axis (column), scale errors on the diagonal.
    """

    gyr_bias_rad_s: Floats
    gyr_warm_up_rad_s: Floats
    gyr_walk_rad_s: Floats
    gyr_noise_rad_s: Floats
    gyr_cross: Floats
    acc_bias_m_s2: Floats
    acc_noise_m_s2: Floats
    acc_scale: Floats


def ideal_readings(pose: Pose, rate_hz: float) -> SensorReadings:
    """Return what a perfect sensor at this pose reads.

    A rate is the mean since the sample before, so adding up turns gives the orientation exactly. The
    acceleration is the second difference of the sensor's own path, so what the lever arm adds is in it. The
    sensor rests before the first and after the last sample.
    """
    turned = multiply(conjugate(pose.earth_from_body[:-1]), pose.earth_from_body[1:])
    gyr = np.concatenate([np.zeros((1, 3)), rotation_vector(turned) * rate_hz])
    path_m = np.concatenate([pose.position_m[:1], pose.position_m, pose.position_m[-1:]])
    force = (path_m[2:] - 2.0 * path_m[1:-1] + path_m[:-2]) * rate_hz * rate_hz
    force[:, 2] += GRAVITY_M_S2
    return SensorReadings(gyr, rotate(conjugate(pose.earth_from_body), force))


def draw_errors(n: int, rate_hz: float, params: SensorErrorParams, rng: np.random.Generator) -> SensorErrors:
    """Draw one sensor and the noise of `n` samples."""
    t_s = np.arange(n)[:, None] / rate_hz
    root_bandwidth = np.sqrt(0.5 * rate_hz)
    bias = rng.normal(0.0, params.gyro_bias_rad_s, 3)
    warm_up = rng.normal(0.0, params.gyro_warm_up_rad_s, 3) * (1.0 - np.exp(-t_s / params.warm_up_s))
    steps = rng.normal(0.0, params.gyro_walk_rad_s_sqrt_s / np.sqrt(rate_hz), (n, 3))
    gyr_noise = rng.normal(0.0, params.gyro_noise_rad_s_sqrt_hz * root_bandwidth, (n, 3))
    scale = rng.normal(0.0, params.gyro_scale, 3)
    cross = rng.normal(0.0, params.gyro_cross, (3, 3))
    cross[np.arange(3), np.arange(3)] = scale
    acc_scale = rng.normal(0.0, params.acc_scale, 3)
    acc_bias = rng.normal(0.0, params.acc_bias_m_s2, 3)
    acc_noise = rng.normal(0.0, params.acc_noise_m_s2_sqrt_hz * root_bandwidth, (n, 3))
    walk = np.cumsum(steps, axis=0)
    return SensorErrors(bias, warm_up, walk, gyr_noise, cross, acc_bias, acc_noise, acc_scale)


def with_errors(ideal: SensorReadings, errors: SensorErrors, params: SensorErrorParams) -> SensorReadings:
    """Return the readings of a drawn sensor, which ends at its range."""
    leaked = sum(errors.gyr_cross[:, axis] * ideal.gyr[:, axis, None] for axis in range(3))
    drifting = ideal.gyr + leaked + errors.gyr_bias_rad_s + errors.gyr_warm_up_rad_s + errors.gyr_walk_rad_s
    gyr = drifting + errors.gyr_noise_rad_s
    acc = (1.0 + errors.acc_scale) * ideal.acc + errors.acc_bias_m_s2 + errors.acc_noise_m_s2
    most_gyr, most_acc = params.gyro_range_rad_s, params.acc_range_m_s2
    return SensorReadings(np.clip(gyr, -most_gyr, most_gyr), np.clip(acc, -most_acc, most_acc), ideal.mag)
