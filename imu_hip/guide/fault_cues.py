"""Cues of faults: each named at its onset, once in each repetition, and none that cannot be told from error."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from imu_hip.guide.moment import Moment
from imu_hip.model.coaching_words import FAULTS
from imu_hip.model.event import Compensation
from imu_hip.model.exercise_spec import CompensationKind
from imu_hip.model.signal import Signal, SignalKind

Told = tuple[CompensationKind, float]
"""A fault, and when it was told last."""


@dataclass(frozen=True, slots=True)
class FaultCues:
    """The repetition under way, since when, and what was told when."""

    repetition: tuple[int, ...] = ()
    since_s: float = -inf
    told: tuple[Told, ...] = ()


def step(state: FaultCues, moment: Moment, left_neutral: int) -> tuple[FaultCues, list[Signal]]:
    """Name the faults that are being made, and those found only afterwards.

    Another repetition begins with the guide's, and each time that neutral is left (`left_neutral` counts them). A fault
    that goes on into it is not named again.
    """
    progress = None if moment.guidance is None else moment.guidance.progress
    guided = () if progress is None else (progress.set_number, progress.repetition)
    repetition, since_s, told = (left_neutral, *guided), state.since_s, dict(state.told)
    if repetition != state.repetition:
        since_s = moment.t_s
        told |= {kind: moment.t_s for kind in moment.snapshot.faults if kind in told}
    being_made = [kind for kind in moment.snapshot.faults if kind not in moment.snapshot.unsure]
    found = [
        event.kind
        for event in moment.events
        if isinstance(event, Compensation) and told.get(event.kind, -inf) < event.start_s
    ]
    signals = []
    for kind in dict.fromkeys([*being_made, *found]):
        if kind not in told or told[kind] < since_s:
            told[kind] = moment.t_s
            signals.append(Signal(moment.t_s, SignalKind.FAULT, FAULTS[kind].line))
    return FaultCues(repetition, since_s, tuple(told.items())), signals
