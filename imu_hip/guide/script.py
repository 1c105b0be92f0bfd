"""Write the script of a session: every prompt from the table rest to the last neutral."""

from __future__ import annotations

from collections.abc import Iterable

from imu_hip.model.cue import Cue
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.prompt import Prompt

_Line = tuple[float, str, MarkLabel | None, str]
"""Duration in s, text, label, and detail: the mark's, or the cue where there is no mark."""

_CALIBRATION: tuple[_Line, ...] = (
    (10.5, "Lay both sensors on the table", MarkLabel.TABLE_REST, ""),
    (4.0, "Put the sensors on and stand up", None, Cue.PUT_ON),
    (4.0, "Stand still, feet pointing forward", MarkLabel.N_POSE, ""),
    (6.5, "Swing the straight leg, forward first", MarkLabel.LEG_SWINGS, ""),
    (6.0, "Bow from the hips, forward first", MarkLabel.BOWS, ""),
)

_SUPINE_ENTRY: tuple[_Line, ...] = (
    (5.0, "Lie on your back, knees bent", None, Cue.LIE_DOWN),
    (3.0, "Lie still, knee up, in neutral", MarkLabel.POSTURE_NEUTRAL, ""),
)

_MAX_REP_S = 5.0
_MAX_REP_LET_GO_S = 3.25
"""When, after the start of a maximal repetition, the person is told to let go."""
_MAX_REP_NEUTRAL_S = 2.25

_SUPINE_ERE_CYCLE: tuple[_Line, ...] = (
    (11.0, "Turn in and hold, one slow breath", None, Cue.INTERNAL_HOLD),
    (10.0, "Foot down, push out, one breath", None, Cue.BLOCK),
    (11.0, "Foot up, turn in again, one breath", None, Cue.INTERNAL_HOLD),
    (4.0, "Let go slowly, back to neutral", None, Cue.LET_GO),
    (3.0, "Rest in neutral", MarkLabel.NEUTRAL, ""),
)
"""A paced breath takes 9 s; the rest of each hold is the reaction and the way there."""


def script(exercise_id: str, cycles: int = 1) -> tuple[Prompt, ...]:
    """Return the prompts of a guided session in the order in which they begin, from 0 s on.

    A prompt that lies inside another one (the steps of an exercise) comes after it, and its text is the one
    to show. Prompts without a label carry a `Cue` in their `detail`.

    Raises
    ------
    UsageError
        For an exercise that has no script, or fewer than one cycle.
    """
    if exercise_id != "supine_ere":
        raise UsageError(Reason.UNKNOWN_EXERCISE, f"exercise '{exercise_id}' has no guided script: choose supine_ere")
    if cycles < 1:
        raise UsageError(Reason.WRONG_USAGE, f"{cycles} cycles cannot be guided: ask for at least 1")
    prompts = _in_sequence(0.0, _CALIBRATION + _SUPINE_ENTRY)
    for _ in range(2):
        prompts += _max_rep(_end_s(prompts), Direction.INTERNAL)
    start_s = _end_s(prompts)
    steps = _in_sequence(start_s, _SUPINE_ERE_CYCLE * cycles)
    whole = Prompt(
        start_s=start_s,
        duration_s=_end_s(steps) - start_s,
        text="Supine end-range expansion",
        label=MarkLabel.EXERCISE,
        detail=exercise_id,
    )
    return (*prompts, whole, *steps)


def _max_rep(start_s: float, direction: Direction) -> tuple[Prompt, ...]:
    """Ask for one maximal repetition, the way back within its mark, and the neutral pause after it."""
    repetition = Prompt(start_s, _MAX_REP_S, "Turn in as far as you can", MarkLabel.MAX_REP, direction)
    let_go_s = start_s + _MAX_REP_LET_GO_S
    return (
        repetition,
        Prompt(let_go_s, _MAX_REP_S - _MAX_REP_LET_GO_S, "And slowly back", None, Cue.LET_GO),
        Prompt(start_s + _MAX_REP_S, _MAX_REP_NEUTRAL_S, "Rest in neutral", MarkLabel.NEUTRAL),
    )


def _in_sequence(start_s: float, lines: Iterable[_Line]) -> tuple[Prompt, ...]:
    """Lay lines end to end from `start_s` on."""
    prompts: list[Prompt] = []
    for duration_s, text, label, detail in lines:
        prompts.append(Prompt(start_s, duration_s, text, label, detail))
        start_s += duration_s
    return tuple(prompts)


def _end_s(prompts: tuple[Prompt, ...]) -> float:
    """Return the end of the last prompt."""
    return prompts[-1].start_s + prompts[-1].duration_s
