"""Which way the thigh is to turn, and the arrow that shows it on a thigh that is seen end-on."""

from __future__ import annotations

from math import cos, radians, sin

from PySide6.QtCore import QPointF, QRectF, Qt

from imu_hip.model.cue import Cue
from imu_hip.model.event import Phase
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.view_state import ViewState
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.theme import color

_ASKED = {Cue.INTERNAL_HOLD: Direction.INTERNAL, Cue.EXTERNAL_HOLD: Direction.EXTERNAL}
FAR_DEG = 45.0
"""The arrow goes as far as this where no target is known."""
_NEAR_DEG = 8.0
"""It begins so far from the middle of the beam."""
_SHORTEST_DEG = 7.0


def way(state: ViewState) -> Direction | None:
    """Return the way that the guide asks to turn, None while it asks for something else."""
    if state.guide.turns:
        return Direction(state.guide.turns)
    return _ASKED.get(Cue(state.guide.asks)) if state.guide.asks in _ASKED else None


def toward_right(side: str, angle_deg: float) -> float:
    """Return by how many degrees a turn by this angle leans to the right of straight up: in is toward the midline."""
    return angle_deg if side == "left" else -angle_deg


def span(state: ViewState) -> tuple[float, float] | None:
    """Return from where to where the thigh is to turn, in degrees of rotation; None where there is nothing to show.

    To the end range while a hold is asked for, or, where nobody guides, the limb is on its way there; as far as it goes
    where none is known.
    """
    if state.angle_deg is None or state.greyed or state.guide.paused:
        return None
    asked = way(state)
    if not state.guide.asks and state.phase is Phase.APPROACH:
        asked = Direction.EXTERNAL if state.outward else Direction.INTERNAL
    if asked is None or state.phase in (Phase.HOLD, Phase.BLOCK, Phase.EXIT):
        return None
    sign = asked.sign
    target = FAR_DEG
    if state.band_deg is not None and sign * sum(state.band_deg) > 0.0:
        target = max(abs(degrees) for degrees in state.band_deg)
    start = sign * state.angle_deg + _NEAR_DEG
    return (sign * start, sign * target) if target - start >= _SHORTEST_DEG else None


def draw(
    canvas: Canvas, middle: tuple[float, float], radius: float, start: float, end: float, width: float = 0.9
) -> None:
    """Draw an arrow, `width` u thick, along a circle of `radius` pixels; angles lean to the right of straight up."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    x, y = middle
    size = 1.7 * width * u
    sign = 1.0 if end > start else -1.0
    neck = end - sign * min(abs(end - start), 57.3 * size / radius)
    canvas.stroke(theme.curve, width)
    pen = painter.pen()
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    low, high = sorted((start, neck))
    circle = QRectF(x - radius, y - radius, 2.0 * radius, 2.0 * radius)
    painter.drawArc(circle, round((90.0 - high) * 16.0), round((high - low) * 16.0))
    canvas.fill(theme.curve)
    painter.setBrush(color(theme.curve))
    corners = [(end, radius), (neck, radius - 0.8 * size), (neck, radius + 0.8 * size)]
    painter.drawPolygon([QPointF(x + r * sin(radians(lean)), y - r * cos(radians(lean))) for lean, r in corners])
