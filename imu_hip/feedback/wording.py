"""Figures and words as the console writes them, in whatever characters the stream can take."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import TextIO

from imu_hip.model.item import NoteKind, TimedNote

UNKNOWN = "––"

_PLAIN = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "°": " deg",
        "±": "+/-",
        "·": "|",
        "…": "...",
        "×": "x",
        "✓": "+",
        "✗": "x",
        "━": "#",
        "─": ".",
    }
)


def figure(value: float) -> str:
    """Return a whole number with a real minus sign, none before zero, dashes when it is not known."""
    return f"{round(value):d}".replace("-", "−") if isfinite(value) else UNKNOWN


def angle(angle_deg: float, sd_deg: float) -> str:
    """Return an angle with two standard deviations."""
    return f"{figure(angle_deg)}° ± {figure(2.0 * sd_deg)}°"


def known_angle(angle_deg: float | None, sd_deg: float | None) -> str:
    """Return an angle, or dashes where it is not known."""
    return UNKNOWN if angle_deg is None or sd_deg is None else angle(angle_deg, sd_deg)


def held(hold_s: float, goal_s: float, *, paused: bool) -> str:
    """Return how long a hold has lasted, of what is asked for."""
    return f"held {hold_s:.0f}/{goal_s:.0f} s{' paused' if paused else ''}"


def clock(t_s: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, seconds = divmod(max(0, int(t_s)), 60)
    return f"{minutes}:{seconds:02d}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def one_line(text: str) -> str:
    """Return a text without control characters: what a person typed cannot steer a terminal, or a voice."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def told(notes: Iterable[TimedNote]) -> tuple[str, ...]:
    """Return a line for each thing that the person told."""
    return tuple(f"{'' if note.t_s is None else f'{clock(note.t_s)} '}{_told(note)}" for note in notes)


def _told(note: TimedNote) -> str:
    if note.kind is NoteKind.TEXT:
        return f"Note: {one_line(note.text)}"
    return "Pain" if note.score is None else f"Pain {note.score} of 10"


def without_controls(text: str) -> str:
    """Return a line in which nothing steers a terminal; blanks stay as they are, for what stands in columns."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)


def writable(text: str, stream: TextIO) -> str:
    """Return the text in characters that the stream's encoding has (an old Windows console has no U+2212)."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text
