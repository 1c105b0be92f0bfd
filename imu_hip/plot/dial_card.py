"""The dial card: the thigh seen end-on with a headlight on it, and the target on the scale around it.

It is seen as the person sees it who looks along the own thigh toward the knee: straight up is neutral, the left leg
turns in to the right and the right leg to the left, both toward the midline of the body. So left is left on the
screen for somebody who lies on the back with the feet toward it.
"""

from __future__ import annotations

from math import cos, radians, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPolygonF

from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text, turn_arrow, wording
from imu_hip.plot.canvas import LEFT, RIGHT, Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import FLOOR_CAP
from imu_hip.plot.theme import color
from imu_hip.plot.turn_arrow import toward_right

REACH_DEG = 70.0
"""The scale goes so far to both sides; a beam beyond it stays at its end."""
_BEAM_DEG = 12.0


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    angle, sd = state.angle_deg, state.sd_deg
    return (
        None if angle is None else round(2.0 * angle),
        None if sd is None else round(2.0 * sd),
        state.greyed,
        state.side,
        state.band_deg,
        state.end_range_deg,
        state_text.in_range(state),
        state.strap_calibrated,
        turn_arrow.span(state) is None,
        turn_arrow.way(state),
    )


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card: dial, the word for the side of the midline, and the spread of the angle."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(1.8 * u, 1.8 * u)
    spread = Rect(room.x, room.bottom - 6.2 * u, room.width, 6.2 * u)
    word = Rect(room.x, spread.y - 7.0 * u, room.width, 6.0 * u)
    midline_left = state.side != "left"
    canvas.floor(word, wording.MIDLINE, theme.dim, (FLOOR_CAP,), LEFT if midline_left else RIGHT)
    _dial(canvas, Rect(room.x, room.y, room.width, word.y - 0.8 * u - room.y), state)
    _spread(canvas, spread, state)


def _dial(canvas: Canvas, box: Rect, state: ViewState) -> None:
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    hub = 4.0 * u
    away = 1.0 * u if state.side != "left" else -1.0 * u
    radius = min((box.width - 3.4 * u) / 2.0 / sin(radians(REACH_DEG)), box.height - hub - 1.6 * u)
    x, y = box.middle[0] + away, box.y + (box.height + radius - hub + 1.6 * u) / 2.0
    edge = box.x + 0.2 * u if state.side != "left" else box.right - 0.2 * u
    canvas.stroke(theme.dim, 0.3, Qt.PenStyle.DashLine)
    canvas.line(edge, y - radius, edge, y + hub)
    circle = QRectF(x - radius, y - radius, 2.0 * radius, 2.0 * radius)
    canvas.stroke(theme.track, 2.6)
    _arc(canvas, circle, -REACH_DEG, REACH_DEG)
    if state.band_deg is not None:
        low, high = sorted(_clamped(toward_right(state.side, each)) for each in state.band_deg)
        canvas.stroke(theme.good, 3.2)
        _arc(canvas, circle, low, high)
    canvas.stroke(theme.dim, 0.5)
    _radial(canvas, x, y, radius - 2.4 * u, radius - 1.6 * u, 0.0)
    if state.angle_deg is not None:
        _beam(canvas, x, y, radius - 1.9 * u, state)
    if (span := turn_arrow.span(state)) is not None:
        start, end = (_clamped(toward_right(state.side, each)) for each in span)
        turn_arrow.draw(canvas, (x, y), 0.74 * radius, start, end, 1.2)
    if state.end_range_deg is not None:
        turned = _clamped(toward_right(state.side, state.end_range_deg))
        canvas.stroke(theme.text, 0.8)
        _radial(canvas, x, y, radius - 2.0 * u, radius + 2.0 * u, turned)
    canvas.stroke(theme.dim, 0.5)
    painter.setBrush(color(theme.track))
    canvas.disc(x, y, hub)
    canvas.fill(theme.dim)
    canvas.disc(x, y, 1.3 * u)


def _beam(canvas: Canvas, x: float, y: float, length: float, state: ViewState) -> None:
    """Draw the beam with the lamp it comes from; the fan around it is two standard deviations wide to each side."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    if state.angle_deg is None:
        return
    turned = _clamped(toward_right(state.side, state.angle_deg))
    held = state_text.in_range(state)
    ink = theme.dim if state.greyed else theme.good if held else theme.curve
    if state.sd_deg is not None:
        canvas.fill(theme.ribbon)
        painter.drawPolygon(_sector(x, y, length, turned, min(60.0, 2.0 * state.sd_deg)))
    canvas.fill(ink)
    painter.drawPolygon(_sector(x, y, length, turned, _BEAM_DEG / 2.0))
    painter.save()
    painter.translate(x, y)
    painter.rotate(turned)
    canvas.fill(theme.text)
    painter.drawRoundedRect(QRectF(-1.7 * u, -5.6 * u, 3.4 * u, 2.2 * u), 0.7 * u, 0.7 * u)
    painter.restore()


def _sector(x: float, y: float, length: float, turned: float, half: float) -> QPolygonF:
    """Return a wedge from the middle outward, its end round."""
    steps = [turned + half * (k / 6.0 - 1.0) for k in range(13)]
    return QPolygonF([QPointF(x, y), *(_point(x, y, length, each) for each in steps)])


def _point(x: float, y: float, radius: float, turned: float) -> QPointF:
    return QPointF(x + radius * sin(radians(turned)), y - radius * cos(radians(turned)))


def _radial(canvas: Canvas, x: float, y: float, inner: float, outer: float, turned: float) -> None:
    canvas.painter.drawLine(_point(x, y, inner, turned), _point(x, y, outer, turned))


def _arc(canvas: Canvas, circle: QRectF, low: float, high: float) -> None:
    """Draw an arc with flat ends from `low` to `high` degrees to the right of straight up."""
    pen = canvas.painter.pen()
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    canvas.painter.setPen(pen)
    canvas.painter.drawArc(circle, round((90.0 - high) * 16.0), round((high - low) * 16.0))


def _clamped(turned: float) -> float:
    return min(max(turned, -REACH_DEG), REACH_DEG)


def _spread(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw two standard deviations for the floor, what they are for whoever stands near."""
    u, theme = canvas.u, canvas.theme
    if state.angle_deg is None or state.sd_deg is None:
        word = wording.ANGLE_UNKNOWN if state_text.is_paused(state) else wording.NO_ANGLE_YET
        canvas.text(box, word, 2.8, theme.dim)
        return
    figure = Rect(box.x, box.y, 0.62 * box.width, box.height)
    drawn = canvas.floor(figure, state_text.spread(state.sd_deg), theme.text)
    notes = box.beyond(box.x + drawn.width + 1.2 * u)
    unit = "" if state.strap_calibrated else wording.STRAP_DEGREES
    upper = Rect(notes.x, box.y, notes.width, box.height / 2.0)
    canvas.text(upper, wording.SPREAD, 2.2, theme.dim)
    note = wording.UNCERTAIN if state.greyed else unit
    canvas.text(Rect(notes.x, upper.bottom, notes.width, upper.height), note, 2.2, theme.dim)
