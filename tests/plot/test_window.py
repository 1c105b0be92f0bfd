"""The live window shows the newest state, obeys its keys and closes once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imu_hip.plot.theme import DARK, LIGHT
from imu_hip.plot.window import LiveWindow
from tests.plot.pixels import picture, share
from tests.plot.scenes import scene


@pytest.fixture
def shown(qtbot: QtBot) -> LiveWindow:
    made = LiveWindow(lambda: None, DARK)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show_state(scene("hold"))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_timer_draws_what_the_reader_returns(qtbot: QtBot) -> None:
    states = iter([None, scene("approach")])
    made = LiveWindow(lambda: next(states, scene("hold")), DARK)
    qtbot.addWidget(made)
    made.show()
    label = made.page._plain
    assert label.isVisible()
    qtbot.waitUntil(lambda: made._state is not None and not label.isVisible(), timeout=2000)


def test_a_reader_that_fails_is_told_of_once(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[int] = []

    def broken() -> None:
        asked.append(1)
        raise ZeroDivisionError("no state")

    made = LiveWindow(broken, DARK)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: len(asked) > 2, timeout=2000)
    assert capsys.readouterr().err.count("Traceback") == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Q])
def test_closing_says_so_once(shown: LiveWindow, qtbot: QtBot, key: Qt.Key) -> None:
    said: list[int] = []
    shown.closed.connect(lambda: said.append(1))
    with qtbot.waitSignal(shown.closed, timeout=1000):
        QTest.keyClick(shown, key)
    shown.close()
    assert said == [1]
    assert not shown.isVisible()


def test_d_changes_the_theme_and_f_the_size(shown: LiveWindow) -> None:
    QTest.keyClick(shown, Qt.Key.Key_D)
    assert share(picture(shown), LIGHT.card) > 0.2
    QTest.keyClick(shown, Qt.Key.Key_F)
    assert shown.isFullScreen()
    QTest.keyClick(shown, Qt.Key.Key_F)
    assert not shown.isFullScreen()
