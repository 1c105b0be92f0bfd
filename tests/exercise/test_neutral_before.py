"""The neutral that a repetition is measured from: where it is, when it was, and when it is not believed."""

import math
from dataclasses import replace

import pytest

from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import NeutralState, level_rad, shift, step
from imu_hip.model.exercise_spec import Direction

LEVEL_RAD = math.radians(8.0)
ONES = (1.0,) * len(CHANNELS)


def look(t_s: float, rotation_deg: float = 0.0, rate_deg_s: float = 0.0, thigh_deg_s: float = 0.0) -> Moment:
    rotation, rate, thigh = map(math.radians, (rotation_deg, rate_deg_s, thigh_deg_s))
    return Moment(t_s, rotation, rate, thigh, 0.0, tuple(rotation * one for one in ONES), ONES)


def after(*looks: Moment, state: NeutralState | None = None) -> NeutralState:
    state = NeutralState() if state is None else state
    for each in looks:
        step(state, each, LEVEL_RAD)
    return state


def looks(count: int, rotation_deg: float = 0.0, begin_s: float = 0.0, **moving: float) -> list[Moment]:
    return [look(begin_s + 0.1 * k, rotation_deg, **moving) for k in range(count)]


@pytest.mark.parametrize(
    ("ends_deg", "rotation_deg", "expected_deg"),
    [
        ({}, 3.0, 7.5),
        ({Direction.INTERNAL: 30.0, Direction.EXTERNAL: 40.0}, 3.0, 7.5),
        ({Direction.INTERNAL: 20.0, Direction.EXTERNAL: 40.0}, 0.0, 5.0),
        ({Direction.INTERNAL: 20.0, Direction.EXTERNAL: 40.0}, -3.0, 10.0),
        ({Direction.INTERNAL: 20.0}, -3.0, 5.0),
    ],
)
def test_a_quarter_of_the_end_range_of_that_side_is_neutral_or_seven_and_a_half_degrees(
    ends_deg: dict[Direction, float], rotation_deg: float, expected_deg: float
) -> None:
    ends = {direction: math.radians(end) for direction, end in ends_deg.items()}
    assert math.degrees(level_rad(0.25, ends, math.radians(rotation_deg))) == pytest.approx(expected_deg)


def test_five_still_looks_make_a_neutral_of_their_mean() -> None:
    assert after(*looks(4)).neutral is None
    found = after(*[look(0.1 * k, float(k)) for k in range(5)]).neutral
    assert found is not None
    assert math.degrees(found.rotation_rad) == pytest.approx(2.0)
    assert [math.degrees(channel) for channel in found.channels] == pytest.approx([2.0] * len(CHANNELS))
    assert found.sd_rad == ONES


@pytest.mark.parametrize("moving", [{"rate_deg_s": 5.1}, {"rate_deg_s": -5.1}, {"thigh_deg_s": 10.1}])
def test_a_limb_that_moves_makes_none(moving: dict[str, float]) -> None:
    assert after(*looks(9, **moving)).neutral is None
    almost = {key: math.copysign(abs(value) - 0.2, value) for key, value in moving.items()}
    assert after(*looks(9, **almost)).neutral is not None


def test_looks_begin_anew_behind_a_hole_and_a_movement() -> None:
    assert after(*looks(4), *looks(4, begin_s=0.7)).neutral is None
    assert after(*looks(4), *looks(4, begin_s=0.5)).neutral is not None
    assert after(*looks(4), look(0.4, rate_deg_s=9.0), *looks(4, begin_s=0.5)).neutral is None


def test_beyond_the_level_the_limb_is_away_and_back_well_below_it() -> None:
    state = after(*looks(5, 8.5))
    assert state.away
    assert state.neutral is None
    assert after(look(0.6, 6.0), state=state).away
    assert not after(look(0.7, 5.4), state=state).away
    assert state.was_away


def test_who_was_asked_to_be_in_neutral_and_keeps_still_is_in_it_wherever() -> None:
    state = NeutralState(prompted=True)
    after(*looks(5, 20.0), state=state)
    assert not state.away
    assert state.neutral is not None


def test_a_correction_moves_the_neutral_and_what_led_to_the_next_is_forgotten() -> None:
    state = after(*looks(9, 2.0))
    before = state.neutral
    assert before is not None
    shift(state, 0.25, tuple(0.1 * k for k in range(len(CHANNELS))))
    assert state.neutral is not None
    assert state.neutral.rotation_rad == pytest.approx(before.rotation_rad + 0.25)
    assert state.neutral.channels == pytest.approx([value + 0.1 * k for k, value in enumerate(before.channels)])
    shifted = replace(state.neutral)
    after(*looks(4, 6.0, begin_s=0.9), state=state)
    assert state.neutral == shifted
