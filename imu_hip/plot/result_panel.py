"""What came of one session: figures, holds with their verdicts, and what to know about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QInputDialog, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import HoldRow, ResultView
from imu_hip.plot import app_wording as words
from imu_hip.plot.form import button, fit, label, scroll, sized, spaced
from imu_hip.plot.look import Painted
from imu_hip.plot.table import TextTable

_ACROSS = 3
_VERDICT = 6
_ROWS_SEEN = 7
_NOTES_BEFORE_NOTHING = 1000
"""Share of the spare height: the notes take it where there are any, and else it stays empty."""


class ResultPanel(QFrame, Painted):
    """Shows a result, or says that there is none yet."""

    def __init__(self, act: Callable[[Action], None]) -> None:
        super().__init__()
        self._act = act
        self._shown: ResultView | None = None
        self._title = label(words.NO_RESULT, "title", wraps=True)
        self._none = words.NO_RESULT_HINT
        self._not_listed = label(words.NOT_LISTED, "dim", wraps=True)
        self._not_listed.hide()
        self._replay = button(words.REPLAY, "primary", words.REPLAY_TIP)
        self._replay.clicked.connect(self._ask_for_replay)
        self._report = button(words.REPORT, "", words.REPORT_TIP)
        self._report.clicked.connect(self._ask_for_report)
        self._note = button(words.NOTE, "", words.NOTE_TIP)
        self._note.clicked.connect(lambda: self.ask_for_note())
        self._tiles = QWidget()
        self._grid = QGridLayout(self._tiles)
        spaced(self._grid, 0.0, 1.0)
        self._heading = label(words.HOLDS, "heading")
        self._holds = TextTable(words.HOLD_COLUMNS, _VERDICT, lambda _: self._show_why(), words.HOLD_TIPS, _ROWS_SEEN)
        self._holds.setAccessibleName(words.HOLDS)
        self._why = label(wraps=True)
        self._advice = label(kind="strong", wraps=True)
        self._notes_heading = label(words.NOTES, "heading")
        self._notes = label(wraps=True)
        self._notes.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._notes_area = scroll(self._notes, words.NOTES)
        self._notes_area.setProperty("kind", "notes")
        self._arrange()

    @property
    def first(self) -> QWidget:
        """Where the keyboard begins."""
        return self._replay

    def show_result(self, result: ResultView | None, *, listed: bool, any_listed: bool) -> None:
        """Show this result, and whether it is one of the sessions in the list, if there are any."""
        self._none = words.NONE_CHOSEN_HINT if any_listed else words.NO_RESULT_HINT
        self._not_listed.setVisible(result is not None and not listed)
        if result == self._shown and result is not None:
            return
        self._shown = result
        none = words.NONE_CHOSEN if any_listed else words.NO_RESULT
        self._title.setText(none if result is None else result.title)
        for asked in (self._replay, self._report, self._note):
            asked.setVisible(result is not None)
        self._show_figures(() if result is None else result.figures)
        holds = () if result is None else result.holds
        self._holds.show_rows([_cells(hold) for hold in holds], _first_to_read(holds))
        self._holds.setVisible(bool(holds))
        judged = result is not None and not result.measures_only
        self._heading.setVisible(judged)
        self._why.setVisible(judged or result is None)
        self._show_why()
        advice = "" if result is None else result.advice
        self._advice.setText(words.NEXT.format(advice=advice))
        self._advice.setVisible(bool(advice))
        notes = () if result is None else result.notes
        self._notes.setText("\n".join(f"•  {note}" for note in notes))
        for part in (self._notes_area, self._notes_heading):
            part.setVisible(bool(notes))

    def ask_for_note(self) -> None:
        """Ask for a text about this session."""
        if self._shown is None:
            return
        text, said = QInputDialog.getText(self, words.NOTE_TITLE, words.NOTE_ASKED)
        if said and text.strip():
            self._act(Action(ActionName.NOTE, text))

    def _ask_for_report(self) -> None:
        if self._shown is not None:
            self._act(Action(ActionName.REPORT, self._shown.path))

    def _ask_for_replay(self) -> None:
        if self._shown is not None:
            self._act(Action(ActionName.OPEN_RECORDING, self._shown.path))

    def _show_figures(self, figures: tuple[tuple[str, str], ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, (name, value) in enumerate(figures):
            tile = QFrame()
            tile.setProperty("kind", "tile")
            lines = QVBoxLayout(tile)
            spaced(lines, (1.2, 0.7, 1.0, 0.7), 0.1)
            lines.addWidget(label(value, "figure", wraps=True))
            lines.addWidget(label(name, "dim", wraps=True))
            lines.addStretch(1)
            self._grid.addWidget(tile, number // _ACROSS, number % _ACROSS)
            fit(tile, self.look)
        for column in range(_ACROSS):
            self._grid.setColumnStretch(column, 1)
        self._tiles.setVisible(bool(figures))

    def _show_why(self) -> None:
        if self._shown is None:
            self._why.setText(self._none)
        elif not self._shown.holds:
            self._why.setText(words.NO_HOLDS)
        elif 0 <= (row := self._holds.currentRow()) < len(self._shown.holds):
            hold = self._shown.holds[row]
            self._why.setText(words.WHY_HOLD.format(number=hold.number, verdict=hold.verdict, why=hold.why))
        else:
            self._why.setText(words.NO_WHY)

    def _arrange(self) -> None:
        self.setProperty("kind", "card")
        top = QHBoxLayout()
        spaced(top, 0.0, 1.0)
        top.addWidget(self._title, 1)
        for asked in (self._note, self._report, self._replay):
            sized(asked, height=5.2)
            top.addWidget(asked)
        rows = QVBoxLayout(self)
        spaced(rows, 1.6, 1.0)
        rows.addLayout(top)
        below = (self._heading, self._holds, self._why, self._notes_heading)
        for part in (self._not_listed, self._tiles, self._advice, *below):
            rows.addWidget(part)
        rows.addWidget(self._notes_area, _NOTES_BEFORE_NOTHING)
        rows.addStretch(1)


def _cells(hold: HoldRow) -> tuple[str, ...]:
    marked = (_marked(each) for each in (hold.exit, hold.verdict))
    return (str(hold.number), hold.direction, hold.duration, hold.angle, hold.percent, *marked)


def _marked(verdict: str) -> str:
    """Return a verdict behind its sign, which is seen before it is read."""
    return f"{words.SIGNS[verdict]} {verdict}" if verdict in words.SIGNS else verdict


def _first_to_read(holds: Sequence[HoldRow]) -> int | None:
    """Return the first hold in which something went wrong, or else the first."""
    wrong = (row for row, hold in enumerate(holds) if words.WRONG in map(words.SIGNS.get, (hold.exit, hold.verdict)))
    return next(wrong, 0 if holds else None)
