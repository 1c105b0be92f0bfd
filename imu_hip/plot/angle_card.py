"""The angle card: phase word, the big number with its spread, and a gauge toward the end range."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from imu_hip.model.view_state import ViewState
from imu_hip.plot import wording
from imu_hip.plot.canvas import CENTRE, Canvas, font, text_width, to_qt
from imu_hip.plot.layout import Layout, Rect
from imu_hip.plot.theme import color


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows: it is painted again only when this changes."""
    angle, sd = state.angle_deg, state.sd_deg
    return (
        None if angle is None else round(angle, 1),
        None if sd is None else round(2.0 * sd),
        state.greyed,
        state.phase,
        state.band_deg,
        wording.in_range(state),
        state.strap_calibrated,
    )


def draw(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw the card."""
    parts, theme = layout.angle_parts, canvas.theme
    canvas.card(layout.angle)
    held = wording.in_range(state)
    mark = Rect(parts.phase.right - 8.4 * canvas.u, parts.phase.y, 8.4 * canvas.u, parts.phase.height)
    word_width = parts.phase.width - (mark.width + canvas.u if held else 0.0)
    word = Rect(parts.phase.x, parts.phase.y, word_width, parts.phase.height)
    canvas.text(word, wording.phase_word(state), 7.6, theme.text)
    if held:
        x, y = mark.x + mark.width / 2.0, mark.y + mark.height / 2.0
        canvas.fill(theme.good)
        canvas.disc(x, y, 4.0 * canvas.u)
        canvas.tick(x, y, 2.3 * canvas.u, theme.good_ink)
    _number(canvas, parts.number, state, theme.good if held else theme.text)
    canvas.text(parts.spread, _spread(state), 4.4, theme.dim, CENTRE)
    _gauge(canvas, parts.gauge, state)


def _number(canvas: Canvas, box: Rect, state: ViewState, ink: str) -> None:
    """Draw the angle as large as its box allows, centred, with the degree sign beside it."""
    u, painter, theme = canvas.u, canvas.painter, canvas.theme
    known = state.angle_deg is not None
    if state.angle_deg is None or state.greyed:
        ink = theme.dim
    text = wording.UNKNOWN if state.angle_deg is None else wording.figure(state.angle_deg)
    # Room for two figures and a sign is always kept, so that 9° and 10° have the same size.
    widest = max(text_width(text, 100.0), text_width("00", 100.0)) + text_width("°", 45.0)
    px = min(36.0 * u * max(1.0, box.height / (31.0 * u)), 100.0 * box.width / widest, 1.22 * box.height)
    sign = 0.45 * px
    width = text_width(text, px)
    x = box.x + (box.width - width - (text_width("°", sign) if known else 0.0)) / 2.0
    cap = QFontMetricsF(font(px)).capHeight()
    base = box.y + (box.height + cap) / 2.0
    painter.setPen(color(ink))
    painter.setFont(font(px))
    painter.drawText(QPointF(x, base), text)
    if known:
        painter.setFont(font(sign))
        painter.drawText(QPointF(x + width, base - cap + QFontMetricsF(font(sign)).capHeight()), "°")


def _spread(state: ViewState) -> str:
    if state.angle_deg is None or state.sd_deg is None:
        return "angle unknown" if wording.is_paused(state) else "no angle yet"
    unit = "" if state.strap_calibrated else " · strap degrees"
    return f"{wording.spread(state.sd_deg)} (2 SD){' · uncertain' if state.greyed else unit}"


def _gauge(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw the way from neutral to a little beyond the end range, with the target band on it."""
    u, painter, theme = canvas.u, canvas.painter, canvas.theme
    canvas.card(box, theme.track, box.height / 2.0 / u)
    band = state.band_deg
    outward = wording.is_outward(state)
    reach = max(abs(band[0]), abs(band[1])) if band is not None else 40.0
    full = 10.0 * ceil((reach + 8.0) / 10.0)

    def place(angle_deg: float) -> float:
        share = (-angle_deg if outward else angle_deg) / full
        return box.x + box.height / 2.0 + (box.width - box.height) * min(max(share, 0.0), 1.0)

    if band is not None:
        start, end = sorted((place(band[0]), place(band[1])))
        canvas.fill(theme.good)
        painter.drawRect(QRectF(start, box.y, end - start, box.height))
    if state.angle_deg is not None:
        x = place(state.angle_deg)
        for ink, width, over in (
            (theme.card, 2.4, 0.9),
            (theme.dim if state.greyed else theme.text, 1.1, 0.9),
        ):
            canvas.stroke(ink, width)
            painter.drawLine(QPointF(x, box.y - over * u), QPointF(x, box.bottom + over * u))
    else:
        canvas.stroke(theme.line, 0.3)
        painter.drawRoundedRect(to_qt(box), box.height / 2.0, box.height / 2.0)
