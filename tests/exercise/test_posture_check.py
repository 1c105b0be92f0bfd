"""How far a body is from the posture that an exercise is done in."""

import math

import numpy as np
import pytest

from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.posture_check import EXPECTED, off_rad
from imu_hip.model.exercise_spec import Channel, Posture


def off_deg(posture: Posture, tilt_deg: float, roll_deg: float, thigh_deg: float) -> float:
    shown = {Channel.PELVIS_TILT: tilt_deg, Channel.PELVIS_ROLL: roll_deg, Channel.THIGH_RAISE: thigh_deg}
    values = np.radians([shown.get(channel, 0.0) for channel in CHANNELS])
    moment = Moment(0.0, 0.0, 0.0, 0.0, 0.0, values, np.zeros(len(values)))
    return math.degrees(off_rad(EXPECTED[posture], moment))


# Pelvis: how far it may tip from the posture; thigh: 0 hangs down, 90 points forward of an upright body.
@pytest.mark.parametrize(
    ("posture", "upright_tilt_deg", "within_deg", "thigh_deg"),
    [
        (Posture.STANDING, 0.0, 45.0, (-45.0, 50.0)),
        (Posture.HINGE, 45.0, 75.0, (-45.0, 50.0)),
        (Posture.LONG_SITTING, 0.0, 55.0, (50.0, 140.0)),
        (Posture.SEATED, 0.0, 55.0, (50.0, 140.0)),
        (Posture.SUPINE, -90.0, 45.0, (60.0, 210.0)),
        (Posture.PRONE, 90.0, 45.0, (-140.0, -40.0)),
    ],
)
def test_a_posture_ends_where_pelvis_or_thigh_leave_it(
    posture: Posture, upright_tilt_deg: float, within_deg: float, thigh_deg: tuple[float, float]
) -> None:
    least, most = thigh_deg
    middle = 0.5 * (least + most)
    for way in (-1.0, 1.0):
        assert off_deg(posture, upright_tilt_deg + way * (within_deg - 0.1), 0.0, middle) == 0.0
        assert off_deg(posture, upright_tilt_deg + way * (within_deg + 4.0), 0.0, middle) == pytest.approx(4.0)
    assert off_deg(posture, upright_tilt_deg, 0.0, least + 0.1) == off_deg(posture, upright_tilt_deg, 0.0, most - 0.1)
    assert off_deg(posture, upright_tilt_deg, 0.0, least - 3.0) == pytest.approx(3.0)
    assert off_deg(posture, upright_tilt_deg, 0.0, most + 5.0) == pytest.approx(5.0)


@pytest.mark.parametrize("roll_deg", [25.1, 90.0, 154.9])
def test_on_the_side_any_thigh_and_tilt_will_do(roll_deg: float) -> None:
    for tilt_deg in (-80.0, 0.0, 80.0):
        assert off_deg(Posture.SIDE_LYING, tilt_deg, roll_deg, 200.0) == 0.0
    assert off_deg(Posture.SIDE_LYING, 0.0, 20.0, 0.0) == pytest.approx(5.0)


def test_every_posture_has_its_limits() -> None:
    assert set(EXPECTED) == set(Posture)
