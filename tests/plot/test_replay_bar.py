"""The bar of a replay shows where it is and asks for other places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.plot import app_wording as words
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.replay_bar import clock
from imu_hip.plot.theme import DARK, color
from tests.plot.app_scenes import REPLAY, STATES, Controller, focused, opened, show

KEY = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def pressed(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> list[Action]:
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    QTest.keyClick(focused(window), key, modifier)
    return controller.actions


def at(window: AppWindow, seconds: float, events: bool = True) -> QPoint:
    line = window._replay_bar._timeline
    return QPoint(round(line._x(seconds)), round((0.8 if events else 0.2) * line.height()))


@pytest.mark.parametrize(
    ("key", "modifier", "action"),
    [
        (KEY.Key_Space, NONE, Action(ActionName.PLAY)),
        (KEY.Key_Left, NONE, Action(ActionName.STEP, "-1")),
        (KEY.Key_Right, NONE, Action(ActionName.STEP, "1")),
        (KEY.Key_Left, SHIFT, Action(ActionName.STEP, "-5")),
        (KEY.Key_Right, SHIFT, Action(ActionName.STEP, "5")),
        (KEY.Key_S, NONE, Action(ActionName.END)),
    ],
)
def test_keys_of_a_replay(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, action: Action) -> None:
    assert pressed(qtbot, key, modifier) == [action]


def test_a_note_is_about_the_moment_at_which_it_was_asked_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def typed(*words_: object) -> tuple[str, bool]:
        asked.append(str(words_[-1]))
        return "slipped", True

    monkeypatch.setattr(QInputDialog, "getText", typed)
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    QTest.keyClick(focused(window), KEY.Key_N)
    assert controller.actions == [Action(ActionName.NOTE_AT, f"{REPLAY.position_s:.2f} slipped")]
    assert asked == [words.NOTE_AT_ASKED.format(time=clock(REPLAY.position_s))]


def test_nothing_is_asked_while_somebody_is_measured(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: pytest.fail("a dialog would take the keys"))
    controller = Controller(STATES["exercise"])
    QTest.keyClick(focused(opened(qtbot, controller)), KEY.Key_N)
    assert controller.actions == []


@pytest.mark.parametrize("digit", range(10))
def test_digits_of_a_session_are_scores_of_pain(qtbot: QtBot, digit: int) -> None:
    controller = Controller(STATES["exercise"])
    QTest.keyClick(focused(opened(qtbot, controller)), str(digit))
    assert controller.actions == [Action(ActionName.PAIN_SCORE, str(digit))]


@pytest.mark.parametrize("key", [KEY.Key_P, KEY.Key_E, KEY.Key_R, KEY.Key_7])
def test_a_replay_takes_no_commands(qtbot: QtBot, key: Qt.Key) -> None:
    assert pressed(qtbot, key) == []


@pytest.mark.parametrize(("seconds", "text"), [(-5.0, "−5 s"), (-1.0, "−1 s"), (1.0, "+1 s"), (5.0, "+5 s")])
def test_buttons_step(qtbot: QtBot, seconds: float, text: str) -> None:
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    made = next(b for b in window._replay_bar.findChildren(QPushButton) if b.text() == text)
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    assert controller.actions == [Action(ActionName.STEP, f"{seconds:g}")]


def test_a_click_on_the_timeline_seeks_there(qtbot: QtBot) -> None:
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    QTest.mouseClick(window._replay_bar._timeline, Qt.MouseButton.LeftButton, pos=at(window, 150.0))
    assert [action.name for action in controller.actions] == [ActionName.SEEK]
    assert float(controller.actions[0].value) == pytest.approx(150.0, abs=0.3)


def test_the_handle_stays_in_the_hand_while_the_replay_goes_on(qtbot: QtBot) -> None:
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    line = window._replay_bar._timeline
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=at(window, 200.0))
    controller.state = replace(controller.state, replay=replace(REPLAY, position_s=48.0))
    window._draw_newest()
    assert line.value() == pytest.approx(2000, abs=5)
    assert controller.actions == []
    assert window._replay_bar._time.text().startswith("3:")
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=at(window, 210.0))
    assert controller.actions[0].name is ActionName.SEEK


def test_time_is_minutes_and_seconds(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["replay"]))
    assert window._replay_bar._time.text() == "0:47 / 5:12"
    assert [clock(seconds) for seconds in (0.0, 59.9, 60.0, 3599.0)] == ["0:00", "0:59", "1:00", "59:59"]


@pytest.mark.parametrize(
    ("factor", "text"), [(0.25, "0.25×"), (2.0, "2×"), (16.0, "16×"), (None, "fastest"), (3, "3×")]
)
def test_speed_is_shown(qtbot: QtBot, factor: float | None, text: str) -> None:
    state = replace(STATES["replay"], replay=replace(REPLAY, factor=factor))
    window = opened(qtbot, Controller(state))
    assert window._replay_bar._speed.currentText() == text


def test_a_chosen_speed_is_asked_for(qtbot: QtBot) -> None:
    controller = Controller(STATES["replay"])
    window = opened(qtbot, controller)
    box = window._replay_bar._speed
    box.setFocus()
    QTest.keyClick(box, KEY.Key_Down)
    assert controller.actions == [Action(ActionName.SPEED, "4")]


def test_what_lies_under_the_mouse_is_told_narrowest_first(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["replay"]))
    line = window._replay_bar._timeline
    text = line.text_at(at(window, 114.0).x(), at(window, 114.0).y())
    assert text == "Pelvis lifted\nHold 2: 7.8 s at 41°, short"
    mark = at(window, 8.0, events=False)
    assert line.text_at(mark.x(), mark.y()) == "Calibration: hook lying"
    assert line.text_at(at(window, 280.0).x(), at(window, 280.0).y()) == ""


def test_kinds_differ_on_the_timeline(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["replay"]))
    image = window._replay_bar._timeline.grab().toImage()
    hold, trouble = at(window, 64.0), at(window, 150.7)
    assert image.pixelColor(hold) == color(DARK.good)
    column = {image.pixelColor(trouble.x(), y).name() for y in range(image.height())}
    assert color(DARK.warning).name() in column
    assert color(DARK.good).name() not in column


def test_the_button_says_what_the_space_bar_does(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["replay"]))
    assert window._replay_bar._play.text() == words.STAND_STILL
    show(window, replace(STATES["replay"], replay=replace(REPLAY, playing=False)))
    assert window._replay_bar._play.text() == words.PLAY
