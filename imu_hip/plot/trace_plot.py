"""The trace card: the last minute of the angle with its spread, phases and target band (pyqtgraph)."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QFrame, QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot import curve, state_text, wording
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import font
from imu_hip.plot.theme import Theme, color
from imu_hip.plot.trace_picture import TracePicture

WINDOW_S = 60.0
AHEAD_S = 4.0
"""Room to the right of now, for the dot at the end of the curve."""

INSET = 1.0
AXIS = 7.2
"""Distance of the widget from its card, and width of the angles at its left, in u."""

RIBBON_BLOCKS = 4
"""The spread is painted this much coarser than the curve: it is smooth, and filling it is what costs time."""


class TracePlot:
    """Owns the plot widget and feeds it."""

    def __init__(self, guard: PaintGuard, parent: QWidget) -> None:
        self.widget = pg.PlotWidget(parent=parent)
        self.widget.setFrameShape(QFrame.Shape.NoFrame)
        self._item = self.widget.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.setMouseEnabled(False, False)
        self._item.getViewBox().disableAutoRange()
        self._item.setXRange(-WINDOW_S, AHEAD_S, padding=0)
        seconds = [(-t, wording.AGO.format(seconds=t) if t else wording.NOW) for t in (60, 45, 30, 15, 0)]
        self._item.getAxis("bottom").setTicks([seconds])
        self._picture = TracePicture(guard)
        self._item.getViewBox().addItem(self._picture, ignoreBounds=True)
        self._limits = (0.0, 0.0)
        self._look: tuple[Theme, Rect, float] | None = None
        self._block_s = 0.1

    def place(self, card: Rect, u: float, theme: Theme) -> None:
        """Move the widget into its card and size pens and letters."""
        if self._look == (theme, card, u):
            return
        self._look = (theme, card, u)
        box = card.inset(INSET * u, INSET * u)
        self.widget.setGeometry(round(box.x), round(box.y), round(box.width), round(box.height))
        self.widget.setBackground(color(theme.card))
        self._block_s = 2.0 * (WINDOW_S + AHEAD_S) / max(100.0, box.width - AXIS * u)
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(color(theme.line)))
            axis.setTextPen(pg.mkPen(color(theme.dim)))
            axis.setStyle(tickLength=0, tickFont=font(2.3 * u))
        self._item.getAxis("left").setWidth(AXIS * u)
        self._item.getAxis("bottom").setHeight(4.2 * u)

    def show_state(self, state: ViewState) -> None:
        """Draw the trace of this state."""
        if self._look is None:
            return
        theme, _, u = self._look
        points = curve.decimate(state.trace, state.t_s, self._block_s)
        limits = curve.angle_limits(state.trace, state.band_deg)
        if limits != self._limits:
            self._limits = limits
            self._item.setYRange(*limits, padding=0)
            labels = [(angle, f"{state_text.figure(angle)}°") for angle in curve.ticks(*limits)]
            self._item.getAxis("left").setTicks([labels])
        ribbon = curve.decimate(state.trace, state.t_s, RIBBON_BLOCKS * self._block_s)
        self._picture.show_state(u, theme, state, points, ribbon, (-WINDOW_S, AHEAD_S), limits)
