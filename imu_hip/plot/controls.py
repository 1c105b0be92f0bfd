"""Controls that say by shape what is chosen: one of several, on or off, a list to choose from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QRadioButton

from imu_hip.plot.canvas import LEFT
from imu_hip.plot.lettering import font
from imu_hip.plot.look import SMALLEST, TEXT, Look, Painted
from imu_hip.plot.theme import color

_SIGN = 2.3
_PADDING = 1.3


class Choice(QRadioButton, Painted):
    """One of several, as a big button: a filled dot, a frame and bold letters where it is the chosen one."""

    def sizeHint(self) -> QSize:
        """Return room for the sign and the bold text."""
        return _room(self, self.look, 5.6)

    def minimumSizeHint(self) -> QSize:
        """Return the same: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Take a click anywhere."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        try:
            ring = _frame(self, painter, self.look)
            if self.isChecked():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(self.look.theme.curve))
                inset = 0.26 * ring.width()
                painter.drawEllipse(ring.adjusted(inset, inset, -inset, -inset))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_sign_pen(self, self.look))
            painter.drawEllipse(ring)
        finally:
            painter.end()


class Toggle(QCheckBox, Painted):
    """On or off: a box with a tick, or without one."""

    def sizeHint(self) -> QSize:
        """Return room for the sign and the text."""
        return _room(self, self.look, 4.6)

    def minimumSizeHint(self) -> QSize:
        """Return the same: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Take a click anywhere."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        try:
            box = _frame(self, painter, self.look)
            painter.setPen(_sign_pen(self, self.look))
            painter.drawRoundedRect(box, 0.2 * box.width(), 0.2 * box.width())
            if self.isChecked():
                pen = QPen(color(self.look.theme.curve), 0.42 * self.look.u)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                x, y, side = box.x(), box.y(), box.width()
                corners = [(0.22, 0.52), (0.43, 0.74), (0.8, 0.27)]
                painter.drawPolyline([QPointF(x + a * side, y + b * side) for a, b in corners])
        finally:
            painter.end()


class Chooser(QComboBox, Painted):
    """A combo box whose arrow is drawn in the colour of the text."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(self.look.theme.text), 0.35 * self.look.u))
            x, y, half = self.width() - 2.2 * self.look.u, self.height() / 2.0, 0.75 * self.look.u
            points = [(-half, -0.45 * half), (0.0, 0.55 * half), (half, -0.45 * half)]
            painter.drawPolyline([QPointF(x + dx, y + dy) for dx, dy in points])
        finally:
            painter.end()


def _room(button: QAbstractButton, look: Look, height: float) -> QSize:
    metrics = QFontMetricsF(font(max(SMALLEST, TEXT * look.u), bold=True))
    width = metrics.horizontalAdvance(button.text()) + (3.0 * _PADDING + _SIGN) * look.u
    return QSize(round(width) + 2, max(round(height * look.u), 30))


def _sign_pen(button: QAbstractButton, look: Look) -> QPen:
    return QPen(color(look.theme.curve if button.isChecked() else look.theme.dim), 0.28 * look.u)


def _frame(button: QAbstractButton, painter: QPainter, look: Look) -> QRectF:
    """Paint ground, outline and text; return where the sign goes."""
    theme, u, checked = look.theme, look.u, button.isChecked()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = look.border / 2.0
    box = QRectF(button.rect()).adjusted(edge, edge, -edge, -edge)
    outline = theme.text if button.hasFocus() else theme.curve if checked else theme.line
    painter.setPen(QPen(color(outline), float(look.border)))
    painter.setBrush(color(theme.track if button.underMouse() and not checked else theme.background))
    painter.drawRoundedRect(box, 0.9 * u, 0.9 * u)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    sign = QRectF(_PADDING * u, (button.height() - _SIGN * u) / 2.0, _SIGN * u, _SIGN * u)
    painter.setFont(font(max(SMALLEST, TEXT * u), bold=checked))
    painter.setPen(color(theme.text if button.isEnabled() else theme.dim))
    left = sign.right() + _PADDING * u
    painter.drawText(QRectF(left, 0.0, button.width() - left, button.height()), int(LEFT), button.text())
    return sign
