"""How well maximal repetitions tell the end range."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.exercise.repetition_quality import RepetitionQuality, RepetitionQualityParams, repetition_quality
from imu_hip.model.exercise_spec import Direction

PARAMS = RepetitionQualityParams()
INWARD, OUTWARD = Direction.INTERNAL, Direction.EXTERNAL


def _quality(*degrees: float, direction: Direction = INWARD) -> RepetitionQuality:
    found = repetition_quality(PARAMS, direction, [math.radians(d) for d in degrees])
    assert isinstance(found, RepetitionQuality), found
    return found


def test_two_that_agree_as_people_do_have_quality_one() -> None:
    apart = math.degrees(PARAMS.usual_sd_rad) * math.sqrt(2.0)
    found = _quality(30.0, 30.0 + apart)
    assert found.quality == pytest.approx(1.0)
    assert found.text == "end range inward from 2 repetitions within 3°, good to 1°"


def test_one_alone_is_worth_less() -> None:
    assert _quality(30.0).quality == pytest.approx(math.sqrt(0.5))
    assert _quality(30.0, direction=OUTWARD).text.startswith("end range outward from one repetition")


@given(st.floats(0.0, 10.0))
def test_the_farther_apart_the_less_sure(degrees: float) -> None:
    assert _quality(30.0, 30.0 + degrees).sd_rad <= _quality(30.0, 30.5 + degrees).sd_rad


def test_two_that_contradict_each_other_are_refused_and_a_third_settles_it() -> None:
    found = repetition_quality(PARAMS, OUTWARD, [math.radians(20.0), math.radians(32.0)])
    assert found == (
        "the repetitions outward differ by 12°; repeat one, slowly, as far as you can, and stay there for a second"
    )
    assert _quality(20.0, 32.0, 31.0).quality < 0.5


def test_none_at_all_is_refused() -> None:
    assert str(repetition_quality(PARAMS, INWARD, [])).startswith("there was no maximal repetition inward")
