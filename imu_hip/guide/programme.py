"""What is said in each exercise: the way into its posture, maximal repetitions, and one set of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from imu_hip.model.cue import Cue
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel

Line = tuple[float, str, MarkLabel | None, str]
"""Duration in s, text, label, and detail: the mark's, or the cue where there is no mark."""


class Calibration(StrEnum):
    """How a session is calibrated: on both feet, or without getting up from the back."""

    STANDING = "standing"
    LYING = "lying"


@dataclass(frozen=True, slots=True)
class Maximal:
    """Two maximal repetitions toward each direction.

    `whole_s` lasts the mark; `let_go_s` after its beginning the person is told to come back; `neutral_s` of rest
    follow.
    """

    texts: Mapping[Direction, str]
    whole_s: float = 5.0
    let_go_s: float = 3.25
    neutral_s: float = 2.25


@dataclass(frozen=True, slots=True)
class Programme:
    """One exercise. `walks_there`: it is begun with a walk; `stands`: it leaves the person standing."""

    title: str
    entry: tuple[Line, ...]
    maximal: Maximal | None
    repetitions: tuple[Line, ...]
    walks_there: bool = True
    stands: bool = False


STAND_STILL: Line = (4.0, "Stand still, feet pointing forward", MarkLabel.N_POSE, "")
_TABLE_REST: Line = (10.5, "Lay both sensors on the table", MarkLabel.TABLE_REST, "")

CALIBRATIONS: Mapping[Calibration, tuple[Line, ...]] = {
    Calibration.STANDING: (
        _TABLE_REST,
        (4.0, "Put the sensors on and stand up", None, Cue.PUT_ON),
        STAND_STILL,
        (6.5, "Swing the straight leg, forward first", MarkLabel.LEG_SWINGS, ""),
        (6.0, "Bow from the hips, forward first", MarkLabel.BOWS, ""),
    ),
    Calibration.LYING: (
        _TABLE_REST,
        (4.0, "Put the sensors on", None, Cue.PUT_ON),
        (6.0, "Lie on your back, legs straight", None, Cue.LIE_STRAIGHT),
        (4.0, "Lie still, kneecaps to the ceiling", MarkLabel.HOOK_LYING, "legs_straight"),
        (4.0, "Bend the knees, feet on the floor", None, Cue.BEND_KNEES),
        (4.0, "Lie still, feet as wide as the hips", MarkLabel.HOOK_LYING, ""),
        (8.0, "Lift the pelvis and lower it, twice", MarkLabel.BRIDGE, ""),
        (12.0, "Rock both knees slowly, side to side", MarkLabel.KNEE_ROCKS, ""),
    ),
}
WALK: Line = (9.0, "Walk to your place and turn round", None, Cue.WALK)
STAND_UP: Line = (6.0, "Stand up", None, Cue.STAND_UP)

_IN_AND_OUT = {
    Direction.INTERNAL: "Turn in as far as you can",
    Direction.EXTERNAL: "Turn out as far as you can",
}


def _inward(text: str) -> Mapping[Direction, str]:
    return {Direction.INTERNAL: text}


def _neutral(text: str, duration_s: float) -> Line:
    return duration_s, text, MarkLabel.POSTURE_NEUTRAL, ""


def _repetition(cue: Cue, hold_s: float, text: str, back_s: float, back: str, rest_s: float) -> tuple[Line, ...]:
    return (
        (hold_s, text, None, cue),
        (back_s, back, None, Cue.LET_GO),
        (rest_s, "Rest in neutral", MarkLabel.NEUTRAL, ""),
    )


_BACK = "Let go slowly, back to neutral"

_STANDING_OUT = _repetition(Cue.EXTERNAL_HOLD, 11.5, "Turn the leg out and hold, one breath", 4.0, _BACK, 3.5)
_STANDING_IN = _repetition(Cue.INTERNAL_HOLD, 11.5, "Turn the leg in and hold, one breath", 4.0, _BACK, 3.5)
_TRIALS = 3 * _repetition(Cue.INTERNAL_HOLD, 4.5, _IN_AND_OUT[Direction.INTERNAL], 3.5, _BACK, 3.0) + 3 * _repetition(
    Cue.EXTERNAL_HOLD, 4.5, _IN_AND_OUT[Direction.EXTERNAL], 3.5, _BACK, 3.0
)

PROGRAMMES: Mapping[str, Programme] = {
    "standing_dissociation": Programme(
        "Standing hip dissociation",
        (
            (4.0, "Stand on the other leg, heel resting", None, Cue.STAND_ON_ONE_LEG),
            _neutral("Stand still, leg in neutral", 3.5),
        ),
        Maximal(_IN_AND_OUT, whole_s=5.5, neutral_s=3.5),
        3 * (_STANDING_OUT + _STANDING_IN),
        stands=True,
    ),
    "supine_ere": Programme(
        "Supine end-range expansion",
        (
            (5.0, "Lie on your back, knees bent", None, Cue.LIE_DOWN),
            _neutral("Lie still, knee up, in neutral", 3.0),
        ),
        Maximal(_inward("Turn in as far as you can")),
        # A paced breath takes 9 s; the rest of each hold is the reaction and the way there.
        (
            (11.0, "Turn in and hold, one slow breath", None, Cue.INTERNAL_HOLD),
            (10.0, "Foot down, push out, one breath", None, Cue.BLOCK),
            *_repetition(Cue.INTERNAL_HOLD, 11.0, "Foot up, turn in again, one breath", 4.0, _BACK, 3.0),
        ),
        # Its first hold comes within a minute.
        walks_there=False,
    ),
    "hinge_ir": Programme(
        "One-leg hinge with internal rotation",
        (
            (4.0, "Stand on this leg, knee a little bent", None, Cue.STAND_TO_HINGE),
            _neutral("Stand still, leg in neutral", 3.5),
        ),
        Maximal(_inward("Hinge, turn in as far as you can"), whole_s=11.0, let_go_s=5.5, neutral_s=3.5),
        3
        * _repetition(
            Cue.INTERNAL_HOLD, 7.0, "Hinge, turning in, and stay there", 5.5, "Come up, keep it turned in", 4.0
        ),
        stands=True,
    ),
    "seated_ir": Programme(
        "Seated internal rotation",
        (
            (5.5, "Sit on the mat, legs straight", None, Cue.SIT_ON_MAT),
            _neutral("Sit still, leg in neutral", 3.0),
        ),
        Maximal(_inward("Roll it in as far as you can")),
        5 * _repetition(Cue.INTERNAL_HOLD, 5.0, "Push the thigh down and roll it in", 3.5, _BACK, 3.0),
    ),
    "prone_ir": Programme(
        "Prone internal rotation",
        (
            (6.5, "Lie face down, knee bent, foot up", None, Cue.LIE_PRONE),
            _neutral("Lie still, foot upright, in neutral", 3.0),
        ),
        Maximal(_inward("Foot out as far as you can")),
        5 * _repetition(Cue.INTERNAL_HOLD, 4.0, "Roll the thigh in: the foot goes out", 3.5, _BACK, 3.0),
    ),
    "brettzel": Programme(
        "Brettzel 2.0 stretch",
        (
            (6.5, "Lie on the other side, upper knee up", None, Cue.LIE_ON_SIDE),
            _neutral("Lie still, leg in neutral", 3.0),
        ),
        Maximal(_inward("Into the stretch as far as it goes"), whole_s=12.0, let_go_s=6.5, neutral_s=3.5),
        2 * _repetition(Cue.INTERNAL_HOLD, 32.0, "Into the stretch, three slow breaths", 5.5, "Slowly out of it", 3.5),
    ),
    # The trials are the measurement: no maximal repetitions come before them.
    "arom_seated": Programme(
        "Seated active range of motion",
        (
            (5.5, "Sit on the chair, shanks hanging", None, Cue.SIT_ON_CHAIR),
            _neutral("Sit still, leg in neutral", 3.0),
        ),
        None,
        _TRIALS,
    ),
    "arom_prone": Programme(
        "Prone active range of motion",
        (
            (6.5, "Lie face down, knee bent, foot up", None, Cue.LIE_PRONE),
            _neutral("Lie still, foot upright, in neutral", 3.0),
        ),
        None,
        _TRIALS,
    ),
}
