"""Swapped sensors: every movement must say so, and together clearly."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.kinematics.swapped import Evidence, Movement, SwapParams, evidence, swap
from imu_hip.kinematics.turning import Turning, turning
from tests.kinematics.poser import Script, exchanged

PARAMS = SwapParams()
SWINGS, BOWS, WALKING = Movement.LEG_SWINGS, Movement.BOWS, Movement.WALKING


def _seen(**ratios: float) -> list[Evidence]:
    return [Evidence(Movement[name.upper()], ratio) for name, ratio in ratios.items()]


def test_a_proper_swing_and_bow_say_that_all_is_well_and_the_same_exchanged_that_it_is_not() -> None:
    found: list[Evidence] = []
    wrong: list[Evidence] = []
    for movement, perform in ((SWINGS, Script.swing_leg), (BOWS, Script.bow)):
        script = Script()
        perform(script)
        block = script.record().block
        for into, rows in ((found, block), (wrong, exchanged(block))):
            seen = evidence(PARAMS, movement, turning(rows))
            assert seen is not None
            into.append(seen)
    assert swap(PARAMS, found) is None
    swapped = swap(PARAMS, wrong)
    assert swapped is not None
    assert swapped.text.startswith("the sensors seem to be swapped: in the leg swings the pelvis sensor turned")
    assert swapped.text.endswith("Exchange the two sensors, or their roles, and calibrate again")


def test_swings_or_walking_alone_are_enough_from_half_on() -> None:
    for movement in (SWINGS, WALKING):
        assert swap(PARAMS, [Evidence(movement, 0.49)]) is not None
        assert swap(PARAMS, [Evidence(movement, 0.51)]) is None


def test_a_squat_instead_of_a_bow_is_not_taken_for_a_swap() -> None:
    assert swap(PARAMS, _seen(bows=0.4)) is None
    assert swap(PARAMS, _seen(leg_swings=5.0, bows=0.1)) is None


def test_one_movement_that_fits_overrules_all_others() -> None:
    assert swap(PARAMS, _seen(leg_swings=0.1, bows=0.1)) is not None
    # Who mixed up swings and bows walks like everybody else.
    assert swap(PARAMS, _seen(leg_swings=0.1, bows=0.1, walking=4.0)) is None


def test_nothing_is_said_without_movement() -> None:
    assert evidence(PARAMS, SWINGS, None) is None
    assert evidence(PARAMS, SWINGS, Turning(math.radians(4.9), math.radians(1.0))) is None
    assert swap(PARAMS, []) is None


def test_a_sensor_that_does_not_turn_at_all_gives_a_finite_ratio() -> None:
    seen = evidence(PARAMS, SWINGS, Turning(0.0, 1.0))
    assert seen is not None
    assert seen.ratio == pytest.approx(1000.0)


@given(st.floats(0.1, 3.0), st.floats(0.1, 3.0), st.sampled_from(Movement))
def test_exchanging_the_names_inverts_the_ratio(pelvis: float, thigh: float, movement: Movement) -> None:
    one = evidence(PARAMS, movement, Turning(pelvis, thigh))
    other = evidence(PARAMS, movement, Turning(thigh, pelvis))
    assert one is not None
    assert other is not None
    assert one.ratio * other.ratio == pytest.approx(1.0)
