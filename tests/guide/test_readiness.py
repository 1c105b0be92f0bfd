"""The guide waits for the person, counts down, and does a step of the calibration once more."""

from __future__ import annotations

import pytest

from imu_hip.guide import wording
from imu_hip.guide.guide import Params
from imu_hip.guide.sections import SectionKind
from imu_hip.model.command import CommandName
from imu_hip.model.item import Edge, MarkLabel
from tests.guide.test_reactions import GUIDE, PARTS, SETS, TWO, at, follow, marks_of, said

WAITING = Params(TWO, waits=True, ready_s=5.0)


def test_nothing_is_marked_before_the_person_begins() -> None:
    outputs = follow(60.0, params=WAITING)
    assert marks_of(outputs) == []
    assert {output.now.text for _, output in outputs} == {wording.READY}
    assert all(output.now.view(t_s).paused for t_s, output in outputs)


def test_the_script_begins_after_the_countdown_and_is_the_same_only_later() -> None:
    outputs = follow(SETS[0].end_s + 20.0, [(12.0, CommandName.GO_ON)], params=WAITING)
    expected = follow(SETS[0].end_s + 20.0)
    shifted = [(m.label, m.edge, m.detail, pytest.approx(m.t_s + 17.0)) for m in marks_of(expected)]
    found = [(m.label, m.edge, m.detail, m.t_s) for m in marks_of(outputs)]
    assert found == shifted[: len(found)]
    assert len(found) > 10


def test_the_countdown_is_announced_as_the_rest_before_an_effort() -> None:
    outputs = follow(20.0, [(12.0, CommandName.GO_ON)], params=WAITING)
    efforts = {output.now.effort_s for t_s, output in outputs if 12.0 <= t_s < 17.0}
    assert efforts == {17.0}
    assert said(outputs, 12.5) == wording.BEGINS


def test_who_pauses_in_the_countdown_is_waited_for_again() -> None:
    commands = [(12.0, CommandName.GO_ON), (14.0, CommandName.PAUSE)]
    outputs = follow(60.0, commands, params=WAITING)
    assert marks_of(outputs) == []
    assert said(outputs, 50.0) == wording.PAUSED


def test_a_redo_asks_for_the_step_of_which_the_outcome_was_just_seen() -> None:
    swings_s = at(SectionKind.CALIBRATION, MarkLabel.LEG_SWINGS)
    bows_s = at(SectionKind.CALIBRATION, MarkLabel.BOWS)
    outputs = follow(bows_s + 30.0, [(bows_s + 1.0, CommandName.REDO)])
    begun = [m.t_s for m in marks_of(outputs) if m.label is MarkLabel.LEG_SWINGS and m.edge is Edge.BEGIN]
    assert begun == [swings_s, pytest.approx(bows_s + 1.0 + GUIDE.once_more_s)]


def test_a_redo_late_in_a_step_begins_that_step_anew() -> None:
    swings_s = at(SectionKind.CALIBRATION, MarkLabel.LEG_SWINGS)
    outputs = follow(swings_s + 30.0, [(swings_s + 5.0, CommandName.REDO)])
    begun = [m.t_s for m in marks_of(outputs) if m.label is MarkLabel.LEG_SWINGS and m.edge is Edge.BEGIN]
    assert begun == [swings_s, pytest.approx(swings_s + 5.0 + GUIDE.once_more_s)]


def test_a_redo_within_a_set_means_nothing() -> None:
    in_set_s = SETS[0].start_s + 4.0
    assert marks_of(follow(SETS[0].end_s, [(in_set_s, CommandName.REDO)])) == marks_of(follow(SETS[0].end_s))


def test_the_steps_on_the_way_to_a_set_are_counted() -> None:
    outputs = follow(SETS[0].end_s - 1.0)
    seen = list(dict.fromkeys((o.now.step, o.now.section) for t_s, o in outputs))
    steps = [step for step, section in seen if section is not SectionKind.SET]
    assert steps == [(k, PARTS.index(SETS[0])) for k in range(1, PARTS.index(SETS[0]) + 1)]
    assert ((0, 0), SectionKind.SET) in seen


def test_the_seconds_left_of_what_is_asked_run_down_to_nothing() -> None:
    rest_s = at(SectionKind.CALIBRATION, MarkLabel.TABLE_REST)
    length_s = next(p.end_s - p.start_s for p in PARTS if p.label is MarkLabel.TABLE_REST)
    for t_s, output in follow(rest_s + length_s - 1.0):
        if t_s >= rest_s:
            shown = output.now.view(t_s)
            assert shown.asks == "table_rest"
            assert shown.asked_s == pytest.approx(length_s)
            assert shown.left_s == pytest.approx(rest_s + length_s - t_s)


def test_who_does_not_wait_is_given_time_to_get_into_place() -> None:
    outputs = follow(30.0, params=Params(TWO, ready_s=5.0))
    assert said(outputs, 1.0) == wording.BEGINS
    assert marks_of(outputs)[0].t_s == pytest.approx(5.0 + marks_of(follow(30.0))[0].t_s)
