"""A table of texts: rows to choose from with keyboard or mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from imu_hip.plot.look import Look, Painted

_ROW = 3.4


class TextTable(QTableWidget, Painted):
    """Rows of text; `chosen` is called with the number of a row when the person moves to it.

    The columns are as wide as their texts; column `wide` takes what is left and wraps. With `seen` the table is as high
    as its rows, or as so many of them.
    """

    def __init__(
        self,
        columns: Sequence[str],
        wide: int,
        chosen: Callable[[int], None],
        tips: Sequence[str] = (),
        seen: int | None = None,
    ) -> None:
        super().__init__(0, len(columns))
        self._chosen = chosen
        self._seen = seen
        for column, text in enumerate(columns):
            head_item = QTableWidgetItem(text)
            head_item.setToolTip(tips[column] if tips else "")
            self.setHorizontalHeaderItem(column, head_item)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setMinimumSectionSize(8)
        for column in range(len(columns)):
            fills = column == wide
            mode = QHeaderView.ResizeMode.Stretch if fills else QHeaderView.ResizeMode.ResizeToContents
            head.setSectionResizeMode(column, mode)
        self.currentCellChanged.connect(self._moved)

    def show_rows(self, rows: Sequence[Sequence[str]], current: int | None) -> None:
        """Show these rows, and choose one of them without telling anybody."""
        blocker = QSignalBlocker(self)
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.setItem(row, column, QTableWidgetItem(text))
        self.choose(current)
        blocker.unblock()
        self._fit_height()

    def choose(self, row: int | None) -> None:
        """Choose a row, or none, without telling anybody."""
        blocker = QSignalBlocker(self)
        if row is None:
            self.setCurrentCell(-1, -1)
            self.clearSelection()
        elif row != self.currentRow():
            self.setCurrentCell(row, 0)
        blocker.unblock()

    def dress(self, look: Look) -> None:
        """Take the look; the rows follow."""
        super().dress(look)
        for part in (self, self.horizontalHeader(), self.verticalHeader()):
            part.ensurePolished()  # or the rows would be as high as the letters of before
        self.verticalHeader().setMinimumSectionSize(look.px(_ROW))
        self.resizeRowsToContents()
        self._fit_height()

    def updateGeometries(self) -> None:
        """Follow rows that have become higher or lower."""
        super().updateGeometries()
        self._fit_height()

    def _fit_height(self) -> None:
        if self._seen is None:
            return
        rows = [self.rowHeight(row) for row in range(min(self._seen, self.rowCount()))]
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + sum(rows) + 2 * self.look.border + 2)

    def _moved(self, row: int, _column: int, before: int, _before_column: int) -> None:
        if row >= 0 and row != before:
            self._chosen(row)
