"""The app window shows the state, asks by key and button, and survives what goes wrong in drawing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, Flash, Page
from imu_hip.model.command import CommandName
from imu_hip.model.item import Role
from imu_hip.model.signal import SignalKind
from imu_hip.model.view_state import GuideView
from imu_hip.plot import app_wording as words
from imu_hip.plot.app_window import AppWindow
from imu_hip.plot.theme import DARK, LIGHT, Theme, color
from tests.plot.app_scenes import PELVIS, STATES, THIGH, Controller, Drawn, focused, opened, session, show

KEY = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(window: AppWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is, and let the window draw what came of it."""
    QTest.keyClick(focused(window), key, modifier)
    window._draw_newest()


def button(window: QWidget, text: str) -> QPushButton:
    return next(made for made in window.findChildren(QPushButton) if made.isVisible() and made.text() == text)


def ink(made: QPushButton) -> int:
    """Return how many pixels of the name are bright."""
    image = made.grab().toImage()
    rows = range(int(0.2 * image.height()), int(0.75 * image.height()))
    return sum(image.pixelColor(x, y).lightness() > 128 for y in rows for x in range(8, image.width() - 8))


def drawn(window: AppWindow, page: Page) -> Drawn:
    made = window._drawn[page]
    assert isinstance(made, Drawn)
    return made


@pytest.mark.parametrize(
    ("key", "page"), [(KEY.Key_1, Page.START), (KEY.Key_2, Page.SENSORS), (KEY.Key_5, Page.RESULTS)]
)
def test_alt_and_a_number_ask_for_a_page(qtbot: QtBot, key: Qt.Key, page: Page) -> None:
    controller = Controller(STATES["sensors"])
    press(opened(qtbot, controller), key, ALT)
    assert controller.actions == [Action(ActionName.OPEN_PAGE, page)]


def test_the_title_says_the_page_and_where_the_second_screen_is(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(replace(STATES["start"], second_screen="Second screen: A")))
    assert window.windowTitle() == f"{words.WINDOW_TITLE} – {words.PAGES[Page.START]} – Second screen: A"


def test_pages_of_a_session_cannot_be_opened_without_one(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    press(window, KEY.Key_4, ALT)
    assert controller.actions == []
    assert not button(window, words.PAGES[Page.EXERCISE]).isEnabled()


def test_the_open_page_is_marked_by_weight_and_by_a_bar(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["sensors"]))
    start, sensors = button(window, words.PAGES[Page.START]), button(window, words.PAGES[Page.SENSORS])
    assert sensors.isChecked()
    assert not start.isChecked()
    bold = ink(sensors)
    show(window, STATES["start"])
    start.setFocus()
    assert bold > 1.15 * ink(sensors)
    show(window, STATES["sensors"])
    lowest = [made.grab().toImage().pixelColor(made.width() // 2, made.height() - 2) for made in (start, sensors)]
    assert lowest[1] == color(DARK.curve)
    assert lowest[0] != color(DARK.curve)


def test_a_click_on_a_page_leaves_the_mark_until_the_state_follows(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    QTest.mouseClick(button(window, words.PAGES[Page.RESULTS]), Qt.MouseButton.LeftButton)
    assert controller.actions == [Action(ActionName.OPEN_PAGE, Page.RESULTS)]
    assert button(window, words.PAGES[Page.START]).isChecked()
    assert not button(window, words.PAGES[Page.RESULTS]).isChecked()


SESSION_KEYS = [
    (KEY.Key_Space, words.PAUSE, Action(ActionName.COMMAND, CommandName.PAUSE)),
    (KEY.Key_P, words.PAIN, Action(ActionName.COMMAND, CommandName.PAIN)),
    (KEY.Key_E, words.END_SET, Action(ActionName.COMMAND, CommandName.END_SET)),
    (KEY.Key_R, words.REDO, Action(ActionName.COMMAND, CommandName.REDO)),
    (KEY.Key_S, words.FINISH, Action(ActionName.END)),
]


@pytest.mark.parametrize("page", ["exercise", "calibrate"])
@pytest.mark.parametrize(("key", "text", "action"), SESSION_KEYS)
def test_in_a_session_keys_and_big_buttons_ask_the_same(
    qtbot: QtBot, page: str, key: Qt.Key, text: str, action: Action
) -> None:
    controller = Controller(STATES[page])
    window = opened(qtbot, controller)
    QTest.mouseClick(button(window, text), Qt.MouseButton.LeftButton)
    assert controller.actions == [action]
    again = Controller(STATES[page])
    press(opened(qtbot, again), key)
    assert again.actions == [action]


def test_the_space_bar_pauses_whatever_was_clicked_last(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    for text in (words.END_SET, words.PAGES[Page.EXERCISE], words.MUTE):
        QTest.mouseClick(button(window, text), Qt.MouseButton.LeftButton)
        window._draw_newest()
        controller.actions.clear()
        controller.state = replace(controller.state, session=session())
        window._draw_newest()
        press(window, KEY.Key_Space)
        assert controller.actions == [Action(ActionName.COMMAND, CommandName.PAUSE)], text


def test_a_paused_session_goes_on_with_the_space_bar(qtbot: QtBot) -> None:
    controller = Controller(replace(STATES["exercise"], session=replace(session(), guide=GuideView(paused=True))))
    window = opened(qtbot, controller)
    assert button(window, words.GO_ON).isVisible()
    press(window, KEY.Key_Space)
    assert controller.actions == [Action(ActionName.COMMAND, CommandName.GO_ON)]
    assert button(window, words.PAUSE).isVisible()


def test_keys_of_a_session_mean_nothing_elsewhere(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    window = opened(qtbot, controller)
    for key in (KEY.Key_P, KEY.Key_E, KEY.Key_R, KEY.Key_S):
        press(window, key)
    assert controller.actions == []


def test_escape_asks_once_before_a_session_ends(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_Escape)
    assert window._question.isVisible()
    assert controller.actions == []
    press(window, KEY.Key_Escape)
    assert controller.actions == [Action(ActionName.END)]
    assert not window._question.isVisible()
    assert window.isVisible()


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter])
def test_enter_stays_in_the_session(qtbot: QtBot, key: Qt.Key) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_Escape)
    press(window, key)
    assert controller.actions == []
    assert not window._question.isVisible()
    assert window._session_bar.isVisible()


def test_pain_is_heard_while_the_question_stands(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_Escape)
    press(window, KEY.Key_P)
    assert controller.actions == [Action(ActionName.COMMAND, CommandName.PAIN)]


def test_a_session_that_ends_by_itself_takes_the_question_along(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_Escape)
    show(window, STATES["results"])
    show(window, STATES["exercise"])
    assert not window._question.isVisible()


@pytest.mark.parametrize("name", ["sensors", "results"])
def test_escape_goes_back_to_the_start(qtbot: QtBot, name: str) -> None:
    controller = Controller(STATES[name])
    press(opened(qtbot, controller), KEY.Key_Escape)
    assert controller.actions == [Action(ActionName.OPEN_PAGE, Page.START)]


def test_escape_ends_a_replay_without_asking(qtbot: QtBot) -> None:
    controller = Controller(STATES["replay"])
    press(opened(qtbot, controller), KEY.Key_Escape)
    assert controller.actions == [Action(ActionName.END)]


def test_escape_on_the_start_page_closes(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller())
    with qtbot.waitSignal(window.closed, timeout=1000):
        QTest.keyClick(window, KEY.Key_Escape)
    assert not window.isVisible()


QUITS = [(KEY.Key_Q, Qt.KeyboardModifier.NoModifier), (KEY.Key_Q, Qt.KeyboardModifier.ControlModifier)]


@pytest.mark.parametrize(("key", "modifier"), QUITS)
@pytest.mark.parametrize("name", ["start", "sensors", "results", "replay"])
def test_q_closes_from_every_page(qtbot: QtBot, name: str, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    window = opened(qtbot, Controller(STATES[name]))
    with qtbot.waitSignal(window.closed, timeout=1000):
        QTest.keyClick(window, key, modifier)
    assert not window.isVisible()


@pytest.mark.parametrize(("key", "modifier"), QUITS)
def test_q_asks_before_a_session_ends_as_escape_does(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, key, modifier)
    assert window._question.isVisible()
    assert controller.actions == []
    press(window, key, modifier)
    assert controller.actions == [Action(ActionName.END)]
    assert window.isVisible()


def test_escape_on_the_start_page_asks_while_a_session_runs(qtbot: QtBot) -> None:
    controller = Controller(replace(STATES["exercise"], page=Page.START))
    window = opened(qtbot, controller)
    press(window, KEY.Key_Escape)
    assert window.isVisible()
    assert window._question.isVisible()


def test_closing_says_so_once(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["exercise"]))
    said: list[int] = []
    window.closed.connect(lambda: said.append(1))
    window.close()
    window.close()
    assert said == [1]


def test_d_asks_for_the_other_theme_and_the_state_sets_it(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_D)
    assert controller.actions == [Action(ActionName.THEME, "light")]
    assert drawn(window, Page.EXERCISE).shown[-1][1] is LIGHT
    press(window, KEY.Key_D)
    assert controller.actions[-1] == Action(ActionName.THEME, "dark")


def test_m_mutes_tones_and_says_how_to_hear_them_again(qtbot: QtBot) -> None:
    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller)
    press(window, KEY.Key_M)
    assert controller.actions == [Action(ActionName.TONES, "off")]
    assert button(window, words.UNMUTE).isVisible()
    press(window, KEY.Key_M)
    assert controller.actions[-1] == Action(ActionName.TONES, "on")


def test_f_fills_the_screen_and_back(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller())
    press(window, KEY.Key_F)
    assert window.isFullScreen()
    press(window, KEY.Key_F)
    assert not window.isFullScreen()


def test_enter_presses_the_button_that_the_keyboard_is_on(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    button(window, words.DEMO).setFocus()
    press(window, KEY.Key_Return)
    assert controller.actions == [Action(ActionName.DEMO)]


def test_drawn_pages_get_state_theme_and_flash(qtbot: QtBot) -> None:
    flash = Flash(SignalKind.HOLD_DONE, 3)
    window = opened(qtbot, Controller(replace(STATES["exercise"], flash=flash)))
    state, theme, shown = drawn(window, Page.EXERCISE).shown[-1]
    assert (state, theme, shown) == (STATES["exercise"].session, DARK, flash)
    assert drawn(window, Page.CALIBRATE).shown == []


def test_the_same_state_is_not_drawn_again(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["exercise"]))
    before = len(drawn(window, Page.EXERCISE).shown)
    for _ in range(3):
        window._draw_newest()
    assert len(drawn(window, Page.EXERCISE).shown) == before


def test_without_a_session_its_page_says_what_to_do(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(AppState(Page.EXERCISE, STATES["start"].start)))
    assert window._message.isVisible()
    assert "start page" in window._message.text()
    assert not window._session_bar.isVisible()


def test_a_notice_is_shown_until_it_is_gone(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["notice"]))
    assert window._notice.isVisible()
    assert window._notice.text() == STATES["notice"].notice
    show(window, STATES["start"])
    assert not window._notice.isVisible()


def test_news_is_no_alarm(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(replace(STATES["notice"], is_news=True)))
    orange = color(DARK.warning)

    def alarmed() -> bool:
        return window._notice.grab().toImage().pixelColor(3, 3) == orange

    assert not alarmed()
    show(window, STATES["notice"])
    assert alarmed()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_dialog_is_dressed_so_that_its_letters_are_seen(qtbot: QtBot, theme: Theme) -> None:
    state = STATES["results"]
    dark = replace(state, settings=replace(state.settings, dark=theme is DARK))
    dialog = QInputDialog(opened(qtbot, Controller(dark))._results)
    qtbot.addWidget(dialog)
    dialog.setLabelText("About this session:")
    dialog.show()
    assert dialog.grab().toImage().pixelColor(2, 2) == color(theme.card)


def test_a_page_that_cannot_be_drawn_leaves_keys_and_other_pages_alone(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Drawn):
        def show_state(self, *_: object) -> None:
            raise ZeroDivisionError("painted into a corner")

    controller = Controller(STATES["exercise"])
    window = opened(qtbot, controller, pages=lambda: {Page.CALIBRATE: Drawn(), Page.EXERCISE: Broken()})
    assert window._message.text() == words.BROKEN
    press(window, KEY.Key_P)
    assert controller.actions == [Action(ActionName.COMMAND, CommandName.PAIN)]
    show(window, STATES["calibrate"])
    assert drawn(window, Page.CALIBRATE).isVisible()
    show(window, STATES["start"])
    assert window._start.isVisible()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_list_that_cannot_be_painted_is_caught_too(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no ink")

    monkeypatch.setattr("imu_hip.plot.exercise_list._Row._paint", broken)
    window = opened(qtbot, Controller())
    window.grab()
    qtbot.waitUntil(lambda: window._message.text() == words.BROKEN, timeout=2000)
    show(window, STATES["results"])
    assert window._results.isVisible()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_state_that_cannot_be_read_leaves_the_window_open(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller()
    window = opened(qtbot, controller)

    def broken() -> AppState:
        raise ZeroDivisionError("no state")

    window._read_state = broken
    window._draw_newest()
    window._draw_newest()
    assert window.isVisible()
    assert capsys.readouterr().err.count("Traceback") == 1


def test_from_the_start_to_the_results_by_keyboard_alone(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)

    def tab_to(text: str) -> None:
        for _ in range(40):
            focused = window.focusWidget()
            if isinstance(focused, QPushButton) and focused.accessibleName() == text:
                return
            press(window, KEY.Key_Tab)
        raise AssertionError(f"the keyboard does not reach {text}")

    press(window, KEY.Key_Up)
    tab_to(words.BEGIN)
    press(window, KEY.Key_Space)
    tab_to(words.ASSIGN_NAME.format(name=PELVIS.name, role=words.ROLES[Role.PELVIS]))
    press(window, KEY.Key_Space)
    tab_to(words.ASSIGN_NAME.format(name=THIGH.name, role=words.ROLES[Role.THIGH]))
    press(window, KEY.Key_Space)
    tab_to(words.BEGIN_NOW)
    press(window, KEY.Key_Return)
    press(window, KEY.Key_R)
    press(window, KEY.Key_S)
    assert [(action.name, action.value) for action in controller.actions] == [
        (ActionName.CHOOSE_EXERCISE, "standing_dissociation"),
        (ActionName.BEGIN, ""),
        (ActionName.ASSIGN, f"pelvis={PELVIS.address}"),
        (ActionName.ASSIGN, f"thigh={THIGH.address}"),
        (ActionName.BEGIN, ""),
        (ActionName.COMMAND, CommandName.REDO),
        (ActionName.END, ""),
    ]
    assert window._results.isVisible()
    assert window.focusWidget() is button(window, words.REPLAY)
    press(window, KEY.Key_Space)
    assert controller.actions[-1].name is ActionName.OPEN_RECORDING
    assert window._replay_bar.isVisible()
