"""The sensors page shows how each sensor is doing and asks who wears it where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, FoundSensor, SensorsView
from imu_hip.model.item import Role
from imu_hip.plot import app_wording as words
from imu_hip.plot.sensor_row import SensorRow, age, dbm
from imu_hip.plot.sensors_page import SensorsPage, sentence
from imu_hip.plot.signal_bars import bars
from tests.plot.app_scenes import BOTH, FOUND, PELVIS, STATES, STRANGER, THIGH, Controller, focused, opened, show

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, controller: Controller) -> SensorsPage:
    return opened(qtbot, controller)._sensors


def at(view: SensorsView) -> AppState:
    return replace(STATES["sensors"], sensors=view)


def row(page: SensorsPage, sensor: FoundSensor) -> SensorRow:
    return page._rows[sensor.address]


@pytest.mark.parametrize(
    ("signal", "full"), [(None, 0), (-100, 0), (-95, 1), (-86, 1), (-85, 2), (-75, 3), (-65, 4), (-30, 4)]
)
def test_bars_grow_with_the_signal(signal: int | None, full: int) -> None:
    assert bars(signal) == full


def test_figures_of_a_sensor_are_shown(qtbot: QtBot) -> None:
    page = shown(qtbot, Controller(STATES["ready"]))
    thigh = row(page, THIGH)
    texts = [part.text() for part in (thigh._name, thigh._kind, thigh._dbm, thigh._battery, thigh._rate, thigh._age)]
    assert texts == [
        "Hip sensor B",
        "BIP-0002 · bip_v1",
        "−71 dBm",
        "64 %",
        "100 Hz · 12 lost",
        "newest 50 ms ago",
    ]
    assert thigh._role.text() == "Thigh"
    assert thigh._shown_by.text() == "its light blinks blue"


def test_what_is_not_known_is_not_guessed(qtbot: QtBot) -> None:
    stranger = row(shown(qtbot, Controller(at(SensorsView(found=(replace(STRANGER, signal_dbm=None),))))), STRANGER)
    assert [part.text() for part in (stranger._dbm, stranger._battery)] == [words.UNKNOWN] * 2
    assert stranger._rate.text() == words.NO_DATA
    assert not stranger._age.isVisible()
    assert stranger._role.text() == words.NO_ROLE


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (SensorsView(), words.NOTHING_FOUND),
        (SensorsView(scanning=True), words.SEARCHING),
        (FOUND, words.SAY_WHICH),
        (replace(FOUND, message="Bluetooth is off"), "Bluetooth is off"),
        (BOTH, words.BOTH_THERE),
        (
            SensorsView(found=(replace(PELVIS, role=Role.PELVIS), THIGH)),
            "The pelvis sensor is there. Which one is on the thigh?",
        ),
    ],
)
def test_one_sentence_says_what_is_going_on(view: SensorsView, text: str) -> None:
    assert sentence(view) == text


def test_without_sensors_it_says_what_to_check(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["nothing_found"]))
    assert window._sensors._checks.isVisible()
    show(window, STATES["sensors"])
    assert not window._sensors._checks.isVisible()


def test_buttons_of_a_row_are_about_its_sensor(qtbot: QtBot) -> None:
    controller = Controller(STATES["sensors"])
    page = shown(qtbot, controller)
    thigh = row(page, THIGH)
    QTest.mouseClick(thigh._identify, LEFT)
    QTest.mouseClick(thigh._roles[Role.THIGH], LEFT)
    QTest.mouseClick(row(page, PELVIS)._roles[Role.PELVIS], LEFT)
    assert controller.actions == [
        Action(ActionName.IDENTIFY, THIGH.address),
        Action(ActionName.ASSIGN, f"thigh={THIGH.address}"),
        Action(ActionName.ASSIGN, f"pelvis={PELVIS.address}"),
    ]


def test_a_role_is_marked_when_the_state_says_so_and_not_before(qtbot: QtBot) -> None:
    controller = Controller(STATES["sensors"])
    window = opened(qtbot, controller)
    made = row(window._sensors, THIGH)._roles[Role.THIGH]
    QTest.mouseClick(made, LEFT)
    assert not made.isChecked()
    window._draw_newest()
    assert made.isChecked()
    QTest.mouseClick(made, LEFT)
    assert made.isChecked()


def test_begin_waits_for_a_sensor_in_each_role(qtbot: QtBot) -> None:
    controller = Controller(STATES["sensors"])
    window = opened(qtbot, controller)
    assert not window._sensors._begin.isEnabled()
    show(window, STATES["ready"])
    QTest.mouseClick(window._sensors._begin, LEFT)
    assert controller.actions == [Action(ActionName.BEGIN)]


def test_a_search_is_asked_for_only_when_none_is_running(qtbot: QtBot) -> None:
    controller = Controller(STATES["ready"])
    window = opened(qtbot, controller)
    search = window._sensors._search
    QTest.mouseClick(search, LEFT)
    assert controller.actions == [Action(ActionName.SCAN)]
    window._draw_newest()
    assert not search.isEnabled()
    assert search.text() == words.SEARCH_RUNNING


def test_the_keyboard_stays_on_its_button_while_sensors_come_and_go(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["ready"]))
    made = row(window._sensors, THIGH)._identify
    made.setFocus()
    found = tuple(replace(sensor, age_s=0.4) for sensor in (STRANGER, THIGH))
    show(window, at(SensorsView(found=found)))
    assert window.focusWidget() is made
    assert list(window._sensors._rows) == [STRANGER.address, THIGH.address]


def test_tab_goes_through_the_rows_in_order(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["sensors"]))
    first = row(window._sensors, PELVIS)
    first._identify.setFocus()
    reached = []
    for _ in range(3):
        QTest.keyClick(focused(window), Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    assert reached == [*first.order[1:], row(window._sensors, THIGH)._identify]


@pytest.mark.parametrize(("seconds", "text"), [(0.03, "30 ms"), (0.9994, "999 ms"), (2.34, "2.3 s"), (75.0, "75 s")])
def test_ages_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert age(seconds) == text


def test_minus_is_a_minus() -> None:
    assert dbm(-52) == "−52 dBm"


def test_a_sensor_that_has_fallen_silent_is_told_before_that_both_are_there(qtbot: QtBot) -> None:
    silent = tuple(replace(each, age_s=7.2) if each.role is Role.THIGH else each for each in BOTH.found)
    page = shown(qtbot, Controller(at(replace(BOTH, found=silent))))
    assert sentence(replace(BOTH, found=silent)) == words.SILENT[Role.THIGH]
    assert sentence(replace(BOTH, found=silent, message="Both sensors are there.")) == words.SILENT[Role.THIGH]
    assert row(page, THIGH)._age.text() == "✕ silent for 7.2 s"
    assert row(page, THIGH)._age.property("kind") == "alarm"
    assert row(page, PELVIS)._age.property("kind") == "dim"
    show_again = replace(BOTH, found=tuple(replace(each, age_s=0.1) for each in BOTH.found if each.role))
    page.show_view(show_again)
    assert row(page, THIGH)._age.property("kind") == "dim"
