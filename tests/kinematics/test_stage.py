"""Marks in any order: lost ends and beginnings, overlaps and late ones never raise, and cutting changes nothing."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.kinematics import stage
from imu_hip.kinematics.state import KinematicsState
from imu_hip.model.block import AngleBlock, cut
from imu_hip.model.event import CalibrationStep
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from tests.kinematics.poser import PERIOD_S, Recording, Result, Script, lost, params_of, run

SHOWN = [MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS, MarkLabel.POSTURE_NEUTRAL, MarkLabel.NEUTRAL]


def _session() -> Recording:
    script = Script()
    script.calibrate()
    script.lie_down()
    script.begin(MarkLabel.EXERCISE, "supine_ere")
    script.turn(0.8, rotation=20.0)
    script.stay(0.7)
    script.turn(0.8, rotation=0.0)
    script.told(MarkLabel.NEUTRAL, 1.5)
    script.end(MarkLabel.EXERCISE)
    script.stay(0.2)
    recording = script.record()
    return lost(recording, script.now_s - 2.6, script.now_s - 1.5, restart_deg=40.0)


SESSION = _session()
LAST_S = float(SESSION.block.t_s[-1])


def _same(a: Result, b: Result) -> None:
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(a.angles, name), getattr(b.angles, name), err_msg=name)
    assert a.events == b.events


MARKS = st.lists(
    st.builds(
        TimedMark,
        st.integers(0, round(LAST_S * 50)).map(lambda k: k / 50),
        st.sampled_from(list(MarkLabel)),
        st.sampled_from(list(Edge)),
        st.sampled_from(["", "supine_ere", "prone_ire", "stand", "internal", "unheard_of"]),
    ),
    max_size=8,
)
LENGTHS = st.lists(st.integers(0, 700), max_size=12)


@settings(deadline=None, max_examples=25)
@given(MARKS, st.booleans(), LENGTHS, st.sampled_from([Posture.SUPINE, Posture.PRONE, Posture.STANDING]))
def test_no_sequence_of_marks_raises_and_cutting_changes_no_bit(
    marks: list[TimedMark], besides: bool, lengths: list[int], posture: Posture
) -> None:
    marks = [*(SESSION.marks if besides else ()), *marks]
    recording = replace(SESSION, marks=tuple(sorted(marks, key=lambda mark: mark.t_s)))
    whole = run(recording, params_of(posture))
    _same(run(recording, params_of(posture), lengths=lengths), whole)
    angles = whole.angles
    assert len(angles.t_s) == len(SESSION.block.t_s)
    assert np.all(np.isfinite(angles.angles_rad[angles.valid]))
    assert np.all(angles.sd_rad[angles.valid] > 0.0)
    assert np.all(np.isnan(angles.angles_rad[~angles.valid]))


@settings(deadline=None, max_examples=8)
@given(st.permutations(SESSION.marks))
def test_marks_handed_in_early_and_in_any_order_are_taken_by_their_time(marks: Sequence[TimedMark]) -> None:
    # Two marks of the same time keep the order in which they came, so those stay as they are.
    times = sorted({mark.t_s for mark in marks})
    ordered = [m for t in times[::-1] for m in SESSION.marks if m.t_s == t]
    state, angles, events = stage.step(params_of(), KinematicsState(), SESSION.block, ordered, PERIOD_S, 0.0)
    _same(Result(angles, list(events), state), run(SESSION))


@pytest.mark.parametrize("label", list(MarkLabel))
@pytest.mark.parametrize("edge", list(Edge))
def test_a_mark_that_lost_its_other_end_does_no_harm(label: MarkLabel, edge: Edge) -> None:
    marks = tuple(m for m in SESSION.marks if m.label is not label or m.edge is edge)
    result = run(replace(SESSION, marks=marks))
    aligned = label not in (MarkLabel.N_POSE,)
    assert bool(result.angles.valid[-1]) is aligned
    steps = [e for e in result.events if isinstance(e, CalibrationStep) and e.accepted]
    if edge is Edge.END and label in SHOWN:
        # An end alone concludes nothing (a pause that nobody prompted is a neutral one).
        assert label is MarkLabel.NEUTRAL or label not in [e.label for e in steps]


def test_an_interval_that_another_one_interrupts_is_given_up() -> None:
    script = Script()
    script.stand_still()
    script.begin(MarkLabel.LEG_SWINGS)
    script.turn(0.6, flexion=30.0)
    script.turn(0.6, flexion=0.0)
    script.begin(MarkLabel.BOWS)
    script.turn(0.8, tilt=-40.0, flexion=40.0)
    script.turn(0.8, tilt=0.0, flexion=0.0)
    script.end(MarkLabel.LEG_SWINGS)
    script.end(MarkLabel.BOWS)
    script.stay(0.2)
    steps = [e for e in run(script.record()).events if isinstance(e, CalibrationStep)]
    assert [e.label for e in steps] == [MarkLabel.N_POSE, MarkLabel.BOWS]


def test_a_neutral_prompt_within_the_exercise_does_not_end_it() -> None:
    result = run(SESSION)
    assert [e.label for e in result.used(13.0)] == [MarkLabel.POSTURE_NEUTRAL, MarkLabel.NEUTRAL]


def test_marks_without_rows_wait_for_theirs() -> None:
    first = cut(SESSION.block, 0, 10)
    none = cut(SESSION.block, 0, 0)
    early = [TimedMark(5.0, MarkLabel.NEUTRAL, Edge.BEGIN), TimedMark(3.0, MarkLabel.N_POSE, Edge.BEGIN)]
    state, angles, events = stage.step(params_of(), KinematicsState(), none, early, PERIOD_S, None)
    assert (len(angles.t_s), events) == (0, ())
    state, _, _ = stage.step(params_of(), state, first, (), PERIOD_S, None)
    assert [mark.t_s for mark in state.pending] == [3.0, 5.0]
    assert state.neutral_mark is None


@pytest.mark.parametrize(
    ("detail", "posture"), [("prone_ire", Posture.PRONE), ("stand", Posture.STANDING), ("unheard_of", None), ("", None)]
)
def test_the_detail_of_a_mark_names_the_posture(detail: str, posture: Posture | None) -> None:
    marks = [TimedMark(0.0, MarkLabel.EXERCISE, Edge.BEGIN, detail)]
    state, _, _ = stage.step(params_of(), KinematicsState(), SESSION.block, marks, PERIOD_S, None)
    assert state.posture is posture
