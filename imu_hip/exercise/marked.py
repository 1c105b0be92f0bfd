"""What a mark does to the judging: parts, maximal repetitions and prompts begin and end."""

from __future__ import annotations

from imu_hip.exercise import end_range, habit, part, shown
from imu_hip.exercise.end_range import MaximalRepetition
from imu_hip.exercise.judge_state import Params, State
from imu_hip.exercise.part import PartState
from imu_hip.exercise.repetition_quality import RepetitionQualityParams, repetition_quality
from imu_hip.model.event import CalibrationStep, EndRange, Event, Warning
from imu_hip.model.exercise_spec import Direction, ExerciseSpec
from imu_hip.model.item import Edge, MarkLabel, TimedMark

_NEUTRAL = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)
_NO_PREPARATION = (MarkLabel.NEUTRAL, MarkLabel.EXERCISE)


def take(params: Params, state: State, mark: TimedMark) -> tuple[Event, ...]:
    """Take a mark in. Changes `state`."""
    begins = mark.edge is Edge.BEGIN
    if not state.marked and begins and mark.label not in (MarkLabel.NEUTRAL, MarkLabel.TABLE_REST):
        state.part, state.held_back = None, ()
    if mark.label is MarkLabel.EXERCISE:
        if begins:
            return _begin(params, state, mark)
        return end_part(state, mark.t_s) if state.marked else ()
    if mark.label is MarkLabel.MAX_REP:
        if not begins:
            return _end_repetition(state, mark.t_s)
        state.repetition = MaximalRepetition(_named(mark))
    elif mark.label not in _NO_PREPARATION:
        state.preparing = state.preparing | {mark.label} if begins else state.preparing - {mark.label}
    if mark.label in _NEUTRAL:
        state.neutral.now.prompted, state.neutral.next_way = begins, _named(mark)
    if mark.label in _NEUTRAL and state.part is not None:
        return state.kept_until_marked(part.prompted_neutral(state.part, mark.edge, mark.t_s))
    return ()


def _named(mark: TimedMark) -> Direction | None:
    return next((direction for direction in Direction if direction.value == mark.detail), None)


def _begin(params: Params, state: State, mark: TimedMark) -> tuple[Event, ...]:
    events = end_part(state, mark.t_s)
    state.marked = True
    named = params.spec(mark.detail)
    spec = params.default_spec() if named is None else named
    if named is None and mark.detail:
        events += (_unknown_exercise(mark.detail, spec),)
    if state.used_in is not None and state.used_in is not spec.posture:
        # An end range is one of its posture.
        state.plateaus_rad, state.used_in, state.habits = {}, None, habit.unknown()
    state.part, begun = begin(params, state, spec, mark.t_s)
    return events + begun


def begin(params: Params, state: State, spec: ExerciseSpec, t_s: float) -> tuple[PartState, tuple[Event, ...]]:
    """Begin a part at `t_s`; return it and what there is to tell."""
    refined, state.refined = state.refined, False
    return part.start(spec, t_s, state.plateaus_rad, state.neutral, state.habits, refined=refined)


def end_part(state: State, t_s: float) -> tuple[Event, ...]:
    """End the part under way at `t_s`, if there is one. Changes `state`."""
    if state.part is None:
        return ()
    events = part.close(state.part, max(t_s, state.part.start_s))
    state.over = shown.within(state.part)
    state.used_in, state.part = state.part.spec.posture, None
    return events


def _end_repetition(state: State, t_s: float) -> tuple[Event, ...]:
    """Count a maximal repetition; from the second one on there is an end range."""
    repetition, state.repetition = state.repetition, None
    found = None if repetition is None else end_range.reached(repetition)
    if found is None:
        return ()
    direction, plateau_rad = found
    if repetition is not None and end_range.went_the_other_way(repetition):
        return (CalibrationStep(t_s, t_s, MarkLabel.MAX_REP, False, 0.0, _other_way(direction)),)
    if state.part is None and state.used_in is not None:
        # Repetitions after a part are made for the next one.
        state.plateaus_rad, state.used_in, state.habits = {}, None, habit.unknown()
    repetitions = state.plateaus_rad.setdefault(direction, [])
    repetitions.append(plateau_rad)
    if len(repetitions) < 2:
        return ()
    end_range_rad = end_range.from_repetitions(repetitions)
    quality = repetition_quality(RepetitionQualityParams(), direction, repetitions)
    told = (
        CalibrationStep(t_s, t_s, MarkLabel.MAX_REP, False, 0.0, quality)
        if isinstance(quality, str)
        else CalibrationStep(t_s, t_s, MarkLabel.MAX_REP, True, quality.quality, quality.text)
    )
    events: tuple[Event, ...] = (EndRange(t_s, direction, end_range_rad, from_max_rep=True), told)
    state.refined = False
    if state.part is not None:
        events += part.retarget(state.part, direction, end_range_rad)
    return events


def _other_way(asked: Direction) -> str:
    went, way = ("outward", "inward") if asked is Direction.INTERNAL else ("inward", "outward")
    return f"the thigh turned {went}, asked for was {way}: repeat it, turning {way} as far as you can"


def _unknown_exercise(name: str, used: ExerciseSpec) -> Warning:
    text = f"there are no rules for the marked exercise '{name}': judged as {used.id}. Name a known exercise."
    return Warning("unknown_exercise", text)
