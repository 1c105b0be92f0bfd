"""On every screen nothing is cut, nothing overlaps, and everything can be hit."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLayout, QWidget
from pytestqt.qtbot import QtBot

from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.form import Elided
from imu_hip.plot.page_bar import PageButton
from imu_hip.plot.session_bar import BigButton
from tests.plot.app_scenes import STATES, Controller, opened, show

SIZES = [(1024, 640), (1280, 800), (1920, 1080), (3840, 2160)]
SCREENS = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def settle() -> None:
    """Let nested layouts tell each other their new sizes."""
    for _ in range(4):
        QApplication.processEvents()


def cut_texts(window: AppWindow) -> list[str]:
    """Return the texts that have less room than they need."""
    cut = []
    for part in window.findChildren(QLabel):
        if not part.isVisible() or isinstance(part, Elided) or not part.text():
            continue
        if part.wordWrap():
            fits = part.heightForWidth(part.width()) <= part.height() + 1
            words = part.text().split()
            fits = fits and max(part.fontMetrics().horizontalAdvance(word) for word in words) <= part.width()
        else:
            room = part.contentsRect()
            fits = part.fontMetrics().horizontalAdvance(part.text()) <= room.width() + 1
            fits = fits and part.fontMetrics().height() <= room.height() + 2
        if not fits:
            cut.append(part.text())
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            needed = button.minimumSizeHint()
            if needed.width() > button.width() + 1 or needed.height() > button.height() + 1:
                cut.append(button.text())
    return cut


def cut_when_open(window: AppWindow) -> list[str]:
    """Return the names of pages that would have no room in bold letters."""
    cut = []
    for made in window.findChildren(PageButton):
        bold = made.font()
        bold.setWeight(QFont.Weight.Bold)
        padding = 2 * (made.look.px(1.4) + made.look.border)
        if QFontMetrics(bold).horizontalAdvance(made.text()) + padding > made.width():
            cut.append(made.text())
    return cut


def overlaps(window: AppWindow) -> list[tuple[str, str]]:
    """Return the neighbours of one layout that stand on each other, and what stands outside of its parent."""
    found = []
    for layout in window.findChildren(QLayout):
        items = [layout.itemAt(place) for place in range(layout.count())]
        boxes = [
            (item, item.geometry())
            for item in items
            if item is not None and not item.isEmpty() and item.spacerItem() is None
        ]
        visible = [
            (item, box) for item, box in boxes if (widget := item.widget()) is None or widget.isVisibleTo(window)
        ]
        for (first, one), (second, other) in combinations(visible, 2):
            common = one.intersected(other)
            if common.width() > 1 and common.height() > 1 and _on_one_page(first.widget(), second.widget()):
                found.append((str(first.widget()), str(second.widget())))
    for part in window.findChildren(QAbstractButton):
        if part.isVisible():
            box = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
            if not window.rect().contains(box):
                found.append((part.text(), "the window"))
    return found


def _on_one_page(first: QWidget | None, second: QWidget | None) -> bool:
    return all(widget is None or widget.isVisible() for widget in (first, second))


@SCREENS
def test_nothing_is_cut_and_nothing_overlaps(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = opened(qtbot, Controller(), size)
    assert (window.width(), window.height()) == size
    for name, state in STATES.items():
        show(window, state)
        settle()
        assert cut_texts(window) == [], name
        assert cut_when_open(window) == []
        assert overlaps(window) == [], name


def test_a_screen_of_two_pixels_for_one_is_filled_as_sharply(qtbot: QtBot) -> None:
    """The scale is fixed when Qt starts, so another process shows it."""
    script = (
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication(['x'])\n"
        "from imu_hip.plot.app_window import AppWindow\n"
        "from tests.plot.app_scenes import AT_START, STATES, drawn_pages, show\n"
        "from tests.plot.test_app_geometry import cut_texts, overlaps, settle\n"
        "window = AppWindow(lambda: AT_START, lambda action: None, drawn_pages)\n"
        "window.resize(1280, 800)\n"
        "window.show()\n"
        "settle()\n"
        "picture = window.grab()\n"
        "assert (picture.width(), picture.height()) == (2560, 1600), picture.size()\n"
        "for name in STATES:\n"
        "    show(window, STATES[name])\n"
        "    settle()\n"
        "    assert not cut_texts(window), (name, cut_texts(window))\n"
        "    assert not overlaps(window), (name, overlaps(window))\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert ran.returncode == 0, ran.stderr


@SCREENS
def test_targets_of_a_session_can_be_hit_lying_down(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = opened(qtbot, Controller(STATES["exercise"]), size)
    big = [button for button in window.findChildren(BigButton) if button.isVisible()]
    assert len(big) == 5
    assert all(button.height() >= 44 and button.width() >= 44 for button in big)


def test_every_button_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller())
    for name, state in STATES.items():
        show(window, state)
        buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible() and button.text()]
        assert buttons
        assert [button.text() for button in buttons if not button.accessibleName()] == [], name


def test_letters_grow_with_the_window(qtbot: QtBot) -> None:
    heights = []
    for size in SIZES:
        window = opened(qtbot, Controller(), size)
        heights.append(window._start._begin.fontMetrics().height())
    assert heights == sorted(set(heights))
    assert heights[0] >= 13


def test_letters_follow_a_window_that_is_resized(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(), (1024, 640))
    before = window._start._begin.fontMetrics().height()
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: window._start._begin.fontMetrics().height() > 1.4 * before, timeout=2000)
    qtbot.waitUntil(lambda: cut_texts(window) == [], timeout=2000)
