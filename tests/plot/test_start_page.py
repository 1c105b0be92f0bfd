"""The start page shows what is chosen and asks for something else when the person chooses it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.plot import app_wording as words
from imu_hip.plot.exercise_list import about
from tests.plot.app_scenes import EXERCISES, START, STATES, Controller, opened, show

LEFT = Qt.MouseButton.LeftButton


def test_the_program_says_what_it_is_and_what_it_is_not(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller())._start
    texts = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert words.WHAT_IT_DOES in texts
    assert "Training, research and education. Not a medical device." in texts


def test_what_is_chosen_is_marked_and_nothing_is_asked(qtbot: QtBot) -> None:
    controller = Controller()
    page = opened(qtbot, controller)._start
    assert page._exercises.currentRow() == [exercise.id for exercise in EXERCISES].index("supine_ere")
    assert [value for value, choice in page._sides.items() if choice.isChecked()] == ["left"]
    assert [value for value, choice in page._calibrations.items() if choice.isChecked()] == ["lying"]
    assert page._person.currentText() == "me"
    assert page._calibration_text.text() == words.CALIBRATIONS["lying"][1]
    assert controller.actions == []


def test_another_exercise_is_asked_for_by_arrow_key(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    assert window.focusWidget() is window._start._exercises
    QTest.keyClick(window._start._exercises, Qt.Key.Key_Down)
    assert controller.actions == [Action(ActionName.CHOOSE_EXERCISE, "hinge_ir")]


def test_another_side_and_calibration_are_asked_for(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    QTest.mouseClick(window._start._sides["right"], LEFT)
    QTest.mouseClick(window._start._calibrations["standing"], LEFT)
    assert controller.actions == [
        Action(ActionName.CHOOSE_SIDE, "right"),
        Action(ActionName.CHOOSE_CALIBRATION, "standing"),
    ]
    window._draw_newest()
    assert window._start._sides["right"].isChecked()
    assert window._start._calibration_text.text() == words.CALIBRATIONS["standing"][1]


def test_chosen_and_other_side_differ_without_colour(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller())._start
    chosen, other = page._sides["left"], page._sides["right"]
    x, y = round((1.3 + 1.15) * chosen.look.u), chosen.height() // 2  # the middle of the ring
    middles = [made.grab().toImage().pixelColor(x, y).lightness() for made in (chosen, other)]
    assert abs(middles[0] - middles[1]) > 60


def test_a_new_person_is_typed_and_no_letter_is_taken_for_a_key(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    typing = window._start._typing
    typing.setFocus()
    typing.selectAll()
    QTest.keyClicks(typing, "Fmd Peres")
    window._draw_newest()
    assert typing.text() == "Fmd Peres"
    assert not window.isFullScreen()
    QTest.keyClick(typing, Qt.Key.Key_Return)
    assert controller.actions == [Action(ActionName.CHOOSE_PERSON, "Fmd Peres")]


def test_escape_in_the_name_leaves_the_field_and_not_the_program(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller())
    window._start._typing.setFocus()
    QTest.keyClick(window._start._typing, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert window.focusWidget() is window._start._exercises


def test_no_name_is_me(qtbot: QtBot) -> None:
    controller = Controller(replace(STATES["start"], start=replace(START, person="K-17")))
    typing = opened(qtbot, controller)._start._typing
    typing.setFocus()
    typing.clear()
    QTest.keyClick(typing, Qt.Key.Key_Return)
    assert controller.actions == [Action(ActionName.CHOOSE_PERSON, "me")]


@pytest.mark.parametrize("name", [ActionName.BEGIN, ActionName.DEMO])
def test_begin_and_demo(qtbot: QtBot, name: ActionName) -> None:
    controller = Controller()
    page = opened(qtbot, controller)._start
    QTest.mouseClick({ActionName.BEGIN: page._begin, ActionName.DEMO: page._demo}[name], LEFT)
    assert controller.actions == [Action(name)]


@pytest.mark.parametrize("size", [(1024, 640), (1920, 1080)])
def test_a_session_that_was_cut_off_can_go_on(qtbot: QtBot, size: tuple[int, int]) -> None:
    assert not opened(qtbot, Controller())._start._go_on.isVisible()
    text = "Go on with the session of 18:04"
    controller = Controller(replace(STATES["start"], start=replace(START, cut_off=text)))
    page = opened(qtbot, controller, size)._start
    assert page._go_on.isVisible()
    assert page._go_on.text() == text
    assert page._go_on.width() >= page._go_on.sizeHint().width()
    column = (page._person, page._go_on, page._begin, page._demo, page._open)
    assert all(upper.geometry().bottom() < lower.geometry().top() for upper, lower in pairwise(column))
    QTest.mouseClick(page._go_on, LEFT)
    assert controller.actions == [Action(ActionName.GO_ON)]


def test_a_demo_that_is_not_installed_cannot_be_asked_for(qtbot: QtBot) -> None:
    state = replace(STATES["start"], start=replace(START, demo_possible=False))
    page = opened(qtbot, Controller(state))._start
    assert not page._demo.isEnabled()
    assert "pip install" in page._demo.toolTip()


@pytest.mark.parametrize(("path", "asked"), [("/home/me/a.mcap", True), ("", False)])
def test_a_recording_is_opened_by_its_path(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: str, asked: bool
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    controller = Controller()
    QTest.mouseClick(opened(qtbot, controller)._start._open, LEFT)
    assert controller.actions == ([Action(ActionName.OPEN_RECORDING, path)] if asked else [])


@pytest.mark.parametrize("name", [ActionName.TONES, ActionName.SPEECH, ActionName.FLASH])
def test_cues_are_switched(qtbot: QtBot, name: ActionName) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    toggle = window._start._cues._toggles[name]
    before = toggle.isChecked()
    QTest.mouseClick(toggle, LEFT)
    window._draw_newest()
    QTest.mouseClick(toggle, LEFT)
    values = ["off", "on"] if before else ["on", "off"]
    assert controller.actions == [Action(name, value) for value in values]


def test_volume_is_asked_for_between_nothing_and_one(qtbot: QtBot) -> None:
    controller = Controller()
    window = opened(qtbot, controller)
    slider = window._start._cues._volume
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert controller.actions == [Action(ActionName.VOLUME, "0.75")]
    window._draw_newest()
    assert window._start._cues._percent.text() == "75 %"
    assert controller.actions == [Action(ActionName.VOLUME, "0.75")]


def test_why_there_is_no_sound_is_said(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["notice"]))
    note = window._start._cues._note
    assert note.isVisible()
    assert note.text() == "No sound: no output device was found."
    show(window, STATES["start"])
    assert not note.isVisible()


def test_posture_and_minutes_are_said_in_words() -> None:
    assert about(EXERCISES[3]) == "lying on the back · about 5 min"
    assert about(replace(EXERCISES[3], posture="long sitting")) == "sitting, legs stretched out · about 5 min"
    assert about(replace(EXERCISES[3], posture="hand_stand", minutes=0.2)) == "hand stand · about 1 min"


def test_exercises_of_a_routine_stand_to_the_right_of_it(qtbot: QtBot) -> None:
    of_routine = replace(EXERCISES[3], routine="routine_1")
    view = replace(START, exercises=(EXERCISES[0], of_routine), exercise_id="routine_1")
    page = opened(qtbot, Controller(replace(STATES["start"], start=view)))._start
    image = page._exercises.viewport().grab().toImage()
    lefts = []
    for row in range(2):
        middle = page._exercises.visualItemRect(page._exercises.item(row)).center().y()
        lefts.append(next(x for x in range(image.width()) if image.pixel(x, middle) != image.pixel(0, middle)))
    assert lefts[1] - lefts[0] > 15
