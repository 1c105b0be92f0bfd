"""Postures look to gravity as they should, and repetitions go as each exercise asks."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.sensors import NO_SENSOR_ERRORS
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session

Floats = NDArray[np.float64]

SCRIPT_ENDS_S = 60.0


def script(stance: Cue, hold: Cue = Cue.INTERNAL_HOLD) -> tuple[Prompt, ...]:
    return (
        Prompt(0.0, 4.0, "", None, Cue.PUT_ON),
        Prompt(4.0, 9.0, "", None, Cue.WALK),
        Prompt(13.0, 7.0, "", None, stance),
        Prompt(20.0, 4.0, "", MarkLabel.POSTURE_NEUTRAL),
        Prompt(24.0, 36.0, "", MarkLabel.EXERCISE, "any"),
        Prompt(24.0, 14.0, "", None, hold),
        Prompt(38.0, 10.0, "", None, Cue.LET_GO),
        Prompt(48.0, 12.0, "", MarkLabel.NEUTRAL),
    )


@cache
def session(stance: Cue, seed: int = 0, hold: Cue = Cue.INTERNAL_HOLD) -> SimulatedSession:
    params = SimulationParams(sensor_errors=NO_SENSOR_ERRORS)
    return simulate_session(script(stance, hold), Side.RIGHT, np.random.default_rng(seed), params)


def segments(of: SimulatedSession, t_s: float) -> tuple[Rotation, Rotation]:
    row = int(np.searchsorted(of.t_s, t_s))
    truth = of.truth

    def turned(sensor: Floats, mounting: Floats) -> Rotation:
        earth = Rotation.from_quat(sensor[row], scalar_first=True)
        return earth * Rotation.from_quat(mounting, scalar_first=True).inv()

    return (
        turned(truth.earth_from_pelvis_sensor, truth.pelvis_from_sensor),
        turned(truth.earth_from_thigh_sensor, truth.thigh_from_sensor),
    )


def angle_deg(of: SimulatedSession, t_s: float, which: int) -> float:
    return float(np.degrees(of.truth.angles_rad[int(np.searchsorted(of.t_s, t_s)), which]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("stance", "up_in_pelvis", "thigh_elevation_deg"),
    [
        (Cue.STAND_ON_ONE_LEG, (0.0, 1.0, 0.0), 84.0),
        (Cue.STAND_TO_HINGE, (0.0, 1.0, 0.0), 87.0),
        (Cue.LIE_DOWN, (1.0, 0.0, 0.0), -45.0),
        (Cue.LIE_PRONE, (-1.0, 0.0, 0.0), 0.0),
        (Cue.SIT_ON_MAT, (0.2, 0.98, 0.0), 0.0),
        (Cue.SIT_ON_CHAIR, (0.15, 0.99, 0.0), 0.0),
        (Cue.LIE_ON_SIDE, (0.0, 0.0, 1.0), 0.0),
        (Cue.STAND_UP, (0.0, 1.0, 0.0), 89.0),
    ],
)
def test_a_posture_looks_as_described(
    stance: Cue, up_in_pelvis: tuple[float, float, float], thigh_elevation_deg: float, seed: int
) -> None:
    pelvis, thigh = segments(session(stance, seed), 23.0)
    up = [0.0, 0.0, 1.0]
    off_deg = np.degrees(np.arccos(np.clip(pelvis.inv().apply(up) @ up_in_pelvis, -1.0, 1.0)))
    assert off_deg < 12.0
    assert np.degrees(np.arcsin(thigh.inv().apply(up)[1])) == pytest.approx(thigh_elevation_deg, abs=11.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_pelvis_turns_against_the_thigh_when_the_person_dissociates(seed: int) -> None:
    for hold, sign in ((Cue.INTERNAL_HOLD, 1.0), (Cue.EXTERNAL_HOLD, -1.0)):
        of = session(Cue.STAND_ON_ONE_LEG, seed, hold)
        (before, _), (turned, _) = segments(of, 23.5), segments(of, 34.0)
        # Internal rotation of a right thigh is a turn to the left, positive about the vertical.
        yaw_deg = np.degrees((turned * before.inv()).as_rotvec()[2])
        assert -sign * yaw_deg > 0.3
        assert sign * (angle_deg(of, 34.0, 2) - angle_deg(of, 23.5, 2)) > 8.0


@pytest.mark.parametrize("seed", range(5))
def test_flexion_and_rotation_of_a_hinge_rise_together_and_rotation_is_kept_on_the_way_up(seed: int) -> None:
    of = session(Cue.STAND_TO_HINGE, seed)
    flexion, rotation = np.degrees(of.truth.angles_rad[:, 0]), of.truth.femur_internal_rotation_rad
    assert np.max(flexion) > 45.0
    half = 0.5 * np.max(flexion)
    (hold,) = of.truth.holds
    going_down = (of.t_s > 24.0) & (of.t_s < hold.start_s)
    coming_up = of.t_s > 38.0
    at_half_down = rotation[going_down][np.argmax(flexion[going_down] > half)]
    at_half_up = rotation[coming_up][np.argmax(flexion[coming_up] < half)]
    assert at_half_up > 0.9 * at_half_down
    assert 0.3 < at_half_down / np.max(rotation) < 0.7
    (_, planted), (_, turned) = segments(of, 23.5), segments(of, 34.0)
    yaw_deg = np.degrees((turned * planted.inv()).as_rotvec()[2])
    assert abs(yaw_deg) < 0.6 * np.degrees(np.max(rotation))


@pytest.mark.parametrize("seed", range(5))
def test_the_stretch_extends_the_hip_and_rolls_the_pelvis_back(seed: int) -> None:
    of = session(Cue.LIE_ON_SIDE, seed)
    assert angle_deg(of, 23.0, 0) > 25.0
    assert -20.0 < angle_deg(of, 34.0, 0) < 0.0
    (_, _), (pelvis, _) = segments(of, 23.0), segments(of, 34.0)
    faces_up = pelvis.apply([1.0, 0.0, 0.0])[2]
    assert np.sin(np.radians(6.0)) < faces_up < np.sin(np.radians(30.0))


@pytest.mark.parametrize("seed", range(5))
def test_a_thigh_that_is_rolled_in_on_the_mat_is_pushed_down(seed: int) -> None:
    of = session(Cue.SIT_ON_MAT, seed)
    (_, before), (_, pushed) = segments(of, 23.0), segments(of, 34.0)
    knee = [0.0, -1.0, 0.0]
    assert pushed.apply(knee)[2] < before.apply(knee)[2]


def test_one_leg_sways_two_and_a_half_times_as_much_as_two() -> None:
    def sway(stance: Cue) -> float:
        levels = []
        for seed in range(6):
            of = session(stance, seed)
            quiet = (of.t_s > 51.0) & (of.t_s < SCRIPT_ENDS_S)
            levels.append(np.std(np.hypot(*of.pelvis.gyr[quiet][:, :2].T)))
        return float(np.mean(levels))

    assert sway(Cue.STAND_ON_ONE_LEG) / sway(Cue.STAND_UP) == pytest.approx(2.5, rel=0.2)


def test_standing_up_ends_as_the_session_began() -> None:
    lying = script(Cue.LIE_DOWN)
    again = (*lying, Prompt(60.0, 6.0, "", None, Cue.STAND_UP), Prompt(66.0, 4.0, "", MarkLabel.N_POSE))
    of = simulate_session(again, Side.RIGHT, np.random.default_rng(0), SimulationParams())
    assert angle_deg(of, 69.0, 0) == pytest.approx(angle_deg(of, 3.9, 0), abs=3.0)
    pelvis, thigh = segments(of, 69.0)
    assert pelvis.apply([0.0, 1.0, 0.0])[2] > 0.99
    assert thigh.apply([0.0, 1.0, 0.0])[2] > 0.99
