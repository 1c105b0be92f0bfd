"""The field of a room against closed forms, and what a magnetometer adds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.simulate.magnetic_field import MagneticFieldParams, Room, draw_room, field, with_magnetometer
from imu_hip.simulate.sensors import SensorReadings
from imu_hip.simulate.skeleton import Pose

QUIET = MagneticFieldParams(disturbance=0.0, hard_iron_ut=0.0, noise_ut=0.0)
NOWHERE = np.zeros((1, 3))


def test_the_earth_alone_has_its_strength_and_dips_everywhere() -> None:
    positions = np.random.default_rng(0).uniform(-3.0, 3.0, (50, 3))
    ut = field(draw_room(QUIET, np.random.default_rng(1)), positions, 0.25)
    assert np.hypot.reduce(ut, axis=1) == pytest.approx(49.0)
    assert np.degrees(np.arcsin(-ut[:, 2] / 49.0)) == pytest.approx(66.0)


def test_north_is_anywhere() -> None:
    north = [draw_room(QUIET, np.random.default_rng(seed)).earth_ut for seed in range(200)]
    headings = np.arctan2(*np.array(north).T[1::-1])
    assert abs(np.mean(np.exp(1j * headings))) < 0.2


def test_a_dipole_is_twice_as_strong_on_its_axis_as_beside_it() -> None:
    room = Room(np.zeros(3), NOWHERE, np.array([[0.0, 0.0, 10.0]]))
    on_axis, beside = field(room, np.array([[0.0, 0.0, 1.0], [2.0, 0.0, 0.0]]), 0.25)
    # Two mu_0 m / (4 pi r³): 10 A m² at 1 m make 2 µT; beside it half of that, the other way, and 1/8 at 2 m.
    assert on_axis == pytest.approx([0.0, 0.0, 2.0])
    assert beside == pytest.approx([0.0, 0.0, -0.125])


def test_no_sensor_comes_closer_to_iron_than_stated() -> None:
    room = Room(np.zeros(3), NOWHERE, np.array([[0.0, 0.0, 10.0]]))
    near = field(room, np.array([[0.0, 0.0, 0.01], [0.0, 0.0, 0.0]]), 0.5)
    assert np.max(np.abs(near)) <= 2.0 / 0.5**3 + 1e-9


def test_iron_disturbs_most_near_the_floor() -> None:
    def disturbance(height_m: float) -> float:
        of = []
        for seed in range(60):
            room = draw_room(MagneticFieldParams(), np.random.default_rng(seed))
            ut = field(room, np.array([[0.3, 0.3, height_m]]), 0.25)[0] - room.earth_ut
            of.append(np.hypot.reduce(ut))
        return float(np.median(of))

    assert disturbance(0.1) > 1.2 * disturbance(1.2)


def test_a_magnetometer_reads_the_field_in_its_own_axes() -> None:
    orientation = Rotation.random(20, rng=np.random.default_rng(2))
    pose = Pose(orientation.as_quat(scalar_first=True), np.zeros((20, 3)))
    room = draw_room(QUIET, np.random.default_rng(3))
    nothing = SensorReadings(np.zeros((20, 3)), np.zeros((20, 3)))
    mag = with_magnetometer(nothing, pose, room, QUIET, np.random.default_rng(4)).mag
    assert mag == pytest.approx(orientation.inv().apply(room.earth_ut))


def test_hard_iron_stays_with_the_sensor() -> None:
    params = replace(QUIET, hard_iron_ut=1.0)
    pose = Pose(np.tile([1.0, 0.0, 0.0, 0.0], (5, 1)), np.zeros((5, 3)))
    room = draw_room(params, np.random.default_rng(3))
    nothing = SensorReadings(np.zeros((5, 3)), np.zeros((5, 3)))
    offsets = []
    for seed in range(200):
        mag = with_magnetometer(nothing, pose, room, params, np.random.default_rng(seed)).mag
        assert mag is not None
        assert np.ptp(mag, axis=0) == pytest.approx(0.0)
        offsets.append(mag[0] - room.earth_ut)
    assert np.std(offsets) == pytest.approx(1.0, rel=0.1)
