"""The calibrate page shows what to do, for how long, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imu_hip.model.view_state import CalibrationView, GuideView, ViewState
from imu_hip.plot import calibrate_page, wording
from imu_hip.plot.calibrate_page import CalibratePage
from imu_hip.plot.theme import DARK, LIGHT, Theme
from tests.plot.pixels import picture, share, within
from tests.plot.scenes import calibrating, scene

Show = Callable[..., CalibratePage]
SIZE = (1280, 800)
BOXES = calibrate_page.arrange(*SIZE)
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(state: ViewState | None, theme: Theme = DARK, size: tuple[int, int] = SIZE) -> CalibratePage:
        made = CalibratePage()
        qtbot.addWidget(made)
        made.resize(*size)
        made.show_state(state, theme)
        return made

    return shown


@THEMES
def test_a_refusal_has_its_colour_until_the_step_is_accepted(show: Show, theme: Theme) -> None:
    state = calibrating(refusal="only one swing was seen; do three, forward and back")
    assert share(within(picture(show(state, theme)), BOXES.steps), theme.warning) > 0.5
    mended = (*state.calibration[:-1], replace(state.calibration[-1], accepted=True, quality=0.8))
    again = within(picture(show(replace(state, calibration=mended), theme)), BOXES.steps)
    assert share(again, theme.warning) == 0.0
    assert share(again, theme.good) > 0.003


def test_a_poor_step_has_a_warning_sign_instead_of_a_tick(show: Show) -> None:
    state = calibrating()
    poor = (*state.calibration[:-1], replace(state.calibration[-1], quality=0.2))
    for steps, warned in ((state.calibration, False), (poor, True)):
        pixels = within(picture(show(replace(state, calibration=steps))), BOXES.steps)
        assert (share(pixels, DARK.warning) > 0.002) is warned


def test_ring_empties_with_the_time(show: Show) -> None:
    shares = [
        share(within(picture(show(calibrating(left_s=left_s))), BOXES.instruction), DARK.curve)
        for left_s in (6.5, 3.0, 0.5, None)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.01
    assert shares[-1] == 0.0


@pytest.mark.parametrize("asks", ["leg_swings", "bridge", "knee_rocks", "put_on", "hook_lying"])
def test_drawing_is_mirrored_for_the_other_leg(show: Show, asks: str) -> None:
    u = BOXES.u
    box = BOXES.figure
    drawn = [
        within(picture(show(replace(calibrating(asks), side=side))), box)[int(11.0 * u) : -int(2.0 * u)]
        for side in ("left", "right")
    ]
    mirrored, as_it_is = (float(np.abs(each - drawn[1]).mean()) for each in (drawn[0][:, ::-1], drawn[0]))
    assert mirrored < 0.35 * as_it_is


def test_a_guide_that_waits_shows_a_pause_instead_of_seconds(show: Show) -> None:
    state = replace(calibrating(), guide=GuideView("calibration", "bows", None, None, 3, 5, True), prompt="Paused")
    shown = show(state)
    assert share(within(picture(shown), BOXES.instruction), DARK.text) > 0.5
    assert shown._panels["instruction"].accessibleDescription() == wording.GO_ON


def test_screen_readers_are_told_step_seconds_and_outcome(show: Show) -> None:
    shown = show(calibrating(refusal="only one swing was seen"))
    panels = shown._panels
    assert shown.accessibleName() == "Calibration"
    assert panels["figure"].accessibleDescription() == "Step 3 of 5, right leg"
    assert panels["instruction"].accessibleDescription().endswith("forward first. 5 seconds left")
    assert panels["steps"].accessibleDescription() == (
        "Rest on the table: good. both sensors lay still for 9 s. Leg swings: not usable. only one swing was seen"
    )


def test_many_steps_leave_the_newest_in_their_room(show: Show) -> None:
    steps = tuple(CalibrationView(f"step_{n}", True, 0.8, "well done " * 12) for n in range(14))
    for size in (SIZE, (800, 1280)):
        shown = show(replace(calibrating(), calibration=steps), size=size)
        box = calibrate_page.arrange(*size).steps
        edge = within(picture(shown), box)[-6:]
        assert share(edge, DARK.card) > 0.99


@pytest.mark.parametrize("state", [calibrating(), calibrating(refusal="x"), scene("before_calibration")])
def test_same_state_gives_the_same_pixels(show: Show, state: ViewState) -> None:
    digests = {hashlib.sha256(picture(show(state)).tobytes()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_a_crash_while_painting_leaves_plain_text(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("imu_hip.plot.figure_card.figure", lambda *_: 1 / 0)
    shown = show(calibrating())
    shown.show()
    shown.grab()
    qtbot.waitUntil(shown._plain.isVisible, timeout=2000)
    assert "Swing the straight leg" in shown._plain.text()
    assert capsys.readouterr().err.count("Traceback") == 1
