"""An end range follows what is learned of the zero."""

from __future__ import annotations

import math

import pytest

from imu_hip.exercise import judge
from imu_hip.model.event import EndRange, Hold, ZeroRefined
from imu_hip.model.exercise_spec import Direction
from tests.exercise.test_judge import BEGIN_S, DOWN, SUPINE, UP
from tests.exercise.traces import RATE_HZ, catalogue, of, run, session

FIRST_S = 15.2
"""One way out and back."""


class TestRefinedZero:
    def test_what_a_neutral_tells_of_the_zero_moves_the_end_range(self) -> None:
        whole, marks = session(*UP, *DOWN, *UP, *DOWN)
        told = [ZeroRefined(BEGIN_S + FIRST_S - 1.0, math.radians(-6.0))]
        before, after = of(Hold, run(SUPINE, whole, marks)[0]), of(Hold, run(SUPINE, whole, marks, re_zeros=told)[0])
        assert len(before) == len(after) == 2
        assert [hold.fraction_of_end_range for hold in after] == [
            pytest.approx(1.0, abs=0.01),
            pytest.approx(30.0 / 24.0, abs=0.01),
        ]

    def test_the_end_range_that_a_part_ended_with_is_told(self) -> None:
        whole, marks = session(*UP, *DOWN, *UP, *DOWN)
        told = [ZeroRefined(BEGIN_S + FIRST_S - 1.0, math.radians(-6.0))]
        ranges = of(EndRange, run(SUPINE, whole, marks, re_zeros=told)[0])
        assert [round(math.degrees(each.end_range_rad)) for each in ranges] == [30, 24]
        assert all(each.from_max_rep for each in ranges)

    def test_maximal_repetitions_before_the_part_move_too_and_are_told_again(self) -> None:
        whole, marks = session(*UP, *DOWN)
        told = [ZeroRefined(BEGIN_S - 0.5, math.radians(3.0))]
        events, _ = run(SUPINE, whole, marks, re_zeros=told)
        assert [round(math.degrees(each.end_range_rad)) for each in of(EndRange, events)] == [30, 33]
        assert of(Hold, events)[0].fraction_of_end_range == pytest.approx(30.0 / 33.0, abs=0.01)

    def test_outward_it_moves_the_other_way(self) -> None:
        whole, marks = session(*UP, *DOWN, *UP, *DOWN, sign=-1.0, detail="external")
        params = judge.Params((catalogue("standing_dissociation"),), "standing_dissociation", RATE_HZ)
        told = [ZeroRefined(BEGIN_S + FIRST_S - 1.0, math.radians(-6.0))]
        events, _ = run(params, whole, marks, re_zeros=told)
        outward = [each for each in of(EndRange, events) if each.direction is Direction.EXTERNAL]
        assert [round(math.degrees(each.end_range_rad)) for each in outward] == [30, 36]
