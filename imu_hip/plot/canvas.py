"""A painter with a theme and a unit: letters for the floor and for the desk, and the few shapes that carry meaning."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import FLOOR_CAP, SMALLEST_PX, Fitted, descent, fit, font, px_of_cap, text_width
from imu_hip.plot.theme import Theme, color

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PIECE = 12


def to_qt(rect: Rect) -> QRectF:
    """Return Qt's rectangle."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)


class Canvas:
    """Draws for one panel; `u` is the unit of all sizes."""

    def __init__(self, painter: QPainter, theme: Theme, u: float) -> None:
        self.painter = painter
        self.theme = theme
        self.u = u
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def floor(
        self,
        box: Rect,
        text: str,
        ink: str,
        caps: tuple[float, ...] = (FLOOR_CAP,),
        align: Qt.AlignmentFlag = LEFT,
        lines: int = 1,
    ) -> Fitted:
        """Draw text that is read from the floor: capitals as high (in u) as one of `caps`, never lower than the last.

        It is narrowed or spread over lines to fit its box; it is never cut.
        """
        fitted = fit(text, box.width, box.height, tuple(cap * self.u for cap in caps), lines)
        self.lines(box, fitted, ink, align)
        return fitted

    def lines(self, box: Rect, fitted: Fitted, ink: str, align: Qt.AlignmentFlag = LEFT) -> None:
        """Draw fitted text in the middle of the height of its box, a little higher where descenders need the room."""
        cap = fitted.height - (len(fitted.lines) - 1) * fitted.step
        below = descent(fitted.lines[-1], fitted.px)
        top = min(box.y + (box.height - fitted.height) / 2.0, box.bottom - below - fitted.height)
        base = max(top, box.y) + cap
        for row, line in enumerate(fitted.lines):
            width = fitted.squeeze * text_width(line, fitted.px)
            spare = box.width - width
            x = box.x + (0.0 if align == LEFT else spare if align == RIGHT else spare / 2.0)
            self.letters(line, x, base + row * fitted.step, fitted.px, ink, fitted.squeeze)

    def letters(self, text: str, x: float, base: float, px: int, ink: str, squeeze: float = 1.0) -> None:
        """Draw floor text from a point of its baseline on."""
        painter = self.painter
        painter.setPen(color(ink))
        painter.setFont(font(px))
        if squeeze == 1.0:
            painter.drawText(QPointF(x, base), text)
            return
        painter.save()
        painter.translate(x, base)
        painter.scale(squeeze, 1.0)
        painter.drawText(QPointF(0.0, 0.0), text)
        painter.restore()

    def text(
        self,
        box: Rect,
        text: str,
        size: float,
        ink: str,
        align: Qt.AlignmentFlag = LEFT,
        bold: bool = True,
        shrink: float = 0.62,
    ) -> None:
        """Draw one line for whoever stands near, `size` u high, made smaller down to `shrink` of it and then cut."""
        px = round(size * self.u)
        smallest = max(SMALLEST_PX, shrink * px)
        while text_width(text, px, bold) > box.width and px > smallest:
            px -= 1
        if text_width(text, px, bold) > box.width:
            text = QFontMetricsF(font(px, bold)).elidedText(text, Qt.TextElideMode.ElideRight, box.width)
        self.painter.setFont(font(px, bold))
        self.painter.setPen(color(ink))
        self.painter.drawText(to_qt(box), int(align | Qt.TextFlag.TextDontClip), text)

    def paragraph(self, box: Rect, text: str, size: float, ink: str, bold: bool = False) -> None:
        """Draw a text for whoever stands near over as many lines as the box has room for."""
        chosen = font(size * self.u, bold)
        metrics = QFontMetricsF(chosen)
        lines, line = [], ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and metrics.horizontalAdvance(longer) > box.width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
        room = max(1, int(box.height / metrics.lineSpacing()))
        if len(lines) > room:
            lines = [*lines[: room - 1], " ".join(lines[room - 1 :])]
        self.painter.setFont(chosen)
        self.painter.setPen(color(ink))
        for row, found in enumerate(lines):
            spot = QRectF(box.x, box.y + row * metrics.lineSpacing(), box.width, metrics.lineSpacing())
            cut = metrics.elidedText(found, Qt.TextElideMode.ElideRight, box.width)
            self.painter.drawText(spot, int(LEFT), cut)

    def cap_px(self, cap: float) -> int:
        """Return the font size with capitals `cap` u high."""
        return px_of_cap(cap * self.u)

    def card(self, box: Rect, fill: str | None = None, radius: float = 1.6) -> None:
        """Fill a rounded rectangle."""
        self.fill(fill or self.theme.card)
        self.painter.drawRoundedRect(to_qt(box), radius * self.u, radius * self.u)

    def fill(self, ink: str) -> None:
        """Paint areas without an outline from now on."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(color(ink))

    def stroke(self, ink: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        """Paint outlines `width` u wide without a filling from now on."""
        pen = QPen(color(ink), width * self.u, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def disc(self, x: float, y: float, radius: float) -> None:
        """Draw a circle in pixels with the present pen and brush."""
        self.painter.drawEllipse(QPointF(x, y), radius, radius)

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a straight line in pixels with the present pen."""
        self.painter.drawLine(QPointF(x, y), QPointF(to_x, to_y))

    def curve(self, xs: list[float], ys: list[float]) -> None:
        """Draw a line through many points in pixels: in pieces, because smooth edges make long ones far dearer."""
        points = [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]
        for first in range(0, len(points) - 1, _PIECE):
            self.painter.drawPolyline(QPolygonF(points[first : first + _PIECE + 1]))

    def tick(self, x: float, y: float, size: float, ink: str) -> None:
        """Draw a tick mark of half width `size` pixels: done, good."""
        self.stroke(ink, 0.5 * size / self.u)
        self._line(x, y, size, ((-0.8, 0.05), (-0.22, 0.62), (0.82, -0.62)))

    def cross(self, x: float, y: float, size: float, ink: str) -> None:
        """Draw a cross of half width `size` pixels: lost, failed."""
        self.stroke(ink, 0.45 * size / self.u)
        self._line(x, y, size, ((-0.62, -0.62), (0.62, 0.62)))
        self._line(x, y, size, ((-0.62, 0.62), (0.62, -0.62)))

    def triangle(self, x: float, y: float, size: float, fill: str, ink: str) -> None:
        """Draw a warning triangle of half width `size` pixels with an exclamation mark."""
        self.stroke(fill, 0.28 * size / self.u)
        self.painter.setBrush(color(fill))
        self.polygon(x, y, size, ((0.0, -0.86), (0.95, 0.76), (-0.95, 0.76)))
        self.stroke(ink, 0.24 * size / self.u)
        self._line(x, y, size, ((0.0, -0.28), (0.0, 0.22)))
        self.painter.drawPoint(QPointF(x, y + 0.54 * size))

    def pause(self, x: float, y: float, size: float, ink: str) -> None:
        """Draw the two bars of a pause, `size` pixels to each side."""
        self.fill(ink)
        for left in (-0.72, 0.2):
            bar = QRectF(x + left * size, y - 0.8 * size, 0.52 * size, 1.6 * size)
            self.painter.drawRoundedRect(bar, 0.12 * size, 0.12 * size)

    def arrow(self, x: float, y: float, size: float, ink: str, turned: float = 0.0) -> None:
        """Draw an arrow to the right, turned clockwise by degrees: go on, further, that way."""
        self.painter.save()
        self.painter.translate(x, y)
        self.painter.rotate(turned)
        self.stroke(ink, 0.42 * size / self.u)
        self._line(0.0, 0.0, size, ((-0.8, 0.0), (0.75, 0.0)))
        self._line(0.0, 0.0, size, ((0.15, -0.6), (0.8, 0.0), (0.15, 0.6)))
        self.painter.restore()

    def polygon(self, x: float, y: float, size: float, points: tuple[tuple[float, float], ...]) -> None:
        """Draw a closed shape around a point with the present pen and brush."""
        self.painter.drawPolygon(QPolygonF([QPointF(x + dx * size, y + dy * size) for dx, dy in points]))

    def _line(self, x: float, y: float, size: float, points: tuple[tuple[float, float], ...]) -> None:
        self.painter.drawPolyline(QPolygonF([QPointF(x + dx * size, y + dy * size) for dx, dy in points]))
