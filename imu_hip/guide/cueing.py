"""Cues: from what was seen and what is asked for to the signals of the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imu_hip.guide import fault_cues, hold_cues, movement_cues, speech, wording
from imu_hip.guide.fault_cues import FaultCues
from imu_hip.guide.guidance import Guidance
from imu_hip.guide.hold_cues import HoldCues
from imu_hip.guide.moment import Moment
from imu_hip.guide.movement_cues import MovementCues, MovementParams
from imu_hip.guide.speech import SpeechParams, SpeechState
from imu_hip.model.coaching_words import EXITS
from imu_hip.model.event import (
    Cycle,
    Event,
    Exit,
    ExitVerdict,
    PartEnded,
    RadioTrouble,
    Trouble,
)
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.patience import patience_s
from imu_hip.model.signal import Signal, SignalKind


@dataclass(frozen=True, slots=True)
class Params:
    """What the exercises ask for, and when to speak up.

    `count_in`: a rest of at least so many seconds ends in as many tones. A hold is paused when its newest row is
    `silent_s` old, or older than a sensor takes to fill a packet.
    """

    specs: Mapping[str, ExerciseSpec]
    count_in: int = 3
    silent_s: float = 0.5
    movement: MovementParams = field(default_factory=MovementParams)
    speech: SpeechParams = field(default_factory=SpeechParams)


@dataclass(frozen=True, slots=True)
class State:
    """All that evolves: watchers, the guide's last line, the count-in (to when, how far), faults and sets."""

    hold: HoldCues = field(default_factory=HoldCues)
    movement: MovementCues = field(default_factory=MovementCues)
    speech: SpeechState = field(default_factory=SpeechState)
    line: tuple[str, float] = ("", 0.0)
    counted: tuple[float, int] = (0.0, 0)
    faults: FaultCues = field(default_factory=FaultCues)
    sets_done: int = 0


def step(params: Params, state: State, moment: Moment) -> tuple[State, tuple[Signal, ...]]:
    """Return the signals of this moment: each in the call in which its cause is first seen.

    Whoever reported pain is coached no more, until going on.
    """
    spec = params.specs.get(moment.snapshot.exercise_id or "")
    goal_s = spec.hold.breath_s if spec else float("inf")
    wanted: list[Signal] = []
    line, counted = state.line, state.counted
    if moment.guidance is not None:
        line = _guides_line(state.line, moment.guidance, moment.t_s, wanted)
        counted = _count_in(params.count_in, state.counted, moment.guidance, moment.t_s, wanted)
    silent_s = patience_s(params.silent_s, moment.packet_s)
    hold, of_hold = hold_cues.step(state.hold, moment, goal_s, silent_s)
    movement, of_movement = movement_cues.step(
        params.movement, state.movement, moment, counts=spec is not None and not spec.cycle
    )
    faults, of_faults = fault_cues.step(state.faults, moment, movement.repetition)
    sets_done = state.sets_done + sum(isinstance(event, PartEnded) for event in moment.events)
    if moment.guidance is None or moment.guidance.kind is not SignalKind.SAFETY:
        wanted += of_faults + of_hold + of_movement
        wanted += [signal for event in moment.events for signal in _of_event(event, moment, sets_done)]
    effort_s = None if moment.guidance is None else moment.guidance.effort_s
    speaking, signals = speech.step(params.speech, state.speech, moment.t_s, wanted, effort_s)
    return State(hold, movement, speaking, line, counted, faults, sets_done), signals


def _guides_line(before: tuple[str, float], guidance: Guidance, t_s: float, wanted: list[Signal]) -> tuple[str, float]:
    """Say each line of the guide once, when it comes up."""
    line = (guidance.text, guidance.since_s)
    if line != before and guidance.text:
        wanted.append(Signal(t_s, guidance.kind, guidance.text, tone=False))
    return line


def _count_in(
    most: int, counted: tuple[float, int], guidance: Guidance, t_s: float, wanted: list[Signal]
) -> tuple[float, int]:
    """Count down to an effort, where the rest before it is long enough."""
    effort_s = guidance.effort_s
    if effort_s is None or guidance.rest_s < most:
        return counted
    left = counted[1] if counted[0] == effort_s else most + 1
    while left > 1 and t_s >= effort_s - (left - 1):
        left -= 1
        wanted.append(Signal(effort_s - left, SignalKind.COUNT_IN, number=left))
    return effort_s, left


def _of_event(event: Event, moment: Moment, sets_done: int) -> list[Signal]:
    t_s = moment.t_s
    match event:
        case Trouble(role=role, kind=RadioTrouble.LOST):
            return [Signal(t_s, SignalKind.SENSOR_LOST, wording.sensor_lost(role))]
        case Trouble(role=role, kind=RadioTrouble.BACK):
            return [Signal(t_s, SignalKind.SENSOR_BACK, wording.sensor_back(role))]
        case Exit(verdict=ExitVerdict.FAST | ExitVerdict.FLOP as verdict):
            return [Signal(t_s, SignalKind.TOO_FAST, EXITS[verdict])]
        case Cycle():
            complete = moment.snapshot.cycles_complete
            return [Signal(t_s, SignalKind.CYCLE_DONE, wording.cycle_done(event), complete)]
        case PartEnded():
            return [Signal(t_s, SignalKind.SET_DONE, wording.SET_DONE, sets_done)]
        case _:
            return []
