"""The drawing of a person who wears both sensors."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from imu_hip.model.cue import Cue
from imu_hip.plot import app_wording as words
from imu_hip.plot.figure_drawing import draw_figure
from imu_hip.plot.figures import FIGURES
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Rect
from imu_hip.plot.look import Painted


class WornDrawing(QWidget, Painted):
    """Shows where pelvis and thigh sensor are worn, on the right leg."""

    def __init__(self, guard: PaintGuard) -> None:
        super().__init__()
        self._guard = guard
        self.setAccessibleName(words.WHERE_TO_WEAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        if self._guard.failed:
            return
        painter = QPainter(self)
        try:
            with self._guard:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                box = Rect(0.0, 0.0, self.width(), self.height())
                draw_figure(painter, self.look.theme, box, FIGURES[Cue.PUT_ON], "right")
        finally:
            painter.end()
