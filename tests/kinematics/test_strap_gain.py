"""The gain of a strap from a few holds with a phone on the shin."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.kinematics.strap_gain import (
    HeldAngle,
    StrapGain,
    StrapGainParams,
    held_angle,
    phone_angle,
    strap_gain,
)
from imu_hip.model.event import StrapGainFound

PARAMS = StrapGainParams()


def _holds(gain: float, *phone_deg: float, zero_deg: float = 0.0) -> list[HeldAngle]:
    return [HeldAngle(math.radians((p - zero_deg) / gain), math.radians(p)) for p in phone_deg]


def _found(holds: list[HeldAngle]) -> StrapGain:
    found = strap_gain(PARAMS, holds)
    assert isinstance(found, StrapGain), found
    return found


def _why(holds: list[HeldAngle]) -> str:
    found = strap_gain(PARAMS, holds)
    assert isinstance(found, str)
    return found


@given(st.floats(1.0, 2.2), st.floats(-10.0, 10.0))
def test_exact_holds_give_the_gain_whatever_the_neutral(gain: float, zero_deg: float) -> None:
    found = _found(_holds(gain, -25.0, -10.0, 10.0, 25.0, zero_deg=zero_deg))
    assert found.gain == pytest.approx(gain)
    assert (found.holds, found.left_out) == (4, None)


def test_two_holds_are_enough_and_less_sure() -> None:
    two, four = _found(_holds(1.5, -20.0, 20.0)), _found(_holds(1.5, -20.0, -20.0, 20.0, 20.0))
    assert two.gain == pytest.approx(1.5)
    assert two.sd == pytest.approx(four.sd * math.sqrt(2.0))


def test_the_stated_error_covers_the_true_gain_and_there_is_no_bias() -> None:
    rng = np.random.default_rng(0)
    errors, covered = [], 0
    for _ in range(500):
        gain = rng.uniform(1.25, 2.0)
        holds = [
            HeldAngle(
                h.strap_rad + rng.normal(0.0, PARAMS.strap_sd_rad), h.phone_rad + rng.normal(0.0, PARAMS.phone_sd_rad)
            )
            for h in _holds(gain, -25.0, -10.0, 10.0, 25.0)
        ]
        found = _found(holds)
        errors.append(found.gain - gain)
        covered += abs(found.gain - gain) < 2.0 * found.sd
    assert abs(np.mean(errors)) < 0.03
    assert 0.93 < covered / 500 < 0.995


def test_one_wrong_reading_of_five_is_left_out() -> None:
    holds = _holds(1.5, -25.0, -12.0, 0.0, 12.0, 25.0)
    wrong = HeldAngle(holds[1].strap_rad, math.radians(12.0))  # the minus was forgotten
    found = _found([holds[0], wrong, *holds[2:]])
    assert found.left_out == wrong
    assert found.gain == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        ([], "one angle tells no gain"),
        (_holds(1.5, 20.0), "one angle tells no gain"),
        (_holds(1.5, 5.0, 20.0), "only 15° apart"),
        (_holds(-1.5, -20.0, 20.0), "opposite ways"),
        (_holds(0.6, -25.0, -10.0, 10.0, 25.0), "which skin cannot do"),
        (_holds(3.6, -60.0, -40.0, 40.0, 60.0), "too loose to measure with"),
        (_holds(2.2, -10.0, 10.0), "the gain is only known to"),
        ([HeldAngle(0.1, -0.3), HeldAngle(0.1, 0.3)], "opposite ways"),
    ],
)
def test_what_cannot_be_is_refused(holds: list[HeldAngle], why: str) -> None:
    assert why in _why(holds)


def test_a_corrected_angle_carries_both_errors() -> None:
    angle, sd = StrapGainFound(1.0, 1.5, 0.1, 4).corrected(math.radians(20.0), math.radians(2.0))
    assert math.degrees(angle) == pytest.approx(30.0)
    assert math.degrees(sd) == pytest.approx(math.hypot(3.0, 2.0))


def test_a_hold_is_the_last_still_second() -> None:
    t_s = np.arange(500) / 100.0
    degrees = np.interp(t_s, [0.0, 0.5, 1.0, 2.0, 3.0, 4.6, 5.0], [0.0, 0.0, 20.0, 20.0, 21.0, 21.0, 5.0])
    found = held_angle(PARAMS, t_s, np.radians(degrees), 0.5)
    assert isinstance(found, HeldAngle)
    assert math.degrees(found.strap_rad) == pytest.approx(21.0, abs=0.3)
    assert found.phone_rad == 0.5


def test_rows_that_are_not_known_do_not_count() -> None:
    t_s = np.arange(300) / 100.0
    angle = np.full(300, 0.3)
    angle[150:] = np.nan
    found = held_angle(PARAMS, t_s, angle, 0.5)
    assert isinstance(found, HeldAngle)
    assert found.strap_rad == pytest.approx(0.3)
    assert "calibrated" in str(held_angle(PARAMS, t_s, np.full(300, np.nan), 0.5))
    angle[20:290] = np.nan
    angle[290:] = 0.3
    assert "not still" in str(held_angle(PARAMS, t_s, angle, 0.5))


def test_a_thigh_that_never_rests_is_no_hold() -> None:
    t_s = np.arange(300) / 100.0
    assert "not still for 1 s" in str(held_angle(PARAMS, t_s, np.radians(10.0 * t_s), 0.5))
    assert "not still" in str(held_angle(PARAMS, t_s[:50], np.zeros(50), 0.5))


@pytest.mark.parametrize("detail", ["", "outward", "nan", "inf", "120"])
def test_what_is_no_angle_is_no_phone_reading(detail: str) -> None:
    assert isinstance(phone_angle(detail), str)


def test_a_phone_reading_is_degrees() -> None:
    assert phone_angle("-20.5") == pytest.approx(math.radians(-20.5))
