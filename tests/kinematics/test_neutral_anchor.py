"""Neutral pauses: believed when gravity shows the posture and rotation is near neutral, else with a reason not."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.neutral_anchor import TEMPLATES, AnchorParams, anchor, looks_like, rotation
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
    state = heading_filter.start(math.radians(heading_deg), AXIAL, HEADING.rate_sd_rad_s)
    covariance = state.covariance.copy()
    covariance[0, 0] = math.radians(sd_deg) ** 2
    return HeadingState(state.x, covariance, state.rate_sd_rad_s)


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
    values = [
        abs(heading_filter.linearised(HEADING, state.x, *POSES[posture], rotation)[0]) for state in (before, after)
    ]
    assert values[1] < 0.5 * values[0]
    assert np.trace(after.covariance) < np.trace(before.covariance)


def test_another_posture_is_refused() -> None:
    state = _state()
    after, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *POSES[Posture.STANDING], first=True)
    assert after is state
    assert why is not None
    assert why.why == "the sensors do not show the posture of this exercise"


@pytest.mark.parametrize(
    ("turn_deg", "first", "believed"), [(10, False, True), (25, False, False), (18, True, True), (35, True, False)]
)
def test_far_from_neutral_is_refused_with_the_angle(turn_deg: int, first: bool, believed: bool) -> None:
    state = _state()
    pose = _pose(90.0, 45.0, turn_deg=turn_deg)
    after, why = anchor(PARAMS, HEADING, state, TEMPLATES[Posture.SUPINE], *pose, first=first)
    assert (why is None) is believed
    if not believed:
        assert after is state
        assert f"{turn_deg}°" in str(why)
