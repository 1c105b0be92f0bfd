"""The strength of a sensor's signal as bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from imu_hip.plot.look import Look, Painted
from imu_hip.plot.theme import color

STEPS_DBM = (-95, -85, -75, -65)
"""From each of these on there is one bar more."""


def bars(signal_dbm: int | None) -> int:
    """Return how many of the bars are full."""
    return 0 if signal_dbm is None else sum(signal_dbm >= step for step in STEPS_DBM)


class SignalBars(QWidget, Painted):
    """Four bars, as many of them filled as the signal is strong."""

    def __init__(self) -> None:
        super().__init__()
        self._full = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_signal(self, signal_dbm: int | None) -> None:
        """Show this signal."""
        if (full := bars(signal_dbm)) != self._full:
            self._full = full
            self.update()

    def dress(self, look: Look) -> None:
        """Take the look; the size follows."""
        super().dress(look)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return the size of four bars."""
        return QSize(self.look.px(4.4), self.look.px(2.8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        try:
            u, theme = self.look.u, self.look.theme
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number in range(len(STEPS_DBM)):
                full = number < self._full
                height = (0.25 * (number + 1)) * (self.height() - 1)
                box = QRectF(1.1 * u * number + 0.5, self.height() - height - 0.5, 0.8 * u, height)
                painter.setPen(QPen(color(theme.text if full else theme.dim), 1.0))
                painter.setBrush(color(theme.text) if full else Qt.BrushStyle.NoBrush)
                painter.drawRect(box)
        finally:
            painter.end()
