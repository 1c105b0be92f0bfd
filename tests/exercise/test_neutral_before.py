"""The neutral that a repetition is measured from: where it is, when it was, and when it is not believed."""

import math

import numpy as np
import pytest

from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import NeutralState, channel, channel_sd, level_rad, shift, step
from imu_hip.model.exercise_spec import Direction

LEVEL_RAD = math.radians(8.0)
ONES = np.ones(len(CHANNELS))


def look(t_s: float, rotation_deg: float = 0.0, rate_deg_s: float = 0.0, thigh_deg_s: float = 0.0) -> Moment:
    rotation, rate, thigh = map(math.radians, (rotation_deg, rate_deg_s, thigh_deg_s))
    return Moment(t_s, rotation, rate, thigh, 0.0, rotation * ONES, ONES)


def after(*looks: Moment, state: NeutralState | None = None) -> NeutralState:
    state = NeutralState() if state is None else state
    for each in looks:
        step(state.now, state.numbers, state.looks, each, LEVEL_RAD)
    return state


def looks(count: int, rotation_deg: float = 0.0, begin_s: float = 0.0, **moving: float) -> list[Moment]:
    return [look(begin_s + 0.1 * k, rotation_deg, **moving) for k in range(count)]


@pytest.mark.parametrize(
    ("ends_deg", "side", "expected_deg"),
    [
        ({}, Direction.INTERNAL, 7.5),
        ({Direction.INTERNAL: 30.0, Direction.EXTERNAL: 40.0}, Direction.INTERNAL, 7.5),
        ({Direction.INTERNAL: 20.0, Direction.EXTERNAL: 40.0}, Direction.INTERNAL, 5.0),
        ({Direction.INTERNAL: 20.0, Direction.EXTERNAL: 40.0}, Direction.EXTERNAL, 10.0),
        ({Direction.INTERNAL: 20.0}, Direction.EXTERNAL, 5.0),
    ],
)
def test_a_quarter_of_the_end_range_of_that_side_is_neutral_or_seven_and_a_half_degrees(
    ends_deg: dict[Direction, float], side: Direction, expected_deg: float
) -> None:
    ends = {direction: math.radians(end) for direction, end in ends_deg.items()}
    assert math.degrees(level_rad(0.25, ends, side)) == pytest.approx(expected_deg)


def test_five_still_looks_make_a_neutral_of_their_mean() -> None:
    assert after(*looks(4)).channels is None
    found = after(*[look(0.1 * k, float(k)) for k in range(5)])
    assert math.degrees(found.numbers[0]) == pytest.approx(2.0)
    assert found.channels is not None
    assert np.degrees(found.channels) == pytest.approx(2.0 * ONES)
    assert [channel(found.numbers, at) for at in range(len(CHANNELS))] == list(found.channels)
    assert [channel_sd(found.numbers, at) for at in range(len(CHANNELS))] == ONES.tolist()


def test_the_newest_five_looks_make_the_neutral() -> None:
    found = after(*[look(0.1 * k, float(k)) for k in range(7)])
    assert math.degrees(found.numbers[0]) == pytest.approx(4.0)


@pytest.mark.parametrize("moving", [{"rate_deg_s": 5.1}, {"rate_deg_s": -5.1}, {"thigh_deg_s": 10.1}])
def test_a_limb_that_moves_makes_none(moving: dict[str, float]) -> None:
    assert after(*looks(9, **moving)).channels is None
    almost = {key: math.copysign(abs(value) - 0.2, value) for key, value in moving.items()}
    assert after(*looks(9, **almost)).channels is not None


def test_looks_begin_anew_behind_a_hole_and_a_movement() -> None:
    assert after(*looks(4), *looks(4, begin_s=0.7)).channels is None
    assert after(*looks(4), *looks(4, begin_s=0.5)).channels is not None
    assert after(*looks(4), look(0.4, rate_deg_s=9.0), *looks(4, begin_s=0.5)).channels is None


def test_beyond_the_level_the_limb_is_away_and_back_well_below_it() -> None:
    state = after(*looks(5, 8.5))
    assert state.now.away
    assert state.channels is None
    assert after(look(0.6, 6.0), state=state).now.away
    assert not after(look(0.7, 5.4), state=state).now.away
    assert state.now.was_away


def test_who_was_asked_to_be_in_neutral_and_keeps_still_is_in_it_wherever() -> None:
    state = NeutralState()
    state.now.prompted = True
    after(*looks(5, 20.0), state=state)
    assert not state.now.away
    assert state.channels is not None


def test_a_correction_moves_the_neutral_and_what_led_to_the_next_is_forgotten() -> None:
    state = after(*looks(9, 2.0))
    before = state.numbers.copy()
    channels = 0.1 * np.arange(len(CHANNELS))
    shift(state, 0.25, channels)
    assert state.numbers[0] == pytest.approx(before[0] + 0.25)
    assert state.channels == pytest.approx(before[1 : 1 + len(CHANNELS)] + channels)
    shifted = state.numbers.copy()
    after(*looks(4, 6.0, begin_s=0.9), state=state)
    np.testing.assert_array_equal(state.numbers, shifted)
