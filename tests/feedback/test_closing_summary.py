"""The closing summary tells a session in degrees and seconds."""

from __future__ import annotations

from dataclasses import replace
from math import nan, pi, radians

import pytest

from imu_hip.feedback.closing_summary import DISCLAIMER, STOPPED, summary_lines
from imu_hip.model.event import (
    ActiveRange,
    CalibrationStep,
    Compensation,
    Cycle,
    Exit,
    ExitVerdict,
    HoldVerdict,
    NotJudged,
    PartStarted,
    RadioTrouble,
    Touch,
    Trial,
    Trouble,
    Warning,
)
from imu_hip.model.exercise_spec import CompensationKind, Direction, Step
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.setup import Origin
from imu_hip.model.stopped import NO_EXERCISE
from tests.plot.scenes import CYCLE, MOMENTS, SETUP, SUPINE_ERE, hold


def test_a_whole_cycle_is_told() -> None:
    text = "\n".join(summary_lines(SETUP, MOMENTS["block"].events))
    for part in (
        "Supine end-range expansion, supine · left side",
        "End range: 42° internal",
        "Cycles: 1 of 1 complete",
        "Holds: 3",
        "1. 0:04  9.4 s at 40° ± 3° in, 96 % of end range: full breath",
        "2. 0:21  7.8 s at 41° ± 3° in, 98 % of end range: short",
        "6.0 s within 1.1°",
        "3.0 s, peak 21°/s: controlled",
    ):
        assert part in text


def test_radians_become_degrees() -> None:
    event = Exit(0.0, 1.0, Direction.INTERNAL, pi / 2.0, -1.5, ExitVerdict.FAST, "")
    assert "peak 90°/s: fast" in "\n".join(summary_lines(SETUP, (event,)))
    outward = replace(hold(0.0, 9.0, 0.0, HoldVerdict.COMPLETE), angle_rad=-pi / 4.0, sd_rad=pi / 180.0)
    assert "at −45° ± 2°" in "\n".join(summary_lines(SETUP, (outward,)))


def test_missing_steps_and_ungraded_exits_are_named() -> None:
    events = (
        Cycle(0.0, 30.0, False, (Step.INTERNAL_HOLD,), (Step.BLOCK, Step.CONTROLLED_EXIT)),
        Exit(0.0, 12.0, Direction.INTERNAL, 0.2, -1.5, None, "neutral was not reached"),
        Touch(0.0, 0.5, Direction.INTERNAL),
    )
    text = "\n".join(summary_lines(SETUP, events))
    assert "Cycles: 0 of 1 complete" in text
    assert "1. missing: block, controlled exit" in text
    assert "not graded (neutral was not reached)" in text
    assert "Holds: 0, too short to count: 1" in text


def test_parts_of_a_routine_are_told_one_after_the_other() -> None:
    second = replace(SUPINE_ERE, id="other", name="Other exercise")
    setup = replace(SETUP, exercises=(SUPINE_ERE, second))
    events = (
        PartStarted(0.0, "supine_ere"),
        Cycle(0.0, 30.0, True, CYCLE, ()),
        PartStarted(40.0, "other"),
        hold(41.0, 50.0, 30.0, HoldVerdict.COMPLETE),
    )
    lines = summary_lines(setup, events)
    first, other = (
        lines.index("Supine end-range expansion, supine · left side"),
        lines.index("Other exercise, supine · left side"),
    )
    assert "  Cycles: 1 of 1 complete" in lines[first:other]
    assert "  Holds: 0" in lines[first:other]
    assert "  Holds: 1" in lines[other:]


def test_faults_troubles_and_warnings_are_counted_and_said() -> None:
    refused = CalibrationStep(0.0, 1.0, MarkLabel.N_POSE, False, 0.1, "you moved")
    swings = replace(refused, label=MarkLabel.LEG_SWINGS)
    events = (
        refused,
        swings,
        replace(swings, accepted=True),
        Compensation(1.0, 2.0, CompensationKind.KNEE_MOVED, radians(9.0)),
        Compensation(5.0, 6.0, CompensationKind.KNEE_MOVED, radians(9.0)),
        Trouble(1.0, 2.0, Role.THIGH, RadioTrouble.LOST, 1),
        Trouble(2.0, 2.0, Role.THIGH, RadioTrouble.BACK, 1),
        Warning("no_swings", "No leg swings: the mounting is less sure"),
    )
    text = "\n".join(summary_lines(SETUP, events))
    assert "Faults: 2" in text
    assert text.count("knee moved") == 2
    assert "! n pose: you moved" in text
    assert "leg swings" not in text.replace("No leg swings", "")
    assert "! thigh sensor: lost, 1 time" in text
    assert "back" not in text
    assert "! No leg swings: the mounting is less sure" in text


def test_unknown_figures_are_dashes() -> None:
    lost = replace(hold(0.0, 3.0, 30.0, HoldVerdict.DATA_LOST), angle_rad=nan, sd_rad=nan)
    assert "at ––° ± ––°" in "\n".join(summary_lines(SETUP, (lost,)))


def test_it_ends_with_what_this_is_not() -> None:
    assert summary_lines(SETUP, ())[-1] == DISCLAIMER


def test_a_fault_says_when_and_why_and_what_could_not_be_told_is_said_once() -> None:
    events = (
        Compensation(63.0, 66.0, CompensationKind.PELVIS_FOLLOWED, radians(9.0), "up", "the pelvis rolled 9°"),
        NotJudged(1.0, 2.0, CompensationKind.KNEE_MOVED, radians(7.0), "known to 7° only"),
        NotJudged(5.0, 6.0, CompensationKind.KNEE_MOVED, radians(8.0), "known to 8° only"),
    )
    text = "\n".join(summary_lines(SETUP, events))
    assert "1. 1:03  pelvis followed (the pelvis rolled 9°)" in text
    assert text.count("Not judged: knee moved (known to 7° only)") == 1
    assert "8° only" not in text


def test_a_measurement_tells_mean_trials_and_both_ways_and_no_holds() -> None:
    inward, outward = Direction.INTERNAL, Direction.EXTERNAL
    events = (
        Trial(1.0, 3.0, inward, radians(29.0), radians(1.5)),
        Trial(5.0, 7.0, inward, radians(31.0), radians(1.5)),
        Trial(9.0, 11.0, outward, radians(40.0), radians(1.5)),
        ActiveRange(inward, 2, radians(30.0), radians(31.0), radians(1.4), radians(1.8)),
        ActiveRange(outward, 1, radians(40.0), radians(40.0), None, radians(1.5)),
    )
    text = "\n".join(summary_lines(SETUP, events))
    assert "Internal: 30° ± 4°, mean of 2 trials (29°, 31°; best 31°)" in text
    assert "External: 40° ± 3°, mean of 1 trial (40°; best 40°)" in text
    assert "Total arc 70°, internal to external 0.75" in text
    assert "Holds" not in text


def test_what_to_do_next_stands_before_the_last_line() -> None:
    assert summary_lines(SETUP, MOMENTS["block"].events, advice="the other side")[-2:] == [
        "Next: the other side.",
        DISCLAIMER,
    ]
    assert not any(line.startswith("Next") for line in summary_lines(SETUP, ()))


@pytest.mark.parametrize("origin", [Origin.LIVE, Origin.DEMO])
def test_a_session_stopped_while_calibrating_measured_nothing(origin: Origin) -> None:
    setup = replace(SETUP, origin=origin)
    events = (
        Warning(NO_EXERCISE, "no exercise interval was marked"),
        Warning("no_n_pose", "stand still with straight legs"),
    )
    you = "You stopped during the calibration (step 3 of 13). Nothing was measured."
    assert summary_lines(setup, events, step=(3, 13)) == [you, DISCLAIMER]
    assert summary_lines(setup, events) == [STOPPED, DISCLAIMER]


def test_what_was_imported_without_an_exercise_mark_is_told_whole() -> None:
    setup = replace(SETUP, origin=Origin.IMPORT)
    assert "! no exercise" in summary_lines(setup, (Warning(NO_EXERCISE, "no exercise"),))
