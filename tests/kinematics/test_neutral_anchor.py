"""Neutral pauses: believed when gravity shows the posture and rotation is near neutral, else with a reason not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.neutral_anchor import TEMPLATES, AnchorParams, anchor, looks_like
from imu_hip.kinematics.unknowns import corrected, of_angles
from imu_hip.model.exercise_spec import Posture

PARAMS, HEADING = AnchorParams(), HeadingParams()
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
AXIAL = np.diag([math.radians(6.0) ** 2, math.radians(6.0) ** 2])


def _pose(
    tilt_deg: float, flexion_deg: float, roll_deg: float = 0.0, turn_deg: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return pelvis and thigh: the pelvis leaning back by `tilt_deg`, rolled, and the thigh flexed and turned in."""
    pelvis = STANDING * Rotation.from_euler("ZX", [tilt_deg, roll_deg], degrees=True)
    thigh = pelvis * Rotation.from_euler("ZXY", [flexion_deg, 0.0, turn_deg], degrees=True)
    return pelvis.as_quat(scalar_first=True), thigh.as_quat(scalar_first=True)


POSES = {
    Posture.STANDING: _pose(0.0, 0.0),
    Posture.SUPINE: _pose(90.0, 45.0),
    Posture.PRONE: _pose(-90.0, 0.0),
    Posture.SEATED: _pose(10.0, 80.0),
    Posture.SIDE_LYING: _pose(0.0, 0.0, roll_deg=-90.0),
}


def _state(heading_deg: float = 0.0, sd_deg: float = 3.0) -> HeadingState:
    state = heading_filter.start(HEADING, math.radians(heading_deg), AXIAL, 1e6)
    covariance = state.covariance.copy()
    covariance[0, 0] = math.radians(sd_deg) ** 2
    return replace(state, covariance=covariance)


def _turned_deg(state: HeadingState, posture: Posture) -> float:
    pelvis, thigh = (q[None, :] for q in POSES[posture])
    return float(np.degrees(hip_angles(*corrected(pelvis, thigh, state.x))[0, 2]))


@pytest.mark.parametrize("posture", list(POSES))
def test_each_posture_looks_like_itself_and_like_no_other(posture: Posture) -> None:
    alike = {name for name in POSES if looks_like(PARAMS, TEMPLATES[name], *POSES[posture])}
    assert alike == {posture}


@pytest.mark.parametrize("posture", list(POSES))
def test_the_posture_is_seen_in_any_heading(posture: Posture) -> None:
    turn = Rotation.from_euler("z", 2.0)
    pelvis, thigh = (
        (turn * Rotation.from_quat(q, scalar_first=True)).as_quat(scalar_first=True) for q in POSES[posture]
    )
    assert looks_like(PARAMS, TEMPLATES[posture], pelvis, POSES[posture][1])
    assert looks_like(PARAMS, TEMPLATES[posture], POSES[posture][0], thigh)


@pytest.mark.parametrize("posture", [Posture.STANDING, Posture.SUPINE])
def test_a_neutral_pause_pulls_rotation_to_zero(posture: Posture) -> None:
    before = _state(heading_deg=4.0)
    after, why = anchor(PARAMS, HEADING, before, TEMPLATES[posture], *POSES[posture], first=False)
    assert why is None
    assert abs(_turned_deg(after, posture)) < 0.5 * abs(_turned_deg(before, posture))
    assert np.trace(after.covariance) < np.trace(before.covariance)


def test_another_posture_is_refused() -> None:
    state = _state()
    after, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *POSES[Posture.STANDING], first=True)
    assert after is state
    assert why is not None
    assert why.why == "the sensors do not show the posture of this exercise"


@pytest.mark.parametrize(
    ("turn_deg", "prompted", "believed"), [(7, False, True), (12, False, False), (18, True, True), (35, True, False)]
)
def test_far_from_neutral_is_refused_with_the_angle(turn_deg: int, prompted: bool, believed: bool) -> None:
    state = _state()
    pose = _pose(90.0, 45.0, turn_deg=turn_deg)
    after, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *pose, first=False, prompted=prompted)
    assert (why is None) is believed
    if not believed:
        assert after is state
        assert f"{turn_deg}°" in str(why)


@pytest.mark.parametrize(
    ("sd_deg", "turn_deg", "believed"), [(1.0, 4.0, True), (1.0, 6.0, False), (3.0, 6.0, True), (9.0, 9.0, False)]
)
def test_unprompted_a_pause_may_be_as_far_as_little_is_known_up_to_eight_degrees(
    sd_deg: float, turn_deg: float, believed: bool
) -> None:
    state = _state(sd_deg=sd_deg)
    state = replace(state, covariance=np.where(np.eye(len(state.x)) > 0.0, 1.0, 0.0) * state.covariance[0, 0] * 1e-6)
    covariance = state.covariance.copy()
    covariance[0, 0] = math.radians(sd_deg) ** 2
    pose = _pose(0.0, 0.0, turn_deg=turn_deg)
    _, why = anchor(
        PARAMS, HEADING, replace(state, covariance=covariance), TEMPLATES[Posture.STANDING], *pose, first=False,
        prompted=False,
    )  # fmt: skip
    assert (why is None) is believed


def test_where_pauses_have_scattered_one_may_be_farther() -> None:
    pose = _pose(90.0, 45.0, turn_deg=28)
    calm = _state()
    wild = replace(calm, surprise=30.0, pauses=4)
    for state, believed in ((calm, False), (wild, True)):
        _, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *pose, first=False)
        assert (why is None) is believed


def test_lying_the_person_is_not_believed_to_lie_exactly_as_expected() -> None:
    state = _state()
    for _ in range(50):
        state, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *POSES[Posture.SUPINE], first=False)
        assert why is None
    # However often the pause comes, adduction is known no better than how the person lies.
    pelvis, thigh = (q[None, :] for q in POSES[Posture.SUPINE])
    gradient = of_angles(*corrected(pelvis, thigh, state.x))[0, 1]
    sd = math.sqrt(gradient @ state.covariance @ gradient)
    assert math.radians(2.0) < sd < HEADING.adduction_off_rad
