"""Which way round an axis points: a bow that began backward is still a bow."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.forward import ForwardParams, forward, leaning
from imu_hip.model.item import Role
from tests.kinematics.poser import Script

PARAMS = ForwardParams()


def _angles(*degrees: float) -> np.ndarray:
    return np.asarray(np.radians(np.array(degrees)))


def test_leaning_is_the_turn_about_the_axis_whatever_the_heading_and_the_sensors_seat() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        seat, heading = Rotation.random(rng=rng), Rotation.from_euler("z", rng.uniform(-3.0, 3.0))
        true = np.radians(np.linspace(-60.0, 80.0, 15))
        # A segment that stands along z and turns about the horizontal y axis.
        segment = Rotation.from_rotvec(np.outer(true, [0.0, 1.0, 0.0]))
        q = (heading * segment * seat).as_quat(scalar_first=True)
        up, axis = seat.inv().apply([0.0, 0.0, 1.0]), seat.inv().apply([0.0, 1.0, 0.1])
        assert leaning(9.81 * up, axis, q) == pytest.approx(true, abs=1e-9)


def test_a_usual_movement_is_taken_as_it_began() -> None:
    swing = forward(PARAMS, Role.THIGH, _angles(0.0, 40.0, -15.0, 40.0), 1.0)
    bow = forward(PARAMS, Role.PELVIS, _angles(0.0, -45.0, 2.0, -45.0), -1.0)
    assert (swing.sign, swing.began_backward, swing.text) == (1.0, False, "")
    assert (bow.sign, bow.began_backward, bow.text) == (1.0, False, "")
    assert np.degrees([swing.forward_rad, swing.backward_rad]) == pytest.approx([40.0, 15.0])
    assert np.degrees([bow.forward_rad, bow.backward_rad]) == pytest.approx([45.0, 2.0])


def test_an_axis_that_points_to_the_left_is_turned_round() -> None:
    assert forward(PARAMS, Role.THIGH, _angles(0.0, -40.0, 15.0), -1.0).sign == -1.0
    assert forward(PARAMS, Role.PELVIS, _angles(0.0, 45.0, -2.0), 1.0).sign == -1.0


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_movement_that_began_backward_is_known_by_its_reach(flip: float) -> None:
    swing = forward(PARAMS, Role.THIGH, flip * _angles(0.0, -15.0, 40.0, -15.0), -flip)
    bow = forward(PARAMS, Role.PELVIS, flip * _angles(0.0, 8.0, -45.0, 0.0), flip)
    assert (swing.sign, swing.began_backward) == (flip, True)
    assert (bow.sign, bow.began_backward) == (flip, True)
    assert "the thigh then went 40° one way and 15° the other" in swing.text


def test_where_both_sides_are_alike_or_small_the_beginning_decides() -> None:
    assert forward(PARAMS, Role.THIGH, _angles(-40.0, 45.0), -1.0).sign == -1.0
    assert not forward(PARAMS, Role.THIGH, _angles(-40.0, 45.0), -1.0).began_backward
    # A leg may well be swung back by 29°, and not forward at all.
    assert forward(PARAMS, Role.THIGH, _angles(0.0, 29.0), -1.0).sign == -1.0


def test_poses_of_a_person_who_swings_back_first_give_the_true_axis() -> None:
    script = Script(3)
    script.stay(1.0)
    script.turn(0.6, flexion=-15.0)
    script.turn(0.8, flexion=40.0)
    script.turn(0.8, flexion=-15.0)
    script.turn(0.6, flexion=0.0)
    block = script.record().block
    rate = block.thigh_gyr[100:]
    axis = rate[30] / np.linalg.norm(rate[30])  # backward, so to the left
    found = forward(PARAMS, Role.THIGH, leaning(block.thigh_acc[50], axis, block.earth_from_thigh_sensor), 1.0)
    assert (found.sign, found.began_backward) == (-1.0, True)
    assert np.degrees([found.forward_rad, found.backward_rad]) == pytest.approx([40.0, 15.0], abs=0.1)
