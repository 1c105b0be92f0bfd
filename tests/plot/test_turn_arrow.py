"""The arrow on the thigh seen end-on points where it is to turn, and is gone once it is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imu_hip.model.cue import Cue
from imu_hip.model.event import Phase
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel
from imu_hip.model.view_state import GuideView, ViewState
from imu_hip.plot import turn_arrow
from imu_hip.plot.calibrate_page import CalibratePage, arrange
from imu_hip.plot.screenshot import picture
from imu_hip.plot.theme import DARK
from imu_hip.plot.turn_arrow import FAR_DEG, span, toward_right, way
from tests.plot.pixels import pixels_of, within
from tests.plot.scenes import calibrating, scene


def rest(asks: str, angle_deg: float = 0.0, turns: str = "") -> ViewState:
    guide = GuideView("exercise", asks, 3.0, 8.0, turns=turns)
    return replace(scene("hold"), phase=Phase.NEUTRAL, angle_deg=angle_deg, hold_s=None, guide=guide)


@pytest.mark.parametrize(
    ("asks", "turns", "found"),
    [
        (Cue.INTERNAL_HOLD, "", Direction.INTERNAL),
        (Cue.EXTERNAL_HOLD, "", Direction.EXTERNAL),
        (MarkLabel.MAX_REP, "internal", Direction.INTERNAL),
        (MarkLabel.MAX_REP, "external", Direction.EXTERNAL),
        (MarkLabel.NEUTRAL, "", None),
        (Cue.LET_GO, "", None),
        ("", "", None),
    ],
)
def test_way_is_the_one_that_the_guide_asks_for(asks: str, turns: str, found: Direction | None) -> None:
    assert way(rest(asks, turns=turns)) is found


def test_arrow_goes_from_the_beam_to_the_target() -> None:
    state = rest(Cue.INTERNAL_HOLD)
    assert state.band_deg is not None
    found = span(state)
    assert found is not None
    assert 0.0 < found[0] < found[1] == state.band_deg[1]


def test_arrow_turns_out_as_far_as_it_goes_where_the_target_is_inward_or_unknown() -> None:
    for state in (rest(Cue.EXTERNAL_HOLD), replace(rest(MarkLabel.MAX_REP, turns="external"), band_deg=None)):
        found = span(state)
        assert found is not None
        assert found[1] == -FAR_DEG < found[0] < 0.0


def test_arrow_is_gone_at_the_target_and_when_nothing_is_asked() -> None:
    there = rest(Cue.INTERNAL_HOLD, angle_deg=30.0)
    paused = replace(rest(Cue.INTERNAL_HOLD), guide=replace(rest(Cue.INTERNAL_HOLD).guide, paused=True))
    unknown = replace(rest(Cue.INTERNAL_HOLD), angle_deg=None)
    for state in (there, paused, unknown, rest(MarkLabel.NEUTRAL), scene("hold")):
        assert span(state) is None


def test_whoever_is_on_the_way_without_a_guide_is_shown_the_way() -> None:
    state = replace(rest(""), phase=Phase.APPROACH)
    assert span(state) is not None
    assert span(replace(state, guide=rest(Cue.LET_GO).guide)) is None, "the guide asks for something else"
    assert span(replace(state, outward=True, band_deg=None)) == (-turn_arrow._NEAR_DEG, -FAR_DEG)


def test_in_is_toward_the_midline() -> None:
    assert toward_right("left", 20.0) == 20.0
    assert toward_right("right", 20.0) == -20.0


@pytest.mark.parametrize("turns", ["internal", "external"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_drawing_of_an_effort_has_the_arrow_on_that_side(qtbot: QtBot, side: str, turns: str) -> None:
    """Of the thigh seen end-on, which is above a person who lies."""
    guide = replace(calibrating().guide, asks=MarkLabel.MAX_REP, turns=turns)
    page = CalibratePage()
    qtbot.addWidget(page)
    page.show_state(replace(calibrating(), guide=guide, side=side, posture="supine", calibration=()), DARK)
    box = arrange(1280, 800).figure
    upper = within(pixels_of(picture(page, (1280, 800))), box.top_part(0.5 * box.height))
    blue = np.abs(upper - np.array([0x56, 0xB4, 0xE9])).max(axis=2) <= 12
    pink = np.abs(upper - np.array([0xCC, 0x79, 0xA7])).max(axis=2) <= 12
    white = np.abs(upper - np.array([0xF4, 0xF7, 0xFA])).max(axis=2) <= 12
    thigh = np.flatnonzero(white.sum(axis=0) > 0.1 * white.shape[0]).mean()
    to_right = (side == "left") == (turns == "internal")
    for ink in (blue, pink):
        assert (np.flatnonzero(ink.any(axis=0)).mean() > thigh) == to_right
