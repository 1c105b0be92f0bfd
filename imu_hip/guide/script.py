"""Write the script of a session: every prompt from the table rest to the last neutral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imu_hip.guide.around import CALIBRATIONS, STAND_STILL, STAND_UP, WALK, Calibration
from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import Direction, ExerciseSpec
from imu_hip.model.item import MarkLabel
from imu_hip.model.programme import Line, Maximal, Programme
from imu_hip.model.prompt import Prompt

_EFFORTS = {Cue.INTERNAL_HOLD: Direction.INTERNAL, Cue.EXTERNAL_HOLD: Direction.EXTERNAL}
_MAXIMAL_REPETITIONS = 2
_READY_S = 3.5
"""How long to be still in neutral before another set."""


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of an exercise: `sets` of `cycles` (how often its lines are gone through), with `rest_s` between."""

    sets: int = 1
    cycles: int = 1
    rest_s: float = 30.0


def script(spec: ExerciseSpec, cycles: int = 1, calibration: Calibration = Calibration.STANDING) -> tuple[Prompt, ...]:
    """Return the prompts of a guided session in the order in which they begin, from 0 s on.

    `cycles`: how often the set of the exercise is gone through. A prompt that lies inside another one (the steps of an
    exercise) comes after it, and its text is the one to show. Prompts without a label carry a `Cue` in their `detail`.
    Where both directions are trained, the mark of a neutral names the one that comes next.

    Raises
    ------
    UsageError
        For an exercise that nobody can be guided through, or fewer than one cycle.
    """
    return routine_script((spec,), cycles, calibration)


def routine_script(
    specs: Sequence[ExerciseSpec],
    cycles: int = 1,
    calibration: Calibration = Calibration.STANDING,
    doses: Mapping[str, Dose] | None = None,
) -> tuple[Prompt, ...]:
    """Return the prompts of a session of several exercises that share one calibration, as `script` does for one.

    In a session of several, the mark of each posture's neutral names the exercise it begins. Who is calibrated lying
    gets up for exercises on the feet only, and then stands still once more before anything else. An exercise that
    `doses` names is done as often as it says there, any other in its own sets of `cycles`; each set is an interval of
    its own.

    Raises
    ------
    UsageError
        For an exercise that nobody can be guided through, no exercise at all, or fewer than one set or cycle.
    """
    if not specs:
        raise UsageError(Reason.WRONG_USAGE, "a session without an exercise cannot be guided: name one")
    prompts = _in_sequence(0.0, CALIBRATIONS[calibration])
    lies = calibration is Calibration.LYING
    stands = not lies
    for spec in specs:
        programme = _programme(spec)
        dose = (doses or {}).get(spec.id, Dose(programme.sets, cycles, programme.rest_s))
        if dose.sets < 1 or dose.cycles < 1:
            asked = f"{dose.sets} sets of {dose.cycles} cycles"
            raise UsageError(Reason.WRONG_USAGE, f"{asked} cannot be guided: ask for at least 1 of each")
        there = _way_there(programme, calibration, stands=stands)
        entry = _naming(spec.id, programme.entry) if len(specs) > 1 else programme.entry
        if lies and entry[0].detail == Cue.LIE_DOWN:
            entry = entry[1:]
        lies = False
        prompts += _in_sequence(_end_s(prompts), [*there, *entry])
        lines = _lines(spec, programme)
        prompts += _maximal_repetitions(_end_s(prompts), programme.maximal, _next_way(spec, lines, 0))
        prompts += _sets(_end_s(prompts), spec, lines, dose)
        stands = programme.stands
    return prompts


def _programme(spec: ExerciseSpec) -> Programme:
    if spec.guide is None:
        raise UsageError(
            Reason.UNKNOWN_EXERCISE,
            f"nobody can be guided through '{spec.id}': its file has no [guide] (see docs/judging.md)",
        )
    return spec.guide


def _lines(spec: ExerciseSpec, programme: Programme) -> tuple[Line, ...]:
    """Return the lines of all rounds, each neutral with the direction of what comes behind it."""
    lines = [line for each in programme.rounds for line in each.times * each.lines]
    return tuple(
        replace(line, detail=_next_way(spec, lines + lines, at)) if line.label is MarkLabel.NEUTRAL else line
        for at, line in enumerate(lines)
    )


def _next_way(spec: ExerciseSpec, lines: Sequence[Line], at: int) -> str:
    """Return the direction of the next effort from a line on, "" where there is only one or nothing comes."""
    ways = (_EFFORTS[Cue(line.detail)] for line in lines[at:] if line.label is None and line.detail in _EFFORTS)
    return next((way.value for way in ways), "") if len(spec.directions) > 1 else ""


def _way_there(programme: Programme, calibration: Calibration, *, stands: bool) -> list[Line]:
    if calibration is Calibration.LYING and not programme.stands:
        return []
    up = [] if stands else [STAND_UP, *([STAND_STILL] if calibration is Calibration.LYING else [])]
    return [*up, *([WALK] if programme.walks_there else [])]


def _naming(exercise_id: str, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with the exercise as the detail of the posture's neutral."""
    return tuple(
        replace(line, detail=exercise_id) if line.label is MarkLabel.POSTURE_NEUTRAL else line for line in lines
    )


def _sets(start_s: float, spec: ExerciseSpec, lines: tuple[Line, ...], dose: Dose) -> tuple[Prompt, ...]:
    """Ask for all sets of an exercise, with a rest and a moment in neutral before each but the first."""
    prompts = _exercise(start_s, spec, lines, dose.cycles)
    for number in range(2, dose.sets + 1):
        rest = Line(dose.rest_s, f"Rest. Next: set {number} of {dose.sets}", None, Cue.LET_GO)
        ready = Line(_READY_S, "Lie or stand as before, in neutral", MarkLabel.NEUTRAL, _next_way(spec, lines, 0))
        prompts += _in_sequence(_end_s(prompts), (rest, ready))
        prompts += _exercise(_end_s(prompts), spec, lines, dose.cycles)
    return prompts


def _exercise(start_s: float, spec: ExerciseSpec, lines: tuple[Line, ...], cycles: int) -> tuple[Prompt, ...]:
    steps = _in_sequence(start_s, lines * cycles)
    whole = Prompt(
        start_s=start_s,
        duration_s=_end_s(steps) - start_s,
        text=spec.name,
        label=MarkLabel.EXERCISE,
        detail=spec.id,
    )
    return (whole, *steps)


def _maximal_repetitions(start_s: float, maximal: Maximal | None, next_way: str) -> tuple[Prompt, ...]:
    """Ask for two toward each direction; `next_way`: what the last neutral names."""
    prompts: tuple[Prompt, ...] = ()
    if maximal is None:
        return prompts
    texts = {Direction.INTERNAL: maximal.internal, Direction.EXTERNAL: maximal.external}
    for direction, text in texts.items():
        for _ in range(_MAXIMAL_REPETITIONS if text else 0):
            prompts += _max_rep(_end_s(prompts) if prompts else start_s, maximal, direction, text)
    return (*prompts[:-1], replace(prompts[-1], detail=next_way)) if prompts else ()


def _max_rep(start_s: float, maximal: Maximal, direction: Direction, text: str) -> tuple[Prompt, ...]:
    """Ask for one maximal repetition, the way back within its mark, and the neutral pause after it."""
    let_go_s, whole_s = maximal.let_go_s, maximal.whole_s
    return (
        Prompt(start_s, whole_s, text, MarkLabel.MAX_REP, direction),
        Prompt(start_s + let_go_s, whole_s - let_go_s, "And slowly back", None, Cue.LET_GO),
        Prompt(start_s + whole_s, maximal.neutral_s, "Rest in neutral", MarkLabel.NEUTRAL),
    )


def _in_sequence(start_s: float, lines: Iterable[Line]) -> tuple[Prompt, ...]:
    """Lay lines end to end from `start_s` on."""
    prompts: list[Prompt] = []
    for line in lines:
        prompts.append(Prompt(start_s, line.duration_s, line.text, line.label, line.detail))
        start_s += line.duration_s
    return tuple(prompts)


def _end_s(prompts: tuple[Prompt, ...]) -> float:
    """Return the end of the last prompt."""
    return prompts[-1].start_s + prompts[-1].duration_s
