"""The plot of a person's internal rotation over the sessions, left and right apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from imu_hip.model.app_state import ErrorBand, HistoryRow
from imu_hip.plot import app_wording as words
from imu_hip.plot import curve, state_text
from imu_hip.plot.canvas import LEFT
from imu_hip.plot.form import label
from imu_hip.plot.lettering import font
from imu_hip.plot.look import SMALL, SMALLEST, Look, Painted
from imu_hip.plot.theme import Theme, color

SYMBOLS = {"left": "t3", "right": "t2"}
"""Triangles that point to the side they stand for."""
_APART = 0.006
"""Left and right of one day stand this share of the axis beside each other."""
_MOST_DATES = 3
_SHADE = 0.1
"""How much of its colour a band of error has: two of them lie upon each other."""


def ink(theme: Theme, side: str) -> str:
    """Return the colour of a side."""
    return theme.curve if side == "left" else theme.text


class SideKey(QWidget, Painted):
    """Says which marker is which side."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take the look; the height follows."""
        super().dress(look)
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """Return room for two words with their markers."""
        return QSize(self.look.px(24.0), self.look.px(2.8, SMALLEST + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        try:
            u, theme = self.look.u, self.look.theme
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font(max(SMALLEST, SMALL * u), bold=True))
            middle = self.height() / 2.0
            for number, (side, way) in enumerate((("left", -1.0), ("right", 1.0))):
                x = (1.2 + 12.0 * number) * u
                corners = [(0.8 * way, 0.0), (-0.7 * way, -0.9), (-0.7 * way, 0.9)]
                painter.setPen(QPen(color(ink(theme, side)), 0.25 * u))
                painter.setBrush(color(theme.curve) if side == "left" else Qt.BrushStyle.NoBrush)
                painter.drawPolygon(QPolygonF([QPointF(x + dx * u, middle + dy * u) for dx, dy in corners]))
                painter.setPen(color(theme.text))
                box = QRectF(x + 1.6 * u, 0.0, 9.0 * u, self.height())
                painter.drawText(box, int(LEFT), words.SIDES[side])
        finally:
            painter.end()


class HistoryPlot(QWidget, Painted):
    """Draws one point for each session of one exercise, with a bar of ± 2 standard deviations.

    A shade around the first one of each side is what error can do: points in it show no real change.

    Angles of different exercises are never in one picture: their postures differ.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[HistoryRow, ...] = ()
        self._bands: tuple[ErrorBand, ...] = ()
        self._title = label(kind="small", wraps=True)
        self._plot = pg.PlotWidget()
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAccessibleName(words.PLOT_NAME)
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._item = self._plot.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.setMouseEnabled(False, False)
        self._item.getViewBox().disableAutoRange()
        self._item.showGrid(x=False, y=True, alpha=0.25)
        self._shades = {side: pg.LinearRegionItem(orientation="horizontal", movable=False) for side in SYMBOLS}
        self._bars = {side: pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), height=np.zeros(0)) for side in SYMBOLS}
        self._lines = {side: pg.PlotCurveItem(antialias=True) for side in SYMBOLS}
        self._points = {side: pg.ScatterPlotItem(symbol=symbol) for side, symbol in SYMBOLS.items()}
        for side in SYMBOLS:
            for part in (self._shades[side], self._lines[side], self._bars[side], self._points[side]):
                self._item.addItem(part, ignoreBounds=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._title)
        rows.addWidget(SideKey())
        rows.addWidget(self._plot, 1)

    def show_sessions(self, sessions: Sequence[HistoryRow], exercise_id: str, bands: Sequence[ErrorBand] = ()) -> None:
        """Show the sessions of this exercise, over the bands of error of its sides."""
        rows = tuple(row for row in sessions if row.exercise_id == exercise_id and row.internal_deg is not None)
        rows = tuple(sorted(rows, key=lambda row: row.day))
        sides = {row.side for row in rows}
        mine = tuple(band for band in bands if band.exercise_id == exercise_id and band.side in sides)
        if (rows, mine) != (self._rows, self._bands):
            self._rows, self._bands = rows, mine
            self._draw()

    def dress(self, look: Look) -> None:
        """Take the look."""
        super().dress(look)
        theme, u = look.theme, look.u
        self._plot.setBackground(color(theme.card))
        letters = font(max(SMALLEST - 1, 1.6 * u), bold=False)
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(color(theme.dim)))
            axis.setTextPen(pg.mkPen(color(theme.dim)))
            axis.setStyle(tickLength=0, tickFont=letters)
        self._item.getAxis("left").setWidth(5.2 * u)
        self._item.getAxis("bottom").setHeight(3.2 * u)
        for side in SYMBOLS:
            shade = color(ink(theme, side))
            within = QColor(color(ink(theme, side)))
            within.setAlphaF(_SHADE)
            self._shades[side].setBrush(within)
            for edge in self._shades[side].lines:
                edge.setPen(pg.mkPen(shade, width=0.1 * u, style=Qt.PenStyle.DotLine))
            style = Qt.PenStyle.SolidLine if side == "left" else Qt.PenStyle.DashLine
            self._lines[side].setPen(pg.mkPen(shade, width=0.15 * u, style=style))
            self._bars[side].setOpts(pen=pg.mkPen(shade, width=0.25 * u))
            self._points[side].setPen(pg.mkPen(shade, width=0.25 * u))
            self._points[side].setBrush(pg.mkBrush(color(theme.curve if side == "left" else theme.card)))
            self._points[side].setSize(1.9 * u)
        self._draw()

    def _draw(self) -> None:
        rows = self._rows
        title = words.PLOT_TITLE.format(exercise=rows[0].exercise) if rows else words.NO_CURVE
        if self._bands:
            title = f"{title} · {words.PLOT_BAND}"
        self._title.setText(title)
        self._plot.setVisible(bool(rows))
        if not rows:
            return
        days = [row.day for row in rows]
        first, span = days[0], max(1.0, days[-1] - days[0])
        for side, way in (("left", -1.0), ("right", 1.0)):
            mine = [row for row in rows if row.side == side]
            x = np.array([row.day + way * _APART * span for row in mine])
            y = np.array([row.internal_deg for row in mine], np.float64)
            spread = np.array([2.0 * (row.internal_sd_deg or 0.0) for row in mine])
            self._lines[side].setData(x, y)
            self._points[side].setData(x, y)
            self._bars[side].setData(x=x, y=y, height=2.0 * spread, beam=0.016 * span)
        for side, shade in self._shades.items():
            band = next((band for band in self._bands if band.side == side), None)
            shade.setVisible(band is not None)
            if band is not None:
                shade.setRegion((band.low_deg, band.high_deg))
        low, high = limits(rows, self._bands)
        self._item.setXRange(first - 0.16 * span, first + 1.16 * span, padding=0)
        self._item.setYRange(low, high, padding=0)
        angles = [(angle, f"{state_text.figure(angle)}°") for angle in curve.ticks(low, high)]
        self._item.getAxis("left").setTicks([angles])
        self._item.getAxis("bottom").setTicks([dates(rows, span)])


def limits(rows: Sequence[HistoryRow], bands: Sequence[ErrorBand] = ()) -> tuple[float, float]:
    """Return the angle axis: whole tens around all bars and bands."""
    known = [(row.internal_deg or 0.0, 2.0 * (row.internal_sd_deg or 0.0)) for row in rows]
    lowest = min([*(angle - sd for angle, sd in known), *(band.low_deg for band in bands)])
    highest = max([*(angle + sd for angle, sd in known), *(band.high_deg for band in bands)])
    return 10.0 * float(np.floor((lowest - 1.0) / 10.0)), 10.0 * float(np.ceil((highest + 1.0) / 10.0))


def dates(rows: Sequence[HistoryRow], span: float) -> list[tuple[float, str]]:
    """Return where to write which date: the last session's, and earlier ones as far as there is room."""
    chosen: list[tuple[float, str]] = []
    for row in sorted(rows, key=lambda row: -row.day):
        if not chosen or chosen[-1][0] - row.day >= span / _MOST_DATES:
            chosen.append((row.day, (row.when.split() or [""])[0]))
    return chosen
