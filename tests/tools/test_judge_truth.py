"""The scoring of the judge: intervals, matches, and that a session without errors agrees with its definition."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_cases import FAULTS, Case, cases, faults, is_sized, repetitions
from judge_score import best_match, judged_truth, overlap_s, scored
from judge_truth import rate, wilson
from monte_carlo import EXERCISES, MEASUREMENTS
from scipy.stats import binomtest

from imu_hip.model.event import Compensation, Hold, Touch
from imu_hip.simulate.deeds import Abort, Submaximal
from imu_hip.simulate.person import PersonParams


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    hits, trials = counts
    expected = binomtest(hits, trials).proportion_ci(method="wilson")
    assert wilson(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_a_rate_of_nothing_is_none() -> None:
    assert rate(0, 0) == "–"
    assert rate(1, 2).startswith("1/2 (9.5–90.5")


def test_the_longest_overlap_is_the_match() -> None:
    spans = [Touch(0.0, 2.0, None), Touch(1.5, 9.0, None), Touch(9.5, 12.0, None)]  # type: ignore[arg-type]
    one = Touch(1.0, 4.0, None)  # type: ignore[arg-type]
    assert best_match(one, spans, 0.5) is spans[1]
    assert best_match(one, spans, 2.5) is None
    assert best_match(one, (), 0.0) is None
    assert overlap_s(one, spans[2]) == -5.5


@pytest.mark.parametrize("exercise_id", [*EXERCISES, *MEASUREMENTS])
def test_over_the_seeds_every_fault_is_made_in_every_size(exercise_id: str) -> None:
    kinds = {(fault.kind, fault.knee) for fault in FAULTS[exercise_id]}
    sized = {(fault.kind, fault.knee) for fault in FAULTS[exercise_id] if is_sized(fault)}
    for size_deg, wanted in ((2.0, sized), (8.0, kinds)) if kinds else ():
        made = [fault for seed in range(12) for fault in faults(exercise_id, seed, size_deg)]
        assert {(fault.kind, fault.knee) for fault in made} == wanted
        assert {fault.repetition for fault in made} == set(range(2, repetitions(exercise_id) + 1))


def test_the_true_angle_gives_the_planned_holds_and_no_fault() -> None:
    usual = next(case for case in cases("seated_ir", 0) if case.name == "usual")
    session = usual.simulate()
    events = judged_truth(usual, session)
    holds = [event for event in events if isinstance(event, Hold)]
    assert len(holds) == len(session.truth.holds) == 5
    for hold, planned in zip(holds, session.truth.holds, strict=True):
        assert overlap_s(hold, planned) > 0.9 * (planned.end_s - planned.start_s)
    assert not [event for event in events if isinstance(event, Compensation)]


def test_the_true_angle_of_a_touch_and_of_a_short_way_is_no_hold() -> None:
    usual = next(case for case in cases("seated_ir", 1) if case.name == "usual")
    person = PersonParams(deeds=(Abort(2, 0.4), Submaximal(3)))
    case = Case("seated_ir", "test", 1, replace(usual.simulation, person=person))
    session = case.simulate()
    holds = [event for event in judged_truth(case, session) if isinstance(event, Hold)]
    assert len(holds) == 3
    assert [best_match(attempt, holds, 0.0) for attempt in session.truth.attempts] == [None, None]


def test_a_session_is_counted_whole() -> None:
    usual = next(case for case in cases("seated_ir", 2) if case.name == "usual")
    counts = scored(usual).counts
    assert counts["planned hold all"] == counts["hold seen all"] == counts["clean repetitions"] == 5
    assert sum(n for name, n in counts.items() if name.startswith("exit ")) == 5


def test_holes_are_behind_the_middle_of_every_other_hold() -> None:
    lost = next(case for case in cases("seated_ir", 0) if case.name == "2 s lost")
    session = lost.simulate()
    holes = lost.holes(session)
    assert len(holes) == 3
    for hole, hold in zip(holes, session.truth.holds[::2], strict=True):
        assert hold.start_s < hole.at_s < hold.end_s
