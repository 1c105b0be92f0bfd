"""Find the faults of a part: what the body does besides turning the thigh, or instead of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from imu_hip.exercise import asked_repetition, channel_faults, fault_flag, fault_looks, neutral_before, rotation_kept
from imu_hip.exercise.asked_repetition import AskedState
from imu_hip.exercise.channel_faults import RulesState
from imu_hip.exercise.fault_flag import Flags
from imu_hip.exercise.fault_looks import Asked, Flag, Over
from imu_hip.exercise.habit import Habit
from imu_hip.exercise.levels import larger
from imu_hip.exercise.neutral_before import NeutralState
from imu_hip.exercise.posture_check import EXPECTED
from imu_hip.exercise.rotation_kept import HingeState
from imu_hip.model.block import Floats
from imu_hip.model.event import Compensation, NotJudged, ReZero
from imu_hip.model.exercise_spec import CompensationKind, Direction, ExerciseSpec
from imu_hip.model.item import Edge

FaultEvent = Compensation | NotJudged


@dataclass(slots=True)
class FaultState:
    """All that evolves.

    `neutral` and `habits` are also followed outside of the part, by whoever looks. `asked`: the repetition that was
    asked for and has not ended with a prompted neutral. `flags` by `Flag`; `last_s` (1,): the last known look.
    """

    spec: ExerciseSpec
    rules: RulesState
    neutral: NeutralState
    habits: Habit
    asked: AskedState
    hinge: HingeState
    flags: Flags = field(default_factory=lambda: fault_flag.flags(len(Flag)))
    last_s: Floats = field(default_factory=lambda: np.array([-math.inf]))


def start(spec: ExerciseSpec, t_s: float, neutral: NeutralState, habits: Habit) -> FaultState:
    """Begin a part: the first repetition is asked for by its beginning."""
    rules = channel_faults.start(spec.faults.channels)
    hinge = rotation_kept.start(hinges=spec.faults.rotation_kept is not None)
    return FaultState(spec, rules, neutral, habits, asked_repetition.start(t_s), hinge)


def asked_of(spec: ExerciseSpec, neutral: NeutralState, end_ranges_rad: Mapping[Direction, float]) -> Asked:
    """Return what an exercise asks of the body; `end_ranges_rad`: those known by now."""
    fraction = spec.hold.neutral_fraction
    inward_rad, outward_rad = (neutral_before.level_rad(fraction, end_ranges_rad, way) for way in Direction)
    expected, threshold = _expected(spec, neutral), spec.faults.wrong_direction
    toward, other_way_rad = 0.0, 0.0
    if expected is not None and threshold is not None:
        toward, other_way_rad = float(expected.sign), larger(threshold, end_ranges_rad.get(expected, 0.0))
    hinges = spec.faults.rotation_kept is not None
    return Asked(
        inward_rad, outward_rad, toward, other_way_rad, EXPECTED[spec.posture], spec.faults.posture, hinges
    )  # fmt: skip


def run(
    state: FaultState, looks: Floats, end_ranges_rad: Mapping[Direction, float]
) -> list[tuple[int, tuple[FaultEvent, ...]]]:
    """Take looks (m, 17) in; return the faults that are over, and at which look. Changes `state`."""
    asked = asked_of(state.spec, state.neutral, end_ranges_rad)
    happened: list[tuple[int, tuple[FaultEvent, ...]]] = []
    first = 0
    while first < len(looks):
        at, over = fault_looks.take(
            asked, looks, first, state.neutral.memory, state.neutral.numbers, state.neutral.looks, state.habits,
            state.last_s, state.flags, state.rules.flags, state.rules.memory, state.asked.memory,
            state.asked.first_channels, state.hinge.looks, state.hinge.count,
        )  # fmt: skip
        events = _told(state, over)
        if events:
            happened.append((at, events))
        first = at + 1
    return happened


def _told(state: FaultState, over: int) -> tuple[FaultEvent, ...]:
    events: tuple[FaultEvent, ...] = ()
    if over & Over.POSTURE:
        events += _flagged(state, Flag.POSTURE)
    if over & Over.OTHER_WAY:
        events += _flagged(state, Flag.OTHER_WAY)
    if over & Over.REPETITION:
        events += channel_faults.close(state.rules)
    if over & Over.HINGE and state.spec.faults.rotation_kept is not None:
        events += rotation_kept.close(state.hinge, state.spec.faults.rotation_kept)
    return events


def corrected(state: FaultState, re_zero: ReZero) -> None:
    """Take in that the angles have been corrected all at once: nobody moved. Changes `state`."""
    state.asked.now.first_rotation_rad += re_zero.change_rad


def prompted_neutral(
    state: FaultState, edge: Edge, t_s: float, end_ranges_rad: Mapping[Direction, float]
) -> tuple[FaultEvent, ...]:
    """Take in that a prompt to be in neutral begins or ends. Changes `state`."""
    if edge is Edge.BEGIN:
        return _end_asked(state, t_s, end_ranges_rad)
    state.asked = asked_repetition.start(t_s)
    return ()


def close(state: FaultState, t_s: float, end_ranges_rad: Mapping[Direction, float]) -> tuple[FaultEvent, ...]:
    """End whatever is going on, because the part is over."""
    events: tuple[FaultEvent, ...] = _end_asked(state, t_s, end_ranges_rad)
    return (
        *events,
        *channel_faults.close(state.rules),
        *_flagged(state, Flag.OTHER_WAY),
        *_flagged(state, Flag.POSTURE),
    )


def showing(state: FaultState) -> tuple[CompensationKind, ...]:
    """Return the faults that are being made now."""
    kinds = channel_faults.showing(state.rules)
    if state.flags[Flag.OTHER_WAY].showing:
        kinds += (CompensationKind.WRONG_DIRECTION,)
    if state.flags[Flag.POSTURE].showing:
        kinds += (CompensationKind.WRONG_POSTURE,)
    return kinds


def unsure(state: FaultState) -> tuple[CompensationKind, ...]:
    """Return the faults that cannot be told now."""
    return channel_faults.unsure(state.rules) if state.neutral.now.away else ()


def _expected(spec: ExerciseSpec, neutral: NeutralState) -> Direction | None:
    """Return the direction that is asked for now, None when both are trained and nobody said which."""
    return spec.directions[0] if len(spec.directions) == 1 else neutral.next_way


def _end_asked(state: FaultState, t_s: float, end_ranges_rad: Mapping[Direction, float]) -> tuple[Compensation, ...]:
    asked, state.asked = state.asked, asked_repetition.start(math.nan)
    return asked_repetition.close(state.spec.faults, asked, t_s, max(end_ranges_rad.values(), default=0.0))


def _flagged(state: FaultState, which: Flag) -> tuple[Compensation, ...]:
    """Return a fault whose flag has been raised and is down again, and forget it."""
    flag = state.flags[which]
    if math.isnan(flag.start_s):
        return ()
    start_s, end_s, peak_rad = float(flag.start_s), float(flag.end_s), float(flag.peak)
    size = f"{math.degrees(peak_rad):.0f}°"
    if which is Flag.POSTURE:
        kind, toward = CompensationKind.WRONG_POSTURE, ""
        posture = state.spec.posture.replace("_", " ")
        why = f"pelvis or thigh were {size} beyond what {posture} can be: check posture and sensors"
    else:
        kind = CompensationKind.WRONG_DIRECTION
        asked = _expected(state.spec, state.neutral) or Direction.INTERNAL
        toward = (Direction.EXTERNAL if asked is Direction.INTERNAL else Direction.INTERNAL).value
        why = f"the thigh turned {size} toward {toward} rotation, asked for was {asked.value}"
    fault_flag.forget(flag)
    return (Compensation(start_s, end_s, kind, peak_rad, toward, why),)
