"""The hold card: a ring with the seconds left of the running hold, and the list of holds."""

from __future__ import annotations

from math import ceil

from imu_hip.model.event import HoldVerdict
from imu_hip.model.view_state import HoldView, ViewState
from imu_hip.plot import wording
from imu_hip.plot.canvas import CENTRE, LEFT, RIGHT, Canvas, to_qt
from imu_hip.plot.layout import Layout, Rect

ROW = 4.7
RING = 2.0
WIDEST_ROW = 36.0


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    held = None if state.hold_s is None else round(state.hold_s, 1)
    return (held, state.hold_goal_s, state.holds, wording.is_paused(state))


def draw(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw the card."""
    canvas.card(layout.hold)
    _ring(canvas, layout.hold_parts.ring, state)
    canvas.text(layout.hold_parts.ring_label, _label(state), 3.2, canvas.theme.dim, CENTRE)
    _list(canvas, layout.hold_parts.holds, state.holds)


def _label(state: ViewState) -> str:
    if wording.is_paused(state):
        return "hold paused"
    if state.hold_s is None:
        return "s to hold"
    return f"{state.hold_s:.0f} s held" if state.hold_s >= state.hold_goal_s else "seconds left"


def _ring(canvas: Canvas, box: Rect, state: ViewState) -> None:
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    centre_x, centre_y, radius = box.x + box.width / 2.0, box.y + box.height / 2.0, box.width / 2.0
    circle = box.inset(RING * u / 2.0, RING * u / 2.0)
    canvas.stroke(theme.track, RING)
    painter.drawEllipse(to_qt(circle))
    paused = wording.is_paused(state)
    if state.hold_s is None or state.hold_goal_s <= 0.0:
        ink = theme.warning if paused else theme.dim
        goal = wording.UNKNOWN if paused or state.hold_goal_s <= 0.0 else f"{state.hold_goal_s:.0f}"
        canvas.text(circle.inset(RING * u, 0.0), goal, 0.5 * box.width / u, ink, CENTRE)
        return
    share = min(1.0, state.hold_s / state.hold_goal_s)
    done = share >= 1.0
    canvas.stroke(theme.warning if paused else theme.good if done else theme.text, RING)
    painter.drawArc(to_qt(circle), 90 * 16, -round(share * 360.0 * 16.0))
    if done:
        canvas.tick(centre_x, centre_y, 0.42 * radius, theme.good)
    else:
        left = f"{ceil(state.hold_goal_s - state.hold_s):d}"
        canvas.text(circle.inset(RING * u, 0.0), left, 0.58 * box.width / u, theme.text, CENTRE)


def _list(canvas: Canvas, box: Rect, holds: tuple[HoldView, ...]) -> None:
    """Draw the newest holds, newest first, as many as there is room for."""
    u, theme = canvas.u, canvas.theme
    title = f"Holds {len(holds)}" if holds else "Holds"
    canvas.text(Rect(box.x, box.y, box.width, 4.0 * u), title, 3.0, theme.dim, LEFT)
    if not holds:
        canvas.text(Rect(box.x, box.y + 4.4 * u, box.width, ROW * u), "none yet", 3.0, theme.dim, bold=False)
        return
    room = int((box.height - 4.4 * u) / (ROW * u))
    for row, hold in enumerate(reversed(holds[-room:])):
        line = Rect(box.x, box.y + (4.4 + ROW * row) * u, min(box.width, WIDEST_ROW * u), ROW * u)
        _hold(canvas, line, hold, theme.text if row == 0 else theme.dim)


def _hold(canvas: Canvas, line: Rect, hold: HoldView, ink: str) -> None:
    """Draw one hold: tick (full breath), open circle (short) or cross (data lost), and its figures."""
    u, theme = canvas.u, canvas.theme
    x, y = line.x + 1.2 * u, line.y + line.height / 2.0
    match hold.verdict:
        case HoldVerdict.COMPLETE:
            canvas.tick(x, y, 1.2 * u, theme.good)
        case HoldVerdict.DATA_LOST:
            canvas.cross(x, y, 1.2 * u, theme.warning)
        case _:
            canvas.stroke(theme.dim, 0.4)
            canvas.disc(x, y, 1.0 * u)
    column = (line.width - 3.2 * u) / 10.0
    duration = Rect(line.x + 3.2 * u, line.y, 4.3 * column, line.height)
    angle = Rect(duration.right, line.y, 3.0 * column, line.height)
    spread = Rect(angle.right + 0.3 * column, line.y, 2.4 * column, line.height)
    canvas.text(duration, f"{hold.duration_s:.1f} s", 3.2, ink, RIGHT)
    canvas.text(angle, f"{wording.figure(hold.angle_deg)}°", 3.2, ink, RIGHT)
    canvas.text(spread, wording.spread(hold.sd_deg), 2.4, theme.dim, LEFT)
