"""Words and figures of a state."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from imu_hip.model.event import Phase
from imu_hip.model.exercise_spec import Step
from imu_hip.model.item import MarkLabel
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import BreathPace, CalibrationView, GuideView
from imu_hip.plot import state_text, wording
from tests.plot.scenes import GUIDED, NAMES, calibrating, scene


@pytest.mark.parametrize(
    ("value", "text"), [(12.4, "12"), (-7.6, "−8"), (-0.4, "0"), (0.4, "0"), (nan, "––"), (-120.0, "−120")]
)
def test_figures_have_a_real_minus_and_none_before_zero(value: float, text: str) -> None:
    assert state_text.figure(value) == text


def test_outward_exercises_say_out() -> None:
    assert state_text.phase_word(scene("outward")) == "TURN OUT"
    assert state_text.phase_word(scene("approach")) == "TURN IN"
    assert state_text.lane_word(Phase.APPROACH, True) == "out"
    assert state_text.lane_word(Phase.HOLD, True) == "hold"


def test_no_hold_is_good_with_a_warning_or_without_an_angle() -> None:
    state = scene("hold")
    assert state_text.in_range(state)
    for spoiled in (
        replace(state, warning="Pelvis turned along"),
        replace(state, angle_deg=None, sd_deg=None),
        replace(state, greyed=True),
        replace(state, phase=Phase.APPROACH),
        replace(state, guide=GuideView("set", paused=True)),
    ):
        assert not state_text.in_range(spoiled)


def test_seconds_count_down_and_then_up() -> None:
    state = replace(scene("hold"), hold_goal_s=9.0)
    found = [state_text.seconds_left(replace(state, hold_s=held)) for held in (None, 0.0, 0.5, 8.9, 9.0, 11.7)]
    assert found == ["9", "9", "9", "1", "9", "11"]
    assert state_text.seconds_left(scene("sensor_lost")) == "––"


def test_breath_is_told_before_the_hold_and_a_lost_sensor_before_the_breath() -> None:
    state = replace(scene("hold"), pace=BreathPace(False, 0.2, 0))
    assert state_text.hold_word(state) == "breathe out"
    assert state_text.hold_word(replace(state, pace=None)) == "keep it"
    assert state_text.hold_word(replace(scene("sensor_lost"), pace=state.pace)) == "hold paused"


def test_a_measurement_tells_its_trials_each_way_in_their_order() -> None:
    state = scene("measurement")
    assert state_text.trial_lines(state) == ("45°", "out, trial 1")
    assert state_text.trials_line(state) == "in 39° 39° 41° · out 45°"
    assert state_text.trial_lines(replace(state, trials=(state.trials or ())[:2])) == ("39°", "in, trial 2")
    assert state_text.trial_lines(replace(state, trials=())) == ("––", "no trial yet")
    assert state_text.trials_line(replace(state, trials=())) == ""


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        ("Set 2 of 3, repetition 1 of 5", ("Set 2/3", "Rep 1/5")),
        ("Repetition 4 of 6", ("Rep 4/6",)),
        ("", ("Cycle 2/3",)),
    ],
)
def test_what_is_counted_is_short(count: str, lines: tuple[str, ...]) -> None:
    assert state_text.count_lines(replace(scene("hold"), count=count)) == lines


def test_holds_are_counted_where_there_are_no_cycles() -> None:
    assert state_text.count_lines(replace(scene("hold"), cycle_steps=())) == ("Holds 2",)


def test_a_guide_that_waits_says_how_to_go_on_beside_what_matters_more() -> None:
    paused = scene("paused")
    assert state_text.banner_lines(paused) == (wording.GO_ON, "")
    safety = replace(paused, prompt="Stop. Let go slowly, sit or lie, rest")
    assert state_text.banner_lines(safety) == (safety.prompt, wording.GO_ON)
    assert state_text.banner_lines(replace(safety, warning="Thigh sensor lost"))[0] == "Thigh sensor lost"
    assert state_text.phase_word(paused) == "PAUSED"


def test_a_warning_comes_before_the_prompt() -> None:
    state = scene("fault")
    assert state_text.banner_lines(state) == (state.warning, state.prompt)


@pytest.mark.parametrize(
    ("accepted", "quality", "word"),
    [(True, 1.0, "good"), (True, 0.5, "fair"), (True, 0.1, "poor"), (False, 0.9, "not usable")],
)
def test_quality_has_a_word(accepted: bool, quality: float, word: str) -> None:
    step = CalibrationView("leg_swings", accepted, quality, "")
    assert state_text.step_line(step) == f"Leg swings: {word}"


def test_a_refusal_stands_until_its_step_is_accepted() -> None:
    state = calibrating(refusal="only one swing was seen")
    found = state_text.refused(state)
    assert found is not None
    assert found.step == "leg_swings"
    mended = (*state.calibration[:-1], replace(found, accepted=True))
    assert state_text.refused(replace(state, calibration=mended)) is None


@pytest.mark.parametrize(("left_s", "text"), [(None, ""), (4.2, "5"), (4.0, "4"), (0.0, "0"), (-0.3, "0")])
def test_seconds_that_are_left_are_rounded_up(left_s: float | None, text: str) -> None:
    assert state_text.asked_seconds(calibrating(left_s=left_s)) == text


def test_steps_are_counted_only_within_a_calibration() -> None:
    assert state_text.step_count(calibrating()) == "Step 3 of 5"
    assert state_text.step_count(scene("hold")) == wording.GETTING_READY


@pytest.mark.parametrize("name", [*NAMES, *GUIDED])
def test_every_scene_has_a_phase_and_a_hold_word(name: str) -> None:
    assert state_text.phase_word(scene(name))
    assert state_text.hold_word(scene(name))


def test_everything_that_is_named_has_its_word() -> None:
    assert set(wording.FLASHES) == set(SignalKind)
    assert set(wording.PHASES) == set(wording.LANES) == set(Phase)
    assert set(wording.STEPS) == set(Step)
    assert set(wording.CALIBRATION_STEPS) == set(MarkLabel) - {MarkLabel.EXERCISE}
