"""Straight legs, drawn-up feet, bridges and rocking knees look to gravity as they should."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.sensors import NO_SENSOR_ERRORS
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session

SCRIPT = (
    Prompt(0.0, 4.0, "", None, Cue.PUT_ON),
    Prompt(4.0, 6.0, "", None, Cue.LIE_STRAIGHT),
    Prompt(10.0, 4.0, "", MarkLabel.HOOK_LYING, "legs_straight"),
    Prompt(14.0, 4.0, "", None, Cue.BEND_KNEES),
    Prompt(18.0, 4.0, "", MarkLabel.HOOK_LYING),
    Prompt(22.0, 8.0, "", MarkLabel.BRIDGE),
    Prompt(30.0, 12.0, "", MarkLabel.KNEE_ROCKS),
    Prompt(42.0, 4.0, "", MarkLabel.POSTURE_NEUTRAL),
)
SEEDS = pytest.mark.parametrize("seed", range(8))
UP = np.array([0.0, 0.0, 1.0])


@cache
def session(seed: int, side: Side = Side.RIGHT) -> SimulatedSession:
    params = SimulationParams(sensor_errors=NO_SENSOR_ERRORS)
    return simulate_session(SCRIPT, side, np.random.default_rng(seed), params)


def ups(seed: int, start_s: float, end_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return up in the axes of pelvis and thigh (n, 3)."""
    of = session(seed)
    rows = (of.t_s >= start_s) & (of.t_s < end_s)
    found = []
    for sensor, mounting in (
        (of.truth.earth_from_pelvis_sensor, of.truth.pelvis_from_sensor),
        (of.truth.earth_from_thigh_sensor, of.truth.thigh_from_sensor),
    ):
        mounted = Rotation.from_quat(mounting, scalar_first=True)
        segment = Rotation.from_quat(sensor[rows], scalar_first=True) * mounted.inv()
        found.append(segment.inv().apply(UP))
    return found[0], found[1]


def still_deg(seed: int, start_s: float, end_s: float) -> float:
    """Return by how far either segment leans from its mean direction, at most."""
    worst = 0.0
    for up in ups(seed, start_s, end_s):
        mean = up.mean(axis=0) / np.linalg.norm(up.mean(axis=0))
        worst = max(worst, float(np.degrees(np.arccos(np.clip(up @ mean, -1.0, 1.0))).max()))
    return worst


@SEEDS
def test_straight_legs_lie_level_face_up(seed: int) -> None:
    for up in ups(seed, 11.0, 14.0):
        assert np.degrees(np.arccos(np.clip(up[:, 0], -1.0, 1.0))).max() < 20.0
    assert still_deg(seed, 11.0, 14.0) < 1.5


@SEEDS
def test_drawn_up_feet_let_the_thighs_slope_and_the_pelvis_lie(seed: int) -> None:
    pelvis, thigh = ups(seed, 19.0, 22.0)
    assert np.degrees(np.arccos(np.clip(pelvis[:, 0], -1.0, 1.0))).max() < 20.0
    slope_deg = -np.degrees(np.arcsin(thigh[:, 1]))
    assert 30.0 < slope_deg.min() <= slope_deg.max() < 60.0
    assert still_deg(seed, 19.0, 22.0) < 1.5


@SEEDS
def test_a_bridge_tips_the_pelvis_back_levels_the_thigh_and_ends_where_it_began(seed: int) -> None:
    before = [np.mean(up, axis=0) for up in ups(seed, 20.0, 22.0)]
    pelvis, thigh = ups(seed, 22.0, 30.0)
    # About the axis to the right: the pelvis' head end sinks, the thigh's hip end rises.
    tipped = np.degrees(np.arcsin(before[0][1]) - np.arcsin(pelvis[:, 1]))
    raised = np.degrees(np.arcsin(thigh[:, 1]) - np.arcsin(before[1][1]))
    assert 12.0 < tipped.max() < 27.0
    assert 12.0 < raised.max() < 40.0
    assert min(tipped.min(), raised.min()) > -2.0
    lifts = np.flatnonzero(np.diff((tipped > 0.5 * tipped.max()).astype(int)) == 1)
    assert len(lifts) == 2
    assert abs(tipped[-20:]).max() < 2.0


@SEEDS
def test_knees_rock_to_both_sides_and_the_pelvis_rolls_along(seed: int) -> None:
    pelvis, thigh = ups(seed, 30.0, 42.0)
    sideways, rolled = (np.degrees(np.arctan2(up[:, 2], up[:, 0])) for up in (thigh, pelvis))
    assert sideways.max() > 12.0
    assert sideways.min() < -12.0
    assert np.corrcoef(sideways, rolled)[0, 1] > 0.9
    assert 3.0 < np.ptp(rolled) < 0.6 * np.ptp(sideways)


@SEEDS
def test_the_femur_rocks_about_the_line_from_head_to_foot(seed: int) -> None:
    of = session(seed)
    rows = (of.t_s >= 30.5) & (of.t_s < 41.5)
    flexion, adduction, _ = of.truth.angles_rad[rows].T
    rotation = of.truth.femur_internal_rotation_rad[rows]
    hip = Rotation.from_euler("ZXY", np.stack([flexion, adduction, rotation], axis=1))
    turned = (hip[1:] * hip[:-1].inv()).as_rotvec()
    # In the axes of the pelvis, whose y lies along the mat.
    _, _, axes = np.linalg.svd(turned, full_matrices=False)
    assert np.degrees(np.arccos(abs(axes[0, 1]))) < 17.0


def test_breathing_goes_on_while_a_person_lies_still() -> None:
    gyr_deg_s = np.degrees(session(0).pelvis.gyr)
    rows = (session(0).t_s > 19.0) & (session(0).t_s < 22.0)
    assert 0.05 < np.abs(gyr_deg_s[rows]).max() < 5.0


def test_a_left_session_is_the_mirror_image() -> None:
    right, left = session(3), session(3, Side.LEFT)
    np.testing.assert_array_equal(left.truth.angles_rad, right.truth.angles_rad)
    np.testing.assert_array_equal(left.thigh.acc, right.thigh.acc * np.array([1.0, 1.0, -1.0]))
