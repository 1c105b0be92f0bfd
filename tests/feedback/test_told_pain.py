"""Pain stands at the top of the summary."""

from __future__ import annotations

import pytest

from imu_hip.feedback.closing_summary import summary_lines
from imu_hip.feedback.told_pain import pain_lines
from imu_hip.model.event import Event, PartEnded, PartStarted
from imu_hip.model.item import NoteKind, TimedNote
from tests.plot.scenes import MOMENTS, SETUP

SET = (PartStarted(60.0, "supine_ere"), PartEnded(91.1, "supine_ere"))


@pytest.mark.parametrize(
    ("note", "events", "line"),
    [
        (TimedNote(91.0, NoteKind.PAIN, 4), SET, "Pain: 4 of 10 at 1:31; the set was ended. Go on only if it is gone."),
        (TimedNote(91.0, NoteKind.PAIN), SET, "Pain at 1:31; the set was ended. Go on only if it is gone."),
        (TimedNote(20.0, NoteKind.PAIN, 10), SET, "Pain: 10 of 10 at 0:20. Go on only if it is gone."),
        (TimedNote(99.0, NoteKind.PAIN, 2), SET, "Pain: 2 of 10 at 1:39. Go on only if it is gone."),
    ],
)
def test_a_pain_says_how_much_when_and_whether_it_ended_a_set(
    note: TimedNote, events: tuple[Event, ...], line: str
) -> None:
    assert pain_lines([note], events) == [line]


def test_pain_is_the_first_line_and_a_note_the_next() -> None:
    notes = (TimedNote(5.0, NoteKind.TEXT, text="the knee clicked"), TimedNote(91.0, NoteKind.PAIN, 4))
    first, second, *_ = summary_lines(SETUP, MOMENTS["block"].events, notes)
    assert first.startswith("Pain: 4 of 10 at 1:31")
    assert second == "0:05 Note: the knee clicked"


def test_a_score_of_zero_takes_the_pain_back() -> None:
    assert pain_lines([TimedNote(91.0, NoteKind.PAIN, 0)], SET) == []
