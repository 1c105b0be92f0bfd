"""The window shows what the view state says, and nothing stops it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imu_hip.model.errors import UsageError
from imu_hip.model.view_state import ViewState
from imu_hip.plot import angle_card, window
from imu_hip.plot.layout import Rect, arrange
from imu_hip.plot.screenshot import render
from imu_hip.plot.theme import DARK, LIGHT, Theme
from imu_hip.plot.window import LiveWindow
from tests.plot.scenes import NAMES, scene

Picture = NDArray[np.int16]
Show = Callable[..., LiveWindow]
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
WARNED = {"flop", "sensor_lost", "uncertain", "disk_full", "refused"}


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(state: ViewState | None, theme: Theme = DARK, size: tuple[int, int] = (1280, 800)) -> LiveWindow:
        made = LiveWindow(lambda: None, theme)
        qtbot.addWidget(made)
        made.resize(*size)
        if state is not None:
            made.show_state(state)
        made.show()
        qtbot.waitExposed(made)
        return made

    return shown


def picture(shown: LiveWindow) -> Picture:
    QApplication.processEvents()  # pyqtgraph arranges its axes in the event loop
    image = shown.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int16)


def share(pixels: Picture, code: str, tolerance: int = 12) -> float:
    wanted = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(pixels - wanted).max(axis=2) <= tolerance).mean())


def within(pixels: Picture, box: Rect) -> Picture:
    return pixels[int(box.y) + 2 : int(box.bottom) - 2, int(box.x) + 2 : int(box.right) - 2]


@THEMES
@pytest.mark.parametrize("name", NAMES)
def test_only_a_warning_has_its_colour_in_the_banner(show: Show, theme: Theme, name: str) -> None:
    layout = arrange(1280, 800)
    warned = share(within(picture(show(scene(name), theme)), layout.banner), theme.warning)
    assert warned > 0.4 if name in WARNED else warned < 0.01


@THEMES
@pytest.mark.parametrize("name", NAMES)
def test_number_is_good_only_while_holding_unwarned(show: Show, theme: Theme, name: str) -> None:
    pixels = within(picture(show(scene(name), theme)), arrange(1280, 800).angle_parts.number)
    assert (share(pixels, theme.good) > 0.05) == (name in {"hold", "hold_done"})


@THEMES
def test_greyed_number_is_dim(show: Show, theme: Theme) -> None:
    pixels = within(picture(show(scene("uncertain"), theme)), arrange(1280, 800).angle_parts.number)
    assert share(pixels, theme.dim) > 0.05
    assert share(pixels, theme.text) < 0.01


@THEMES
def test_unknown_angle_is_two_dashes_in_the_middle(show: Show, theme: Theme) -> None:
    number = arrange(1280, 800).angle_parts.number
    pixels = within(picture(show(scene("sensor_lost"), theme)), number)
    third = pixels.shape[0] // 3
    assert share(pixels[third : 2 * third], theme.dim) > 0.08
    assert share(np.concatenate([pixels[:third], pixels[2 * third :]]), theme.card) > 0.99


@THEMES
@pytest.mark.parametrize(
    ("name", "good", "warned"), [("exit_controlled", True, False), ("flop", False, True), ("refused", False, False)]
)
def test_exit_card_shows_the_verdict(show: Show, theme: Theme, name: str, good: bool, warned: bool) -> None:
    pixels = within(picture(show(scene(name), theme)), arrange(1280, 800).exit)
    assert (share(pixels, theme.good) > 0.02) is good
    assert (share(pixels, theme.warning) > 0.02) is warned


def test_exit_verdicts_differ_in_shape_without_colour(show: Show) -> None:
    box = arrange(1280, 800).exit
    masks = []
    for verdict in ("controlled", "fast", "flop", None):
        last = scene("exit_controlled").last_exit
        assert last is not None
        state = replace(scene("exit_controlled"), last_exit=replace(last, verdict=verdict))
        pixels = within(picture(show(state)), box)[:, :85]
        masks.append(np.abs(pixels - pixels[0, 0]).max(axis=2) > 40)
    for first, second in combinations(masks, 2):
        assert (first != second).sum() > 400


def test_recording_alarm_shows_in_the_footer(show: Show) -> None:
    box = arrange(1280, 800).footer
    assert share(within(picture(show(scene("disk_full"))), box), DARK.warning, 40) > 0.01
    assert share(within(picture(show(scene("hold"))), box), DARK.warning, 40) == 0.0


def test_trace_stands_where_the_angle_is(show: Show) -> None:
    """The newest point of a steady hold lies within the target band, not only near it."""
    shown = show(scene("hold"))
    pixels = picture(shown)
    box = arrange(1280, 800).trace
    curve = np.abs(pixels - np.array([0x56, 0xB4, 0xE9])).max(axis=2) <= 12
    columns = slice(int(box.right) - 120, int(box.right) - 60)
    rows = np.flatnonzero(curve[int(box.y) : int(box.bottom), columns].any(axis=1)) + int(box.y)
    edges = np.flatnonzero(
        np.abs(pixels[int(box.y) : int(box.bottom), int(box.right) - 20] - np.array([0x2F, 0xD3, 0xA2])).max(axis=1)
        <= 30
    ) + int(box.y)
    assert edges.min() < rows.min()
    assert rows.max() < edges.max()


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1366, 768), (1920, 1080), (800, 1280)])
def test_widgets_follow_the_layout(show: Show, size: tuple[int, int]) -> None:
    shown = show(scene("hold"), size=size)
    assert (shown.width(), shown.height()) == size
    boxes = {name: panel.geometry() for name, panel in shown._panels.items()}
    for name, box in arrange(*size).cards().items():
        assert boxes[name].contains(QRect(int(box.x) + 1, int(box.y) + 1, int(box.width) - 2, int(box.height) - 2))
    for first, second in combinations(boxes.values(), 2):
        common = first.intersected(second)
        assert common.width() <= 1 or common.height() <= 1
    assert boxes["trace"].contains(shown._trace.widget.geometry())


@pytest.mark.parametrize("name", ["hold", "flop", "before_calibration"])
def test_same_state_gives_the_same_pixels(show: Show, name: str) -> None:
    digests = {hashlib.sha256(picture(show(scene(name))).tobytes()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_a_window_that_showed_other_states_before_looks_the_same(show: Show) -> None:
    shown = show(scene("before_calibration"), LIGHT, (1024, 700))
    shown.show_state(scene("flop"))
    shown.resize(1280, 800)
    shown.show_state(scene("hold"))
    shown._theme = DARK
    shown._apply_theme()
    assert np.array_equal(picture(shown), picture(show(scene("hold"))))


def test_timer_draws_what_the_reader_returns(qtbot: QtBot) -> None:
    states = iter([None, scene("approach")])
    shown = LiveWindow(lambda: next(states, scene("hold")), DARK)
    qtbot.addWidget(shown)
    shown.show()
    label = shown._plain
    assert label.isVisible()
    qtbot.waitUntil(lambda: shown._state is not None and not label.isVisible(), timeout=2000)


def test_a_crash_while_painting_is_told_once_and_leaves_plain_text(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("painted into a corner")

    drawings = {**window.DRAWINGS, "angle": replace(window.DRAWINGS["angle"], draw=broken)}
    monkeypatch.setattr(window, "DRAWINGS", drawings)
    shown = show(scene("hold"))
    label = shown._plain
    qtbot.waitUntil(label.isVisible, timeout=2000)
    for name in ("approach", "flop", "hold"):
        shown.show_state(scene(name))
        shown.grab()
    assert "HOLD" in label.text()
    assert "40°" in label.text()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_crash_behind_the_curve_is_caught_too(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no spans")

    monkeypatch.setattr("imu_hip.plot.trace_background._phases", broken)
    shown = show(scene("hold"))
    shown.grab()
    qtbot.waitUntil(shown._plain.isVisible, timeout=2000)
    assert capsys.readouterr().err.count("Traceback") == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Q])
def test_closing_says_so_once(show: Show, qtbot: QtBot, key: Qt.Key) -> None:
    shown = show(scene("hold"))
    said: list[int] = []
    shown.closed.connect(lambda: said.append(1))
    with qtbot.waitSignal(shown.closed, timeout=1000):
        QTest.keyClick(shown, key)
    shown.close()
    assert said == [1]
    assert not shown.isVisible()


def test_d_changes_the_theme_and_f_the_size(show: Show, qtbot: QtBot) -> None:
    shown = show(scene("hold"))
    QTest.keyClick(shown, Qt.Key.Key_D)
    assert share(picture(shown), LIGHT.card) > 0.2
    QTest.keyClick(shown, Qt.Key.Key_F)
    assert shown.isFullScreen()
    QTest.keyClick(shown, Qt.Key.Key_F)
    assert not shown.isFullScreen()


def test_panels_are_painted_again_only_when_they_look_different() -> None:
    state = scene("hold")
    assert angle_card.key(state) == angle_card.key(replace(state, t_s=state.t_s + 1.0, prompt="other"))
    assert angle_card.key(state) != angle_card.key(replace(state, angle_deg=12.0))


def test_screenshot_is_written_at_the_size_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "window.png"
    render(scene("hold"), (1366, 768), LIGHT, path)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1366, 768)


def test_screenshot_that_cannot_be_written_says_where(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.window\.png"):
        render(scene("hold"), (1024, 700), LIGHT, tmp_path / "nowhere" / "window.png")


def test_qt_binding_keeps_its_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops one per call on Python 3.11 and then crashes; from 3.12 on None is immortal."""
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setPen(Qt.GlobalColor.red)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 50
