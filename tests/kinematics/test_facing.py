"""Gravity in a posture: what is turned round for certain, what is only doubtful, what is fine."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.kinematics.facing import Facing, FacingParams, Fit, facing
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Role

PARAMS = FacingParams()
HALF = math.sqrt(0.5)
# Up in pelvis and thigh axes, drawn from the bodies themselves: lying on the back with the hip bent by 45° the front
# of the pelvis looks up, and so does the front of the thigh, whose knee is higher than its hip.
BODIES = {
    Posture.SUPINE: ((1.0, 0.0, 0.0), (HALF, -HALF, 0.0)),
    Posture.PRONE: ((-1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)),
    Posture.SEATED: ((0.1, 0.995, 0.0), (1.0, 0.0, 0.0)),
    Posture.LONG_SITTING: ((0.25, 0.968, 0.0), (1.0, 0.0, 0.05)),
    Posture.SIDE_LYING: ((0.0, 0.0, 1.0), (0.1, 0.05, 0.99)),
}
lying = pytest.mark.parametrize("posture", list(BODIES))


def _turned(up: tuple[float, float, float], degrees: float) -> np.ndarray:
    """Return up in axes that are turned about the long axis."""
    x, y, z = up
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([c * x - s * z, y, s * x + c * z])


def _seen(posture: Posture, pelvis: float = 0.0, thigh: float = 0.0) -> Facing:
    ups = BODIES[posture]
    found = facing(PARAMS, posture, _turned(ups[0], pelvis), _turned(ups[1], thigh))
    assert found is not None
    return found


@lying
def test_a_person_in_the_posture_is_fine(posture: Posture) -> None:
    found = _seen(posture)
    assert (found.turn_round, found.doubtful, found.text) == ((), (), "")


@lying
def test_a_thigh_that_faces_backward_alone_is_turned_round(posture: Posture) -> None:
    found = _seen(posture, thigh=180.0)
    assert found.turn_round == (Role.THIGH,)
    assert "the leg swings began backward: turned round" in found.text


@pytest.mark.parametrize("posture", [Posture.SUPINE, Posture.PRONE, Posture.SIDE_LYING])
def test_a_lying_pelvis_that_faces_backward_alone_is_turned_round(posture: Posture) -> None:
    found = _seen(posture, pelvis=180.0)
    assert found.turn_round == (Role.PELVIS,)
    assert "the bows began backward" in found.text


def test_a_sitting_pelvis_does_not_show_which_way_it_faces() -> None:
    found = _seen(Posture.SEATED, pelvis=180.0)
    assert found.pelvis.fit is Fit.UNSEEN
    assert (found.turn_round, found.text) == ((), "")


def test_both_backward_is_the_persons_doing_unless_the_knee_is_up() -> None:
    for posture in (Posture.PRONE, Posture.SIDE_LYING):
        found = _seen(posture, 180.0, 180.0)
        assert (found.turn_round, found.doubtful) == ((), (Role.PELVIS, Role.THIGH))
        assert found.text.startswith("both sensors show the person lying")
    assert _seen(Posture.SUPINE, 180.0, 180.0).turn_round == (Role.PELVIS, Role.THIGH)
    face_down = facing(PARAMS, Posture.SUPINE, np.array([-1.0, 0.0, 0.0]), np.array([-0.95, -0.3, 0.0]))
    assert face_down is not None
    assert (face_down.turn_round, face_down.doubtful) == ((), (Role.PELVIS, Role.THIGH))


@lying
def test_a_thigh_sensor_that_was_put_on_anew_is_doubtful_and_not_turned_round(posture: Posture) -> None:
    found = _seen(posture, thigh=85.0)
    assert (found.turn_round, found.doubtful) == ((), (Role.THIGH,))
    assert "the thigh sensor is 85° off" in found.text or posture in (Posture.LONG_SITTING, Posture.SIDE_LYING)
    assert "sits differently" in found.text or "sit differently" in found.text


def test_someone_who_stands_while_told_to_lie_is_asked_to_lie_down() -> None:
    up = np.array([0.0, 1.0, 0.0])
    found = facing(PARAMS, Posture.SUPINE, up, up)
    assert found is not None
    assert found.doubtful == (Role.PELVIS, Role.THIGH)
    assert found.text.startswith("neither sensor shows the posture (supine)")


def test_upright_postures_show_nothing() -> None:
    up = np.array([0.0, 1.0, 0.0])
    assert facing(PARAMS, Posture.STANDING, up, up) is None
    assert facing(PARAMS, Posture.HINGE, up, up) is None


@given(st.sampled_from(list(BODIES)), st.floats(-50.0, 50.0), st.floats(-50.0, 50.0))
def test_what_a_posture_and_a_careless_axis_can_be_off_by_is_never_an_alarm(
    posture: Posture, pelvis: float, thigh: float
) -> None:
    assert _seen(posture, pelvis, thigh).text == ""
