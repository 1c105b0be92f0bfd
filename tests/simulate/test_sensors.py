"""Sensor readings against closed forms: turntable, lever arm, rest; and the size of each error."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.quaternion import about_vertical
from imu_hip.simulate.sensors import (
    GRAVITY_M_S2,
    NO_SENSOR_ERRORS,
    SensorErrorParams,
    SensorReadings,
    draw_errors,
    ideal_readings,
    with_errors,
)
from imu_hip.simulate.skeleton import Pose

RATE_HZ = 100.0


def test_a_resting_sensor_reads_gravity_upward_and_no_rate() -> None:
    tilted = Rotation.from_euler("XYZ", [0.3, -0.8, 2.0])
    orientation = np.tile(tilted.as_quat(scalar_first=True), (10, 1))
    readings = ideal_readings(Pose(orientation, np.ones((10, 3))), RATE_HZ)
    assert np.all(readings.gyr == 0.0)
    up = tilted.inv().apply([0.0, 0.0, GRAVITY_M_S2])
    assert readings.acc == pytest.approx(np.tile(up, (10, 1)))


def test_a_turntable_reads_its_rate_and_the_pull_to_its_centre() -> None:
    rate_rad_s, radius_m = 2.0, 0.3
    angle = rate_rad_s * np.arange(500) / RATE_HZ
    path = radius_m * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=-1)
    readings = ideal_readings(Pose(about_vertical(angle), path), RATE_HZ)
    inside = slice(1, -1)
    assert readings.gyr[inside] == pytest.approx(np.tile([0.0, 0.0, rate_rad_s], (498, 1)), abs=1e-9)
    expected = [-(rate_rad_s**2) * radius_m, 0.0, GRAVITY_M_S2]
    assert readings.acc[inside] == pytest.approx(np.tile(expected, (498, 1)), rel=1e-4, abs=1e-9)


def add_errors(ideal: SensorReadings, params: SensorErrorParams, rng: np.random.Generator) -> SensorReadings:
    return with_errors(ideal, draw_errors(len(ideal.gyr), RATE_HZ, params, rng), params)


def test_no_errors_change_nothing() -> None:
    rng = np.random.default_rng(3)
    ideal = SensorReadings(rng.standard_normal((50, 3)), rng.standard_normal((50, 3)))
    readings = add_errors(ideal, NO_SENSOR_ERRORS, rng)
    assert np.array_equal(readings.gyr, ideal.gyr)
    assert np.array_equal(readings.acc, ideal.acc)


def at_rest(seconds: float) -> SensorReadings:
    rows = round(seconds * RATE_HZ)
    return SensorReadings(np.zeros((rows, 3)), np.tile([0.0, 0.0, GRAVITY_M_S2], (rows, 1)))


def readings_of_many(params: SensorErrorParams, ideal: SensorReadings, count: int) -> list[SensorReadings]:
    return [add_errors(ideal, params, np.random.default_rng(seed)) for seed in range(count)]


def test_noise_has_the_density_that_was_asked_for() -> None:
    params = replace(NO_SENSOR_ERRORS, gyro_noise_rad_s_sqrt_hz=0.01, acc_noise_m_s2_sqrt_hz=0.02)
    (readings,) = readings_of_many(params, at_rest(300.0), 1)
    assert np.std(readings.gyr) == pytest.approx(0.01 * np.sqrt(50.0), rel=0.02)
    assert np.std(readings.acc[:, 0]) == pytest.approx(0.02 * np.sqrt(50.0), rel=0.02)


def test_bias_is_constant_and_spread_over_sensors_as_asked() -> None:
    params = replace(NO_SENSOR_ERRORS, gyro_bias_rad_s=0.1, acc_bias_m_s2=0.2)
    sensors = readings_of_many(params, at_rest(0.1), 400)
    gyr = np.array([readings.gyr for readings in sensors])
    acc = np.array([readings.acc for readings in sensors])
    assert np.all(gyr == gyr[:, :1])
    assert np.std(gyr[:, 0]) == pytest.approx(0.1, rel=0.08)
    assert np.std(acc[:, 0, :2]) == pytest.approx(0.2, rel=0.08)


def test_warm_up_has_gone_to_one_minus_one_over_e_after_its_time_constant() -> None:
    params = replace(NO_SENSOR_ERRORS, gyro_warm_up_rad_s=0.1, warm_up_s=5.0)
    (readings,) = readings_of_many(params, at_rest(100.0), 1)
    assert np.all(readings.gyr[0] == 0.0)
    assert readings.gyr[500] / readings.gyr[-1] == pytest.approx([1.0 - np.exp(-1.0)] * 3, rel=1e-6)


def test_random_walk_spreads_with_the_square_root_of_time() -> None:
    params = replace(NO_SENSOR_ERRORS, gyro_walk_rad_s_sqrt_s=0.01)
    ends = np.array([readings.gyr[-1] for readings in readings_of_many(params, at_rest(9.0), 300)])
    assert np.std(ends) == pytest.approx(0.03, rel=0.1)


def test_scale_stays_on_its_axis_and_cross_leaks_to_the_others() -> None:
    ideal = SensorReadings(np.tile([1.0, 0.0, 0.0], (2, 1)), np.tile([2.0, 0.0, 0.0], (2, 1)))
    (scaled,) = readings_of_many(replace(NO_SENSOR_ERRORS, gyro_scale=0.1, acc_scale=0.1), ideal, 1)
    (leaking,) = readings_of_many(replace(NO_SENSOR_ERRORS, gyro_cross=0.1), ideal, 1)
    assert scaled.gyr[0, 0] != 1.0
    assert scaled.acc[0, 0] != 2.0
    assert np.all(scaled.gyr[:, 1:] == 0.0)
    assert np.all(scaled.acc[:, 1:] == 0.0)
    assert leaking.gyr[0, 0] == 1.0
    assert np.all(leaking.gyr[:, 1:] != 0.0)


def test_readings_end_at_the_range_of_the_chip() -> None:
    params = replace(NO_SENSOR_ERRORS, gyro_range_rad_s=3.0, acc_range_m_s2=20.0)
    ideal = SensorReadings(np.array([[2.0, 4.0, -5.0]]), np.array([[19.0, 21.0, -22.0]]))
    (readings,) = readings_of_many(params, ideal, 1)
    assert readings.gyr.tolist() == [[2.0, 3.0, -3.0]]
    assert readings.acc.tolist() == [[19.0, 20.0, -20.0]]


def test_the_drawn_errors_are_what_lies_between_ideal_and_real() -> None:
    rng = np.random.default_rng(8)
    ideal = SensorReadings(rng.standard_normal((50, 3)), rng.standard_normal((50, 3)))
    errors = draw_errors(50, RATE_HZ, SensorErrorParams(), rng)
    real = with_errors(ideal, errors, SensorErrorParams())
    scale_and_cross = np.eye(3) + errors.gyr_cross
    bias = errors.gyr_bias_rad_s + errors.gyr_warm_up_rad_s + errors.gyr_walk_rad_s
    assert real.gyr - errors.gyr_noise_rad_s - bias == pytest.approx(ideal.gyr @ scale_and_cross.T)
    assert real.acc - errors.acc_noise_m_s2 - errors.acc_bias_m_s2 == pytest.approx(
        ideal.acc * (1.0 + errors.acc_scale)
    )
