"""The figure card: which step it is, and a drawing of what is asked for."""

from __future__ import annotations

from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.figure_drawing import draw_figure
from imu_hip.plot.figures import figure
from imu_hip.plot.layout import Rect

TITLE = 8.0


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state_text.step_count(state), state.guide.asks, state.posture, state.side)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(2.2 * u, 1.4 * u)
    canvas.floor(room.top_part(TITLE * u), state_text.step_count(state), theme.dim)
    drawing = room.below(room.y + TITLE * u + u)
    draw_figure(canvas.painter, theme, drawing, figure(state.guide.asks, state.posture), state.side)
