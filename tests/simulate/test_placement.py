"""Placement: mountings, the rigid lever, and the way from the table to the body."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.quaternion import about_vertical
from imu_hip.simulate.placement import PlacementParams, Slip, draw_mounting, put_on, slipping, worn
from imu_hip.simulate.plan import Span
from imu_hip.simulate.skeleton import Pose

T_S = np.arange(600) / 100.0
PARAMS = PlacementParams()


def test_mountings_are_turned_by_thirty_to_ninety_degrees_about_any_axis() -> None:
    mountings = [draw_mounting(PARAMS, np.random.default_rng(seed)) for seed in range(300)]
    vectors = Rotation.from_quat(mountings, scalar_first=True).as_rotvec()
    angles = np.degrees(np.hypot.reduce(vectors, axis=1))
    assert np.min(angles) >= 30.0
    assert np.max(angles) <= 90.0
    assert np.abs(np.mean(vectors / np.radians(angles)[:, None], axis=0)) == pytest.approx(0.0, abs=0.1)


def test_a_worn_sensor_keeps_its_place_on_a_turning_segment() -> None:
    segment = Pose(about_vertical(T_S), np.tile([1.0, 2.0, 3.0], (600, 1)))
    sensor = worn(segment, about_vertical(0.5), (0.2, 0.0, -0.1))
    quarter = int(np.searchsorted(T_S, np.pi / 2))
    assert sensor.position_m[0] == pytest.approx([1.2, 2.0, 2.9])
    assert sensor.position_m[quarter] == pytest.approx([1.0, 2.2, 2.9], abs=0.01)
    assert sensor.earth_from_body == pytest.approx(about_vertical(T_S + 0.5))


@pytest.mark.parametrize("seed", range(20))
def test_a_sensor_goes_smoothly_from_a_nearly_flat_table_to_its_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    swaying = Rotation.from_rotvec(0.01 * np.sin(2.0 * T_S)[:, None] * [1.0, 0.5, -0.3])
    standing = Rotation.random(rng=rng)
    on_body = Pose((swaying * standing).as_quat(scalar_first=True), np.tile([0.0, 0.0, 1.0], (600, 1)))
    pose = put_on(T_S, on_body, Span(2.0, 4.0), PARAMS, rng)
    before, after = T_S < 2.0, T_S >= 4.0
    assert np.ptp(pose.earth_from_body[before], axis=0) == pytest.approx(0.0)
    up = Rotation.from_quat(pose.earth_from_body[0], scalar_first=True).apply([0.0, 0.0, 1.0])
    assert up[2] > np.cos(np.radians(15.0))
    placed = Rotation.from_quat(pose.earth_from_body, scalar_first=True)
    assert np.max((placed[after].inv() * swaying[after] * standing).magnitude()) < 1e-12
    assert np.array_equal(pose.position_m[after], on_body.position_m[after])
    steps = (placed[:-1].inv() * placed[1:]).magnitude()
    half_a_turn_in_two_seconds = 1.875 * np.pi / 2.0 / 100.0
    assert np.max(steps) < half_a_turn_in_two_seconds + 0.001


def test_a_sensor_that_slips_turns_about_the_long_axis_by_as_much_as_it_was_asked_to() -> None:
    mounting = draw_mounting(PARAMS, np.random.default_rng(0))
    slipped = Rotation.from_quat(slipping(T_S, mounting, [Slip(2.0, np.radians(20.0))]), scalar_first=True)
    turned = (slipped * Rotation.from_quat(mounting, scalar_first=True).inv()).as_rotvec(degrees=True)
    assert turned[T_S <= 2.0] == pytest.approx(0.0, abs=1e-9)
    assert turned[T_S >= 2.3] == pytest.approx(np.tile([0.0, 20.0, 0.0], (int(np.sum(T_S >= 2.3)), 1)))
    assert np.array_equal(slipping(T_S, mounting, []), mounting)
