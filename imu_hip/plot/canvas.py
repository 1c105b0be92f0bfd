"""A painter with a theme and a unit: letters that fit their box, and the few shapes that carry meaning."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from imu_hip.plot.layout import Rect
from imu_hip.plot.theme import Theme, color

FAMILIES = ["Inter", "Segoe UI", "SF Pro Display", "Noto Sans", "DejaVu Sans"]
SMALLEST_PX = 8.0
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@lru_cache(maxsize=256)
def font(px: float, bold: bool = True) -> QFont:
    """Return a font of this pixel size with figures of equal width."""
    result = QFont()
    result.setFamilies(FAMILIES)
    result.setPixelSize(max(int(SMALLEST_PX), round(px)))
    result.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Medium)
    if hasattr(result, "setFeature"):  # from Qt 6.7 on
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


@lru_cache(maxsize=512)
def text_width(text: str, px: float, bold: bool = True) -> float:
    """Return the advance of the text in pixels."""
    return QFontMetricsF(font(px, bold)).horizontalAdvance(text)


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
        """Draw one line `size` u high, made smaller down to `shrink` of it and then cut to fit the box."""
        px = round(size * self.u)
        smallest = max(SMALLEST_PX, shrink * px)
        while text_width(text, px, bold) > box.width and px > smallest:
            px -= 1
        if text_width(text, px, bold) > box.width:
            text = QFontMetricsF(font(px, bold)).elidedText(text, Qt.TextElideMode.ElideRight, box.width)
        self.painter.setFont(font(px, bold))
        self.painter.setPen(color(ink))
        self.painter.drawText(to_qt(box), int(align), text)

    def headline(self, box: Rect, text: str, size: float, ink: str) -> None:
        """Draw a text on one line, or on two smaller ones where it would have to be much smaller."""
        if text_width(text, 0.8 * size * self.u) <= box.width:
            self.text(box, text, size, ink)
            return
        smaller = 0.68 * size
        height = 2.0 * QFontMetricsF(font(smaller * self.u)).lineSpacing()
        middle = Rect(box.x, box.y + (box.height - height) / 2.0, box.width, 1.001 * height)
        self.paragraph(middle, text, smaller, ink, bold=True)

    def paragraph(self, box: Rect, text: str, size: float, ink: str, bold: bool = False) -> None:
        """Draw a text over as many lines as the box has room for."""
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
        corners = ((0.0, -0.86), (0.95, 0.76), (-0.95, 0.76))
        self.painter.drawPolygon(QPolygonF([QPointF(x + dx * size, y + dy * size) for dx, dy in corners]))
        self.stroke(ink, 0.24 * size / self.u)
        self._line(x, y, size, ((0.0, -0.28), (0.0, 0.22)))
        self.painter.drawPoint(QPointF(x, y + 0.54 * size))

    def _line(self, x: float, y: float, size: float, points: tuple[tuple[float, float], ...]) -> None:
        self.painter.drawPolyline(QPolygonF([QPointF(x + dx * size, y + dy * size) for dx, dy in points]))
