"""Whole sessions with walks and every posture: physics, sides, cost."""

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.model.cue import Cue
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Side
from imu_hip.simulate.magnetic_field import MagneticFieldParams
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.sensors import GRAVITY_M_S2, NO_SENSOR_ERRORS
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.simulate.soft_tissue import SoftTissueParams

Floats = NDArray[np.float64]

IDEAL = SimulationParams(sensor_errors=NO_SENSOR_ERRORS)
RIGID = replace(IDEAL, soft_tissue=SoftTissueParams(shock_rad=0.0, thigh_shock_m=0.0, pelvis_shock_m=0.0))
"""Heel strikes do not shake the sensors."""
POSTURES = [
    Cue.STAND_ON_ONE_LEG,
    Cue.STAND_TO_HINGE,
    Cue.LIE_DOWN,
    Cue.LIE_PRONE,
    Cue.LIE_ON_SIDE,
    Cue.SIT_ON_MAT,
    Cue.SIT_ON_CHAIR,
]


def script(stance: Cue, tail_s: float = 0.0) -> tuple[Prompt, ...]:
    return (
        Prompt(0.0, 4.0, "", None, Cue.PUT_ON),
        Prompt(4.0, 9.0, "", None, Cue.WALK),
        Prompt(13.0, 7.0, "", None, stance),
        Prompt(20.0, 4.0, "", MarkLabel.POSTURE_NEUTRAL),
        Prompt(24.0, 30.0 + tail_s, "", MarkLabel.EXERCISE, "any"),
        Prompt(24.0, 10.0, "", None, Cue.EXTERNAL_HOLD),
        Prompt(34.0, 6.0, "", None, Cue.LET_GO),
        Prompt(40.0, 10.0, "", None, Cue.INTERNAL_HOLD),
        Prompt(50.0, 4.0 + tail_s, "", None, Cue.LET_GO),
    )


def simulate(
    stance: Cue, side: Side = Side.RIGHT, params: SimulationParams = IDEAL, seed: int = 0, tail_s: float = 0.0
) -> SimulatedSession:
    return simulate_session(script(stance, tail_s), side, np.random.default_rng(seed), params)


def turns(q: Floats) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


@pytest.mark.parametrize("stance", POSTURES)
def test_rates_orientations_and_joint_angles_agree(stance: Cue) -> None:
    session = simulate(stance)
    truth = session.truth
    for segment in ("pelvis", "thigh"):
        orientation = turns(getattr(truth, f"earth_from_{segment}_sensor"))
        steps = Rotation.from_rotvec(getattr(session, segment).gyr[1:] * 0.01)
        assert np.max((orientation[:-1] * steps * orientation[1:].inv()).magnitude()) < 1e-9
    pelvis = turns(truth.earth_from_pelvis_sensor) * turns(truth.pelvis_from_sensor).inv()
    thigh = turns(truth.earth_from_thigh_sensor) * turns(truth.thigh_from_sensor).inv()
    r = (pelvis.inv() * thigh).as_matrix()[truth.worn]
    recomputed = np.stack(
        [np.arctan2(-r[:, 0, 1], r[:, 1, 1]), np.arcsin(r[:, 2, 1]), np.arctan2(-r[:, 2, 0], r[:, 2, 2])], axis=-1
    )
    recomputed[:, 2] -= truth.posture_offset_rad[truth.worn]
    assert np.max(np.abs(recomputed - truth.angles_rad[truth.worn])) < 1e-6


@pytest.mark.parametrize("stance", POSTURES)
def test_no_movement_has_a_jump(stance: Cue) -> None:
    for seed in range(4):
        session = simulate(stance, params=RIGID, seed=seed)
        for readings in (session.pelvis, session.thigh):
            assert np.max(np.abs(readings.gyr)) < np.radians(450.0)
            assert np.max(np.abs(readings.acc)) < 4 * GRAVITY_M_S2
            assert np.max(np.abs(np.diff(readings.gyr, axis=0))) < np.radians(60.0)


def test_both_sensors_feel_the_hip_while_walking() -> None:
    # Both hang rigidly on the same hip centre, and feel the same there.
    session = simulate(Cue.STAND_ON_ONE_LEG, params=RIGID)
    walking = slice(*np.searchsorted(session.t_s, [6.0, 11.0]))
    felt = []
    for segment, lever in (("pelvis", [-0.10, 0.06, -0.085]), ("thigh", [0.04, -0.30, 0.06])):
        readings = getattr(session, segment)
        orientation = turns(getattr(session.truth, f"earth_from_{segment}_sensor"))
        arm = turns(getattr(session.truth, f"{segment}_from_sensor")).inv().apply(lever)
        rate = 0.5 * (readings.gyr[1:-1] + readings.gyr[2:])
        rate_change = np.diff(readings.gyr, axis=0)[1:] * 100.0
        pull = np.cross(rate_change, arm) + np.cross(rate, np.cross(rate, arm))
        felt.append(orientation[1:-1].apply(readings.acc[1:-1] - pull)[walking])
    assert np.max(np.abs(felt[0] - felt[1])) < 0.05
    moving = felt[0] - [0.0, 0.0, GRAVITY_M_S2]
    assert np.all(np.std(moving, axis=0) > 0.3)


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_goes_some_metres_with_two_turns_and_ends_standing_still(seed: int) -> None:
    session = simulate(Cue.STAND_ON_ONE_LEG, seed=seed)
    pelvis = turns(session.truth.earth_from_pelvis_sensor) * turns(session.truth.pelvis_from_sensor).inv()
    facing = pelvis.apply([1.0, 0.0, 0.0])
    heading = np.degrees(np.unwrap(np.arctan2(facing[:, 1], facing[:, 0])))
    begin, middle, end = np.searchsorted(session.t_s, [4.0, 9.4, 13.0])
    for one, other in ((begin, middle), (middle, end)):
        assert 75.0 < abs(heading[other] - heading[one]) < 195.0
    flexion = np.degrees(session.truth.angles_rad[begin:middle, 0])
    assert 25.0 < np.ptp(flexion) < 50.0
    still = slice(end - 20, end)
    assert np.max(np.abs(session.thigh.gyr[still])) < np.radians(15.0)


@pytest.mark.parametrize("stance", POSTURES)
def test_a_left_session_is_the_mirror_image_of_the_right_one(stance: Cue) -> None:
    params = SimulationParams(magnetic_field=MagneticFieldParams())
    right, left = simulate(stance, params=params), simulate(stance, Side.LEFT, params)
    assert np.array_equal(left.truth.angles_rad, right.truth.angles_rad)
    assert left.truth.holds == right.truth.holds
    for one, other in ((left.pelvis, right.pelvis), (left.thigh, right.thigh)):
        assert one.mag is not None
        assert other.mag is not None
        assert np.array_equal(one.gyr, other.gyr * [-1.0, -1.0, 1.0])
        assert np.array_equal(one.acc, other.acc * [1.0, 1.0, -1.0])
        assert np.array_equal(one.mag, other.mag * [1.0, 1.0, -1.0])


def test_a_magnetometer_changes_nothing_else() -> None:
    without = simulate(Cue.LIE_PRONE, params=SimulationParams())
    with_one = simulate(Cue.LIE_PRONE, params=SimulationParams(magnetic_field=MagneticFieldParams()))
    assert np.array_equal(without.thigh.gyr, with_one.thigh.gyr)
    assert np.array_equal(without.pelvis.acc, with_one.pelvis.acc)
    assert without.pelvis.mag is None


def test_both_directions_are_in_the_truth() -> None:
    session = simulate(Cue.SIT_ON_CHAIR)
    outward, inward = session.truth.holds
    assert outward.angle_rad < -np.radians(8.0)
    assert inward.angle_rad > np.radians(5.0)
    assert [leaving.direction for leaving in session.truth.exits] == [outward.direction, inward.direction]


def test_a_leg_that_is_swung_round_goes_outward_on_its_way() -> None:
    prompts = (Prompt(0.0, 4.0, "", None, Cue.PUT_ON), Prompt(4.0, 6.5, "", MarkLabel.LEG_SWINGS))
    straight, round_ = (
        simulate_session(
            prompts,
            Side.RIGHT,
            np.random.default_rng(0),
            replace(IDEAL, person=PersonParams(circumduction_rad=circumduction_rad)),
        ).truth.angles_rad
        for circumduction_rad in (0.0, 0.1)
    )
    assert np.array_equal(straight[:, 0], round_[:, 0])
    assert np.min(round_[:, 1] - straight[:, 1]) == pytest.approx(-0.1, abs=0.02)
    assert np.max(round_[:, 1] - straight[:, 1]) < 0.02


def test_five_minutes_take_less_than_two_seconds() -> None:
    began_s = time.process_time()
    session = simulate(Cue.LIE_PRONE, params=SimulationParams(magnetic_field=MagneticFieldParams()), tail_s=246.0)
    assert session.t_s[-1] > 300.0
    assert time.process_time() - began_s < 2.0
