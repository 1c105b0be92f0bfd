"""What is between the axes, painted by one item: phase shading, target band, the angle with its spread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from imu_hip.model.event import Phase
from imu_hip.model.view_state import ViewState
from imu_hip.plot import curve, state_text, wording
from imu_hip.plot.canvas import CENTRE, Canvas
from imu_hip.plot.curve import Points
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import text_width
from imu_hip.plot.theme import DARK, Theme, color, over

CURVE = 0.55
LANE = 3.4
"""Height in u of the strip at the top in which phases are named."""


class TracePicture(QGraphicsItem):
    """Paints in pixels, because letters and hatching must not be stretched with the axes."""

    def __init__(self, guard: PaintGuard) -> None:
        super().__init__()
        self._guard = guard
        self._u = 8.0
        self._theme = DARK
        self._state: ViewState | None = None
        self._points: Points | None = None
        self._spread: Points | None = None
        self._bounds = QRectF(0.0, 0.0, 1.0, 1.0)

    def show_state(
        self,
        u: float,
        theme: Theme,
        state: ViewState,
        points: Points,
        ribbon: Points,
        seconds: tuple[float, float],
        degrees: tuple[float, float],
    ) -> None:
        """Take what to draw; `seconds` and `degrees` are the limits of the axes."""
        bounds = QRectF(seconds[0], degrees[0], seconds[1] - seconds[0], degrees[1] - degrees[0])
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self._u, self._theme, self._state = u, theme, state
        self._points, self._spread = points, ribbon
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole plot in seconds and degrees."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint shading, band, ribbon and curve."""
        if self._state is None or self._points is None or self._spread is None or self._guard.failed:
            return
        painter.save()
        try:
            with self._guard:
                pixels = painter.transform()
                painter.resetTransform()
                area = pixels.mapRect(self._bounds)
                painter.setClipRect(area)
                canvas = Canvas(painter, self._theme, self._u)
                _phases(canvas, area, pixels, self._state)
                _grid(canvas, area, pixels, self._bounds)
                _band(canvas, area, pixels, self._state)
                _ribbon(canvas, pixels, self._spread)
                _curve(canvas, pixels, self._points, self._state.angle_deg)
                if not np.isfinite(self._spread.angle_deg).any():
                    box = Rect(area.x(), area.y(), area.width(), area.height())
                    canvas.text(box, wording.NO_CURVE, 3.0, self._theme.dim, CENTRE)
        finally:
            painter.restore()


def _grid(canvas: Canvas, area: QRectF, pixels: QTransform, bounds: QRectF) -> None:
    """Draw faint lines at the labelled angles, a stronger one at neutral."""
    for angle in curve.ticks(bounds.top(), bounds.bottom()):
        y = pixels.map(QPointF(0.0, angle)).y()
        thick = max(1, round((0.3 if angle == 0.0 else 0.1) * canvas.u))
        canvas.painter.fillRect(
            QRect(round(area.left()), round(y), round(area.width()), thick), color(canvas.theme.line)
        )


def _phases(canvas: Canvas, area: QRectF, pixels: QTransform, state: ViewState) -> None:
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    free = area.left()
    if state.band_deg is not None and state.end_range_deg is not None:
        free = legend_box(u, area, state.end_range_deg).right
    shades = {Phase.HOLD: theme.shade_hold, Phase.BLOCK: theme.shade_block, Phase.EXIT: theme.shade_exit}
    top, height = round(area.top()), round(area.height())
    for span in curve.phase_spans(state.trace):
        start = pixels.map(QPointF(span.start_s, 0.0)).x()
        end = pixels.map(QPointF(span.end_s, 0.0)).x()
        box = QRectF(start, area.top(), end - start, area.height())
        # Whole pixels and no transparency: a quarter of the time.
        whole = QRect(round(start), top, round(end) - round(start), height)
        if span.phase in shades:
            painter.fillRect(whole, over(shades[span.phase], theme.card))
        elif span.phase is Phase.UNKNOWN:
            painter.fillRect(whole, QBrush(color(theme.hatch), Qt.BrushStyle.BDiagPattern))
        if span.phase in (Phase.HOLD, Phase.BLOCK):
            for x in (whole.left(), whole.right()):
                painter.fillRect(QRect(x, top, 1, height), color(theme.line))
        word = state_text.lane_word(span.phase, state.outward)
        wide = text_width(word, round(2.2 * u))
        if wide < box.width() - 0.8 * u and start + (box.width() - wide) / 2.0 > free:
            lane = Rect(box.x(), box.y(), box.width(), LANE * u)
            ink = theme.dim if span.phase is Phase.NEUTRAL else theme.text
            canvas.text(lane, word, 2.2, ink, CENTRE)


def _band(canvas: Canvas, area: QRectF, pixels: QTransform, state: ViewState) -> None:
    """Draw the target band; the line of the end range itself is dashed and named."""
    if state.band_deg is None or state.end_range_deg is None:
        return
    theme, painter = canvas.theme, canvas.painter
    low, high = (pixels.map(QPointF(0.0, angle)).y() for angle in state.band_deg)
    end = pixels.map(QPointF(0.0, state.end_range_deg)).y()
    rows = QRect(round(area.left()), round(high), round(area.width()), round(low) - round(high))
    painter.fillRect(rows, color(theme.band))
    for y in {low, high, end}:
        canvas.stroke(theme.good, 0.3, Qt.PenStyle.DashLine if y == end else Qt.PenStyle.SolidLine)
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    _legend(canvas, area, state.end_range_deg)


def _legend(canvas: Canvas, area: QRectF, end_range_deg: float) -> None:
    """Name the dashed line in the strip above, where no curve crosses the words."""
    u, theme = canvas.u, canvas.theme
    box = legend_box(u, area, end_range_deg)
    canvas.stroke(theme.good, 0.3, Qt.PenStyle.DashLine)
    canvas.line(box.x, box.middle[1], box.x + 3.0 * u, box.middle[1])
    canvas.text(box.beyond(box.x + 3.8 * u), _end_range(end_range_deg), 2.2, theme.good)


def legend_box(u: float, area: QRectF, end_range_deg: float) -> Rect:
    """Return where the dashed line is named."""
    width = text_width(_end_range(end_range_deg), round(2.2 * u)) + 4.2 * u
    return Rect(area.left() + 0.8 * u, area.top(), width, LANE * u)


def _end_range(end_range_deg: float) -> str:
    return wording.END_RANGE.format(degrees=state_text.figure(end_range_deg))


def _curve(canvas: Canvas, pixels: QTransform, points: Points, angle_deg: float | None) -> None:
    """Draw the angle, and a dot at its end while it is known."""
    u, theme = canvas.u, canvas.theme
    x = pixels.m11() * points.t_s + pixels.dx()
    y = pixels.m22() * points.angle_deg + pixels.dy()
    canvas.stroke(theme.curve, CURVE)
    for run in curve.finite_runs(y):
        canvas.curve(x[run].tolist(), y[run].tolist())
    if angle_deg is not None and x.size:
        canvas.painter.setPen(QPen(color(theme.card), 0.4 * u))
        canvas.painter.setBrush(color(theme.curve))
        canvas.disc(float(x[-1]), pixels.m22() * angle_deg + pixels.dy(), 1.2 * u)


def _ribbon(canvas: Canvas, pixels: QTransform, ribbon: Points) -> None:
    """Draw the stretch of ± 2 standard deviations around the curve; smooth edges would double its cost and not show."""
    canvas.fill(canvas.theme.ribbon)
    canvas.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for run in curve.finite_runs(ribbon.angle_deg):
        t_s, angle, spread = ribbon.t_s[run], ribbon.angle_deg[run], 2.0 * ribbon.sd_deg[run]
        upper = [QPointF(t, a) for t, a in zip(t_s.tolist(), (angle + spread).tolist(), strict=True)]
        lower = [QPointF(t, a) for t, a in zip(t_s.tolist(), (angle - spread).tolist(), strict=True)]
        canvas.painter.drawPolygon(pixels.map(QPolygonF([*upper, *reversed(lower)])))
    canvas.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
