"""What to do next: the most important thing, from what was judged."""

from __future__ import annotations

from dataclasses import replace
from math import radians

import pytest

from imu_hip.app.catalogue import exercise
from imu_hip.guide.next_time import FLOP, OTHER_SIDE, PAIN, next_time
from imu_hip.model.event import (
    ActiveRange,
    Compensation,
    Cycle,
    Event,
    Exit,
    ExitVerdict,
    HoldVerdict,
    PartEnded,
    PartStarted,
    Touch,
    Warning,
)
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import NoteKind, TimedNote
from imu_hip.model.setup import Setup
from tests.plot.scenes import CYCLE, SETUP, hold

SUPINE = replace(SETUP, exercises=(exercise("supine_ere"), exercise("seated_ir"), exercise("arom_seated")))
WHOLE = hold(10.0, 20.0, 40.0, HoldVerdict.COMPLETE)
SHORT = hold(10.0, 14.0, 40.0, HoldVerdict.SHORT)
UNSURE = replace(WHOLE, sd_rad=radians(15.0))
LOST = replace(WHOLE, verdict=HoldVerdict.DATA_LOST)
DONE = Cycle(0.0, 40.0, True, CYCLE, ())
BROKEN = Cycle(0.0, 40.0, False, (Step.INTERNAL_HOLD,), (Step.BLOCK, Step.CONTROLLED_EXIT))
LET_GO = Exit(20.0, 22.0, Direction.INTERNAL, 0.2, -1.5, ExitVerdict.CONTROLLED, "")
FLOPPED = replace(LET_GO, verdict=ExitVerdict.FLOP)
FAULT = Compensation(5.0, 6.0, CompensationKind.KNEE_MOVED, radians(9.0))
HURT = TimedNote(31.0, NoteKind.PAIN, 4)


def of(
    *events: Event, exercise_id: str = "supine_ere", setup: Setup = SUPINE, notes: tuple[TimedNote, ...] = ()
) -> str:
    return next_time(setup, (PartStarted(1.0, exercise_id), *events, PartEnded(50.0, exercise_id)), notes)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((WHOLE, LET_GO, DONE), "one cycle more, up to 4 a side"),
        ((WHOLE, LET_GO, DONE, DONE, DONE, DONE), OTHER_SIDE),
        ((WHOLE, BROKEN), "all steps of the cycle; missing was the block"),
        ((WHOLE, FAULT, BROKEN), "keep it in place (knee moved)"),
        ((SHORT, FAULT, BROKEN), "hold on until the tone, one slow breath"),
        ((WHOLE, Touch(0.0, 0.5, Direction.INTERNAL)), "hold on until the tone, one slow breath"),
        ((SHORT, FLOPPED, FAULT), FLOP),
        ((LOST, FLOPPED), "keep the computer near and in sight of both sensors: data of a hold were lost"),
        (
            (UNSURE, FLOPPED),
            "calibrate anew, sensors tight and standing still: the angle was known to ± 30°",
        ),
    ],
)
def test_the_most_important_thing_is_said(events: tuple[Event, ...], words: str) -> None:
    assert of(*events) == words


def test_pain_comes_before_everything() -> None:
    assert of(WHOLE, DONE, notes=(HURT,)) == PAIN
    assert of(WHOLE, DONE, notes=(replace(HURT, score=None),)) == PAIN
    assert next_time(SUPINE, (), (HURT,)) == PAIN


def test_a_pain_of_zero_is_none_and_a_note_is_no_pain() -> None:
    assert of(WHOLE, DONE, notes=(replace(HURT, score=0), TimedNote(1.0, NoteKind.TEXT, text="pain"))) != PAIN


def test_the_seconds_of_a_hold_are_those_of_its_exercise() -> None:
    assert of(SHORT, exercise_id="seated_ir") == "hold on until the tone, 2 s"


def test_in_a_routine_the_worse_of_two_exercises_is_mended_first() -> None:
    other = (PartStarted(60.0, "seated_ir"), FLOPPED, PartEnded(90.0, "seated_ir"))
    assert of(SHORT, *other) == FLOP


def test_a_measurement_asks_for_the_other_side() -> None:
    found = ActiveRange(Direction.INTERNAL, 3, radians(30.0), radians(31.0), radians(1.4), radians(1.8))
    assert of(found, exercise_id="arom_seated") == "the other side, if it is still to come"


def test_where_nothing_was_judged_nothing_is_advised() -> None:
    assert next_time(SUPINE, (WHOLE, Warning("no_exercise_mark", ""))) == ""
    assert of() == ""
