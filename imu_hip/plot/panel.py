"""One part of a page: a widget that paints its part of the view state when that part has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Rect
from imu_hip.plot.theme import Theme


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a panel is drawn: `key` is everything of the state that `draw` shows within a rectangle."""

    key: Callable[[ViewState], tuple[object, ...]]
    draw: Callable[[Canvas, Rect, ViewState], None]


class Panel(QWidget):
    """Draws one rectangle of a page, in the page's own coordinates."""

    def __init__(self, drawing: Drawing, guard: PaintGuard, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self._guard = guard
        self._shown: tuple[object, ...] | None = None
        self._content: tuple[Rect, float, Theme, ViewState] | None = None

    def place(self, box: Rect) -> None:
        """Move the widget to its rectangle, widened to whole pixels."""
        x, y = int(box.x), int(box.y)
        self.setGeometry(x, y, int(box.right) + 1 - x, int(box.bottom) + 1 - y)

    def show_state(self, box: Rect, u: float, theme: Theme, state: ViewState) -> None:
        """Take what to draw; ask for a repaint only when it looks different."""
        shown = (box, u, theme, self._drawing.key(state))
        self._content = (box, u, theme, state)
        if shown != self._shown:
            self._shown = shown
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        if self._content is None or self._guard.failed:
            return
        box, u, theme, state = self._content
        painter = QPainter(self)
        try:
            with self._guard:
                painter.translate(-self.x(), -self.y())
                self._drawing.draw(Canvas(painter, theme, u), box, state)
        finally:
            painter.end()
