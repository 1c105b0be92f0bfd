"""The angle card: the phase as one word, and below it the big number."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import ANGLE_CAP, PHASE_CAP, cap_height, text_width

PHASE = 10.4
MINUS = 8.0
RING = 5.2
"""Widths in u of the minus and of the degree sign, which are drawn: those of the font would take the figures' room."""


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows: it is painted again only when this changes."""
    figure = None if state.angle_deg is None else round(state.angle_deg)
    return (figure, state.greyed, state_text.phase_word(state), state_text.in_range(state))


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(2.2 * u, 1.8 * u)
    held = state_text.in_range(state)
    mark = 4.9 * u if held else 0.0
    phase = Rect(room.x, room.y, room.width - 2.4 * mark, PHASE * u)
    canvas.floor(phase, state_text.phase_word(state), theme.text, (PHASE_CAP,))
    if held:
        x, y = room.right - mark, phase.middle[1]
        canvas.fill(theme.good)
        canvas.disc(x, y, mark)
        canvas.tick(x, y, 0.58 * mark, theme.good_ink)
    known = state.angle_deg is not None and not state.greyed
    ink = theme.good if held else theme.text if known else theme.dim
    _number(canvas, number_box(card, u), state.angle_deg, ink)


def number_box(card: Rect, u: float) -> Rect:
    """Return where the number stands."""
    room = card.inset(2.2 * u, 1.8 * u)
    return room.below(room.y + PHASE * u)


def _number(canvas: Canvas, box: Rect, angle_deg: float | None, ink: str) -> None:
    """Draw the angle, centred, at least as tall as it must be: narrower rather than lower where it is long."""
    u, painter = canvas.u, canvas.painter
    text = wording.UNKNOWN if angle_deg is None else state_text.figure(angle_deg)
    negative, digits = text.startswith("−"), text.removeprefix("−")
    least, roomy = canvas.cap_px(ANGLE_CAP), canvas.cap_px(max(ANGLE_CAP, (box.height / u - 2.6)))
    # Room for two figures is always kept, so that 9° and 10° have the same size.
    signs = (MINUS + 1.6) * u * negative + (0.0 if angle_deg is None else (RING + 1.4) * u)
    widest = max(text_width(digits, 100.0), text_width("00", 100.0)) / 100.0
    px = max(least, min(roomy, int((box.width - signs) / widest)))
    squeeze = min(1.0, (box.width - signs) / (px * widest))
    width = squeeze * text_width(digits, px)
    cap = cap_height(px)
    base = box.y + (box.height + cap) / 2.0 + 0.4 * u
    x = box.x + (box.width - signs - width) / 2.0
    if negative:
        canvas.fill(ink)
        thick = 0.11 * cap
        painter.drawRect(QRectF(x, base - 0.44 * cap - thick / 2.0, MINUS * u, thick))
        x += (MINUS + 1.6) * u
    canvas.letters(digits, x, base, px, ink, squeeze)
    if angle_deg is not None:
        radius = (RING - 1.5) * u / 2.0
        canvas.stroke(ink, 1.5)
        canvas.disc(x + width + 1.4 * u + RING * u / 2.0, base - cap + RING * u / 2.0, radius)
