"""What the exercise stage is told, and what of it evolves."""

from __future__ import annotations

from dataclasses import dataclass, field

from imu_hip.exercise import habit
from imu_hip.exercise.end_range import MaximalRepetition
from imu_hip.exercise.habit import Habit
from imu_hip.exercise.judged_rows import rows_state
from imu_hip.exercise.neutral_before import NeutralState
from imu_hip.exercise.part import PartState
from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import Event, Phase
from imu_hip.model.exercise_spec import Direction, ExerciseSpec, Posture
from imu_hip.model.item import MarkLabel, TimedMark
from imu_hip.model.output import JudgeSnapshot


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
    habits: Habit = field(default_factory=habit.unknown)
    refined: bool = False

    def kept_until_marked(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Return events of a part; hold them back if it is judged without a mark."""
        if self.marked:
            return events
        self.held_back += events
        return ()
