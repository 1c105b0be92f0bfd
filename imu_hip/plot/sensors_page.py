"""The sensors page: what was found, which sensor is worn where, and how to tell them apart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import FoundSensor, Page, SensorsView
from imu_hip.model.item import Role
from imu_hip.plot import app_wording as words
from imu_hip.plot.form import button, card, fit, label, scroll, sized, spaced
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.look import Painted
from imu_hip.plot.sensor_row import COLUMNS, SensorRow, is_silent
from imu_hip.plot.worn_drawing import WornDrawing


class SensorsPage(QWidget, Painted):
    """Shows the sensors and asks for searching, showing, wearing and beginning."""

    def __init__(self, act: Callable[[Action], None], guard: PaintGuard) -> None:
        super().__init__()
        self._worn = WornDrawing(guard)
        self._act = act
        self._shown: SensorsView | None = None
        self._rows: dict[str, SensorRow] = {}
        self._sentence = label(kind="sentence", wraps=True)
        self._search = button(words.SEARCH_AGAIN)
        self._search.clicked.connect(lambda: act(Action(ActionName.SCAN)))
        self._begin = button(words.BEGIN_NOW, "primary")
        self._begin.clicked.connect(lambda: act(Action(ActionName.BEGIN)))
        self._table = card()
        self._grid = QVBoxLayout(self._table)
        spaced(self._grid, 1.4, 0.6)
        self._head = QWidget()
        self._checks = QWidget()
        self._arrange()

    @property
    def first(self) -> QWidget:
        """Where the keyboard begins."""
        if self._begin.isEnabled():
            return self._begin
        return next((row.first for row in self._rows.values()), self._search)

    def show_view(self, view: SensorsView) -> None:
        """Show what was found."""
        if view == self._shown:
            return
        self._shown = view
        if list(self._rows) != [sensor.address for sensor in view.found]:
            self._rebuild(view.found)
        for sensor in view.found:
            self._rows[sensor.address].show_sensor(sensor)
        self._sentence.setText(sentence(view))
        self._search.setEnabled(not view.scanning)
        self._search.setText(words.SEARCH_RUNNING if view.scanning else words.SEARCH_AGAIN)
        self._begin.setEnabled(view.ready)

    def _rebuild(self, found: tuple[FoundSensor, ...]) -> None:
        """Make rows for these sensors; the keyboard stays in the row and column where it was."""
        focus = next((row.focus for row in self._rows.values() if row.focus is not None), None)
        kept = {sensor.address: self._rows.get(sensor.address) or SensorRow(self._act) for sensor in found}
        for address, row in self._rows.items():
            self._grid.removeWidget(row)
            if address not in kept:
                row.hide()
                row.deleteLater()
        self._rows = kept
        self._head.setVisible(bool(kept))
        self._checks.setVisible(not kept)
        before: QWidget = self._search
        for place, row in enumerate(kept.values(), start=1):
            self._grid.insertWidget(place, row)
            fit(row, self.look)
            for part in row.order:
                QWidget.setTabOrder(before, part)
                before = part
        if focus is not None and focus.isVisible():
            focus.setFocus()

    def _arrange(self) -> None:
        columns = QGridLayout(self._head)
        spaced(columns, (1.0, 0.0, 1.0, 0.0), 1.0)
        for column, (text, (width, stretch)) in enumerate(zip(words.SENSOR_COLUMNS, COLUMNS, strict=True)):
            head = label(text, "dim")
            if width:
                sized(head, width=width)
            columns.addWidget(head, 0, column)
            columns.setColumnStretch(column, stretch)
        self._head.hide()
        self._grid.addWidget(self._head)
        checks = QVBoxLayout(self._checks)
        spaced(checks, 1.0, 0.6)
        checks.addWidget(label(words.CHECKS_TITLE, "heading"))
        for line in words.CHECKS:
            checks.addWidget(label(f"•  {line}", wraps=True))
        self._grid.addWidget(self._checks)
        self._grid.addStretch(1)
        rows = scroll(self._table, words.PAGES[Page.SENSORS])
        rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        spaced(top, 0.0, 1.6)
        top.addWidget(self._sentence, 1)
        for made, width in ((self._search, 24.0), (self._begin, 24.0)):
            sized(made, width=width, height=6.4)
            top.addWidget(made)
        help_card = card()
        beside = QHBoxLayout(help_card)
        spaced(beside, 1.6, 1.6)
        lines = QVBoxLayout()
        spaced(lines, 0.0, 0.5)
        beside.addLayout(lines, 1)
        sized(self._worn, width=36.0, height=25.0)
        beside.addWidget(self._worn)
        lines.addWidget(label(words.HOW_TO_TELL, "heading"))
        for number, line in enumerate(words.HOW_TO_TELL_STEPS, start=1):
            lines.addWidget(label(f"{number}.  {line}", wraps=True))
        lines.addStretch(1)
        lines.addWidget(label(words.HOW_TO_WEAR, "heading"))
        lines.addWidget(label(words.WHERE_TO_WEAR, wraps=True))
        page = QVBoxLayout(self)
        spaced(page, (1.6, 1.2, 1.6, 1.6), 1.4)
        page.addLayout(top)
        page.addWidget(rows, 1)
        page.addWidget(help_card)


def sentence(view: SensorsView) -> str:
    """Return what is going on, in one sentence: who fell silent, then the app's own message, before anything else."""
    silent = next((sensor.role for sensor in view.found if sensor.role is not None and is_silent(sensor)), None)
    if silent is not None:
        return words.SILENT[silent]
    if view.message:
        return view.message
    if view.ready:
        return words.BOTH_THERE
    missing = [role for role in Role if role not in {sensor.role for sensor in view.found}]
    if len(view.found) > 1:
        return words.ONE_MISSING[missing[0]] if len(missing) == 1 else words.SAY_WHICH
    return words.SEARCHING if view.scanning or view.found else words.NOTHING_FOUND
