"""Words and figures of the window."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from imu_hip.model.event import Phase
from imu_hip.plot import wording
from tests.plot.scenes import NAMES, scene


@pytest.mark.parametrize(
    ("value", "text"), [(12.4, "12"), (-7.6, "−8"), (-0.4, "0"), (0.4, "0"), (nan, "––"), (-120.0, "−120")]
)
def test_figures_have_a_real_minus_and_none_before_zero(value: float, text: str) -> None:
    assert wording.figure(value) == text


def test_outward_exercises_say_out() -> None:
    outward = replace(scene("approach"), band_deg=(-40.0, -32.0))
    assert wording.phase_word(outward) == "ROTATE OUT"
    assert wording.phase_word(scene("approach")) == "ROTATE IN"
    assert wording.lane_word(Phase.APPROACH, True) == "out"
    assert wording.lane_word(Phase.HOLD, True) == "hold"


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_has_a_word_and_a_plain_text(name: str) -> None:
    state = scene(name)
    assert wording.phase_word(state) == wording.plain_text(state).splitlines()[0] != ""
    assert state.warning in wording.plain_text(state)


def test_no_hold_is_good_with_a_warning_or_without_an_angle() -> None:
    state = scene("hold")
    assert wording.in_range(state)
    for spoiled in (
        replace(state, warning="Pelvis turned along"),
        replace(state, angle_deg=None, sd_deg=None),
        replace(state, greyed=True),
        replace(state, phase=Phase.APPROACH),
    ):
        assert not wording.in_range(spoiled)
