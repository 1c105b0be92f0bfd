"""The exit card: how the limb came back, told by shape and word before colour."""

from __future__ import annotations

from imu_hip.model.event import ExitVerdict
from imu_hip.model.view_state import ViewState
from imu_hip.plot import wording
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.layout import Layout, Rect


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state.last_exit,)


def draw(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw the card: disc with a tick (controlled), triangle (fast), square with a cross (flop)."""
    u, theme = canvas.u, canvas.theme
    card, last = layout.exit, state.last_exit
    canvas.card(card)
    radius = 4.4 * u
    x, y = card.x + 2.0 * u + radius, card.y + 2.2 * u + radius
    words = Rect(x + radius + 2.0 * u, card.y + 1.4 * u, card.right - x - radius - 3.6 * u, 6.0 * u)
    below = Rect(words.x, words.bottom, words.width, card.bottom - words.bottom - 1.0 * u)
    if last is None:
        canvas.stroke(theme.line, 0.5)
        canvas.disc(x, y, radius)
        canvas.text(words, "Exit", 4.4, theme.dim)
        canvas.paragraph(below, "Let go slowly: how you come back is judged here.", 2.5, theme.dim)
        return
    match last.verdict:
        case ExitVerdict.CONTROLLED:
            canvas.fill(theme.good)
            canvas.disc(x, y, radius)
            canvas.tick(x, y, 0.56 * radius, theme.good_ink)
        case ExitVerdict.FAST:
            canvas.triangle(x, y, 0.92 * radius, theme.warning, theme.warning_ink)
        case ExitVerdict.FLOP:
            canvas.card(Rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius), theme.warning, 1.0)
            canvas.cross(x, y, 0.8 * radius, theme.warning_ink)
        case _:
            canvas.stroke(theme.dim, 0.5)
            canvas.disc(x, y, radius)
    title = "Exit not graded" if last.verdict is None else wording.EXIT[ExitVerdict(last.verdict)]
    canvas.text(words, title, 4.6, theme.text)
    canvas.paragraph(below, f"Peak {last.peak_deg_per_s:.0f}°/s. {last.why}", 2.5, theme.dim)
