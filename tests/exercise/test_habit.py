"""What bending the hip does to its adduction in somebody's maximal repetitions."""

import math

import numpy as np
import pytest

from imu_hip.exercise.habit import Habit, expected, step, unknown
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.model.exercise_spec import Channel

NEUTRAL = np.radians([0.0, *(2.0 if c is Channel.ADDUCTION else 5.0 for c in CHANNELS), *(0.0 for _ in CHANNELS)])


def bent(flexion_deg: float, adduction_deg: float, sd_deg: float = 1.0) -> Moment:
    """Return a hip bent and adducted so far from neutral."""
    shown = {Channel.FLEXION: flexion_deg + 5.0, Channel.ADDUCTION: adduction_deg + 2.0}
    channels = np.radians([shown.get(channel, 0.0) for channel in CHANNELS])
    return Moment(0.0, 0.0, 0.0, 0.0, 0.0, channels, np.full(len(CHANNELS), math.radians(sd_deg)))


def after(*moments: Moment) -> Habit:
    state = unknown()
    for moment in moments:
        step(state[0], NEUTRAL, moment)
    return state


def test_a_tenth_of_the_bending_is_expected_sideways_where_it_went_there_before() -> None:
    state = after(*(bent(angle, 0.1 * angle, sd_deg=2.0) for angle in (20.5, 30.0, 40.0, 50.0, 60.0) * 2))
    found = expected(state[0], NEUTRAL, bent(45.0, 0.0))
    assert math.degrees(found[0]) == pytest.approx(4.5)
    assert math.degrees(math.sqrt(found[1])) == pytest.approx(2.0)


def test_ten_looks_are_enough_and_nine_are_not() -> None:
    assert np.isnan(expected(after(*[bent(40.0, 4.0)] * 9)[0], NEUTRAL, bent(40.0, 4.0))).all()
    assert np.isfinite(expected(after(*[bent(40.0, 4.0)] * 10)[0], NEUTRAL, bent(40.0, 4.0))).all()


def test_a_hip_that_hardly_bends_tells_nothing() -> None:
    assert after(*[bent(19.5, 8.0)] * 20) == unknown()
    assert after(bent(20.5, 8.0))[0].looks == 1
