"""The exercise stage: hip angles and marks -> what was done and how well, and the phase of every row.

Rows between the marks `exercise` BEGIN and END are judged. In a recording without any such mark everything after its
last calibration mark or maximal repetition is judged by the default exercise, and handed out at the end with a
warning: only then is it known that no mark comes. (A table rest may also be the last thing done: it ends nothing.)
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import end_range, faults, habit, neutral_before, part
from imu_hip.exercise.conditioning import LAG_S, Sample
from imu_hip.exercise.end_range import MaximalRepetition
from imu_hip.exercise.habit import HabitState
from imu_hip.exercise.hold import Mode
from imu_hip.exercise.judged_rows import judged_rows, of_every_row, rows_state
from imu_hip.exercise.levels import levels
from imu_hip.exercise.moment import Moment, channel_changes, moments
from imu_hip.exercise.neutral_before import NeutralState
from imu_hip.exercise.part import PartState
from imu_hip.exercise.repetition_quality import RepetitionQualityParams, repetition_quality
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import CalibrationStep, EndRange, Event, Phase, ReZero, Warning, ZeroRefined
from imu_hip.model.exercise_spec import Direction, ExerciseSpec, Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.output import JudgeSnapshot

_NEUTRAL = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)
_NO_PREPARATION = (MarkLabel.NEUTRAL, MarkLabel.EXERCISE)


@dataclass(frozen=True, slots=True)
class Params:
    """Rules of the exercises that may come, id of the one that is meant when a mark names none, and the sample rate."""

    specs: tuple[ExerciseSpec, ...]
    exercise_id: str
    rate_hz: float

    def spec(self, exercise_id: str) -> ExerciseSpec | None:
        """Return the rules of an exercise, None when there are none."""
        return next((spec for spec in self.specs if spec.id == exercise_id), None)

    def default_spec(self) -> ExerciseSpec:
        """Return the rules of the default exercise.

        Raises
        ------
        UsageError
            When they are not among `specs`.
        """
        spec = self.spec(self.exercise_id)
        if spec is None:
            raise UsageError(
                Reason.UNKNOWN_EXERCISE, f"there are no rules for exercise '{self.exercise_id}': give its file"
            )
        return spec


@dataclass(slots=True)
class State:
    """All that evolves; a step changes it in place and returns it.

    `plateaus_rad`: the maximal repetitions by direction. `used_in`: posture of the last part that was judged by them.
    `marked`: an `exercise` mark has come. `held_back`: events of the part that is judged without one. `preparing`:
    other intervals that are open. `over`: what there was to show when the last part had ended. `phase`: of the newest
    judged row; `neutral`: the last one, also before a part; `habits`: what maximal repetitions show.
    `refined`: since the end range was told, the repetitions have come to read otherwise.
    """

    rows: Floats = field(default_factory=rows_state)
    phase: int = Phase.UNKNOWN
    pending: tuple[TimedMark, ...] = ()
    repetition: MaximalRepetition | None = None
    plateaus_rad: dict[Direction, list[float]] = field(default_factory=dict)
    used_in: Posture | None = None
    part: PartState | None = None
    marked: bool = False
    held_back: tuple[Event, ...] = ()
    preparing: frozenset[MarkLabel] = frozenset()
    over: JudgeSnapshot | None = None
    last_s: float = 0.0
    neutral: NeutralState = field(default_factory=NeutralState)
    habits: HabitState = field(default_factory=HabitState)
    refined: bool = False


@dataclass(slots=True)
class JudgeOutput:
    """Events in the order in which they became final, and the `Phase` (n,) of each row."""

    events: tuple[Event, ...]
    phases: NDArray[np.uint8]


def step(
    params: Params,
    state: State,
    block: AngleBlock,
    marks: Sequence[TimedMark],
    corrections: Sequence[ReZero | ZeroRefined] = (),
) -> tuple[State, JudgeOutput]:
    """Judge a block; a mark takes effect at the first judged row at or after its time. The same for any cutting.

    `corrections` of the angles, or of what is known of earlier ones, that fall into the block, in the order of time.
    """
    if not (len(block.t_s) or marks or corrections):
        return state, JudgeOutput((), np.zeros(0, np.uint8))
    before = int(state.phase)
    waiting = deque(corrections)
    pending = sorted((*state.pending, *marks), key=lambda mark: mark.t_s)
    events: list[Event] = []
    phases: list[int] = []
    judged = judged_rows(params.rate_hz, state.rows, block)
    looks = moments(block, judged.places, judged.seen, judged.looked_at)
    rows = zip(*judged.seen[:6].tolist(), judged.looked_at.tolist(), strict=True)
    for t_s, angle_rad, rate_rad_s, sd_rad, slow_rad, slow_rad_s, looked_at in rows:
        while pending and pending[0].t_s <= t_s:
            events += _mark(params, state, pending.pop(0))
        while waiting and waiting[0].t_s <= t_s:
            _corrected(state, waiting.popleft())
        state.last_s = t_s
        sample = Sample(t_s - LAG_S, angle_rad, rate_rad_s, sd_rad, slow_rad, slow_rad_s)
        new, state.phase = _judge(params, state, sample, t_s)
        phases.append(int(state.phase))
        events += new
        if looked_at:
            events += _look(params, state, next(looks))
    for correction in waiting:
        _corrected(state, correction)
    state.pending = tuple(pending)
    return state, JudgeOutput(tuple(events), of_every_row(judged, phases, before, len(block.t_s)))


def finish(params: Params, state: State) -> tuple[State, JudgeOutput]:
    """End whatever is going on, because the data are over."""
    events: list[Event] = []
    for mark in state.pending:
        events += _mark(params, state, mark)
    state.pending = ()
    if not state.marked:
        events += [_no_exercise_mark(params), *state.held_back]
        state.held_back = ()
    events += _end_part(state, state.last_s)
    return state, JudgeOutput(tuple(events), np.zeros(0, np.uint8))


def snapshot(params: Params, state: State) -> JudgeSnapshot:
    """Return what there is to show now; angles are + toward internal rotation, so external levels are negative."""
    if state.part is not None and state.marked:
        shown = _within(state.part)
    else:
        shown = _before_part(params, state) if state.over is None else state.over
    neutral = state.neutral.neutral
    return shown if neutral is None else replace(shown, neutral_rad=neutral.channels)


def _within(running: PartState) -> JudgeSnapshot:
    lane = part.lane_in_view(running)
    if lane is None or lane.levels is None:
        return JudgeSnapshot(None, None, None, 0, 0, (), running.spec.id)
    sign = lane.direction.sign
    cycle = lane.cycle
    number = max(1, cycle.finished + bool(cycle.steps)) if running.spec.cycle else 0
    return JudgeSnapshot(
        end_range_rad=sign * lane.levels.end_range_rad,
        enter_rad=sign * lane.hold.enter_rad,
        hold_start_s=lane.hold.start_s if lane.hold.mode is Mode.HOLD else None,
        cycle_number=number,
        cycles_complete=cycle.complete,
        steps_done=cycle.shown,
        exercise_id=running.spec.id,
        faults=faults.showing(running.faults),
        unsure=faults.unsure(running.faults),
    )


def _before_part(params: Params, state: State) -> JudgeSnapshot:
    """Show the end range as soon as it has been measured."""
    spec = params.default_spec()
    plateaus_rad = state.plateaus_rad.get(spec.directions[0], ())
    if len(plateaus_rad) < 2:
        return JudgeSnapshot(None, None, None, 0, 0, (), None)
    end_range_rad = end_range.from_repetitions(plateaus_rad)
    own = levels(spec.directions[0], end_range_rad, spec.hold, spec.exit)
    sign = own.direction.sign
    return JudgeSnapshot(sign * end_range_rad, sign * own.enter_rad, None, 0, 0, (), None)


def _judge(params: Params, state: State, sample: Sample, t_s: float) -> tuple[tuple[Event, ...], int]:
    """Judge one row within its part, if it is in one."""
    if state.repetition is None and state.part is not None and state.marked:
        return part.step(state.part, sample)
    if state.repetition is not None:
        end_range.follow(state.repetition, sample)
    judging = state.repetition is None and (state.marked or not state.preparing)
    if state.part is None:
        known = sample.angle_rad == sample.angle_rad
        if state.marked or not (judging and known):
            return (), part.unjudged_phase(params.default_spec(), sample)
        state.part, state.held_back = _part(params, state, params.default_spec(), t_s)
    # What happens while something else was asked for is not seen by the rules.
    seen = sample if judging else Sample(sample.t_s, math.nan, math.nan, math.nan)
    new, _ = part.step(state.part, seen)
    return _kept_until_marked(state, new), part.unjudged_phase(state.part.spec, sample)


def _look(params: Params, state: State, moment: Moment) -> tuple[Event, ...]:
    """Look for faults within the part, unless something else was asked for."""
    if not moment.known:
        return ()
    running = state.part
    spec = params.default_spec() if running is None else running.spec
    end_ranges_rad = {} if running is None else part.end_ranges(running)
    level_rad = neutral_before.level_rad(spec.hold.neutral_fraction, end_ranges_rad, moment.rotation_rad)
    neutral_before.step(state.neutral, moment, level_rad)
    if state.repetition is not None:
        if state.neutral.neutral is not None:
            habit.step(state.habits, state.neutral.neutral, moment)
        return ()
    if running is None or not (state.marked or not state.preparing):
        return ()
    return _kept_until_marked(state, faults.step(running.faults, moment, end_ranges_rad))


def _corrected(state: State, correction: ReZero | ZeroRefined) -> None:
    if isinstance(correction, ZeroRefined):
        _refined(state, correction.change_rad)
        return
    neutral_before.shift(state.neutral, correction.change_rad, channel_changes(correction))
    if state.part is not None:
        part.corrected(state.part, correction)


def _refined(state: State, change_rad: float) -> None:
    """Tell again how far the limb went before, by what is known of the zero now."""
    for direction, plateaus_rad in state.plateaus_rad.items():
        state.plateaus_rad[direction] = [plateau + direction.sign * change_rad for plateau in plateaus_rad]
        state.refined = True
    if state.part is not None:
        part.refined(state.part, change_rad)


def _kept_until_marked(state: State, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Hold events of a part back that is judged without a mark."""
    if state.marked:
        return events
    state.held_back += events
    return ()


def _mark(params: Params, state: State, mark: TimedMark) -> tuple[Event, ...]:
    begins = mark.edge is Edge.BEGIN
    if not state.marked and begins and mark.label not in (MarkLabel.NEUTRAL, MarkLabel.TABLE_REST):
        state.part, state.held_back = None, ()
    if mark.label is MarkLabel.EXERCISE:
        if begins:
            return _begin_part(params, state, mark)
        return _end_part(state, mark.t_s) if state.marked else ()
    if mark.label is MarkLabel.MAX_REP:
        if not begins:
            return _end_repetition(state, mark.t_s)
        state.repetition = MaximalRepetition(_named(mark))
    elif mark.label not in _NO_PREPARATION:
        state.preparing = state.preparing | {mark.label} if begins else state.preparing - {mark.label}
    if mark.label in _NEUTRAL:
        state.neutral.prompted, state.neutral.next_way = begins, _named(mark)
    if mark.label in _NEUTRAL and state.part is not None:
        return _kept_until_marked(state, part.prompted_neutral(state.part, mark.edge, mark.t_s))
    return ()


def _named(mark: TimedMark) -> Direction | None:
    return next((direction for direction in Direction if direction.value == mark.detail), None)


def _begin_part(params: Params, state: State, mark: TimedMark) -> tuple[Event, ...]:
    events = _end_part(state, mark.t_s)
    state.marked = True
    named = params.spec(mark.detail)
    spec = params.default_spec() if named is None else named
    if named is None and mark.detail:
        events += (_unknown_exercise(mark.detail, spec),)
    if state.used_in is not None and state.used_in is not spec.posture:
        # An end range is one of its posture.
        state.plateaus_rad, state.used_in, state.habits = {}, None, HabitState()
    state.part, begun = _part(params, state, spec, mark.t_s)
    return events + begun


def _part(params: Params, state: State, spec: ExerciseSpec, t_s: float) -> tuple[PartState, tuple[Event, ...]]:
    refined, state.refined = state.refined, False
    return part.start(spec, t_s, state.plateaus_rad, state.neutral, state.habits, refined=refined)


def _end_part(state: State, t_s: float) -> tuple[Event, ...]:
    if state.part is None:
        return ()
    events = part.close(state.part, max(t_s, state.part.start_s))
    state.over = _within(state.part)
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
        state.plateaus_rad, state.used_in, state.habits = {}, None, HabitState()
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


def _no_exercise_mark(params: Params) -> Warning:
    text = (
        "no exercise interval was marked: everything after the last calibration was judged as "
        f"{params.exercise_id}, and its rows have no phases of holds. Mark the part to be judged as exercise."
    )
    return Warning("no_exercise_mark", text)


def _unknown_exercise(name: str, used: ExerciseSpec) -> Warning:
    text = f"there are no rules for the marked exercise '{name}': judged as {used.id}. Name a known exercise."
    return Warning("unknown_exercise", text)
