"""Segment axes in sensor coordinates."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.sensor_to_segment import elevation_of_axis, segment_from_sensor
from imu_hip.quaternion import rotate


@pytest.mark.parametrize("seed", range(10))
def test_known_axes_give_the_mounting_back(seed: int) -> None:
    mounting = Rotation.random(rng=np.random.default_rng(seed))  # segment from sensor
    up, right = mounting.inv().apply([[0.0, 9.81, 0.0], [0.0, 0.3, 2.0]])  # the movement's axis is not quite level
    found = segment_from_sensor(up, right)
    np.testing.assert_allclose(rotate(found, [1.0, 2.0, 3.0]), mounting.apply([1.0, 2.0, 3.0]), atol=1e-12)


def test_up_is_kept_and_the_movement_gives_way() -> None:
    found = segment_from_sensor(np.array([0.0, 0.0, 9.0]), np.array([1.0, 0.0, 1.0]))
    np.testing.assert_allclose(rotate(found, [0.0, 0.0, 1.0]), [0.0, 1.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(rotate(found, [1.0, 0.0, 0.0]), [0.0, 0.0, 1.0], atol=1e-15)


@pytest.mark.parametrize(("axis", "wanted"), [((2, 0, 0), 0.0), ((1, 1, 0), 45.0), ((0, -3, 0), 90.0)])
def test_elevation_is_the_angle_to_the_horizontal(axis: tuple[int, int, int], wanted: float) -> None:
    assert np.degrees(elevation_of_axis(np.array([0.0, 9.81, 0.0]), np.array(axis, float))) == pytest.approx(wanted)
