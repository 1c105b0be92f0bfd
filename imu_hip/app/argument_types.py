"""What the words of a command line may be: speeds, times, numbers, recordings; anything else is refused with why."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from imu_hip.session.kept_session import recording_at

MOST_CYCLES = 100
"""More than an hour."""


def recording(text: str) -> Path:
    """Return a recording by its name, or by the folder of its session."""
    return recording_at(Path(text))


def speed(text: str) -> float | None:
    """Return how many times as fast as real time; None is as fast as possible."""
    if text == "max":
        return None
    times = _number(text)
    if not 0.1 <= times <= 100.0:
        raise argparse.ArgumentTypeError(f"{text} is not a speed: 0.1 to 100, or max")
    return times


def delay(text: str) -> float:
    """Return a number of seconds that somebody may wait."""
    seconds = _number(text)
    if not 0.0 <= seconds <= 120.0:
        raise argparse.ArgumentTypeError(f"{text} is not a time to wait: 0 to 120 s")
    return seconds


def moment(text: str) -> float:
    """Return a time of a recording."""
    moment_s = _number(text)
    if not abs(moment_s) < 1e10:
        raise argparse.ArgumentTypeError(f"{text} is no time of a recording, in seconds")
    return moment_s


def replay_speed(text: str) -> float | None:
    """Return how many times as fast a recording is played; None is as fast as possible."""
    times = speed(text)
    if times is not None and not 0.25 <= times <= 16.0:
        raise argparse.ArgumentTypeError(f"{text} is not a replay speed: 0.25 to 16, or max")
    return times


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number") from None


def seed(text: str) -> int:
    """Return which simulated person."""
    return _whole(text, least=0)


def count(text: str) -> int:
    """Return how many there are to be."""
    return _whole(text, least=1, most=MOST_CYCLES)


def _whole(text: str, least: int, most: float = math.inf) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number") from None
    if number < least:
        raise argparse.ArgumentTypeError(f"{text} is less than {least}")
    if number > most:
        raise argparse.ArgumentTypeError(f"{text} is more than {most}")
    return number
