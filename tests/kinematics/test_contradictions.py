"""When pauses contradict the filter again and again: the heading is given up, or it is not."""

import numpy as np
import pytest

from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from tests.kinematics.poser import SUPINE, Script, lying, params_of, run, standing

NEUTRAL = MarkLabel.NEUTRAL


def _contradicting(gaps_s: tuple[float, ...], turns_deg: tuple[float, ...], slip_deg: float = 25.0) -> Script:
    """Return a person who stands quietly in neutral or turned, again and again, while the heading is wrong."""
    script = standing()
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
    script = standing()
    for slip in (25.0, -25.0, 25.0):
        script.slip(slip)
        script.turn(0.8, flexion=30.0)
        script.turn(0.8, flexion=0.0)
        script.stay(9.0)
    result = run(script.record(), params_of(Posture.STANDING))
    assert len(result.used(12.0)) == 1
    assert abs(result.angles.angles_rad[-1, 2]) == pytest.approx(np.radians(25.0), abs=0.02)


def test_prompted_pauses_recover_the_heading_lying_down() -> None:
    script = lying()
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
    script = lying()
    script.turn(1.0, rotation=30.0)
    script.stay(1.0)
    since_s = script.now_s
    script.told(NEUTRAL, 25.0)
    script.stay(0.5)
    (refused,) = run(script.record()).pauses(since_s)
    assert not refused.accepted


def test_rests_lying_down_that_nobody_prompts_never_recover_the_heading() -> None:
    script = standing()
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
