"""Whole recordings: parts, marks, end ranges, cycles, and what is said when something is missing."""

import copy
import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.exercise import judge
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import (
    Block,
    CalibrationStep,
    Cycle,
    EndRange,
    Event,
    Exit,
    ExitVerdict,
    Hold,
    HoldVerdict,
    PartEnded,
    PartStarted,
    Phase,
    Plateau,
    Touch,
    Warning,
)
from imu_hip.model.exercise_spec import Direction, Step
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.output import JudgeSnapshot
from tests.exercise.traces import (
    CYCLE,
    CYCLE_S,
    MAX_REP,
    MAX_REP_S,
    RATE_HZ,
    Way,
    block,
    catalogue,
    interval,
    movement,
    of,
    rows,
    run,
    session,
    supine,
)

BEGIN_S = 2.0 * MAX_REP_S
"""When the part of a `session` begins."""
UP: tuple[Way, ...] = ((0.0, 1.0), (30.0, 1.2), (30.0, 9.0))
DOWN: tuple[Way, ...] = ((0.0, 2.0), (0.0, 2.0))
SUPINE = supine()
STANDING = judge.Params((catalogue("standing_dissociation"),), "standing_dissociation", RATE_HZ)


def codes(events: Iterable[Event]) -> list[str]:
    return [event.code for event in of(Warning, events)]


def spans(events: Iterable[Event]) -> list[tuple[float, float]]:
    return [(event.start_s, event.end_s) for event in events if isinstance(event, Hold | Block | Exit)]


def shown_deg(angle_rad: float | None) -> float:
    assert angle_rad is not None
    return math.degrees(angle_rad)


class TestCycle:
    def test_a_cycle_of_supine_ere_is_complete(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE))
        kinds = [EndRange, CalibrationStep, PartStarted, Hold, Block, Hold, Exit, Cycle, Plateau, PartEnded]
        assert [type(event) for event in events] == kinds
        cycle = of(Cycle, events)[0]
        assert cycle.complete
        assert cycle.steps == catalogue("supine_ere").cycle
        assert of(Exit, events)[0].verdict is ExitVerdict.CONTROLLED

    def test_times_are_those_of_the_movement_without_the_lag_of_the_filter(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE))
        first, second = of(Hold, events)
        assert first.start_s == pytest.approx(BEGIN_S + 2.2, abs=0.2)
        assert first.end_s == pytest.approx(BEGIN_S + 11.2, abs=0.2)
        assert second.start_s == pytest.approx(BEGIN_S + 22.0, abs=0.4)
        found = of(Block, events)[0]
        assert found.start_s == pytest.approx(BEGIN_S + 12.0, abs=0.3)
        assert found.end_s == pytest.approx(BEGIN_S + 21.0, abs=0.3)
        assert math.degrees(first.angle_rad) == pytest.approx(30.0, abs=0.05)
        assert first.verdict is second.verdict is HoldVerdict.COMPLETE

    def test_several_cycles_are_counted_one_by_one(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE, *CYCLE, *CYCLE))
        cycles = of(Cycle, events)
        assert [cycle.complete for cycle in cycles] == [True, True, True]
        assert cycles[1].start_s == pytest.approx(BEGIN_S + CYCLE_S + 1.4, abs=0.2)

    def test_a_missing_block_is_named(self) -> None:
        dip = ((20.0, 0.8), (20.0, 1.0), (30.0, 1.0), (30.0, 9.0))
        events, _ = run(SUPINE, *session(*UP, *dip, *DOWN))
        cycle = of(Cycle, events)[0]
        assert (cycle.complete, cycle.missing) == (False, (Step.BLOCK,))

    @pytest.mark.parametrize(("way_s", "verdict"), [(0.9, ExitVerdict.FAST), (0.4, ExitVerdict.FLOP)])
    def test_an_exit_that_is_not_controlled_makes_the_cycle_incomplete(
        self, way_s: float, verdict: ExitVerdict
    ) -> None:
        events, _ = run(SUPINE, *session(*CYCLE[:-2], (0.0, way_s), (0.0, 2.0)))
        assert of(Exit, events)[0].verdict is verdict
        cycle = of(Cycle, events)[0]
        assert (cycle.complete, cycle.missing) == (False, (Step.CONTROLLED_EXIT,))

    def test_a_hold_with_exit_alone_misses_block_and_second_hold(self) -> None:
        events, _ = run(SUPINE, *session(*UP, *DOWN))
        assert of(Cycle, events)[0].missing == (Step.BLOCK, Step.INTERNAL_HOLD)

    def test_a_pause_on_the_last_way_back_is_no_second_block(self) -> None:
        pause = ((20.0, 1.0), (20.0, 6.0), (0.0, 1.5), (0.0, 1.0))
        events, _ = run(SUPINE, *session(*CYCLE[:-2], *pause))
        assert len(of(Block, events)) == 1

    def test_a_cycle_that_never_came_back_ends_with_its_part(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE[:-2]))
        assert of(Cycle, events)[0].missing == (Step.CONTROLLED_EXIT,)
        assert of(Exit, events) == []

    def test_where_nothing_says_cycle_there_is_none(self) -> None:
        whole, marks = session(*UP, *DOWN, detail="internal")
        events, _ = run(STANDING, whole, marks)
        assert of(Cycle, events) == []
        assert of(Block, events) == []


class TestDirections:
    def test_external_is_internal_with_the_sign_turned(self) -> None:
        found = []
        for sign, detail in ((1.0, "internal"), (-1.0, "external")):
            whole, marks = session(*UP, *DOWN, (0.0, 1.0), *UP, *DOWN, sign=sign, detail=detail)
            events, phases = run(STANDING, whole, marks)
            found.append(([event for event in events if isinstance(event, Hold | Exit | EndRange)], phases))
        internal, external = found
        assert {event.direction for event in internal[0]} == {Direction.INTERNAL}
        assert [replace(event, direction=Direction.INTERNAL) for event in external[0]] == internal[0]
        assert internal[1] == external[1]

    def test_each_direction_has_its_own_end_range(self) -> None:
        out = movement(*((-1.5 * target, way_s) for target, way_s in (*MAX_REP, *MAX_REP)))
        angle = np.concatenate([movement(*MAX_REP, *MAX_REP), out])
        part = np.concatenate([movement(*UP, *DOWN), -1.5 * movement(*UP, *DOWN), -movement(*UP, *DOWN)])
        marks = [mark for i in range(4) for mark in interval(MarkLabel.MAX_REP, i * MAX_REP_S, i * MAX_REP_S + 5.0)]
        begin_s = len(angle) / RATE_HZ
        marks += interval(MarkLabel.EXERCISE, begin_s, begin_s + len(part) / RATE_HZ)
        events, _ = run(STANDING, block(np.concatenate([angle, part])), marks)
        ranges = {event.direction: round(math.degrees(event.end_range_rad)) for event in of(EndRange, events)}
        assert ranges == {Direction.INTERNAL: 30, Direction.EXTERNAL: 45}
        holds = of(Hold, events)
        assert [hold.direction for hold in holds] == [Direction.INTERNAL, Direction.EXTERNAL]
        assert [hold.fraction_of_end_range for hold in holds] == [pytest.approx(1.0, abs=0.01)] * 2


class TestParts:
    def test_only_the_marked_part_is_judged(self) -> None:
        whole, marks = session(*CYCLE, *CYCLE)
        marks = [mark for mark in marks if mark.label is not MarkLabel.EXERCISE]
        marks += interval(MarkLabel.EXERCISE, BEGIN_S, BEGIN_S + CYCLE_S)
        events, phases = run(SUPINE, whole, marks)
        assert len(of(Cycle, events)) == 1
        assert of(PartStarted, events) == [PartStarted(BEGIN_S, "supine_ere")]
        assert of(PartEnded, events) == [PartEnded(BEGIN_S + CYCLE_S, "supine_ere")]
        outside = set(phases[: round(100 * BEGIN_S)]) | set(phases[round(100 * (BEGIN_S + CYCLE_S)) :])
        assert outside == {Phase.NEUTRAL, Phase.APPROACH}

    def test_the_mark_may_name_another_exercise(self) -> None:
        params = judge.Params((catalogue("supine_ere"), catalogue("prone_ir")), "supine_ere", RATE_HZ)
        whole, marks = session(*UP, *DOWN)
        named = [replace(mark, detail="prone_ir") if mark.label is MarkLabel.EXERCISE else mark for mark in marks]
        events, _ = run(params, whole, named)
        assert of(PartStarted, events) == [PartStarted(BEGIN_S, "prone_ir")]
        assert of(Cycle, events) == []

    def test_an_unknown_name_is_judged_as_the_default_and_said(self) -> None:
        whole, marks = session(*UP, *DOWN)
        named = [replace(mark, detail="yoga") if mark.label is MarkLabel.EXERCISE else mark for mark in marks]
        events, _ = run(SUPINE, whole, named)
        assert codes(events) == ["unknown_exercise"]
        assert of(PartStarted, events)[0].exercise_id == "supine_ere"

    def test_without_rules_for_the_default_nothing_can_be_judged(self) -> None:
        with pytest.raises(UsageError) as error:
            run(judge.Params((), "yoga", RATE_HZ), *session(*UP))
        assert error.value.reason is Reason.UNKNOWN_EXERCISE

    def test_an_end_range_serves_another_part_of_the_same_posture_only(self) -> None:
        params = judge.Params(
            (catalogue("supine_ere"), catalogue("prone_ir"), catalogue("arom_prone")), "supine_ere", RATE_HZ
        )
        whole, marks = session(*UP, *DOWN, *UP, *DOWN, *UP, *DOWN)
        marks = [mark for mark in marks if mark.label is MarkLabel.MAX_REP]
        for i, name in enumerate(("supine_ere", "supine_ere", "prone_ir")):
            marks += interval(MarkLabel.EXERCISE, BEGIN_S + 15.2 * i, BEGIN_S + 15.2 * (i + 1), name)
        events, _ = run(params, whole, marks)
        begun = [i for i, event in enumerate(events) if isinstance(event, PartStarted)]
        assert codes(events[: begun[2]]) == []
        assert codes(events[begun[2] :]) == ["no_max_rep"]
        assert len(of(Hold, events)) == 3

    def test_what_is_open_when_the_data_end_is_handed_out(self) -> None:
        events, _ = run(SUPINE, *session(*UP))
        assert [type(event) for event in events] == [
            EndRange,
            CalibrationStep,
            PartStarted,
            Hold,
            Cycle,
            Plateau,
            PartEnded,
        ]
        assert "still held when the exercise ended" in of(Hold, events)[0].why

    def test_letting_go_after_a_second_is_a_touch_and_no_cycle(self) -> None:
        events, _ = run(SUPINE, *session((0.0, 1.0), (30.0, 1.2), (30.0, 1.0), *DOWN))
        assert [type(event) for event in events] == [EndRange, CalibrationStep, PartStarted, Touch, Plateau, PartEnded]


class TestEndRange:
    def test_two_repetitions_give_it_before_the_part_begins(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE))
        (found,) = of(EndRange, events)
        assert found.from_max_rep
        assert found.t_s == MAX_REP_S + 5.0
        assert math.degrees(found.end_range_rad) == pytest.approx(30.0, abs=0.05)

    def test_repetitions_that_agree_are_told_with_a_quality(self) -> None:
        events, _ = run(SUPINE, *session(*CYCLE))
        (told,) = of(CalibrationStep, events)
        assert (told.label, told.accepted) == (MarkLabel.MAX_REP, True)
        assert 0.9 < told.quality <= 1.0

    def test_a_single_repetition_serves_and_is_said(self) -> None:
        whole, marks = session(*CYCLE)
        events, _ = run(SUPINE, whole, marks[2:])
        assert codes(events) == ["one_max_rep"]
        assert of(EndRange, events)[0].from_max_rep
        assert of(Cycle, events)[0].complete

    def test_without_repetitions_the_first_way_out_is_judged_by_its_own_plateau(self) -> None:
        whole, marks = session(*CYCLE, *CYCLE)
        events, _ = run(SUPINE, whole, marks[4:])
        assert codes(events) == ["no_max_rep"]
        assert not of(EndRange, events)[0].from_max_rep
        assert [cycle.complete for cycle in of(Cycle, events)] == [True, True]
        with_marks, _ = run(SUPINE, whole, marks)
        assert spans(events) == spans(with_marks)

    def test_without_repetitions_a_larger_plateau_raises_it_for_what_follows(self) -> None:
        larger = ((36.0, 1.2), (36.0, 9.0), (0.0, 2.0), (0.0, 2.0))
        whole, marks = session(*UP, *DOWN, *larger, *larger)
        events, _ = run(SUPINE, whole, marks[4:])
        found = [math.degrees(event.end_range_rad) for event in of(EndRange, events)]
        assert found == [pytest.approx(degrees, abs=0.05) for degrees in (30.0, 33.0, 36.0)]

    def test_without_repetitions_an_unfinished_way_out_is_judged_at_the_end(self) -> None:
        whole, marks = session(*UP)
        events, _ = run(SUPINE, whole, marks[4:])
        assert len(of(Hold, events)) == 1

    def test_without_repetitions_and_plateau_nothing_is_judged_and_it_is_said(self) -> None:
        whole, marks = session((0.0, 10.0))
        events, _ = run(SUPINE, whole, marks[4:])
        assert codes(events) == ["no_max_rep", "no_end_range"]

    def test_too_small_an_end_range_is_refused(self) -> None:
        small = 0.1 * movement(*MAX_REP, *MAX_REP, *CYCLE)
        _, marks = session(*CYCLE)
        events, phases = run(SUPINE, block(small), marks)
        assert codes(events) == ["end_range_too_small"]
        assert of(Hold, events) == []
        assert of(Touch, events) == []
        assert Phase.HOLD not in phases

    def test_repetitions_within_the_part_are_not_judged_and_count_from_then_on(self) -> None:
        whole, marks = session(*CYCLE)
        marks = [
            *marks[:4],
            *interval(MarkLabel.EXERCISE, 0.0, BEGIN_S + CYCLE_S),
        ]
        events, phases = run(SUPINE, whole, marks)
        assert len(of(Hold, events)) == 2
        assert of(Cycle, events)[0].complete
        assert set(phases[:500]) == {Phase.NEUTRAL, Phase.APPROACH}

    def test_repetitions_after_a_part_are_made_for_the_next_one(self) -> None:
        low: tuple[Way, ...] = ((0.0, 0.5), (20.0, 1.0), (20.0, 2.0), (0.0, 1.5), (0.0, 2.0))
        whole = block(movement(*MAX_REP, *MAX_REP, *UP, *DOWN, *low, *low, *UP, *DOWN))
        part_s = sum(took_s for _, took_s in (*UP, *DOWN))
        again_s = BEGIN_S + part_s
        begins = (0.0, MAX_REP_S, again_s, again_s + MAX_REP_S)
        marks = [
            *(mark for begin_s in begins for mark in interval(MarkLabel.MAX_REP, begin_s, begin_s + 5.0, "internal")),
            *interval(MarkLabel.EXERCISE, BEGIN_S, again_s),
            *interval(MarkLabel.EXERCISE, again_s + BEGIN_S, again_s + BEGIN_S + part_s),
        ]
        told = [each for each in of(EndRange, run(SUPINE, whole, marks)[0]) if each.from_max_rep]
        assert [math.degrees(each.end_range_rad) for each in told] == pytest.approx([30.0, 20.0], abs=0.1)


class TestPlateau:
    def test_a_part_reports_the_farthest_it_stayed_in_each_direction(self) -> None:
        part = movement((24.0, 1.0), (24.0, 3.0), (28.0, 1.0), (28.0, 3.0), *DOWN, (33.0, 0.4), (0.0, 0.4), (0.0, 1.0))
        marks = list(interval(MarkLabel.EXERCISE, 0.0, 2.0 * len(part) / RATE_HZ))
        events, _ = run(STANDING, block(np.concatenate([part, -1.1 * part])), marks)
        found = [(plateau.direction, math.degrees(plateau.angle_rad)) for plateau in of(Plateau, events)]
        assert [direction for direction, _ in found] == [Direction.INTERNAL, Direction.EXTERNAL]
        assert [degrees for _, degrees in found] == pytest.approx([28.0, 30.8], abs=0.05)
        assert [math.degrees(plateau.sd_rad) for plateau in of(Plateau, events)] == [pytest.approx(1.5)] * 2

    def test_a_direction_in_which_nothing_was_kept_has_none(self) -> None:
        whole, marks = session((3.0, 1.0), (3.0, 5.0), (30.0, 0.5), (0.0, 0.5))
        assert of(Plateau, run(SUPINE, whole, marks)[0]) == []


class TestWithoutExerciseMark:
    def test_all_after_the_last_calibration_is_judged_and_handed_out_at_the_end(self) -> None:
        whole, marks = session(*CYCLE)
        events, phases = run(SUPINE, whole, marks[:4])
        assert codes(events) == ["no_exercise_mark"]
        assert len(of(Hold, events)) == 2
        assert of(Cycle, events)[0].complete
        assert of(PartStarted, events)[0].t_s == pytest.approx(MAX_REP_S + 5.0)
        assert set(phases) == {Phase.NEUTRAL, Phase.APPROACH}

    def test_a_later_exercise_mark_makes_it_forgotten(self) -> None:
        whole, marks = session(*CYCLE, *CYCLE)
        late = [*marks[:4], *interval(MarkLabel.EXERCISE, BEGIN_S + CYCLE_S, BEGIN_S + 2.0 * CYCLE_S)]
        events, _ = run(SUPINE, whole, late)
        assert codes(events) == []
        assert len(of(Hold, events)) == 2

    def test_a_calibration_makes_it_begin_again_but_a_table_rest_does_not(self) -> None:
        whole, marks = session(*CYCLE)
        end_s = BEGIN_S + CYCLE_S
        for label, holds in ((MarkLabel.POSTURE_NEUTRAL, 0), (MarkLabel.TABLE_REST, 2)):
            events, _ = run(SUPINE, whole, [*marks[:4], *interval(label, end_s - 1.0, end_s)])
            assert len(of(Hold, events)) == holds

    def test_an_end_without_a_beginning_is_not_a_part(self) -> None:
        whole, marks = session(*CYCLE)
        events, _ = run(SUPINE, whole, [*marks[:4], TimedMark(20.0, MarkLabel.EXERCISE, Edge.END)])
        assert codes(events) == ["no_exercise_mark"]
        assert len(of(PartEnded, events)) == 1

    def test_no_data_at_all_gives_the_warning_and_nothing_else(self) -> None:
        events, phases = run(SUPINE, block(np.zeros(0)))
        assert (codes(events), len(events), phases) == (["no_exercise_mark"], 1, [])


class TestPhases:
    def test_phases_follow_the_cycle(self) -> None:
        _, phases = run(SUPINE, *session(*CYCLE))
        part = phases[round(100 * BEGIN_S) :]
        changes = [(i, phase) for i, phase in enumerate(part) if i == 0 or phase != part[i - 1]]
        expected = [
            (0.0, Phase.NEUTRAL),
            (1.5, Phase.APPROACH),
            (2.4, Phase.HOLD),
            (11.7, Phase.EXIT),
            (13.2, Phase.BLOCK),  # still since 12.0, shown a second later, seen with the lag of its filter
            (21.5, Phase.APPROACH),
            (22.1, Phase.HOLD),
            (31.6, Phase.EXIT),
            (32.4, Phase.NEUTRAL),
        ]
        assert [phase for _, phase in changes] == [phase for _, phase in expected]
        assert [i / 100.0 for i, _ in changes] == [pytest.approx(t_s, abs=0.15) for t_s, _ in expected]

    def test_rows_without_an_angle_are_unknown(self) -> None:
        whole, marks = session(*CYCLE)
        valid = np.ones(len(whole.t_s), bool)
        valid[2000:2100] = False
        angle = np.degrees(whole.angles_rad[:, 2])
        _, phases = run(SUPINE, block(angle, valid=valid), marks)
        assert [i for i, phase in enumerate(phases) if phase == Phase.UNKNOWN] == list(range(2000, 2100))


class TestSnapshot:
    def at(self, t_s: float, params: judge.Params = SUPINE, sign: float = 1.0) -> JudgeSnapshot:
        whole, marks = session(*CYCLE, sign=sign)
        state, _ = judge.step(params, judge.State(), rows(whole, 0, round(100 * t_s)), marks)
        return judge.snapshot(params, state)

    def test_before_the_end_range_is_known_there_is_nothing_to_show(self) -> None:
        assert replace(self.at(8.0), neutral_rad=None) == JudgeSnapshot(None, None, None, 0, 0, (), None)

    def test_end_range_and_enter_level_show_before_the_part(self) -> None:
        found = self.at(13.0)
        assert found.exercise_id is None
        assert shown_deg(found.end_range_rad) == pytest.approx(30.0, abs=0.05)
        assert shown_deg(found.enter_rad) == pytest.approx(24.0, abs=0.05)
        assert (found.hold_start_s, found.cycle_number, found.cycles_complete, found.steps_done) == (None, 0, 0, ())

    def test_a_running_hold_shows_its_start(self) -> None:
        found = self.at(BEGIN_S + 8.0)
        assert found.hold_start_s == pytest.approx(BEGIN_S + 2.1, abs=0.1)
        assert (found.exercise_id, found.cycle_number, found.cycles_complete) == ("supine_ere", 1, 0)

    def test_steps_of_the_cycle_show_as_they_are_done(self) -> None:
        found = self.at(BEGIN_S + 24.0)
        assert found.steps_done == ("internal_hold", "block")
        assert shown_deg(found.enter_rad) == pytest.approx(30.0 - 3.6, abs=0.1)
        done = self.at(BEGIN_S + 34.5)
        assert done.steps_done == catalogue("supine_ere").cycle
        assert (done.hold_start_s, done.cycle_number, done.cycles_complete) == (None, 1, 1)

    def test_after_the_part_its_count_stays(self) -> None:
        whole, marks = session(*CYCLE)
        state, _ = judge.step(SUPINE, judge.State(), whole, marks)
        state, _ = judge.finish(SUPINE, state)
        found = judge.snapshot(SUPINE, state)
        assert (found.exercise_id, found.cycles_complete, found.hold_start_s) == ("supine_ere", 1, None)

    def test_levels_of_the_external_direction_are_negative(self) -> None:
        found = self.at(BEGIN_S + 8.0, STANDING, sign=-1.0)
        assert shown_deg(found.end_range_rad) == pytest.approx(-30.0, abs=0.05)
        assert shown_deg(found.enter_rad) == pytest.approx(-24.0, abs=0.05)


def test_a_saved_state_goes_on_as_the_original() -> None:
    whole, marks = session(*CYCLE)
    state, first = judge.step(SUPINE, judge.State(), rows(whole, 0, 3000), marks)
    saved = copy.deepcopy(state)
    rest = rows(whole, 3000, len(whole.t_s))
    outputs = []
    for each in (state, saved):
        each, second = judge.step(SUPINE, each, rest, ())
        _, last = judge.finish(SUPINE, each)
        outputs.append(first.events + second.events + last.events)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("rate_hz", [50.0, 200.0])
def test_another_sample_rate_tells_the_same(rate_hz: float) -> None:
    angle = movement(*MAX_REP, *MAX_REP, *CYCLE, rate_hz=rate_hz)
    _, marks = session(*CYCLE)
    events, _ = run(supine(rate_hz), block(angle, np.arange(len(angle)) / rate_hz), marks)
    expected, _ = run(SUPINE, *session(*CYCLE))
    assert len(spans(events)) == 4
    np.testing.assert_allclose(spans(events), spans(expected), rtol=0.0, atol=0.05)
