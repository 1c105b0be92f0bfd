"""Figures and words as the console writes them, in whatever characters the stream can take."""

from __future__ import annotations

from math import isfinite
from typing import TextIO

UNKNOWN = "––"

_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "°": " deg", "±": "+/-", "·": "|", "…": "...", "×": "x", "✓": "+", "✗": "x"}
)


def figure(value: float) -> str:
    """Return a whole number with a real minus sign, none before zero, dashes when it is not known."""
    return f"{round(value):d}".replace("-", "−") if isfinite(value) else UNKNOWN


def angle(angle_deg: float, sd_deg: float) -> str:
    """Return an angle with two standard deviations."""
    return f"{figure(angle_deg)}° ± {figure(2.0 * sd_deg)}°"


def clock(t_s: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, seconds = divmod(max(0, int(t_s)), 60)
    return f"{minutes}:{seconds:02d}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def writable(text: str, stream: TextIO) -> str:
    """Return the text in characters that the stream's encoding has (an old Windows console has no U+2212)."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text
