"""An end range grows with evidence only, and a cycle says how much further it went."""

import math

import pytest

from imu_hip.model.event import Cycle, EndRange, Hold, ReZero
from tests.exercise.traces import Way, of, run, session, supine


class TestGrowth:
    def rep(self, size: float) -> tuple[Way, ...]:
        return ((0.0, 1.5), (size, 1.2), (size, 4.0), (0.0, 2.0), (0.0, 2.0))

    def end_ranges(self, *sizes: float) -> list[float]:
        whole, marks = session(*(step for size in sizes for step in self.rep(size)), detail="internal")
        known = [event.end_range_rad for event in of(EndRange, run(supine(), whole, marks)[0])]
        return [round(math.degrees(each)) for each in known]

    def test_two_holds_well_beyond_the_end_range_raise_it_to_what_both_reached(self) -> None:
        assert self.end_ranges(36.0, 38.0)[-1] == 36

    def test_one_is_not_enough(self) -> None:
        assert self.end_ranges(38.0, 30.0)[-1] == 30

    def test_a_little_beyond_is_not_enough(self) -> None:
        assert self.end_ranges(32.0, 32.0, 32.0)[-1] == 30

    def test_nothing_lowers_it(self) -> None:
        assert self.end_ranges(26.0, 26.0, 26.0)[-1] == 30

    def holds(self, *sizes: float) -> list[Hold]:
        whole, marks = session(*(step for size in sizes for step in self.rep(size)), detail="internal")
        return of(Hold, run(supine(), whole, marks)[0])

    def test_holds_a_little_beyond_the_end_range_ask_as_much_of_the_next_one(self) -> None:
        assert len(self.holds(24.5)) == 1
        assert len(self.holds(32.0, 24.5)) == 1
        assert len(self.holds(32.0, 26.5)) == 2

    def test_a_hold_far_beyond_the_end_range_asks_no_more_than_one_at_the_edge_of_growth(self) -> None:
        assert len(self.holds(45.0, 30.0)) == 2

    def test_what_was_held_before_a_correction_asks_nothing_of_the_next_one(self) -> None:
        whole, marks = session(*self.rep(32.0), *self.rep(24.5), detail="internal")
        first = of(Hold, run(supine(), whole, marks)[0])
        corrected = run(supine(), whole, marks, re_zeros=[ReZero(first[0].end_s + 3.0, math.radians(1.0))])[0]
        assert (len(first), len(of(Hold, corrected))) == (1, 2)

    def test_holds_below_the_end_range_ask_no_less_of_the_next_one(self) -> None:
        assert len(self.holds(26.0, 26.0, 23.0)) == 2

    def test_a_hold_that_hardly_counts_is_said_to_be_unsure(self) -> None:
        sure, unsure = self.holds(27.0, 25.0)
        assert "not sure" not in sure.why
        assert "not sure: only 1.0° above the least that counts, the angle is known to ±3.0° (2 SD)" in unsure.why

    def test_a_cycle_says_how_much_further_its_last_hold_went(self) -> None:
        steps = [(30.0, 9.0), (24.0, 0.8), (24.0, 9.0), (33.0, 1.0), (33.0, 9.0), (0.0, 2.0), (0.0, 2.0)]
        whole, marks = session((0.0, 1.0), (30.0, 1.2), *steps)
        (cycle,) = of(Cycle, run(supine(), whole, marks)[0])
        assert cycle.growth_rad is not None
        assert math.degrees(cycle.growth_rad) == pytest.approx(3.0, abs=0.2)
        assert "+3" in cycle.why
