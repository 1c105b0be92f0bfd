"""The results page: the session on the left, the person's sessions on the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import HistoryRow, ResultsView
from imu_hip.plot import app_wording as words
from imu_hip.plot import state_text
from imu_hip.plot.form import card, label, sized, spaced
from imu_hip.plot.history_plot import HistoryPlot
from imu_hip.plot.result_panel import ResultPanel
from imu_hip.plot.table import TextTable

_EXERCISE = 1
_SETTLED_MS = 150
"""A session is asked for when the person stays on its row, not for each row that is passed."""


class ResultsPage(QWidget):
    """Shows results and asks for older ones."""

    def __init__(self, act: Callable[[Action], None]) -> None:
        super().__init__()
        self._act = act
        self._shown: ResultsView | None = None
        self._result = ResultPanel(act)
        self._heading = label(kind="heading", wraps=True)
        self._programme = label(kind="dim", wraps=True)
        self._none = label(words.NO_HISTORY, "dim", wraps=True)
        self._sessions = TextTable(
            words.HISTORY_COLUMNS, _EXERCISE, lambda _: self._settled.start(), words.HISTORY_TIPS
        )
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._ask_for_session)
        self._plot = HistoryPlot()
        self._changes_heading = label(words.CHANGES, "heading")
        self._changes = label(wraps=True)
        self._arrange()

    @property
    def first(self) -> QWidget:
        """Where the keyboard begins."""
        return self._result.first if self._shown is not None and self._shown.result is not None else self._sessions

    def note(self) -> None:
        """Ask for a text about the session that is shown."""
        self._result.ask_for_note()

    def show_view(self, view: ResultsView) -> None:
        """Show the result and the history."""
        if view == self._shown:
            return
        before, self._shown = self._shown, view
        current = self._current(view)
        self._result.show_result(view.result, listed=current is not None, any_listed=bool(view.sessions))
        if before is None or before.sessions != view.sessions:
            self._sessions.show_rows([_cells(row) for row in view.sessions], current)
        else:
            self._sessions.choose(current)
        mine = view.person in ("", words.ME)
        self._heading.setText(words.MY_HISTORY if mine else words.HISTORY.format(person=view.person))
        self._sessions.setAccessibleName(self._heading.text())
        self._programme.setText(view.programme[:1].upper() + view.programme[1:])
        self._programme.setVisible(bool(view.programme))
        self._none.setVisible(not view.sessions)
        self._sessions.setVisible(bool(view.sessions))
        self._plot.setVisible(bool(view.sessions))
        exercise_id = self._exercise_id(view, current)
        self._plot.show_sessions(view.sessions, exercise_id, view.bands)
        changes = [change.text for change in view.changes if change.exercise_id == exercise_id]
        self._changes.setText("\n".join(f"•  {text[:1].upper()}{text[1:]}" for text in changes))
        for part in (self._changes, self._changes_heading):
            part.setVisible(bool(changes))

    def _current(self, view: ResultsView) -> int | None:
        """Return the row of the session whose result is shown."""
        if view.result is None:
            return None
        paths = [row.path for row in view.sessions]
        return paths.index(view.result.path) if view.result.path in paths else None

    def _exercise_id(self, view: ResultsView, current: int | None) -> str:
        """Return what to plot: the exercise that is shown, or else the newest with an angle."""
        if current is not None:
            return view.sessions[current].exercise_id
        return next((row.exercise_id for row in view.sessions if row.internal_deg is not None), "")

    def _ask_for_session(self) -> None:
        row = self._sessions.currentRow()
        if self._shown is not None and 0 <= row < len(self._shown.sessions):
            self._act(Action(ActionName.SHOW_RESULT, self._shown.sessions[row].path))

    def _arrange(self) -> None:
        right = card()
        sized(right, width=74.0)
        rows = QVBoxLayout(right)
        spaced(rows, 1.6, 0.8)
        rows.addWidget(self._heading)
        rows.addWidget(self._programme)
        rows.addWidget(self._none)
        rows.addWidget(self._plot, 1)
        rows.addWidget(self._changes_heading)
        rows.addWidget(self._changes)
        rows.addWidget(self._sessions, 1)
        rows.addStretch(0)
        columns = QHBoxLayout(self)
        spaced(columns, (1.6, 1.0, 1.6, 1.6), 1.6)
        columns.addWidget(self._result, 1)
        columns.addWidget(right)


def _cells(row: HistoryRow) -> tuple[str, ...]:
    side = words.SIDES.get(row.side, row.side)
    return (
        row.when.replace(" ", "\n", 1),
        row.exercise,
        side,
        _internal(row),
        _angle(row.external_deg),
        str(row.holds),
    )


def _angle(value: float | None) -> str:
    return words.UNKNOWN if value is None else f"{state_text.figure(value)}°"


def _internal(row: HistoryRow) -> str:
    spread = "" if row.internal_sd_deg is None else f" {state_text.spread(row.internal_sd_deg)}"
    return _angle(row.internal_deg) + (spread if row.internal_deg is not None else "")
