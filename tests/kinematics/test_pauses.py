"""Neutral pauses, prompted and not: which are used, which are refused and why, and when the filter is given up."""

from dataclasses import replace

import numpy as np
import pytest

from imu_hip.kinematics import pauses
from imu_hip.kinematics.state import KinematicsState
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import Side
from tests.kinematics.poser import STANDING, SUPINE, Pose, Script, lost, params_of, run

NEUTRAL, POSTURE_NEUTRAL = MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL
MOVING = "neutral not used: you were still moving"


def _lying() -> Script:
    """Return a calibrated person who lies on the back and has been neutral there when told so."""
    script = Script()
    script.calibrate()
    script.lie_down()
    return script


def _standing(*, still_s: float = 2.0) -> Script:
    """Return a calibrated person who stands still and has never been told to be neutral."""
    script = Script()
    script.calibrate()
    script.stay(still_s)
    return script


# Prompted


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("rotation", [30, -30])
def test_a_prompt_during_a_hold_at_end_range_is_refused_and_widens_the_error_bar(side: Side, rotation: int) -> None:
    script = _lying()
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
    script = _lying()
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
    script = _lying()
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
    script = _lying()
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
    script = _lying()
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
    script = _lying()
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
    script = _standing(still_s=5.0)
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
    script = _standing()
    since_s = script.now_s
    for _ in range(5):
        script.turn(0.6, flexion=30.0)
        script.turn(0.6, flexion=0.0)
        script.stay(0.6)
    assert run(script.record()).used(since_s) == []


def test_a_rest_within_a_maximal_repetition_is_no_pause() -> None:
    script = _standing()
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
    script = _standing()
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
    script = _standing()
    script.go(2.0, SUPINE)
    since_s = script.now_s
    script.begin(MarkLabel.LEG_SWINGS)
    script.stay(4.0)
    assert run(script.record()).used(since_s) == []


@pytest.mark.parametrize(("rotation", "used"), [(5, True), (-5, True), (11, False), (-11, False), (25, False)])
def test_a_rest_at_end_range_is_no_pause(rotation: int, used: bool) -> None:
    script = _standing()
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
    script = _standing()
    script.go(2.0, replace(SUPINE, rotation=12.0 if first else 0.0))
    script.stay(3.0)
    since_s = script.now_s if not first else script.now_s - 5.0
    script.turn(1.0, rotation=12.0)
    script.stay(3.0)
    assert bool(run(script.record()).used(since_s)) is first


def test_once_a_prompt_was_seen_only_prompted_pauses_count() -> None:
    script = _lying()
    since_s = script.now_s
    script.turn(1.0, rotation=20.0)
    script.turn(1.0, rotation=0.0)
    script.stay(10.0)
    recording = script.record()
    assert run(recording).pauses(since_s) == []
    assert len(run(recording.without(POSTURE_NEUTRAL)).used(since_s)) == 1


# Contradictions


def _contradicting(gaps_s: tuple[float, ...], turns_deg: tuple[float, ...], slip_deg: float = 25.0) -> Script:
    """Return a person who stands quietly in neutral or turned, again and again, while the heading is wrong."""
    script = _standing()
    script.slip(slip_deg)
    for gap_s, degrees in zip(gaps_s, turns_deg, strict=True):
        script.turn(0.8, flexion=30.0, rotation=0.0)
        script.turn(0.8, flexion=0.0, rotation=degrees)
        script.stay(2.0)
        script.turn(0.8, flexion=30.0)
        # Moving on without a rest.
        for _ in range(round((gap_s - 4.4) / 1.6)):
            script.turn(0.8, flexion=10.0)
            script.turn(0.8, flexion=30.0)
    return script


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("slip_deg", [25.0, -25.0])
def test_two_pauses_a_while_apart_that_contradict_alike_recover_the_heading(side: Side, slip_deg: float) -> None:
    script = _contradicting((20.0, 5.0), (0.0, 0.0), slip_deg)
    result = run(script.record(side), params_of(Posture.STANDING, side))
    shown = np.degrees(result.angles.angles_rad[:, 2])
    assert abs(shown[result.at(13.0)]) == pytest.approx(25.0, abs=0.5)
    assert abs(shown[-1]) < 3.0
    (recovered,) = result.used(12.0)
    assert recovered.text == "a pause that nobody prompted taken as zero"
    (jump,) = result.re_zeros(12.0)
    assert jump.change_rad == pytest.approx(np.radians(shown[-1]) - np.radians(shown[result.at(13.0)]), abs=0.03)
    assert result.state.contradiction is None


@pytest.mark.parametrize(
    ("gaps_s", "turns_deg"),
    [
        ((20.0,), (0.0,)),  # one pause only
        ((20.0, 5.0), (0.0, 12.0)),  # another angle
        ((20.0, 5.0), (0.0, -12.0)),
        ((6.0, 5.0), (0.0, 0.0)),  # too soon
        ((20.0, 20.0, 5.0), (0.0, 12.0, 0.0)),  # each unlike the one before
    ],
)
def test_the_heading_is_kept_without_two_such_pauses(gaps_s: tuple[float, ...], turns_deg: tuple[float, ...]) -> None:
    script = _contradicting(gaps_s, turns_deg)
    script.turn(1.0, flexion=0.0, rotation=0.0)
    result = run(script.record(), params_of(Posture.STANDING))
    assert result.used(12.0) == []
    assert abs(result.angles.angles_rad[-1, 2]) == pytest.approx(np.radians(25.0), abs=0.01)


def test_pauses_close_together_count_from_the_first() -> None:
    script = _contradicting((8.0, 8.0, 5.0), (0.0, 0.0, 0.0))
    result = run(script.record(), params_of(Posture.STANDING))
    assert len(result.used(12.0)) == 1
    assert abs(result.angles.angles_rad[-1, 2]) < np.radians(3.0)


def test_a_believed_pause_between_them_makes_contradictions_forgotten() -> None:
    script = _standing()
    for slip in (25.0, -25.0, 25.0):
        script.slip(slip)
        script.turn(0.8, flexion=30.0)
        script.turn(0.8, flexion=0.0)
        script.stay(9.0)
    result = run(script.record(), params_of(Posture.STANDING))
    assert len(result.used(12.0)) == 1
    assert abs(result.angles.angles_rad[-1, 2]) == pytest.approx(np.radians(25.0), abs=0.02)


def test_prompted_pauses_recover_the_heading_lying_down() -> None:
    script = _lying()
    script.slip(45.0)
    for _ in range(2):
        script.told(NEUTRAL, 3.0)
        script.stay(16.0)
    result = run(script.record())
    refused, used = result.pauses(16.0)
    assert (refused.accepted, used.accepted) == (False, True)
    assert refused.text.endswith("too far from neutral")
    assert abs(result.rotation_deg(refused.start_s)) > 25.0
    assert abs(result.rotation_deg(script.now_s - 0.01)) < 8.0


def test_one_long_hold_at_end_range_contradicts_once_only() -> None:
    script = _lying()
    script.turn(1.0, rotation=30.0)
    script.stay(1.0)
    since_s = script.now_s
    script.told(NEUTRAL, 25.0)
    script.stay(0.5)
    (refused,) = run(script.record()).pauses(since_s)
    assert not refused.accepted


def test_rests_lying_down_that_nobody_prompts_never_recover_the_heading() -> None:
    script = _standing()
    script.go(2.0, SUPINE)
    script.stay(3.0)
    for _ in range(4):  # holds at the end of the range, always the same
        script.turn(1.0, rotation=30.0)
        script.stay(6.0)
        script.turn(1.0, rotation=10.0)
        script.turn(1.0, rotation=30.0)
        script.stay(6.0)
    result = run(script.record())
    assert len(result.used(17.0)) == 0
    assert result.angles.angles_rad[-1, 2] == pytest.approx(np.radians(30.0), abs=1e-3)


# Postures


@pytest.mark.parametrize(("exercise", "reset"), [("prone_ire", True), ("supine_ere", False), ("unheard_of", False)])
def test_only_another_posture_makes_the_next_pause_a_first_one(exercise: str, reset: bool) -> None:
    script = _lying()
    script.begin(MarkLabel.EXERCISE, exercise)
    script.stay(0.5)
    assert run(script.record()).state.posture_anchored is not reset


def test_a_prompt_counts_as_one_even_without_its_end() -> None:
    script = _lying()
    script.marks.append(TimedMark(script.now_s, NEUTRAL, Edge.BEGIN))
    since_s = script.now_s
    script.stay(10.0)
    script.go(2.0, STANDING)
    script.stay(5.0)
    result = run(script.record())
    assert len(result.pauses(since_s)) == 1
