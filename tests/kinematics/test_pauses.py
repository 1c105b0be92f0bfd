"""Neutral pauses, prompted and not: which are used, and which are refused and why."""

from dataclasses import replace

import numpy as np
import pytest

from imu_hip.kinematics import pauses
from imu_hip.kinematics.state import KinematicsState
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import Side
from tests.kinematics.poser import STANDING, SUPINE, Pose, Script, lost, lying, params_of, run, standing

NEUTRAL, POSTURE_NEUTRAL = MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL
MOVING = "neutral not used: you were still moving"


# Prompted


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("rotation", [30, -30])
def test_a_prompt_during_a_hold_at_end_range_is_refused_and_widens_the_error_bar(side: Side, rotation: int) -> None:
    script = lying()
    script.turn(1.0, rotation=rotation)
    script.stay(1.0)
    since_s = script.now_s
    script.told(NEUTRAL, 4.0)
    script.stay(1.0)
    recording = script.record(side)
    told, untold = (run(r, params_of(side=side)) for r in (recording, recording.without(NEUTRAL)))
    (refused,) = told.pauses(since_s)
    assert not refused.accepted
    assert refused.quality == 0.0
    assert (refused.start_s, refused.end_s) == (since_s, since_s + 4.0)
    assert refused.text == "neutral not used: the thigh is turned by 30°, too far from neutral"
    np.testing.assert_allclose(told.angles.angles_rad, untold.angles.angles_rad, atol=1e-12)
    assert told.sd_deg(since_s + 4.5) > 1.2 * untold.sd_deg(since_s + 4.5)
    assert told.rotation_deg(script.now_s - 0.01) == pytest.approx(rotation, abs=0.01)


def test_a_prompt_while_still_moving_is_refused_with_that_reason() -> None:
    script = lying()
    since_s = script.now_s
    script.begin(NEUTRAL)
    for _ in range(3):
        script.turn(0.6, rotation=8.0)
        script.turn(0.6, rotation=-8.0)
    script.end(NEUTRAL)
    script.stay(3.0)
    (refused,) = run(script.record()).pauses(since_s)
    assert (refused.accepted, refused.text) == (False, MOVING)


@pytest.mark.parametrize(("still_s", "used"), [(0.3, False), (0.9, True), (1.5, True)])
def test_at_its_end_a_prompt_needs_less_quiet_than_before(still_s: float, used: bool) -> None:
    script = lying()
    since_s = script.now_s
    script.begin(NEUTRAL)
    script.turn(0.8, rotation=20.0)
    script.turn(0.8, rotation=0.0)
    script.stay(still_s)
    script.end(NEUTRAL)
    script.turn(0.8, rotation=20.0)
    (pause,) = run(script.record()).pauses(since_s)
    assert pause.accepted is used
    assert pause.text == ("neutral pause taken as zero" if used else MOVING)


def test_a_pause_is_used_once_however_long_it_is_and_again_when_prompted_again() -> None:
    script = lying()
    since_s = script.now_s
    script.told(NEUTRAL, 20.0)
    again_s = script.now_s
    script.told(NEUTRAL, 3.0)
    script.stay(5.0)
    result = run(script.record())
    assert [(p.label, p.start_s) for p in result.used(since_s)] == [(NEUTRAL, since_s), (NEUTRAL, again_s)]
    sd = [result.sd_deg(since_s + d) for d in np.arange(1.5, 19.5, 0.5)]
    assert np.all(np.diff(sd) > 0.0)  # it only fades, so it has not been used again


def test_quiet_from_before_the_prompt_does_not_count() -> None:
    script = lying()
    script.stay(3.0)
    since_s = script.now_s
    script.told(NEUTRAL, 3.0)
    (used,) = run(script.record()).used(since_s)
    assert 1.0 <= used.end_s - since_s < 1.15


def test_another_posture_is_refused_with_that_reason() -> None:
    script = Script()
    script.calibrate()
    script.go(2.0, Pose(flexion=45.0))
    script.told(NEUTRAL, 3.0)
    script.stay(0.5)
    (refused,) = run(script.record()).pauses()
    assert refused.text == "neutral not used: the sensors do not show the posture of this exercise"


@pytest.mark.parametrize("side", list(Side))
def test_standing_within_a_lying_exercise_is_a_standing_pause(side: Side) -> None:
    script = Script()
    script.calibrate()
    script.told(NEUTRAL, 3.0)
    stood_s = script.now_s
    script.lie_down()
    script.stay(0.5)
    recording = script.record(side)
    standing, lain = run(recording, params_of(Posture.SUPINE, side)).used()
    assert standing.end_s < stood_s < lain.end_s
    # Standing is not the posture of the exercise: its first pause is still to come.
    result = run(recording.without(POSTURE_NEUTRAL), params_of(Posture.SUPINE, side))
    assert len(result.used()) == 1
    assert not result.state.posture_anchored


def test_prompts_before_the_alignment_are_neither_used_nor_reported() -> None:
    script = Script()
    script.stay(0.5)
    script.told(NEUTRAL, 3.0)
    script.stand_still()
    script.told(NEUTRAL, 3.0)
    result = run(script.record())
    assert result.pauses() == []
    assert not np.any(result.angles.valid)


def test_without_alignment_a_pause_says_so() -> None:
    _, events, refusal = pauses.take(params_of(), KinematicsState(), 1.0)
    assert events == ()
    assert refusal is not None
    assert refusal.why == "the sensors are not aligned yet"


@pytest.mark.parametrize("rows_later", range(0, 10, 3))
def test_quiet_before_a_hole_does_not_count_behind_it(rows_later: int) -> None:
    script = lying()
    script.turn(1.0, rotation=10.0)
    script.turn(1.0, rotation=0.0)
    script.begin(NEUTRAL)
    script.stay(1.0)
    lost_s = script.now_s - 0.3
    script.turn(2.0, rotation=25.0)
    back_s = script.now_s - 1.4 + 0.01 * rows_later
    script.end(NEUTRAL)
    script.stay(0.5)
    # The thigh is turning when it is seen again, but the low-passed rate does not show that at once.
    result = run(lost(script.record(), lost_s, back_s))
    (refused,) = result.pauses(lost_s)
    assert (refused.accepted, refused.text) == (False, MOVING)
    assert result.rotation_deg(script.now_s - 0.01) == pytest.approx(25.0, abs=0.1)


# Not prompted


def test_without_prompts_standing_and_lying_pauses_are_used_once_each() -> None:
    script = standing(still_s=5.0)
    stood_s = script.now_s
    script.go(2.0, SUPINE)
    script.stay(5.0)
    lain_s = script.now_s
    script.turn(1.0, rotation=20.0)
    script.turn(1.0, rotation=0.0)
    script.stay(3.0)
    used = run(script.record()).used()
    assert [p.label for p in used] == [NEUTRAL] * 3
    assert [p.text for p in used] == ["a pause that nobody prompted taken as zero"] * 3
    assert used[0].end_s < stood_s < used[1].end_s < lain_s < used[2].end_s
    assert all(p.end_s - p.start_s > 1.0 for p in used)


def test_too_short_a_rest_is_no_pause() -> None:
    script = standing()
    since_s = script.now_s
    for _ in range(5):
        script.turn(0.6, flexion=30.0)
        script.turn(0.6, flexion=0.0)
        script.stay(0.6)
    assert run(script.record()).used(since_s) == []


def test_a_rest_within_a_maximal_repetition_is_no_pause() -> None:
    script = standing()
    script.go(2.0, SUPINE)
    since_s = script.now_s
    script.begin(MarkLabel.MAX_REP, "internal")
    script.stay(3.0)
    script.end(MarkLabel.MAX_REP, "internal")
    script.stay(3.0)  # still the same rest
    script.turn(1.0, rotation=20.0)
    moved_s = script.now_s
    script.turn(1.0, rotation=0.0)
    script.stay(3.0)
    (used,) = run(script.record()).used(since_s)
    assert used.start_s > moved_s


def test_a_maximal_repetition_that_never_ends_is_over_when_the_exercise_begins() -> None:
    script = standing()
    script.go(2.0, SUPINE)
    script.begin(MarkLabel.MAX_REP, "internal")
    script.stay(3.0)
    script.begin(MarkLabel.EXERCISE, "supine_ere")
    since_s = script.now_s
    script.turn(1.0, rotation=20.0)
    script.turn(1.0, rotation=0.0)
    script.stay(3.0)
    assert len(run(script.record()).used(since_s)) == 1


def test_a_rest_within_a_calibration_is_no_pause() -> None:
    script = standing()
    script.go(2.0, SUPINE)
    since_s = script.now_s
    script.begin(MarkLabel.LEG_SWINGS)
    script.stay(4.0)
    assert run(script.record()).used(since_s) == []


@pytest.mark.parametrize(("rotation", "used"), [(5, True), (-5, True), (11, False), (-11, False), (25, False)])
def test_a_rest_at_end_range_is_no_pause(rotation: int, used: bool) -> None:
    script = standing()
    script.go(2.0, SUPINE)
    script.stay(3.0)
    since_s = script.now_s
    script.turn(1.0, rotation=rotation)
    script.stay(4.0)
    # So little is known behind a hole that a prompt would be believed far out; a rest that nobody prompted is not.
    result = run(lost(script.record(), since_s - 0.8, since_s, restart_deg=None))
    assert bool(result.used(since_s)) is used


@pytest.mark.parametrize("first", [True, False])
def test_the_first_rest_in_a_posture_may_be_farther(first: bool) -> None:
    script = standing()
    script.go(2.0, replace(SUPINE, rotation=12.0 if first else 0.0))
    script.stay(3.0)
    since_s = script.now_s if not first else script.now_s - 5.0
    script.turn(1.0, rotation=12.0)
    script.stay(3.0)
    assert bool(run(script.record()).used(since_s)) is first


def test_once_a_prompt_was_seen_only_prompted_pauses_count() -> None:
    script = lying()
    since_s = script.now_s
    script.turn(1.0, rotation=20.0)
    script.turn(1.0, rotation=0.0)
    script.stay(10.0)
    recording = script.record()
    assert run(recording).pauses(since_s) == []
    assert len(run(recording.without(POSTURE_NEUTRAL)).used(since_s)) == 1


@pytest.mark.parametrize(("exercise", "reset"), [("prone_ire", True), ("supine_ere", False), ("unheard_of", False)])
def test_only_another_posture_makes_the_next_pause_a_first_one(exercise: str, reset: bool) -> None:
    script = lying()
    script.begin(MarkLabel.EXERCISE, exercise)
    script.stay(0.5)
    assert run(script.record()).state.posture_anchored is not reset


def test_a_prompt_counts_as_one_even_without_its_end() -> None:
    script = lying()
    script.marks.append(TimedMark(script.now_s, NEUTRAL, Edge.BEGIN))
    since_s = script.now_s
    script.stay(10.0)
    script.go(2.0, STANDING)
    script.stay(5.0)
    result = run(script.record())
    assert len(result.pauses(since_s)) == 1
