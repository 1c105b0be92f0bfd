"""Write the script of a session: every prompt from the table rest to the last neutral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imu_hip.guide.programme import (
    CALIBRATIONS,
    PROGRAMMES,
    STAND_STILL,
    STAND_UP,
    WALK,
    Calibration,
    Line,
    Maximal,
    Programme,
)
from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt

_MAXIMAL_REPETITIONS = 2
_READY_S = 3.5
"""How long to be still in neutral before another set."""


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of an exercise: `sets` of `cycles` (how often its lines are gone through), with `rest_s` between."""

    sets: int = 1
    cycles: int = 1
    rest_s: float = 30.0


def script(exercise_id: str, cycles: int = 1, calibration: Calibration = Calibration.STANDING) -> tuple[Prompt, ...]:
    """Return the prompts of a guided session in the order in which they begin, from 0 s on.

    `cycles`: how often the set of the exercise is gone through. A prompt that lies inside another one (the steps of an
    exercise) comes after it, and its text is the one to show. Prompts without a label carry a `Cue` in their `detail`.

    Raises
    ------
    UsageError
        For an exercise that has no script, or fewer than one cycle.
    """
    return routine_script((exercise_id,), cycles, calibration)


def routine_script(
    exercise_ids: Sequence[str],
    cycles: int = 1,
    calibration: Calibration = Calibration.STANDING,
    doses: Mapping[str, Dose] | None = None,
) -> tuple[Prompt, ...]:
    """Return the prompts of a session of several exercises that share one calibration, as `script` does for one.

    In a session of several, the mark of each posture's neutral names the exercise it begins. Who is calibrated lying
    gets up for exercises on the feet only, and then stands still once more before anything else. An exercise that
    `doses` names is done as often as it says there, any other in one set of `cycles`; each set is an interval of its
    own.

    Raises
    ------
    UsageError
        For an exercise that has no script, no exercise at all, or fewer than one set or cycle.
    """
    chosen = {exercise_id: (doses or {}).get(exercise_id, Dose(cycles=cycles)) for exercise_id in exercise_ids}
    for dose in chosen.values():
        if dose.sets < 1 or dose.cycles < 1:
            asked = f"{dose.sets} sets of {dose.cycles} cycles"
            raise UsageError(Reason.WRONG_USAGE, f"{asked} cannot be guided: ask for at least 1 of each")
    if not exercise_ids:
        raise UsageError(Reason.WRONG_USAGE, "a session without an exercise cannot be guided: name one")
    prompts = _in_sequence(0.0, CALIBRATIONS[calibration])
    lies = calibration is Calibration.LYING
    stands = not lies
    for exercise_id in exercise_ids:
        programme = _programme(exercise_id)
        there = _way_there(programme, calibration, stands=stands)
        entry = _naming(exercise_id, programme.entry) if len(exercise_ids) > 1 else programme.entry
        if lies and entry[0][3] == Cue.LIE_DOWN:
            entry = entry[1:]
        lies = False
        prompts += _in_sequence(_end_s(prompts), [*there, *entry])
        prompts += _maximal_repetitions(_end_s(prompts), programme.maximal)
        prompts += _sets(_end_s(prompts), exercise_id, programme, chosen[exercise_id])
        stands = programme.stands
    return prompts


def _programme(exercise_id: str) -> Programme:
    programme = PROGRAMMES.get(exercise_id)
    if programme is None:
        raise UsageError(
            Reason.UNKNOWN_EXERCISE,
            f"exercise '{exercise_id}' has no guided script: choose one of {', '.join(PROGRAMMES)}",
        )
    return programme


def _way_there(programme: Programme, calibration: Calibration, *, stands: bool) -> list[Line]:
    if calibration is Calibration.LYING and not programme.stands:
        return []
    up = [] if stands else [STAND_UP, *([STAND_STILL] if calibration is Calibration.LYING else [])]
    return [*up, *([WALK] if programme.walks_there else [])]


def _naming(exercise_id: str, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with the exercise as the detail of the posture's neutral."""
    return tuple(
        (duration_s, text, label, exercise_id if label is MarkLabel.POSTURE_NEUTRAL else detail)
        for duration_s, text, label, detail in lines
    )


def _sets(start_s: float, exercise_id: str, programme: Programme, dose: Dose) -> tuple[Prompt, ...]:
    """Ask for all sets of an exercise, with a rest and a moment in neutral before each but the first."""
    prompts = _exercise(start_s, exercise_id, programme, dose.cycles)
    for number in range(2, dose.sets + 1):
        rest = (dose.rest_s, f"Rest. Next: set {number} of {dose.sets}", None, Cue.LET_GO)
        ready = (_READY_S, "Lie or stand as before, in neutral", MarkLabel.NEUTRAL, "")
        prompts += _in_sequence(_end_s(prompts), (rest, ready))
        prompts += _exercise(_end_s(prompts), exercise_id, programme, dose.cycles)
    return prompts


def _exercise(start_s: float, exercise_id: str, programme: Programme, cycles: int) -> tuple[Prompt, ...]:
    steps = _in_sequence(start_s, programme.repetitions * cycles)
    whole = Prompt(
        start_s=start_s,
        duration_s=_end_s(steps) - start_s,
        text=programme.title,
        label=MarkLabel.EXERCISE,
        detail=exercise_id,
    )
    return (whole, *steps)


def _maximal_repetitions(start_s: float, maximal: Maximal | None) -> tuple[Prompt, ...]:
    prompts: tuple[Prompt, ...] = ()
    if maximal is None:
        return prompts
    for direction in maximal.texts:
        for _ in range(_MAXIMAL_REPETITIONS):
            prompts += _max_rep(_end_s(prompts) if prompts else start_s, maximal, direction)
    return prompts


def _max_rep(start_s: float, maximal: Maximal, direction: Direction) -> tuple[Prompt, ...]:
    """Ask for one maximal repetition, the way back within its mark, and the neutral pause after it."""
    let_go_s, whole_s = maximal.let_go_s, maximal.whole_s
    return (
        Prompt(start_s, whole_s, maximal.texts[direction], MarkLabel.MAX_REP, direction),
        Prompt(start_s + let_go_s, whole_s - let_go_s, "And slowly back", None, Cue.LET_GO),
        Prompt(start_s + whole_s, maximal.neutral_s, "Rest in neutral", MarkLabel.NEUTRAL),
    )


def _in_sequence(start_s: float, lines: Iterable[Line]) -> tuple[Prompt, ...]:
    """Lay lines end to end from `start_s` on."""
    prompts: list[Prompt] = []
    for duration_s, text, label, detail in lines:
        prompts.append(Prompt(start_s, duration_s, text, label, detail))
        start_s += duration_s
    return tuple(prompts)


def _end_s(prompts: tuple[Prompt, ...]) -> float:
    """Return the end of the last prompt."""
    return prompts[-1].start_s + prompts[-1].duration_s
