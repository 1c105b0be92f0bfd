"""Find the faults of a part: what the body does besides turning the thigh, or instead of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from imu_hip.exercise import asked_repetition, channel_faults, fault_flag, posture_check, rotation_kept
from imu_hip.exercise.asked_repetition import AskedState
from imu_hip.exercise.channel_faults import RuleState
from imu_hip.exercise.fault_flag import Flag
from imu_hip.exercise.habit import HabitState
from imu_hip.exercise.levels import larger
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import UNSEEN_S, NeutralState
from imu_hip.exercise.rotation_kept import HingeState
from imu_hip.model.event import Compensation, NotJudged, ReZero
from imu_hip.model.exercise_spec import Channel, CompensationKind, Direction, ExerciseSpec
from imu_hip.model.item import Edge

FaultEvent = Compensation | NotJudged

_POSTURE_S = 2.0
_FLEXION = CHANNELS.index(Channel.FLEXION)


@dataclass(slots=True)
class FaultState:
    """All that evolves.

    `neutral` and `habits` are also followed outside of the part, by whoever looks. `asked`: the repetition that was
    asked for and has not ended with a prompted neutral.
    """

    spec: ExerciseSpec
    rules: tuple[RuleState, ...]
    neutral: NeutralState
    habits: HabitState
    asked: AskedState | None
    other_way: Flag = field(default_factory=Flag)
    posture: Flag = field(default_factory=Flag)
    hinge: HingeState = field(default_factory=HingeState)
    last_s: float = -math.inf


def start(spec: ExerciseSpec, t_s: float, neutral: NeutralState, habits: HabitState) -> FaultState:
    """Begin a part: the first repetition is asked for by its beginning."""
    rules = channel_faults.start(spec.faults.channels)
    return FaultState(spec, rules, neutral, habits, AskedState(t_s))


def step(state: FaultState, moment: Moment, end_ranges_rad: Mapping[Direction, float]) -> tuple[FaultEvent, ...]:
    """Take a known look, after `neutral_before` has; `end_ranges_rad`: those known by now. Changes `state`."""
    if moment.t_s - state.last_s > UNSEEN_S:
        _lose_sight(state)
    state.last_s = moment.t_s
    events = _posture(state, moment)
    if state.asked is not None:
        asked_repetition.step(state.asked, moment)
    events += _other_way(state, moment, end_ranges_rad)
    neutral = state.neutral.neutral
    if neutral is None:
        return events
    if state.neutral.away:
        channel_faults.step(state.rules, neutral, moment, state.habits)
    elif state.neutral.was_away:
        events += channel_faults.close(state.rules)
    if state.spec.faults.rotation_kept is not None:
        at = moment.channels[_FLEXION] - neutral.channels[_FLEXION]
        rotated = moment.rotation_rad - neutral.rotation_rad
        events += rotation_kept.step(state.hinge, moment.t_s, at, rotated, state.spec.faults.rotation_kept)
    return events


def corrected(state: FaultState, re_zero: ReZero) -> None:
    """Take in that the angles have been corrected all at once: nobody moved. Changes `state`."""
    if state.asked is not None and state.asked.first is not None:
        first = state.asked.first
        state.asked.first = first._replace(rotation_rad=first.rotation_rad + re_zero.change_rad)


def prompted_neutral(
    state: FaultState, edge: Edge, t_s: float, end_ranges_rad: Mapping[Direction, float]
) -> tuple[FaultEvent, ...]:
    """Take in that a prompt to be in neutral begins or ends. Changes `state`."""
    if edge is Edge.BEGIN:
        return _end_asked(state, t_s, end_ranges_rad)
    state.asked = AskedState(t_s)
    return ()


def close(state: FaultState, t_s: float, end_ranges_rad: Mapping[Direction, float]) -> tuple[FaultEvent, ...]:
    """End whatever is going on, because the part is over."""
    events: tuple[FaultEvent, ...] = _end_asked(state, t_s, end_ranges_rad)
    return (
        *events,
        *channel_faults.close(state.rules),
        *_flagged(state.other_way, CompensationKind.WRONG_DIRECTION, state),
        *_flagged(state.posture, CompensationKind.WRONG_POSTURE, state),
    )


def showing(state: FaultState) -> tuple[CompensationKind, ...]:
    """Return the faults that are being made now."""
    kinds = channel_faults.showing(state.rules)
    if state.other_way.showing:
        kinds += (CompensationKind.WRONG_DIRECTION,)
    if state.posture.showing:
        kinds += (CompensationKind.WRONG_POSTURE,)
    return kinds


def unsure(state: FaultState) -> tuple[CompensationKind, ...]:
    """Return the faults that cannot be told now."""
    return channel_faults.unsure(state.rules) if state.neutral.away else ()


def _expected(state: FaultState) -> Direction | None:
    """Return the direction that is asked for now, None when both are trained and nobody said which."""
    directions = state.spec.directions
    return directions[0] if len(directions) == 1 else state.neutral.next_way


def _lose_sight(state: FaultState) -> None:
    for flag in (state.other_way, state.posture, *(rule.flag for rule in state.rules)):
        fault_flag.lose_sight(flag)


def _posture(state: FaultState, moment: Moment) -> tuple[FaultEvent, ...]:
    if not state.spec.faults.posture:
        return ()
    flag = state.posture
    off_rad = posture_check.off_rad(state.spec.posture, moment)
    fault_flag.follow(flag, moment.t_s, off_rad, 0.0, _POSTURE_S)
    return () if flag.showing else _flagged(flag, CompensationKind.WRONG_POSTURE, state)


def _other_way(state: FaultState, moment: Moment, end_ranges_rad: Mapping[Direction, float]) -> tuple[FaultEvent, ...]:
    threshold, neutral, expected = state.spec.faults.wrong_direction, state.neutral.neutral, _expected(state)
    if threshold is None or expected is None or neutral is None:
        return ()
    toward = expected.sign
    limit_rad = larger(threshold, end_ranges_rad.get(expected, 0.0))
    fault_flag.follow(state.other_way, moment.t_s, toward * (neutral.rotation_rad - moment.rotation_rad), limit_rad)
    return () if state.other_way.showing else _flagged(state.other_way, CompensationKind.WRONG_DIRECTION, state)


def _end_asked(state: FaultState, t_s: float, end_ranges_rad: Mapping[Direction, float]) -> tuple[Compensation, ...]:
    asked, state.asked = state.asked, None
    if asked is None:
        return ()
    return asked_repetition.close(state.spec.faults, asked, t_s, max(end_ranges_rad.values(), default=0.0))


def _flagged(flag: Flag, kind: CompensationKind, state: FaultState) -> tuple[Compensation, ...]:
    """Return a fault whose flag has been raised and is down again, and forget it."""
    if flag.start_s is None:
        return ()
    size = f"{math.degrees(flag.peak):.0f}°"
    if kind is CompensationKind.WRONG_POSTURE:
        toward = ""
        posture = state.spec.posture.replace("_", " ")
        why = f"pelvis or thigh were {size} beyond what {posture} can be: check posture and sensors"
    else:
        asked = _expected(state) or Direction.INTERNAL
        toward = (Direction.EXTERNAL if asked is Direction.INTERNAL else Direction.INTERNAL).value
        why = f"the thigh turned {size} toward {toward} rotation, asked for was {asked.value}"
    found = Compensation(flag.start_s, flag.end_s, kind, flag.peak, toward, why)
    flag.start_s, flag.peak, flag.showing = None, 0.0, False
    return (found,)
