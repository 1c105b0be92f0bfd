"""The instruction card: a ring with the seconds that are left, and what to do."""

from __future__ import annotations

from imu_hip.model.view_state import ViewState
from imu_hip.plot import bars, state_text
from imu_hip.plot.canvas import CENTRE, Canvas, to_qt
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import INSTRUCTION_CAP, PHASE_CAP

RING = 2.2
RING_SIZE = 22.4


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    left = None if state.guide.left_s is None else round(state.guide.left_s, 1)
    return (left, state.guide.asked_s, state.guide.paused, state_text.banner_lines(state), bool(state.warning))


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    paused = state.guide.paused
    ink = theme.background if paused else theme.text
    canvas.card(card, theme.text if paused else None)
    ring = Rect(card.x + 1.5 * u, card.y + (card.height - RING_SIZE * u) / 2.0, RING_SIZE * u, RING_SIZE * u)
    words = card.inset(2.6 * u, 1.6 * u)
    if paused:
        canvas.pause(*ring.middle, 5.5 * u, ink)
        words = words.beyond(ring.right + 2.2 * u)
    elif state.guide.left_s is not None:
        _ring(canvas, ring, state)
        words = words.beyond(ring.right + 2.2 * u)
    elif state.warning:
        canvas.triangle(*ring.middle, 6.0 * u, theme.warning, theme.warning_ink)
        words = words.beyond(ring.right + 2.2 * u)
    caps = (1.3 * INSTRUCTION_CAP, 1.15 * INSTRUCTION_CAP, INSTRUCTION_CAP)
    lines = instruction_lines(state)
    bars.draw_lines(canvas, words, lines, ink, caps)


def instruction_lines(state: ViewState) -> tuple[str, str]:
    """Return what to do; a warning only where no refusal says the same beside the drawing."""
    if state.guide.paused or state_text.refused(state) is None:
        return state_text.banner_lines(state)
    return (state.prompt, "")


def _ring(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw the share of the time that is left, and its seconds."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    circle = box.inset(RING * u / 2.0, RING * u / 2.0)
    left_s, asked_s = state.guide.left_s, state.guide.asked_s
    canvas.stroke(theme.track, RING)
    painter.drawEllipse(to_qt(circle))
    if left_s is not None and asked_s:
        canvas.stroke(theme.curve, RING)
        painter.drawArc(to_qt(circle), 90 * 16, round(min(1.0, max(0.0, left_s / asked_s)) * 360.0 * 16.0))
    canvas.floor(
        box.inset((RING + 1.0) * u, 2.0 * u), state_text.asked_seconds(state), theme.text, (PHASE_CAP,), CENTRE
    )
