"""Pain in the closing summary: it comes before every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imu_hip.feedback.wording import clock
from imu_hip.model.event import Event, PartEnded, PartStarted
from imu_hip.model.item import NoteKind, TimedNote

_AT_ONCE_S = 1.0
"""The guide ends a set with the next notification behind the report."""


def pain_lines(notes: Iterable[TimedNote], events: Sequence[Event]) -> list[str]:
    """Return a line for each pain that was reported: how much, when, whether it ended a set, and what then."""
    return [_line(note, events) for note in notes if note.kind is NoteKind.PAIN and note.score != 0]


def _line(note: TimedNote, events: Sequence[Event]) -> str:
    score = "" if note.score is None else f": {note.score} of 10"
    when = "" if note.t_s is None else f" at {clock(note.t_s)}"
    ended = "; the set was ended" if note.t_s is not None and _in_a_set(note.t_s, events) else ""
    return f"Pain{score}{when}{ended}. Go on only if it is gone."


def _in_a_set(t_s: float, events: Sequence[Event]) -> bool:
    begun = [event.t_s for event in events if isinstance(event, PartStarted) and event.t_s <= t_s]
    ended = [event.t_s for event in events if isinstance(event, PartEnded) and event.t_s <= t_s - _AT_ONCE_S]
    return len(begun) > len(ended)
