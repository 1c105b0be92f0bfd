"""The guide: marks once and in order, the prompt of the moment."""

from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.guide.guide import GuideOutput, Params, State, step
from imu_hip.guide.script import script
from imu_hip.guide.script_edges import GuideMark
from imu_hip.model.item import Edge, MarkLabel
from imu_hip.model.prompt import Prompt

SCRIPT = script("supine_ere", 2)
PARAMS = Params(SCRIPT)
END_S = SCRIPT[-1].start_s + SCRIPT[-1].duration_s


def walk(times_s: list[float], params: Params = PARAMS) -> list[GuideOutput]:
    state, outputs = State(), []
    for t_s in times_s:
        state, output = step(params, state, t_s)
        outputs.append(output)
    return outputs


def all_marks(times_s: list[float], params: Params = PARAMS) -> list[GuideMark]:
    return [mark for output in walk(times_s, params) for mark in output.marks]


ASKED_OFTEN = all_marks([0.1 * k for k in range(round(END_S / 0.1) + 2)])


@settings(deadline=None)
@given(st.lists(st.floats(0.0, END_S), max_size=40))
def test_marks_do_not_depend_on_how_often_the_guide_is_asked(times_s: list[float]) -> None:
    assert all_marks([0.0, *sorted(times_s), END_S]) == ASKED_OFTEN


def test_each_marked_interval_begins_and_ends_once_at_its_own_time() -> None:
    marks = all_marks([0.0, END_S])
    for edge, shift in ((Edge.BEGIN, 0.0), (Edge.END, 1.0)):
        given_out = sorted((mark.label, mark.detail, mark.t_s) for mark in marks if mark.edge is edge)
        asked = sorted(
            (prompt.label, prompt.detail, prompt.start_s + shift * prompt.duration_s)
            for prompt in SCRIPT
            if prompt.label is not None
        )
        assert given_out == asked


def test_intervals_close_in_the_reverse_order_of_opening() -> None:
    marks = all_marks([0.0, END_S])
    opened: list[tuple[MarkLabel, str]] = []
    for mark in marks:
        if mark.edge is Edge.BEGIN:
            opened.append((mark.label, mark.detail))
        else:
            assert opened.pop() == (mark.label, mark.detail)
    assert opened == []
    assert [mark.t_s for mark in marks] == sorted(mark.t_s for mark in marks)


def test_an_interval_ends_before_the_next_begins_at_the_same_moment() -> None:
    neighbours = Params((Prompt(0.0, 1.0, "a", MarkLabel.N_POSE), Prompt(1.0, 1.0, "b", MarkLabel.BOWS)))
    meeting = [(mark.label, mark.edge) for mark in all_marks([0.0, 1.0], neighbours)][1:]
    assert meeting == [(MarkLabel.N_POSE, Edge.END), (MarkLabel.BOWS, Edge.BEGIN)]


def test_script_time_begins_with_the_first_call() -> None:
    late_s = 1000.0
    shifted = all_marks([late_s, late_s + END_S])
    assert [mark.t_s - late_s for mark in shifted] == [mark.t_s for mark in all_marks([0.0, END_S])]


def test_the_first_call_opens_the_first_interval() -> None:
    (output,) = walk([5.0])
    assert output.marks == (GuideMark(MarkLabel.TABLE_REST, Edge.BEGIN, "", 5.0),)


def test_the_innermost_prompt_is_shown() -> None:
    around = Prompt(0.0, 4.0, "around", MarkLabel.EXERCISE, "supine_ere")
    inner = Prompt(1.0, 1.0, "inner", None, "block")
    outputs = walk([0.0, 1.0, 1.99, 2.0, 3.99, 4.0], Params((around, inner)))
    assert [output.prompt for output in outputs] == ["around", "inner", "inner", "around", "around", ""]


def test_the_guide_has_finished_exactly_when_all_is_said() -> None:
    before, at_the_end = walk([0.0, END_S - 0.001, END_S])[1:]
    assert not before.finished
    assert at_the_end.finished
    assert at_the_end.prompt == ""
