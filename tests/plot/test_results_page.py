"""The results page shows a session and the person's others, and asks for those."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLabel
from pytestqt.qtbot import QtBot

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import ErrorBand, ResultsView
from imu_hip.plot import app_wording as words
from imu_hip.plot.history_plot import dates, limits
from imu_hip.plot.results_page import ResultsPage
from tests.plot.app_scenes import HOLDS, RESULT, RESULTS, STATES, Controller, history, opened, show

LEFT = Qt.MouseButton.LeftButton


def visible_texts(page: ResultsPage) -> list[str]:
    return [part.text() for part in page.findChildren(QLabel) if part.isVisible()]


def cells(page: ResultsPage, row: int) -> list[str]:
    table = page._sessions
    items = [table.item(row, column) for column in range(table.columnCount())]
    return [item.text() for item in items if item is not None]


def test_figures_and_notes_of_the_session_are_shown(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["results"]))._results
    texts = visible_texts(page)
    assert RESULT.title in texts
    for name, value in RESULT.figures:
        assert texts.index(name) == texts.index(value) + 1
    assert all(note in page._result._notes.text() for note in RESULT.notes)


def test_the_first_hold_that_went_wrong_is_chosen_and_the_chosen_one_says_why_it_was_judged_so(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["results"]))
    panel = window._results._result
    assert panel._why.text() == f"Hold 2, short: {HOLDS[1].why}"
    panel._holds.setFocus()
    QTest.keyClick(panel._holds, Qt.Key.Key_Up)
    assert panel._why.text() == f"Hold 1, full breath: {HOLDS[0].why}"


def test_verdicts_stand_behind_a_sign(qtbot: QtBot) -> None:
    table = opened(qtbot, Controller(STATES["results"]))._results._result._holds
    found = [[item.text() for column in (5, 6) if (item := table.item(row, column))] for row in range(4)]
    assert found == [
        ["✓ controlled", "✓ full breath"],
        ["✗ fast", "✗ short"],
        ["✓ controlled", "✓ full breath"],
        ["✗ flop", "data lost"],
    ]


def test_a_result_that_is_none_of_the_sessions_says_so(qtbot: QtBot) -> None:
    listed = opened(qtbot, Controller(STATES["results"]))
    assert words.NOT_LISTED not in visible_texts(listed._results)
    show(listed, replace(STATES["results"], results=replace(RESULTS, result=replace(RESULT, path="/elsewhere.mcap"))))
    assert words.NOT_LISTED in visible_texts(listed._results)


def test_with_sessions_but_none_chosen_it_asks_to_choose(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(replace(STATES["results"], results=replace(RESULTS, result=None))))._results
    assert {words.NONE_CHOSEN, words.NONE_CHOSEN_HINT} <= set(visible_texts(page))
    assert words.NO_RESULT not in visible_texts(page)


def test_replay_asks_for_the_recording_of_this_session(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    QTest.mouseClick(opened(qtbot, controller)._results._result._replay, LEFT)
    assert controller.actions == [Action(ActionName.OPEN_RECORDING, RESULT.path)]


@pytest.mark.parametrize(("text", "said"), [("new shoes", True), ("  ", True), ("new shoes", False)])
@pytest.mark.parametrize("by_key", [True, False])
def test_a_note_is_asked_for_and_kept(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, text: str, said: bool, by_key: bool
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (text, said))
    controller = Controller(STATES["results"])
    window = opened(qtbot, controller)
    if by_key:
        QTest.keyClick(window, Qt.Key.Key_N)
    else:
        QTest.mouseClick(window._results._result._note, LEFT)
    assert controller.actions == ([Action(ActionName.NOTE, text)] if said and text.strip() else [])


def test_report_asks_for_the_page_of_this_session(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    QTest.mouseClick(opened(qtbot, controller)._results._result._report, LEFT)
    assert controller.actions == [Action(ActionName.REPORT, RESULT.path)]


def test_without_a_session_it_says_so(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["no_results"]))._results
    texts = visible_texts(page)
    assert words.NO_RESULT in texts
    assert words.NO_HISTORY in texts
    assert not page._result._replay.isVisible()


def test_sessions_are_listed_newest_first_with_what_is_known(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["results"]))._results
    assert cells(page, 0) == ["2026-11-12\n18:10", "Supine end-range expansion", "Left", "40° ± 3°", "––", "4"]
    unknown = [row.internal_deg for row in RESULTS.sessions].index(None)
    assert cells(page, unknown)[3] == words.UNKNOWN


def test_the_shown_session_is_chosen_and_nothing_is_asked(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    page = opened(qtbot, controller)._results
    assert page._sessions.currentRow() == 0
    qtbot.wait(200)
    assert controller.actions == []


def test_an_older_session_is_asked_for_once_the_person_stays_on_it(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    page = opened(qtbot, controller)._results
    page._sessions.setFocus()
    for _ in range(3):
        QTest.keyClick(page._sessions, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(controller.actions), timeout=2000)
    assert controller.actions == [Action(ActionName.SHOW_RESULT, RESULTS.sessions[3].path)]


def test_another_result_moves_the_mark_in_the_list(qtbot: QtBot) -> None:
    controller = Controller(STATES["results"])
    window = opened(qtbot, controller)
    older = replace(RESULT, path=RESULTS.sessions[4].path, title="Older", holds=())
    show(window, replace(STATES["results"], results=replace(RESULTS, result=older)))
    assert window._results._sessions.currentRow() == 4
    assert words.NO_HOLDS in visible_texts(window._results)
    qtbot.wait(200)
    assert controller.actions == []


def test_changes_of_the_shown_exercise_are_told_in_words(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["results"]))
    told = window._results._changes.text()
    assert all(change.text[1:] in told for change in RESULTS.changes)
    others = tuple(replace(change, exercise_id="prone_ir") for change in RESULTS.changes)
    show(window, replace(STATES["results"], results=replace(RESULTS, changes=others)))
    assert not window._results._changes_heading.isVisible()


def test_how_far_the_programme_is_stands_above_the_sessions(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["results"]))
    assert window._results._programme.text() == "Day 9, practised on 6 days; the programme takes 14 to 21 days"
    show(window, replace(STATES["results"], results=replace(RESULTS, programme="")))
    assert not window._results._programme.isVisible()


def test_bands_of_error_lie_around_the_first_sessions_of_the_plotted_exercise(qtbot: QtBot) -> None:
    window = opened(qtbot, Controller(STATES["results"]))
    shades = window._results._plot._shades
    assert {side: shade.getRegion() for side, shade in shades.items()} == {"left": (27.0, 39.0), "right": (31.0, 43.0)}
    assert all(shade.isVisible() for shade in shades.values())
    seated = replace(RESULT, path=RESULTS.sessions[-1].path)
    show(window, replace(STATES["results"], results=replace(RESULTS, result=seated)))
    assert not any(shade.isVisible() for shade in shades.values())


def test_the_axis_holds_the_bands() -> None:
    low, high = limits([row for row in history() if row.internal_deg is not None], [ErrorBand("x", "left", 3.0, 77.0)])
    assert (low, high) == (0.0, 80.0)


@pytest.mark.parametrize(
    ("person", "heading"), [("me", "Your sessions"), ("", "Your sessions"), ("K-17", "Sessions of K-17")]
)
def test_whose_sessions_they_are(qtbot: QtBot, person: str, heading: str) -> None:
    view = replace(RESULTS, person=person)
    page = opened(qtbot, Controller(replace(STATES["results"], results=view)))._results
    assert page._heading.text() == heading


def plotted(page: ResultsPage, side: str) -> list[float]:
    return [round(float(angle), 6) for angle in page._plot._points[side].getData()[1]]


def test_the_plot_has_one_exercise_and_its_known_angles_by_side(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["results"]))._results
    for side in ("left", "right"):
        expected = [
            round(row.internal_deg, 6)
            for row in reversed(RESULTS.sessions)
            if row.side == side and row.exercise_id == "supine_ere" and row.internal_deg is not None
        ]
        assert len(expected) >= 4
        assert plotted(page, side) == expected


def test_bars_reach_two_standard_deviations_each_way(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["results"]))._results
    assert set(page._plot._bars["left"].opts["height"]) == {4.0 * 1.6}


def test_the_plot_follows_the_exercise_of_the_result(qtbot: QtBot) -> None:
    seated = RESULTS.sessions[-1]
    view = replace(RESULTS, result=replace(RESULT, path=seated.path))
    page = opened(qtbot, Controller(replace(STATES["results"], results=view)))._results
    assert plotted(page, "left") == [28.0]
    assert plotted(page, "right") == []
    assert seated.exercise in page._plot._title.text()


def test_without_a_result_the_newest_exercise_is_plotted(qtbot: QtBot) -> None:
    view = ResultsView(None, "me", history())
    page = opened(qtbot, Controller(replace(STATES["results"], results=view)))._results
    assert len(plotted(page, "left")) == 4
    assert page._sessions.currentRow() == -1


def test_sides_differ_by_marker(qtbot: QtBot) -> None:
    page = opened(qtbot, Controller(STATES["results"]))._results
    symbols = {side: points.opts["symbol"] for side, points in page._plot._points.items()}
    assert symbols == {"left": "t3", "right": "t2"}


def test_the_axis_holds_every_bar() -> None:
    rows = [row for row in history() if row.internal_deg is not None]
    low, high = limits(rows)
    assert all(low < row.internal_deg - 3.2 and row.internal_deg + 3.2 < high for row in rows if row.internal_deg)


def test_dates_keep_their_distance() -> None:
    rows = history(9)
    chosen = dates(rows, 8.0)
    assert chosen[0] == (rows[0].day, "2026-11-12")
    assert all(later[0] - earlier[0] >= 8.0 / 3.0 for later, earlier in itertools.pairwise(chosen))
