"""What a person told: in the items while it was recorded, and later in a JSON file beside the recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from imu_hip.model.command import CommandName
from imu_hip.model.errors import Reason, UnusableInputError, UsageError
from imu_hip.model.item import Command, Note, NoteKind, NumberedItem, TimedNote
from imu_hip.session.json_file import read_object, write_object
from imu_hip.session.kept_session import RAW, SIDECAR

LONGEST = 2000
"""Letters of a note."""
HIGHEST_SCORE = 10
_KEY = "notes"


def notes_in(items: Iterable[NumberedItem], zero_ns: int) -> tuple[TimedNote, ...]:
    """Return the notes among a recording's items.

    A pain has the time at which it was reported and the last score that was given after it.
    """
    found: list[TimedNote] = []
    open_at: int | None = None
    for numbered in items:
        item = numbered.item
        t_s = (item.t_ns - zero_ns) / 1e9
        if isinstance(item, Command) and item.name == CommandName.PAIN:
            open_at = len(found)
            found.append(TimedNote(t_s, NoteKind.PAIN))
        elif isinstance(item, Note) and item.kind is NoteKind.TEXT:
            found.append(TimedNote(t_s, NoteKind.TEXT, text=item.text))
        elif isinstance(item, Note) and open_at is not None:
            found[open_at] = replace(found[open_at], score=item.score)
        elif isinstance(item, Note):
            found.append(TimedNote(t_s, NoteKind.PAIN, item.score))
    return tuple(found)


def note_file(recording: Path) -> Path:
    """Return where notes about a finished recording stand: `session.json`, outside the library `NAME.notes.json`."""
    return recording.with_name(SIDECAR) if recording.name == RAW else recording.with_suffix(".notes.json")


def notes_beside(recording: Path) -> tuple[TimedNote, ...]:
    """Return the notes that were written about a recording later.

    Raises
    ------
    UnusableInputError
        The file beside it cannot be read, or its notes are none.
    """
    path = note_file(recording)
    return tuple(_note(each, path) for each in _written(path))


def add_note(recording: Path, text: str, t_s: float | None, written_utc: str) -> Path:
    """Write a note beside a recording, behind those that are there; return the file. The recording stays as it is.

    Raises
    ------
    UsageError
        There is nothing to write, or too much.
    UnusableInputError
        What is beside the recording cannot be read.
    RecordingError
        It cannot be written.
    """
    path = note_file(recording)
    note = {"written": written_utc, "t_s": t_s, "text": told(text)}
    about = read_object(path) if path.exists() else {}
    write_object(path, {**about, _KEY: [*_written(path), note]})
    return path


def told(text: str) -> str:
    """Return a note in one line. Raises UsageError where nothing is left, or too much."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if not line:
        raise UsageError(Reason.WRONG_USAGE, "the note is empty: write what there is to say, in quotes")
    if len(line) > LONGEST:
        raise UsageError(Reason.WRONG_USAGE, f"the note has {len(line)} letters: at most {LONGEST}")
    return line


def _written(path: Path) -> list[Any]:
    found = read_object(path).get(_KEY, []) if path.exists() else []
    if not isinstance(found, list):
        raise _no_notes(path)
    return found


def _note(each: Any, path: Path) -> TimedNote:
    text, t_s, written = (each.get(key) if isinstance(each, dict) else None for key in ("text", "t_s", "written"))
    timed = t_s is None or (isinstance(t_s, int | float) and not isinstance(t_s, bool) and abs(t_s) < 1e10)
    if not isinstance(text, str) or not timed or not isinstance(written, str):
        raise _no_notes(path)
    return TimedNote(None if t_s is None else float(t_s), NoteKind.TEXT, text=text, written=written)


def _no_notes(path: Path) -> UnusableInputError:
    text = f"{path}: 'notes' must be a list of objects with text, t_s (or null) and written; mend it or take it out"
    return UnusableInputError(Reason.WRONG_FORMAT, text)
