"""The timeline of a recording: a slider with what was asked above and what was found below its line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip

from imu_hip.model.app_state import ReplayView, TimelineSpan
from imu_hip.plot import app_wording as words
from imu_hip.plot.canvas import RIGHT
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.lettering import font
from imu_hip.plot.look import SMALLEST, Look, Painted
from imu_hip.plot.theme import color

TICKS_PER_S = 10
_LANE, _LINE = 2.4, 1.6
_LABELS = 6.6
_LEAST_PX = 3.0
_BAD = frozenset(
    {"compensation", "fault", "trouble", "warning", "gap", "lost", "not_judged", "pain", "bad_packet", "queue_full"}
)
_HELD = frozenset({"hold", "internal_hold", "external_hold", "plateau", "trial"})
_ENDED = frozenset({"exit", "touch", "cycle", "part_ended"})


class Timeline(QSlider, Painted):
    """Where the replay is, in tenths of a second; `seek` is called with seconds when the person lets go.

    Spans differ by kind in fill and shape as well as colour: holds are full, what went wrong is a low strip under
    a triangle, exits are outlined. The text of a span is its tool tip.
    """

    def __init__(self, guard: PaintGuard, seek: Callable[[float], None], dragged: Callable[[float], None]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._guard = guard
        self._seek = seek
        self._dragged = dragged
        self._replay = ReplayView(0.0, 0.0, False, 1.0)
        self.setAccessibleName(words.TIMELINE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setPageStep(5 * TICKS_PER_S)

    def show_replay(self, replay: ReplayView) -> None:
        """Show this position; while the person drags, the handle stays in the hand."""
        spans_changed = (replay.marks, replay.events) != (self._replay.marks, self._replay.events)
        self._replay = replay
        self.setMaximum(max(1, round(replay.duration_s * TICKS_PER_S)))
        if not self.isSliderDown():
            self.setValue(round(replay.position_s * TICKS_PER_S))
        if spans_changed:
            self.update()

    def dress(self, look: Look) -> None:
        """Take the look; the height follows."""
        super().dress(look)
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """Return room for two lanes and the line between them."""
        return QSize(self.look.px(60.0), self.look.px(2.0 * _LANE + _LINE + 1.2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the position under the mouse."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go where the handle was let go."""
        if self.isSliderDown():
            self.setSliderDown(False)
            self._seek(self.value() / TICKS_PER_S)

    def event(self, event: QEvent) -> bool:
        """Answer a request for a tool tip with what is under the mouse."""
        if isinstance(event, QHelpEvent):
            text = self.text_at(float(event.pos().x()), float(event.pos().y()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def text_at(self, x: float, y: float) -> str:
        """Return what the spans under this point say: the narrowest first, because it hides behind the others."""
        spans = self._replay.marks if y < self.height() / 2.0 else self._replay.events
        under = [span for span in spans if self._box(span, 0.0).adjusted(-2.0, 0.0, 2.0, 1.0).contains(x, 0.5)]
        under.sort(key=lambda span: span.end_s - span.start_s)
        return "\n".join(span.text or span.kind.replace("_", " ") for span in under)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        if self._guard.failed:
            return
        painter = QPainter(self)
        try:
            with self._guard:
                self._paint(painter)
        finally:
            painter.end()

    def _track(self) -> tuple[float, float]:
        left = _LABELS * self.look.u
        return left, max(1.0, self.width() - left - 1.4 * self.look.u)

    def _x(self, at_s: float) -> float:
        left, width = self._track()
        return left + width * min(1.0, max(0.0, at_s / max(self._replay.duration_s, 1e-9)))

    def _box(self, span: TimelineSpan, y: float) -> QRectF:
        start = self._x(span.start_s)
        return QRectF(start, y, max(_LEAST_PX, self._x(span.end_s) - start), _LANE * self.look.u)

    def _follow(self, event: QMouseEvent) -> None:
        left, width = self._track()
        share = min(1.0, max(0.0, (event.position().x() - left) / width))
        self.setValue(round(share * self.maximum()))
        self._dragged(self.value() / TICKS_PER_S)

    def _paint(self, painter: QPainter) -> None:
        look, theme, u = self.look, self.look.theme, self.look.u
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, width = self._track()
        above = (self.height() - (2.0 * _LANE + _LINE) * u) / 2.0
        line, below = above + _LANE * u, above + (_LANE + _LINE) * u
        painter.setFont(font(max(SMALLEST - 1, 1.5 * u), bold=False))
        painter.setPen(color(theme.dim))
        for text, y in ((words.MARKS_LANE, above), (words.EVENTS_LANE, below)):
            painter.drawText(QRectF(0.0, y, left - 0.8 * u, _LANE * u), int(RIGHT), text)
        for span in self._replay.marks:
            self._paint_mark(painter, self._box(span, above))
        for span in self._replay.events:
            self._paint_event(painter, span.kind, self._box(span, below))
        at = self._x(self.value() / TICKS_PER_S)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, thick = line + 0.5 * _LINE * u, 0.25 * u
        painter.fillRect(QRectF(left, middle - thick, width, 2.0 * thick), color(theme.track))
        painter.fillRect(QRectF(left, middle - thick, at - left, 2.0 * thick), color(theme.curve))
        painter.setPen(QPen(color(theme.text), 0.3 * u))
        painter.drawLine(QPointF(at, above), QPointF(at, below + _LANE * u))
        painter.setBrush(color(theme.text))
        painter.drawEllipse(QPointF(at, middle), 0.7 * u, 0.7 * u)
        if self.hasFocus():
            edge = look.border / 2.0
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(theme.text), float(look.border)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 0.8 * u, 0.8 * u)

    def _paint_mark(self, painter: QPainter, box: QRectF) -> None:
        theme = self.look.theme
        painter.setPen(QPen(color(theme.dim), 1.0))
        painter.setBrush(color(theme.track))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_event(self, painter: QPainter, kind: str, box: QRectF) -> None:
        theme = self.look.theme
        if kind in _BAD:
            painter.fillRect(box.adjusted(0.0, 0.7 * box.height(), 0.0, 0.0), color(theme.warning))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.warning))
            x, y, half = box.center().x(), box.bottom(), 0.95 * self.look.u
            points = [QPointF(x, y - 1.5 * half), QPointF(x + half, y), QPointF(x - half, y)]
            painter.drawPolygon(QPolygonF(points))
        elif kind in _HELD:
            painter.fillRect(box, color(theme.good))
        elif kind in _ENDED:
            painter.setPen(QPen(color(theme.curve), 0.2 * self.look.u))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            shrunk = 0.25 * box.height()
            painter.fillRect(box.adjusted(0.0, shrunk, 0.0, -shrunk), color(theme.dim))
