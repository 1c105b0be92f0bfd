"""The guide reacts: to commands, to refused steps, and to a fault made again and again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.guide import wording
from imu_hip.guide.guide import GuideOutput, Params, State, TimedCommand, step
from imu_hip.guide.script import Dose
from imu_hip.guide.script_edges import GuideMark
from imu_hip.guide.sections import SectionKind, sections
from imu_hip.model.command import CommandName
from imu_hip.model.event import CalibrationStep, Compensation, Event
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.item import Edge, MarkLabel
from imu_hip.model.signal import SignalKind
from tests.scripts import routine_script, script

STEP_S = 0.5
TWO = routine_script(["supine_ere", "seated_ir"], doses={"supine_ere": Dose(sets=2), "seated_ir": Dose(sets=2)})
PARTS = sections(TWO)
SETS = [section for section in PARTS if section.kind is SectionKind.SET]
END_S = PARTS[-1].end_s
GUIDE = Params(TWO)
FAULT = CompensationKind.PELVIS_FOLLOWED


def at(kind: SectionKind, label: MarkLabel | None = None) -> float:
    """Return the beginning of the first section of a kind."""
    return next(part.start_s for part in PARTS if part.kind is kind and (label is None or part.label is label))


def follow(
    until_s: float,
    commands: Sequence[tuple[float, str]] = (),
    events: Sequence[tuple[float, Event]] = (),
    params: Params = GUIDE,
) -> list[tuple[float, GuideOutput]]:
    """Ask four times a second; commands and events are handed over in the call after they happened."""
    state, outputs = State(), []
    for k in range(round(until_s / STEP_S) + 1):
        t_s = k * STEP_S
        now = [TimedCommand(c_s, name) for c_s, name in commands if t_s - STEP_S < c_s <= t_s]
        seen = [event for e_s, event in events if t_s - STEP_S < e_s <= t_s]
        state, output = step(params, state, t_s, seen, now)
        outputs.append((t_s, output))
    return outputs


def marks_of(outputs: list[tuple[float, GuideOutput]]) -> list[GuideMark]:
    return [mark for _, output in outputs for mark in output.marks]


def said(outputs: list[tuple[float, GuideOutput]], t_s: float) -> str:
    return next(output.prompt for at_s, output in outputs if at_s >= t_s)


def exercise_marks(outputs: list[tuple[float, GuideOutput]]) -> list[tuple[Edge, str, float]]:
    return [(m.edge, m.detail, m.t_s) for m in marks_of(outputs) if m.label is MarkLabel.EXERCISE]


# Commands


def test_ending_a_set_closes_its_marks_at_that_moment_and_goes_on_with_the_next() -> None:
    ended_s = SETS[0].start_s + 10.1
    outputs = follow(ended_s + 60.0, [(ended_s, "end_set")])
    found = exercise_marks(outputs)
    assert found[:2] == [(Edge.BEGIN, "supine_ere", SETS[0].start_s), (Edge.END, "supine_ere", ended_s)]
    assert said(outputs, ended_s) == wording.SET_ENDED
    next_set_s = ended_s + GUIDE.rest_s + (SETS[1].start_s - SETS[0].end_s)
    assert found[2] == (Edge.BEGIN, "supine_ere", pytest.approx(next_set_s))


def test_ending_the_last_set_ends_the_session_after_a_word() -> None:
    ended_s = SETS[-1].start_s + 4.0
    outputs = follow(ended_s + 6.0, [(ended_s, "end_set")])
    assert not next(output.finished for t_s, output in outputs if t_s >= ended_s + 4.0)
    assert outputs[-1][1].finished


@pytest.mark.parametrize("when_s", [1.0, at(SectionKind.MAXIMAL) + 1.0])
def test_there_is_nothing_to_end_outside_a_set(when_s: float) -> None:
    assert follow(END_S, [(when_s, "end_set")]) == follow(END_S)


def test_pain_ends_the_set_and_waits_however_long() -> None:
    hurt_s = SETS[0].start_s + 7.3
    outputs = follow(hurt_s + 900.0, [(hurt_s, "pain")])
    assert exercise_marks(outputs)[1:] == [(Edge.END, "supine_ere", hurt_s)]
    assert not marks_of([each for each in outputs if each[0] > hurt_s + STEP_S])
    assert said(outputs, hurt_s) == wording.PAIN
    assert outputs[-1][1].prompt == wording.PAIN_LATER
    assert outputs[-1][1].now.kind is SignalKind.SAFETY
    assert not outputs[-1][1].finished


def test_after_pain_the_next_exercise_is_done_and_no_further_set_of_this_one() -> None:
    hurt_s, on_s = SETS[0].start_s + 7.3, SETS[0].start_s + 67.0
    outputs = follow(END_S + 60.0, [(hurt_s, "pain"), (on_s, "go_on")])
    begun = [detail for edge, detail, _ in exercise_marks(outputs) if edge is Edge.BEGIN]
    assert begun == ["supine_ere", "seated_ir", "seated_ir"]
    assert outputs[-1][1].finished


def test_pain_while_calibrating_leaves_no_step_out() -> None:
    hurt_s = at(SectionKind.CALIBRATION, MarkLabel.LEG_SWINGS) + 2.0
    marks = marks_of(follow(END_S + 60.0, [(hurt_s, "pain"), (hurt_s + 20.0, "go_on")]))
    swings = [mark.t_s for mark in marks if mark.label is MarkLabel.LEG_SWINGS]
    assert swings == pytest.approx([hurt_s - 2.0, hurt_s, hurt_s + 20.0, hurt_s + 26.5])


def test_stop_closes_everything_and_finishes_at_once() -> None:
    stopped_s = SETS[0].start_s + 37.1  # within a neutral pause within the set
    *_, last = [output for t_s, output in follow(stopped_s + 1.0, [(stopped_s, "stop")]) if output.marks]
    assert [(mark.label, mark.edge, mark.t_s) for mark in last.marks] == [
        (MarkLabel.NEUTRAL, Edge.END, stopped_s),
        (MarkLabel.EXERCISE, Edge.END, stopped_s),
    ]
    assert last.finished


def test_a_pause_repeats_the_repetition_and_marks_nothing_meanwhile() -> None:
    paused_s, on_s = SETS[0].start_s + 20.0, SETS[0].start_s + 100.0
    outputs = follow(on_s + 45.0, [(paused_s, "pause"), (on_s, "go_on")])
    assert exercise_marks(outputs)[:4] == [
        (Edge.BEGIN, "supine_ere", SETS[0].start_s),
        (Edge.END, "supine_ere", paused_s),
        (Edge.BEGIN, "supine_ere", on_s),
        (Edge.END, "supine_ere", pytest.approx(on_s + SETS[0].end_s - SETS[0].start_s)),
    ]
    assert said(outputs, paused_s) == wording.PAUSED
    assert said(outputs, on_s) == said(follow(SETS[0].start_s), SETS[0].start_s)


def test_a_session_that_was_cut_off_goes_on_at_the_neutral_before_the_repetition() -> None:
    cut_s, on_s = SETS[0].start_s + 20.0, SETS[0].start_s + 400.0
    before = max(p.start_s for p in GUIDE.script if p.label is MarkLabel.NEUTRAL and p.start_s < SETS[0].start_s)
    outputs = follow(on_s + 6.0, [(cut_s, "cut_off"), (on_s, "go_on")])
    assert said(outputs, on_s - 1.0) == wording.CUT_OFF
    neutrals = [mark.t_s for mark in marks_of(outputs) if mark.label is MarkLabel.NEUTRAL and mark.t_s >= cut_s]
    assert neutrals == pytest.approx([on_s, on_s + SETS[0].start_s - before])
    begun = [t_s for edge, _, t_s in exercise_marks(outputs) if edge is Edge.BEGIN]
    assert begun == pytest.approx([SETS[0].start_s, on_s + SETS[0].start_s - before])


def test_a_calibration_that_was_cut_off_begins_anew_with_the_sensors_worn() -> None:
    cut_s = at(SectionKind.CALIBRATION, MarkLabel.BOWS) + 2.0
    outputs = follow(cut_s + 60.0, [(cut_s, "cut_off"), (cut_s + 20.0, "go_on")])
    later = [m.label for m in marks_of(outputs) if m.t_s >= cut_s + 20.0 and m.edge is Edge.BEGIN]
    assert later[:3] == [MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS]
    rest_s = at(SectionKind.CALIBRATION, MarkLabel.TABLE_REST)
    again = marks_of(follow(rest_s + 40.0, [(rest_s + 3.0, "cut_off"), (rest_s + 20.0, "go_on")]))
    assert [m.t_s for m in again if m.label is MarkLabel.TABLE_REST and m.edge is Edge.BEGIN] == [
        rest_s,
        pytest.approx(rest_s + 20.0),
    ]


def test_a_pause_in_a_later_repetition_opens_the_set_again_there() -> None:
    seated = Params(script("seated_ir"))
    (one_set,) = [part for part in sections(seated.script) if part.kind is SectionKind.SET]
    paused_s = one_set.repetitions[2] + 1.0
    outputs = follow(one_set.end_s + 30.0, [(paused_s, "pause"), (paused_s + 10.0, "go_on")], params=seated)
    left_s = one_set.end_s - one_set.repetitions[2]
    assert exercise_marks(outputs)[2:] == [
        (Edge.BEGIN, "seated_ir", paused_s + 10.0),
        (Edge.END, "seated_ir", pytest.approx(paused_s + 10.0 + left_s)),
    ]
    counted = next(o.now.progress for t_s, o in outputs if t_s >= paused_s + 10.0)
    assert counted is not None
    assert (counted.repetition, counted.repetitions) == (3, 5)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.0, 400.0), st.sampled_from([*CommandName, "tango"])), max_size=8),
    st.lists(st.floats(0.0, 600.0), max_size=30),
)
def test_marks_open_and_close_in_pairs_whatever_is_commanded_and_however_often_it_is_asked(
    commands: list[tuple[float, str]], calls_s: list[float]
) -> None:
    ordered = sorted(commands)

    def run(times_s: list[float]) -> list[GuideMark]:
        state, marks, before_s = State(), [], -1.0
        for t_s in times_s:
            due = [TimedCommand(c_s, name) for c_s, name in ordered if before_s < c_s <= t_s]
            state, output = step(GUIDE, state, t_s, (), due)
            marks += output.marks
            before_s = t_s
        return marks

    marks = run([0.0, *sorted(calls_s), 2000.0])
    opened: list[tuple[MarkLabel, str]] = []
    for mark in marks:
        if mark.edge is Edge.BEGIN:
            opened.append((mark.label, mark.detail))
        else:
            assert opened.pop() == (mark.label, mark.detail)
    assert [mark.t_s for mark in marks] == sorted(mark.t_s for mark in marks)
    assert marks == run([0.0, 2000.0])


# Refused steps


def refused(label: MarkLabel, t_s: float) -> Event:
    return CalibrationStep(t_s - 3.0, t_s, label, False, 0.0, "moved")


def test_a_refused_step_is_asked_for_once_more_and_then_goes_on() -> None:
    start_s = at(SectionKind.CALIBRATION, MarkLabel.LEG_SWINGS)
    known_s = start_s + 7.0
    outputs = follow(known_s + 30.0, events=[(known_s, refused(MarkLabel.LEG_SWINGS, known_s))])
    assert said(outputs, known_s) == wording.ONCE_MORE
    begun = [(m.label, m.t_s) for m in marks_of(outputs) if m.edge is Edge.BEGIN and m.t_s >= start_s]
    again_s = known_s + GUIDE.once_more_s
    assert begun[:4] == [
        (MarkLabel.LEG_SWINGS, start_s),
        (MarkLabel.BOWS, start_s + 6.5),
        (MarkLabel.LEG_SWINGS, again_s),
        (MarkLabel.BOWS, again_s + 6.5),
    ]


def test_a_step_refused_twice_is_gone_on_without_and_the_cost_is_said() -> None:
    first_s = at(SectionKind.CALIBRATION, MarkLabel.TABLE_REST) + 11.0
    second_s = first_s + GUIDE.once_more_s + 11.0
    both = [(t_s, refused(MarkLabel.TABLE_REST, t_s)) for t_s in (first_s, second_s)]
    outputs = follow(second_s + 20.0, events=both)
    assert said(outputs, second_s) == wording.COSTS[MarkLabel.TABLE_REST]
    rests = [m for m in marks_of(outputs) if m.label is MarkLabel.TABLE_REST and m.edge is Edge.BEGIN]
    assert len(rests) == 2


def test_the_earliest_of_several_refused_steps_is_gone_back_to() -> None:
    known_s = next(p.end_s for p in PARTS if p.label is MarkLabel.BOWS) + 0.5
    events = [(known_s, refused(label, known_s)) for label in (MarkLabel.BOWS, MarkLabel.LEG_SWINGS)]
    later = [m for m in marks_of(follow(known_s + 10.0, events=events)) if m.t_s > known_s]
    assert later[0].label is MarkLabel.LEG_SWINGS


def test_the_neutral_of_a_posture_is_asked_for_again_but_no_set_is_broken_off() -> None:
    neutral = next(p for p in PARTS if p.label is MarkLabel.POSTURE_NEUTRAL)
    soon_s, late_s = neutral.end_s + 0.25, SETS[0].start_s + 1.0
    again = [m for m in marks_of(follow(soon_s + 8.0, events=[(soon_s, refused(MarkLabel.POSTURE_NEUTRAL, soon_s))]))]
    assert sum(m.label is MarkLabel.POSTURE_NEUTRAL and m.edge is Edge.BEGIN for m in again) == 2
    too_late = follow(END_S, events=[(late_s, refused(MarkLabel.POSTURE_NEUTRAL, late_s))])
    assert marks_of(too_late) == marks_of(follow(END_S))


def test_who_cannot_hear_is_not_asked_again() -> None:
    deaf = Params(TWO, repeats_refused=False)
    events = [(11.0, refused(MarkLabel.TABLE_REST, 11.0))]
    assert follow(END_S, events=events, params=deaf) == follow(END_S)


# The same fault again and again


def faults(repetitions: Sequence[int], section_place: int = 2) -> list[tuple[float, Event]]:
    starts = SETS[section_place].repetitions
    found = []
    for number in repetitions:
        began_s = starts[number] + 2.0
        found.append((began_s + 1.0, Compensation(began_s, began_s + 1.0, FAULT, 0.2)))
    return found


def rests(outputs: list[tuple[float, GuideOutput]], place: int = 2) -> list[tuple[str, SignalKind]]:
    """Return what was said in the neutral pause of each repetition."""
    ends = [*SETS[place].repetitions[1:], SETS[place].end_s]
    return [
        next((o.prompt, o.now.kind) for t_s, o in reversed(outputs) if t_s < end_s)
        for end_s in ends
    ]  # fmt: skip


def test_a_fault_in_two_repetitions_running_is_corrected_before_the_third() -> None:
    found = rests(follow(END_S, events=faults([1, 2])))
    assert [kind for _, kind in found] == [SignalKind.INSTRUCTION] * 2 + [SignalKind.CORRECTION] + [
        SignalKind.INSTRUCTION
    ] * 2
    assert "pelvis turned along" in found[2][0]


def test_a_correction_costs_no_time() -> None:
    assert marks_of(follow(END_S, events=faults([0, 1, 3, 4]))) == marks_of(follow(END_S))


def test_a_fault_in_every_other_repetition_is_not_corrected() -> None:
    assert {kind for _, kind in rests(follow(END_S, events=faults([0, 2, 4])))} == {SignalKind.INSTRUCTION}


def test_two_different_faults_are_no_repetition_of_one() -> None:
    other = [(t_s, Compensation(t_s - 1.0, t_s, CompensationKind.KNEE_MOVED, 0.2)) for t_s, _ in faults([1])]
    found = rests(follow(END_S, events=[*faults([0]), *other]))
    assert {kind for _, kind in found} == {SignalKind.INSTRUCTION}


def test_a_fault_in_three_repetitions_running_ends_the_set() -> None:
    events = faults([0, 1, 2])
    known_s = events[-1][0]
    outputs = follow(END_S, events=events)
    ended = [t_s for edge, _, t_s in exercise_marks(outputs) if edge is Edge.END]
    assert ended[2] == pytest.approx(known_s)
    assert said(outputs, known_s) == wording.ended_by_fault(FAULT, 3)


def test_the_limit_of_faults_can_be_lifted() -> None:
    assert marks_of(follow(END_S, events=faults([0, 1, 2, 3, 4]), params=Params(TWO, end_after=None))) == marks_of(
        follow(END_S)
    )


# Counting, and what is ahead


def test_repetitions_and_sets_are_counted() -> None:
    outputs = follow(END_S)
    counted = [o.now.progress.text for t_s, o in outputs if o.now.progress is not None]
    assert list(dict.fromkeys(counted)) == [
        "Set 1 of 2, repetition 1 of 1",
        "Set 2 of 2, repetition 1 of 1",
        *(f"Set {s} of 2, repetition {r} of 5" for s in (1, 2) for r in range(1, 6)),
    ]


def test_an_effort_is_announced_in_the_rest_right_before_it() -> None:
    for t_s, output in follow(END_S):
        if output.now.effort_s is not None:
            assert t_s < output.now.effort_s <= t_s + output.now.rest_s
    rest_s = SETS[0].start_s - 0.1
    last = next(o for t_s, o in reversed(follow(rest_s)) if t_s <= rest_s)
    assert last.now.effort_s == pytest.approx(SETS[0].start_s)


def test_every_aside_can_be_read_from_across_the_room() -> None:
    ended = [wording.ended_by_fault(kind, 3) for kind in CompensationKind]
    corrections = [wording.correction(kind) for kind in CompensationKind]
    assert all(len(text) <= 64 for text in [*ended, *corrections])
    short = [wording.SET_ENDED, wording.PAUSED, wording.PAIN, wording.PAIN_LATER, wording.ONCE_MORE]
    assert all(len(text) <= 40 for text in [*short, *wording.COSTS.values()])


@pytest.mark.parametrize("label", [MarkLabel.NEUTRAL, MarkLabel.HOOK_LYING])
def test_a_refused_step_that_is_not_asked_for_again_or_not_in_the_script_changes_nothing(label: MarkLabel) -> None:
    known_s = at(SectionKind.CALIBRATION, MarkLabel.LEG_SWINGS) + 1.0
    found = follow(known_s + 20.0, events=[(known_s, refused(label, known_s))])
    assert marks_of(found) == marks_of(follow(known_s + 20.0))


def test_a_fault_before_the_set_is_none_of_its_repetitions() -> None:
    before_s = SETS[2].start_s - 1.0
    fault = Compensation(before_s, SETS[2].start_s + 1.0, FAULT, 0.2)
    found = follow(END_S, events=[(SETS[2].start_s + 1.0, fault), *faults([0])])
    assert {kind for _, kind in rests(found)} == {SignalKind.INSTRUCTION}
