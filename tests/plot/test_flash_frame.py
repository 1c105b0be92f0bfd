"""A flash says by colour, pattern, sign and word what a tone would say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imu_hip.model.app_state import Flash
from imu_hip.model.signal import SignalKind
from imu_hip.plot.calibrate_page import CalibratePage
from imu_hip.plot.exercise_page import ExercisePage
from imu_hip.plot.flash_frame import LIGHTS, Light, light_color
from imu_hip.plot.layout import arrange
from imu_hip.plot.theme import DARK, LIGHT, Theme
from tests.plot.pixels import Picture, picture, share, within
from tests.plot.scenes import scene

SIZE = (1280, 800)
BOXES = arrange(*SIZE)
EXAMPLES = {
    Light.WELL: SignalKind.HOLD_DONE,
    Light.BEWARE: SignalKind.FAULT,
    Light.WAIT: SignalKind.SENSOR_LOST,
    Light.DO: SignalKind.INSTRUCTION,
    Light.BEAT: SignalKind.COUNT_IN,
}


@pytest.fixture
def flashed(qtbot: QtBot) -> Callable[..., Picture]:
    def taken(kind: SignalKind | None, theme: Theme = DARK) -> Picture:
        page = ExercisePage()
        qtbot.addWidget(page)
        page.resize(*SIZE)
        page.show_state(scene("guided"), theme, None if kind is None else Flash(kind, 1))
        return picture(page)

    return taken


def left_edge(pixels: Picture) -> Picture:
    return pixels[100:, :8]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("light", Light)
def test_frame_and_bar_have_the_colour_of_the_light(
    flashed: Callable[..., Picture], theme: Theme, light: Light
) -> None:
    ink = light_color(light, theme)
    pixels = flashed(EXAMPLES[light], theme)
    assert share(within(pixels, BOXES.top_bar), ink) > 0.5
    assert share(left_edge(pixels), ink) > 0.1
    assert share(left_edge(flashed(None, theme)), ink) == 0.0


def test_lights_differ_in_pattern_and_sign_without_colour(flashed: Callable[..., Picture]) -> None:
    frames, signs = [], []
    for kind in EXAMPLES.values():
        pixels = flashed(kind)
        edge = left_edge(pixels)
        frames.append(np.abs(edge - edge[300:].max(axis=(0, 1))).max(axis=2) < 40)
        corner = pixels[10:70, 25:90]
        signs.append(np.abs(corner - corner[0, 0]).max(axis=2) > 60)
    for first, second in combinations(frames, 2):
        assert (first != second).mean() > 0.1
    for first, second in combinations(signs, 2):
        assert (first != second).sum() > 150


def test_a_flash_hides_nothing_but_the_top_bar(flashed: Callable[..., Picture]) -> None:
    lit, dark = flashed(SignalKind.FAULT), flashed(None)
    for name, box in BOXES.cards().items():
        same = np.array_equal(within(lit, box), within(dark, box))
        assert same is (name != "top_bar"), name


def test_every_signal_has_a_light() -> None:
    assert set(LIGHTS) == set(SignalKind)


def test_calibrate_page_flashes_too_and_goes_dark_again(qtbot: QtBot) -> None:
    page = CalibratePage()
    qtbot.addWidget(page)
    page.resize(*SIZE)
    page.show_state(scene("before_calibration"), DARK)
    before = picture(page)
    page.show_state(scene("before_calibration"), DARK, Flash(SignalKind.SAFETY, 4))
    assert page._frame.accessibleDescription() == "STOP"
    assert share(left_edge(picture(page)), DARK.warning) > 0.1
    page.show_state(scene("before_calibration"), DARK, None)
    assert np.array_equal(picture(page), before)
