"""The figure card: which step it is, and a drawing of what is asked for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt

from imu_hip.model.exercise_spec import Direction
from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text, turn_arrow, wording
from imu_hip.plot.canvas import CENTRE, Canvas
from imu_hip.plot.figure_drawing import draw_figure, extent
from imu_hip.plot.figures import Figure, figure
from imu_hip.plot.layout import Rect
from imu_hip.plot.turn_arrow import toward_right

TITLE = 8.0
MIDLINE = 10.0
END_ON = 0.42
"""Share of the room that the thigh seen end-on takes beside the drawing."""


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state_text.step_count(state), state.guide.asks, turn_arrow.way(state), state.posture, state.side)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(2.2 * u, 1.4 * u)
    canvas.floor(room.top_part(TITLE * u), state_text.step_count(state), theme.dim)
    drawing = room.below(room.y + TITLE * u + u)
    way = turn_arrow.way(state)
    asked = figure(state.guide.asks, state.posture, way)
    if way is not None:
        end_on, drawing = _split(drawing, asked)
        _end_on(canvas, end_on, way, state.side)
    draw_figure(canvas.painter, theme, drawing, asked, state.side)


def _split(room: Rect, asked: Figure) -> tuple[Rect, Rect]:
    """Return a part for the thigh seen end-on and the rest: above somebody who lies, beside somebody upright."""
    _, _, width, height = extent(asked)
    if width > height:
        upper = room.top_part(END_ON * room.height)
        return upper, room.below(upper.bottom)
    left = Rect(room.x, room.y, (1.0 - END_ON) * room.width, room.height)
    return room.beyond(left.right), left


def _end_on(canvas: Canvas, box: Rect, way: Direction, side: str) -> None:
    """Draw the thigh end-on as on the dial of the exercise, turned half-way, and the arrow toward or off the midline.

    The dashes are the midline of the body.
    """
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    x, y = box.middle
    thigh = min(0.3 * box.height, 0.22 * box.width)
    y += 0.35 * thigh
    lean = toward_right(side, 45.0 if way is Direction.INTERNAL else -45.0)
    midline = x + toward_right(side, 2.1 * thigh)
    canvas.stroke(theme.dim, 0.4, Qt.PenStyle.DashLine)
    canvas.line(midline, y - 1.5 * thigh, midline, y + thigh)
    name = min(max(midline - MIDLINE * u / 2.0, box.x), box.right - MIDLINE * u)
    canvas.text(Rect(name, y + thigh + 0.4 * u, MIDLINE * u, 2.8 * u), wording.MIDLINE, 2.1, theme.dim, CENTRE)
    canvas.fill(theme.limb)
    canvas.disc(x, y, thigh)
    painter.save()
    painter.translate(x, y)
    painter.rotate(0.5 * lean)
    canvas.fill(theme.sensor)
    painter.drawRoundedRect(QRectF(-0.24 * thigh, -0.9 * thigh, 0.48 * thigh, 0.4 * thigh), 0.4 * u, 0.4 * u)
    painter.restore()
    turn_arrow.draw(canvas, (x, y), 1.38 * thigh, -0.3 * lean, 1.4 * lean, 1.3)
