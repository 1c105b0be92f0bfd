"""The hold card: a ring that fills while holding, the breath as a disc in it, the seconds and how to breathe.

In a measurement, where nothing is held, the newest trial.
"""

from __future__ import annotations

from imu_hip.model.view_state import BreathPace, ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import Canvas, to_qt
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import FLOOR_CAP, PHASE_CAP
from imu_hip.plot.theme import color

RING = 2.2
SMALLEST_BREATH = 0.25
"""Size of the disc at the end of breathing out, over that of the ring."""


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    held = None if state.hold_s is None else round(state.hold_s, 1)
    pace = None if state.pace is None else (state.pace.inhaling, round(state.pace.share, 2))
    return (held, pace, state.hold_goal_s, state_text.is_paused(state), state.trials)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(1.6 * u, 1.6 * u)
    if state.trials is not None:
        _trial(canvas, room, state)
        return
    side = min(room.height, 0.42 * room.width)
    ring = Rect(room.x, room.y + (room.height - side) / 2.0, side, side)
    _ring(canvas, ring, state)
    words = room.beyond(ring.right + 2.2 * u)
    above, below = _lines(words, u)
    paused = state_text.is_paused(state)
    seconds = state_text.seconds_left(state)
    ink = theme.dim if state.hold_s is None or paused else theme.text
    if seconds != wording.UNKNOWN:
        seconds = f"{seconds} {wording.SECONDS}"
    canvas.floor(above, seconds, ink, (1.06 * PHASE_CAP, PHASE_CAP))
    canvas.floor(below, state_text.hold_word(state), theme.warning if paused else theme.text, (FLOOR_CAP,))


def _trial(canvas: Canvas, room: Rect, state: ViewState) -> None:
    above, below = _lines(room, canvas.u)
    angle, which = state_text.trial_lines(state)
    ink = canvas.theme.text if state.trials else canvas.theme.dim
    canvas.floor(above, angle, ink, (1.06 * PHASE_CAP, PHASE_CAP))
    canvas.floor(below, which, canvas.theme.text, (FLOOR_CAP,))


def _lines(room: Rect, u: float) -> tuple[Rect, Rect]:
    """Return the room of the large line and that of the word below it."""
    below = Rect(room.x, room.bottom - 8.4 * u, room.width, 8.4 * u)
    return Rect(room.x, room.y, room.width, below.y - room.y), below


def breath_size(pace: BreathPace) -> float:
    """Return the size of the disc of the breath, `SMALLEST_BREATH` to 1."""
    share = pace.share if pace.inhaling else 1.0 - pace.share
    return SMALLEST_BREATH + (1.0 - SMALLEST_BREATH) * min(max(share, 0.0), 1.0)


def _ring(canvas: Canvas, box: Rect, state: ViewState) -> None:
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    x, y = box.middle
    circle = box.inset(RING * u / 2.0, RING * u / 2.0)
    inner = box.width / 2.0 - (RING + 0.8) * u
    paused = state_text.is_paused(state)
    canvas.stroke(theme.track, RING)
    painter.drawEllipse(to_qt(circle))
    share = 0.0
    if state.hold_s is not None and state.hold_goal_s > 0.0:
        share = min(1.0, state.hold_s / state.hold_goal_s)
        canvas.stroke(theme.warning if paused else theme.good if share >= 1.0 else theme.text, RING)
        painter.drawArc(to_qt(circle), 90 * 16, -round(share * 360.0 * 16.0))
    if paused:
        canvas.pause(x, y, 0.42 * inner, theme.warning)
        return
    if state.pace is not None:
        canvas.stroke(theme.curve, 0.4)
        painter.setBrush(color(theme.ribbon))
        canvas.disc(x, y, breath_size(state.pace) * inner)
    if share >= 1.0:
        canvas.tick(x, y, 0.5 * inner, theme.good)
    elif state.pace is not None:
        canvas.arrow(x, y, 0.22 * inner, theme.text, -90.0 if state.pace.inhaling else 90.0)
