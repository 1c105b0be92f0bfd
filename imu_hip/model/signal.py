"""Signals: what is told to the person at one moment, as a tone, a line of speech, or both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignalKind(StrEnum):
    """What a signal is about; each has its own tone, except the guide's own lines, which are words only."""

    SAFETY = "safety"
    """A line of the guide: stop, and what to do."""
    SENSOR_LOST = "sensor_lost"
    SENSOR_BACK = "sensor_back"
    HOLD_PAUSED = "hold_paused"
    FAULT = "fault"
    CORRECTION = "correction"
    """A line of the guide: what to mend in the next repetition."""
    HOLD_DONE = "hold_done"
    TOO_FAST = "too_fast"
    INSTRUCTION = "instruction"
    """A line of the guide: what to do now."""
    NEUTRAL_PLEASE = "neutral_please"
    GO_FURTHER = "go_further"
    CYCLE_DONE = "cycle_done"
    SET_DONE = "set_done"
    REPETITION_DONE = "repetition_done"
    COUNT_IN = "count_in"
    """A tone; `number` is the seconds that are left."""
    END_RANGE_REACHED = "end_range_reached"
    """A tone."""
    HOLD_TICK = "hold_tick"
    """A tone; `number` is the seconds held."""


MOST_URGENT_FIRST = (
    SignalKind.SAFETY,
    SignalKind.SENSOR_LOST,
    SignalKind.FAULT,
    SignalKind.HOLD_DONE,
    SignalKind.HOLD_PAUSED,
    SignalKind.CORRECTION,
    SignalKind.INSTRUCTION,
    SignalKind.TOO_FAST,
    SignalKind.NEUTRAL_PLEASE,
    SignalKind.GO_FURTHER,
    SignalKind.CYCLE_DONE,
    SignalKind.SET_DONE,
    SignalKind.REPETITION_DONE,
    SignalKind.SENSOR_BACK,
)
"""The kinds that have lines, in the order in which they are said when several wait."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal at `t_s` on the common clock.

    `text` is the line to speak and show, empty for a tone alone. `number`: what the kind counts, None where it counts
    nothing. `tone` is False for a line without one: the guide's own, and a line whose tone was given before it.
    """

    t_s: float
    kind: SignalKind
    text: str = ""
    number: int | None = None
    tone: bool = True
