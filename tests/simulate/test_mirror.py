"""The mirror image against reflections written as matrices."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.simulate.mirror import mirrored_errors, mirrored_mounting, mirrored_orientation, mirrored_readings
from imu_hip.simulate.sensors import SensorErrorParams, SensorReadings, draw_errors, with_errors

BODY = np.diag([1.0, 1.0, -1.0])
WORLD = np.diag([1.0, -1.0, 1.0])
TURNS = Rotation.random(50, rng=np.random.default_rng(4))


def test_orientations_are_reflected_in_the_body_and_in_the_world() -> None:
    ours = Rotation.from_quat(mirrored_orientation(TURNS.as_quat(scalar_first=True)), scalar_first=True)
    assert ours.as_matrix() == pytest.approx(WORLD @ TURNS.as_matrix() @ BODY)


def test_mountings_are_reflected_on_both_sides() -> None:
    ours = Rotation.from_quat(mirrored_mounting(TURNS.as_quat(scalar_first=True)), scalar_first=True)
    assert ours.as_matrix() == pytest.approx(BODY @ TURNS.as_matrix() @ BODY)


def test_forces_are_reflected_and_turns_are_reflected_and_reversed() -> None:
    vectors = np.random.default_rng(5).standard_normal((20, 3))
    mirrored = mirrored_readings(SensorReadings(vectors, vectors))
    assert np.array_equal(mirrored.acc, vectors @ BODY)
    assert np.array_equal(mirrored.gyr, -(vectors @ BODY))
    assert mirrored.mag is None
    magnetic = mirrored_readings(SensorReadings(vectors, vectors, vectors)).mag
    assert magnetic is not None
    assert np.array_equal(magnetic, vectors @ BODY)


def test_a_mirrored_sensor_has_the_mirrored_errors() -> None:
    rng = np.random.default_rng(6)
    ideal = SensorReadings(rng.standard_normal((20, 3)), rng.standard_normal((20, 3)))
    params = SensorErrorParams()
    errors = draw_errors(20, 100.0, params, rng)
    before = mirrored_readings(with_errors(ideal, errors, params))
    after = with_errors(mirrored_readings(ideal), mirrored_errors(errors), params)
    assert after.gyr == pytest.approx(before.gyr, abs=1e-12)
    assert after.acc == pytest.approx(before.acc, abs=1e-12)
