"""The trace card: the last 30 s of the angle with its spread, phases and target band (pyqtgraph)."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QFrame, QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot import curve, wording
from imu_hip.plot.canvas import font
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Layout
from imu_hip.plot.theme import Theme, color
from imu_hip.plot.trace_background import TraceBackground

WINDOW_S = 30.0
AHEAD_S = 1.5
"""Room to the right of now, for the dot at the end of the curve."""

RIBBON_BLOCKS = 3
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
        seconds = [(-t, f"−{t} s" if t else "now") for t in (30, 20, 10, 0)]
        self._item.getAxis("bottom").setTicks([seconds])
        self._background = TraceBackground(guard)
        self._background.setZValue(-10)
        self._item.getViewBox().addItem(self._background, ignoreBounds=True)
        self._curve = pg.PlotCurveItem(antialias=True, connect="finite")
        self._curve.setSegmentedLineMode("on")
        self._dot = pg.ScatterPlotItem()
        self._item.addItem(self._curve, ignoreBounds=True)
        self._item.addItem(self._dot, ignoreBounds=True)
        self._limits = (0.0, 0.0)
        self._look: tuple[Theme, Layout] | None = None
        self._block_s = 0.1

    def place(self, layout: Layout, theme: Theme) -> None:
        """Move the widget into its card and size pens and letters."""
        if self._look == (theme, layout):
            return
        self._look = (theme, layout)
        u = layout.u
        box = layout.trace.inset(1.0 * u, 1.0 * u)
        self.widget.setGeometry(round(box.x), round(box.y), round(box.width), round(box.height))
        self.widget.setBackground(color(theme.card))
        self._block_s = 2.0 * (WINDOW_S + AHEAD_S) / max(100.0, box.width - 8.0 * u)
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(color(theme.line)))
            axis.setTextPen(pg.mkPen(color(theme.dim)))
            axis.setStyle(tickLength=0, tickFont=font(2.3 * u))
        self._item.getAxis("left").setWidth(7.2 * u)
        self._item.getAxis("bottom").setHeight(4.2 * u)
        self._curve.setPen(pg.mkPen(color(theme.curve), width=0.6 * u))
        self._dot.setBrush(pg.mkBrush(color(theme.curve)))
        self._dot.setPen(pg.mkPen(color(theme.card), width=0.4 * u))
        self._dot.setSize(2.4 * u)

    def show_state(self, state: ViewState) -> None:
        """Draw the trace of this state."""
        if self._look is None:
            return
        theme, layout = self._look
        points = curve.decimate(state.trace, state.t_s, self._block_s)
        limits = curve.angle_limits(state.trace, state.band_deg)
        if limits != self._limits:
            self._limits = limits
            self._item.setYRange(*limits, padding=0)
            labels = [(angle, f"{wording.figure(angle)}°") for angle in curve.ticks(*limits)]
            self._item.getAxis("left").setTicks([labels])
        ribbon = curve.decimate(state.trace, state.t_s, RIBBON_BLOCKS * self._block_s)
        self._background.show_state(layout.u, theme, state, ribbon, (-WINDOW_S, AHEAD_S), limits)
        self._curve.setData(points.t_s, points.angle_deg)
        if state.angle_deg is not None and points.t_s.size:
            self._dot.setData([points.t_s[-1]], [state.angle_deg])
        else:
            self._dot.setData([], [])
