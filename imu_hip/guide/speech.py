"""Speech: which line may be said when, so that a person can listen; tones are never held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from imu_hip.model.signal import MOST_URGENT_FIRST, Signal, SignalKind

PRIORITY = MOST_URGENT_FIRST
"""Lines, the most urgent first."""

OF_THE_GUIDE = (SignalKind.SAFETY, SignalKind.CORRECTION, SignalKind.INSTRUCTION)
"""Words only; each is said whenever the guide says it, unless the next one comes first."""

MAY_DELAY_AN_EFFORT = (SignalKind.SAFETY, SignalKind.SENSOR_LOST, SignalKind.CORRECTION)
"""Lines that may begin so shortly before an effort that the words for it come late."""


@dataclass(frozen=True, slots=True)
class SpeechParams:
    """`gap_s`: lines begin at least so far apart; a line of safety breaks in.

    `repeat_s`: the same signal with the same words is not given again within this. `patience_s`: a line that could
    not be said for so long is not said any more, except the guide's.
    """

    gap_s: float = 2.5
    repeat_s: float = 8.0
    patience_s: float = 2.5


@dataclass(frozen=True, slots=True)
class SpeechState:
    """When the last line began, what was asked for lately, and the lines that wait, each without its tone."""

    last_s: float = -inf
    lately: tuple[Signal, ...] = ()
    waiting: tuple[Signal, ...] = ()


def step(
    params: SpeechParams, state: SpeechState, t_s: float, wanted: Sequence[Signal], effort_s: float | None = None
) -> tuple[SpeechState, tuple[Signal, ...]]:
    """Return what is given at `t_s` of what is wanted now or waits; `effort_s` is when the guide's next effort begins.

    Each wanted signal that is no repetition is given at once, without its words when it is not its turn to be said;
    these follow as a signal of the same kind without a tone. Behind a line of safety nothing waits any more.
    """
    lately = tuple(signal for signal in state.lately if t_s - signal.t_s < params.repeat_s)
    waiting = [line for line in state.waiting if line.kind in OF_THE_GUIDE or t_s - line.t_s <= params.patience_s]
    given: list[Signal] = []
    for signal in wanted:
        if not signal.text:
            given.append(signal)
            continue
        if signal.kind is SignalKind.SAFETY:
            waiting = []
        elif signal.kind in OF_THE_GUIDE:
            waiting = [line for line in waiting if line.kind not in OF_THE_GUIDE]
        elif any((signal.kind, signal.text) == (before.kind, before.text) for before in lately):
            continue
        lately += (signal,)
        waiting.append(replace(signal, tone=False))
        if signal.tone:
            given.append(replace(signal, text=""))
    last_s = state.last_s
    effort_is_near = effort_s is not None and t_s < effort_s < t_s + params.gap_s
    sayable = [line for line in waiting if line.kind in MAY_DELAY_AN_EFFORT or not effort_is_near]
    if sayable:
        first = min(sayable, key=lambda line: (PRIORITY.index(line.kind), line.t_s))
        if t_s - last_s >= params.gap_s or first.kind is SignalKind.SAFETY:
            waiting.remove(first)
            last_s = t_s
            _say(given, first, t_s)
    return SpeechState(last_s, lately, tuple(waiting)), tuple(given)


def _say(given: list[Signal], line: Signal, t_s: float) -> None:
    """Add a line, to its own tone if that is given now."""
    tone = replace(line, text="", tone=True)
    if tone in given:
        given[given.index(tone)] = replace(line, tone=True)
    else:
        given.append(replace(line, t_s=t_s))
