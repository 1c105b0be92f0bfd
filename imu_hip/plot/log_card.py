"""The log card, for whoever stands near: how the limb last came back, and the newest holds; or all trials."""

from __future__ import annotations

from imu_hip.model.event import ExitVerdict, HoldVerdict
from imu_hip.model.view_state import HoldView, ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import text_width

SIZE = 2.3
HOLD_WIDTH = 17.0


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state.last_exit, state.holds, state.trials)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card: exit by shape and word at the left, holds at the right, the newest last."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(1.6 * u, 0.4 * u)
    if state.trials is not None:
        canvas.text(
            room, state_text.trials_line(state) or wording.NO_TRIALS, SIZE, theme.text if state.trials else theme.dim
        )
        return
    fitting = max(1, min(3, int((room.width - 26.0 * u) / (HOLD_WIDTH * u))))
    holds = state.holds[-fitting:]
    x = room.right - len(holds) * HOLD_WIDTH * u
    for row, hold in enumerate(holds):
        _hold(canvas, Rect(x + row * HOLD_WIDTH * u, room.y, HOLD_WIDTH * u, room.height), hold)
    if not holds:
        x = room.right - text_width(wording.NO_HOLDS, SIZE * u, False)
        canvas.text(room.beyond(x), wording.NO_HOLDS, SIZE, theme.dim, bold=False)
    _exit(canvas, Rect(room.x, room.y, x - room.x - u, room.height), state)


def _exit(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw the last exit: disc with a tick (controlled), triangle (fast), square with a cross (flop)."""
    u, theme, last = canvas.u, canvas.theme, state.last_exit
    radius = 1.7 * u
    x, y = box.x + radius, box.middle[1]
    words = box.beyond(x + radius + 1.2 * u)
    if last is None:
        canvas.stroke(theme.dim, 0.3)
        canvas.disc(x, y, 0.9 * radius)
        canvas.text(words, wording.NO_EXIT, SIZE, theme.dim, bold=False)
        return
    match last.verdict:
        case ExitVerdict.CONTROLLED:
            canvas.fill(theme.good)
            canvas.disc(x, y, radius)
            canvas.tick(x, y, 0.56 * radius, theme.good_ink)
        case ExitVerdict.FAST:
            canvas.triangle(x, y, 0.92 * radius, theme.warning, theme.warning_ink)
        case ExitVerdict.FLOP:
            canvas.card(Rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius), theme.warning, 0.4)
            canvas.cross(x, y, 0.8 * radius, theme.warning_ink)
        case _:
            canvas.stroke(theme.dim, 0.3)
            canvas.disc(x, y, 0.9 * radius)
    word = state_text.exit_word(last.verdict)
    longer = f"{word} · {wording.EXIT_PEAK.format(rate=last.peak_deg_per_s)}"
    fits = text_width(longer, round(SIZE * u)) <= words.width
    canvas.text(words, longer if fits else word, SIZE, theme.text, shrink=0.8)


def _hold(canvas: Canvas, box: Rect, hold: HoldView) -> None:
    """Draw one hold: tick (full breath), open circle (short) or cross (data lost), and its figures."""
    u, theme = canvas.u, canvas.theme
    x, y = box.x + 1.4 * u, box.middle[1]
    match hold.verdict:
        case HoldVerdict.COMPLETE:
            canvas.tick(x, y, 1.1 * u, theme.good)
        case HoldVerdict.DATA_LOST:
            canvas.cross(x, y, 1.1 * u, theme.warning)
        case _:
            canvas.stroke(theme.dim, 0.4)
            canvas.disc(x, y, 0.9 * u)
    words = Rect(x + 2.0 * u, box.y, box.right - x - 2.6 * u, box.height)
    figures = f"{hold.duration_s:.1f} s  {state_text.figure(hold.angle_deg)}°"
    canvas.text(words, figures, SIZE, theme.text, bold=False, shrink=0.8)
