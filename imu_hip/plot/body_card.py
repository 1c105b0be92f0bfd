"""The body card: what pelvis and knee do besides, a lane each under the trace with its name, value and limits."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush

from imu_hip.model.view_state import ChannelView, ViewState
from imu_hip.plot import curve, state_text, wording
from imu_hip.plot.canvas import CENTRE, Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.theme import color, over
from imu_hip.plot.trace_plot import AHEAD_S, AXIS, INSET, WINDOW_S

BESIDE_LIMIT = 1.7
"""A lane reaches this many times its limit to both sides."""
BLOCK_S = 0.3
WORDS = 18.0
WORDS_HEIGHT = 6.0


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows: with a trace it is another picture at every moment."""
    return (state.channels, state.t_s if state.trace.t_s.size else 0.0)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(INSET * u, INSET * u)
    if not state.channels:
        canvas.text(room, wording.NO_CHANNELS, 2.4, theme.dim, CENTRE, bold=False)
        return
    height = (room.height - 0.8 * u * (len(state.channels) - 1)) / len(state.channels)
    columns = min(len(state.channels), state.trace.channels_deg.shape[1])
    t_s, values = curve.decimate_channels(state.trace, state.t_s, BLOCK_S)
    for row, channel in enumerate(state.channels):
        lane = Rect(room.x, room.y + row * (height + 0.8 * u), room.width, height)
        change = values[:, row] if row < columns else np.empty(0)
        _lane(canvas, lane, channel, t_s[: change.size], change)


def _lane(canvas: Canvas, lane: Rect, channel: ChannelView, t_s: curve.Floats, change_deg: curve.Floats) -> None:
    """Draw one lane: words at the left, the curve within its limits below that of the angle, the same time above."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    words = Rect(lane.x + 0.6 * u, lane.y, WORDS * u, lane.height)
    plot = lane.beyond(words.right + 0.6 * u)
    zero, width = lane.x + AXIS * u, lane.width - AXIS * u
    area = QRectF(plot.x, plot.y, plot.width, plot.height).toAlignedRect()
    painter.fillRect(area, color(theme.background))
    reach = BESIDE_LIMIT * channel.limit_deg
    middle, scale = plot.middle[1], 0.5 * plot.height / reach

    def place(degrees: float) -> float:
        return middle - scale * min(max(degrees, -reach), reach)

    high, low = place(channel.limit_deg), place(-channel.limit_deg)
    if channel.unsure:
        painter.fillRect(area, QBrush(color(theme.hatch), Qt.BrushStyle.BDiagPattern))
    elif channel.at_fault:
        for top, bottom in ((plot.y, high), (low, plot.bottom)):
            beyond = QRectF(plot.x, top, plot.width, bottom - top)
            painter.fillRect(beyond.toAlignedRect(), over(theme.fault, theme.background))
    rule = theme.warning if channel.at_fault else theme.dim
    for y, colour in ((high, rule), (low, rule), (middle, theme.line)):
        painter.fillRect(QRect(area.left(), round(y), area.width(), max(1, round(0.2 * u))), color(colour))
    ink = theme.warning if channel.at_fault else theme.dim if channel.unsure else theme.auxiliary
    canvas.stroke(ink, 0.36)
    x = zero + (t_s + WINDOW_S) / (WINDOW_S + AHEAD_S) * width
    change_deg = np.where(x >= plot.x, change_deg, np.nan)
    y_of = middle - scale * np.clip(change_deg, -reach, reach)
    for run in curve.finite_runs(change_deg):
        canvas.curve(x[run].tolist(), y_of[run].tolist())
    if channel.at_fault:
        # For the floor; it stands where the curve is oldest.
        size = min(2.6 * u, 0.42 * lane.height)
        canvas.triangle(plot.x + size + 0.6 * u, middle, size, theme.warning, theme.warning_ink)
    _words(canvas, words, channel, ink)


def _words(canvas: Canvas, box: Rect, channel: ChannelView, ink: str) -> None:
    """Write name, value and what is the matter, for whoever stands near."""
    u, theme = canvas.u, canvas.theme
    half = min(box.height, WORDS_HEIGHT * u) / 2.0
    middle = box.middle[1]
    upper, lower = Rect(box.x, middle - half, box.width, half + 0.4 * u), Rect(box.x, middle - 0.2 * u, box.width, half)
    canvas.text(upper, channel.name, 2.4, theme.text, shrink=0.75)
    figure = state_text.channel_figure(channel)
    canvas.text(
        lower,
        f"{figure} · {state_text.channel_word(channel)}",
        2.1,
        ink if channel.at_fault else theme.dim,
        bold=channel.at_fault,
        shrink=0.75,
    )
