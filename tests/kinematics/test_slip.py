"""A sensor that moved on its segment: seen by gravity, where gravity can see it, and not where a limb explains it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import slip
from imu_hip.kinematics.slip import Pause, Slip, SlipParams, SlipState
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, Role

PARAMS = SlipParams()
Y = np.array([0.0, 1.0, 0.0])
LYING = {Role.PELVIS: np.array([1.0, 0.0, 0.0]), Role.THIGH: np.array([math.sqrt(0.5), -math.sqrt(0.5), 0.0])}
UPRIGHT = {Role.PELVIS: Y, Role.THIGH: Y}


class Person:
    """Pauses of a person whose sensors sit anyhow, who finds a pose again within `repeat_deg` per axis."""

    def __init__(self, repeat_deg: float = 0.0, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._repeat = math.radians(repeat_deg)
        self._seat = {role: Rotation.random(rng=self._rng) for role in Role}
        self.slipped = dict.fromkeys(Role, Rotation.identity())
        self.body = Rotation.identity()
        self.now_s = 0.0
        self.state = SlipState()
        self.slips: list[Slip] = []

    def slip(self, role: Role, axis: tuple[float, float, float], degrees: float) -> None:
        """Turn a sensor about an axis of its segment."""
        turn = Rotation.from_rotvec(math.radians(degrees) * np.array(axis))
        self.slipped[role] = turn * self.slipped[role]

    def rest(self, posture: Posture | MarkLabel, up: dict[Role, np.ndarray], times: int = 1) -> tuple[Slip, ...]:
        """Rest some times; return what the last one showed."""
        found: tuple[Slip, ...] = ()
        for _ in range(times):
            self.now_s += 10.0
            seen = {}
            for role in Role:
                off = Rotation.from_rotvec(self._rng.normal(0.0, self._repeat, 3))
                seen[role] = self._sensor(role).apply((self.body * off).apply(up[role]))
            long = {role: self._seat[role].apply(Y) for role in Role}
            pause = Pause(posture, self.now_s, seen[Role.PELVIS], seen[Role.THIGH], long[Role.PELVIS], long[Role.THIGH])
            self.state, found = slip.look(PARAMS, self.state, pause)
            self.slips += found
        return found

    def _sensor(self, role: Role) -> Rotation:
        return self._seat[role] * self.slipped[role].inv()


def test_a_steady_person_gives_no_alarm() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 10)
    assert person.slips == []


def test_what_is_compared_with_is_the_mean_of_the_first_four_pauses_and_does_not_creep_along() -> None:
    person = Person()
    references = []
    for pause in range(8):
        person.rest(Posture.SUPINE, LYING)
        references.append({role: reference for _, role, reference in person.state.references})
        person.slip(Role.PELVIS, (0.0, 0.0, 1.0), 1.0)
        assert references[-1][Role.PELVIS].pauses == min(pause + 1, 4)
    assert person.slips == []
    first, fourth, last = (references[k][Role.PELVIS].up for k in (0, 3, 7))
    assert math.degrees(math.acos(np.sum(first * fourth))) == pytest.approx(1.5, abs=0.01)
    assert np.array_equal(fourth, last)


@pytest.mark.parametrize("degrees", [12.0, -20.0, 40.0])
def test_a_thigh_strap_that_turned_about_the_long_axis_is_found_lying_at_the_second_pause(degrees: float) -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 3)
    person.slip(Role.THIGH, (0.0, 1.0, 0.0), degrees)
    assert person.rest(Posture.SUPINE, LYING) == ()
    (found,) = person.rest(Posture.SUPINE, LYING)
    assert found.role is Role.THIGH
    assert (found.since_s, found.found_s) == (30.0, 50.0)
    # Gravity is 45° off the axis here and sees the chord of the turn.
    assert math.degrees(found.widen_rad) == pytest.approx(abs(degrees), rel=0.15)
    assert not found.remounted
    assert found.text.startswith(f"the thigh sensor has moved by about {math.degrees(found.angle_rad):.0f}° since 30 s")
    assert person.rest(Posture.SUPINE, LYING, 4) == ()


def test_one_pause_that_is_off_is_no_slip() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 3)
    person.slip(Role.THIGH, (0.0, 1.0, 0.0), 25.0)
    person.rest(Posture.SUPINE, LYING)
    person.slip(Role.THIGH, (0.0, 1.0, 0.0), -25.0)
    person.rest(Posture.SUPINE, LYING, 5)
    assert person.slips == []


def test_two_pauses_that_are_off_in_different_ways_are_no_slip() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 3)
    for degrees in (20.0, -40.0):
        person.slip(Role.THIGH, (0.0, 1.0, 0.0), degrees)
        assert person.rest(Posture.SUPINE, LYING) == ()


def test_a_hip_that_is_bent_otherwise_is_no_slip() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 3)
    bent = {**LYING, Role.THIGH: Rotation.from_euler("z", 20.0, degrees=True).apply(LYING[Role.THIGH])}
    person.rest(Posture.SUPINE, bent, 5)
    assert person.slips == []


def test_a_body_that_lies_differently_is_no_slip() -> None:
    person = Person()
    person.rest(Posture.PRONE, {role: np.array([-1.0, 0.0, 0.0]) for role in Role}, 3)
    person.body = Rotation.from_euler("y", 15.0, degrees=True)
    person.rest(Posture.PRONE, {role: np.array([-1.0, 0.0, 0.0]) for role in Role}, 5)
    assert person.slips == []


def test_a_posture_that_is_taken_up_anew_begins_anew() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 3)
    person.slip(Role.PELVIS, (0.0, 1.0, 0.0), 20.0)
    person.state = slip.forget(person.state, Posture.SUPINE)
    person.rest(Posture.SUPINE, LYING, 5)
    assert person.slips == []


@pytest.mark.parametrize("role", list(Role))
def test_a_large_tilt_between_two_n_poses_is_found_at_once(role: Role) -> None:
    person = Person()
    person.rest(MarkLabel.N_POSE, UPRIGHT)
    person.slip(role, (1.0, 0.0, 0.0), 20.0)
    (found,) = person.rest(MarkLabel.N_POSE, UPRIGHT)
    assert found.role is role
    assert math.degrees(found.angle_rad) == pytest.approx(20.0)
    # What it turned about the long axis is not seen, and may be as much.
    assert found.widen_rad == found.angle_rad
    assert "may be off by more" in found.text


def test_a_sensor_that_was_taken_off_is_said_to_be_so() -> None:
    person = Person()
    person.rest(MarkLabel.N_POSE, UPRIGHT)
    person.slip(Role.PELVIS, (1.0, 0.0, 0.0), 70.0)
    (found,) = person.rest(MarkLabel.N_POSE, UPRIGHT)
    assert found.remounted
    assert "was put on anew" in found.text


def test_both_sensors_put_on_anew_are_not_taken_for_a_body_that_stands_differently() -> None:
    person = Person()
    person.rest(MarkLabel.N_POSE, UPRIGHT)
    for role in Role:
        person.slip(role, (0.0, 0.0, 1.0), 50.0)
    assert [found.remounted for found in person.rest(MarkLabel.N_POSE, UPRIGHT)] == [True, True]


def test_a_turn_about_the_vertical_is_never_seen() -> None:
    person = Person()
    person.rest(MarkLabel.N_POSE, UPRIGHT)
    person.slip(Role.THIGH, (0.0, 1.0, 0.0), 40.0)
    person.rest(MarkLabel.N_POSE, UPRIGHT, 5)
    assert person.slips == []


def test_a_slow_creep_adds_up() -> None:
    person = Person()
    person.rest(Posture.PRONE, {role: np.array([-1.0, 0.0, 0.0]) for role in Role}, 4)
    for _ in range(10):
        person.slip(Role.PELVIS, (0.0, 1.0, 0.0), 2.0)
        person.rest(Posture.PRONE, {role: np.array([-1.0, 0.0, 0.0]) for role in Role})
    assert {found.role for found in person.slips} == {Role.PELVIS}
    assert math.degrees(person.slips[0].angle_rad) > 9.0


@pytest.mark.parametrize(("repeat_deg", "most"), [(1.0, 0), (2.5, 2), (5.0, 20)])
def test_false_alarms_stay_rare_in_sessions_of_six_pauses(repeat_deg: float, most: int) -> None:
    alarms = 0
    for seed in range(200):
        person = Person(repeat_deg, seed)
        person.rest(Posture.SUPINE, LYING, 6)
        alarms += bool(person.slips)
    assert alarms <= most


def test_a_careless_person_is_allowed_more() -> None:
    careless = Person(6.0, 1)
    careless.rest(Posture.SUPINE, LYING, 4)
    steady = Person()
    steady.rest(Posture.SUPINE, LYING, 4)
    assert all(reference.scatter_rad2 == pytest.approx(0.0) for *_, reference in steady.state.references)
    assert all(reference.scatter_rad2 > math.radians(4.0) ** 2 for *_, reference in careless.state.references)


def test_the_same_place_of_another_posture_is_another_reference() -> None:
    person = Person()
    person.rest(Posture.SUPINE, LYING, 2)
    person.rest(Posture.PRONE, {role: np.array([-1.0, 0.0, 0.0]) for role in Role}, 2)
    assert person.slips == []
    assert len(person.state.references) == 4


def test_limits_can_be_set() -> None:
    person = Person()
    strict = replace(PARAMS, repeat_sd_rad=math.radians(1.0))
    pause = Pause(Posture.PRONE, 1.0, Y, Y, Y, Y)
    state, _ = slip.look(strict, person.state, pause)
    tipped = Rotation.from_euler("x", 6.0, degrees=True).apply(Y)
    for _ in range(2):
        state, found = slip.look(strict, state, replace(pause, pelvis_up=tipped))
    assert [each.role for each in found] == [Role.PELVIS]
