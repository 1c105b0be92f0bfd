"""The steps card: what became of the newest step large, or why it was refused; the steps before it small."""

from __future__ import annotations

from imu_hip.model.view_state import CalibrationView, ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.layout import Rect
from imu_hip.plot.lettering import FLOOR_CAP

LINE = 8.0
SIGN = 3.0
ROW = 6.4
HIGHEST_ROW = 9.0
"""Height of a row of an earlier step: it grows where there is room."""


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state.calibration,)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    room = card.inset(2.4 * u, 1.6 * u)
    refused = state_text.refused(state)
    if refused is not None:
        canvas.card(card, theme.warning)
        _refusal(canvas, room, refused)
        return
    canvas.card(card)
    if not state.calibration:
        canvas.text(room.top_part(4.0 * u), wording.STEPS_DONE, 2.8, theme.dim)
        canvas.text(Rect(room.x, room.y + 4.6 * u, room.width, 4.0 * u), wording.NO_STEPS, 2.6, theme.dim, bold=False)
        return
    *before, newest = state.calibration
    below = _newest(canvas, room, newest)
    rows = room.below(below + 1.4 * u)
    if before:
        canvas.stroke(theme.line, 0.2)
        canvas.line(rows.x, rows.y, rows.right, rows.y)
    fitting = max(0, int((rows.height - u) / (ROW * u)))
    high = min(HIGHEST_ROW * u, (rows.height - u) / max(1, min(fitting, len(before))))
    for row, step in enumerate(reversed(before[max(0, len(before) - fitting) :])):
        _row(canvas, Rect(rows.x, rows.y + u + row * high, rows.width, high), step)


def _refusal(canvas: Canvas, room: Rect, step: CalibrationView) -> None:
    """Draw which step was refused and why, all for the floor, and the key that asks for it again."""
    u, theme = canvas.u, canvas.theme
    ink = theme.warning_ink
    canvas.cross(room.x + SIGN * u, room.y + LINE * u / 2.0, SIGN * u, ink)
    title = Rect(room.x + 8.0 * u, room.y, room.width - 8.0 * u, LINE * u)
    canvas.floor(title, state_text.step_line(step), ink)
    again = Rect(room.x, room.bottom - LINE * u, room.width, LINE * u)
    canvas.stroke(ink, 0.3)
    canvas.line(room.x, again.y, room.right, again.y)
    canvas.floor(again, wording.SAY_AGAIN, ink)
    why = Rect(room.x, title.bottom, room.width, again.y - title.bottom)
    text = step.text[:1].upper() + step.text[1:]
    canvas.floor(why, text, ink, (1.15 * FLOOR_CAP, FLOOR_CAP), lines=7)


def _newest(canvas: Canvas, room: Rect, step: CalibrationView) -> float:
    """Draw the newest step for the floor, a triangle where it was poor, the rest small; return where it ends."""
    u, theme = canvas.u, canvas.theme
    x, y = room.x + SIGN * u, room.y + LINE * u / 2.0
    if state_text.is_poor(step):
        canvas.triangle(x, y, SIGN * u, theme.warning, theme.warning_ink)
    else:
        canvas.fill(theme.good)
        canvas.disc(x, y, SIGN * u)
        canvas.tick(x, y, 0.58 * SIGN * u, theme.good_ink)
    title = Rect(room.x + 8.0 * u, room.y, room.width - 8.0 * u, LINE * u)
    canvas.floor(title, state_text.step_line(step), theme.text)
    note = Rect(title.x, title.bottom + 0.4 * u, title.width, 7.0 * u)
    canvas.paragraph(note, step.text, 2.4, theme.dim)
    return note.bottom


def _row(canvas: Canvas, box: Rect, step: CalibrationView) -> None:
    """Draw an earlier step: tick, name with quality, and what was measured."""
    u, theme = canvas.u, canvas.theme
    grown = box.height / (ROW * u)
    x, y, size = box.x + SIGN * u, box.y + 2.2 * grown * u, 1.5 * grown * u
    if state_text.is_poor(step):
        canvas.triangle(x, y, size, theme.warning, theme.warning_ink)
    else:
        canvas.tick(x, y, size, theme.good)
    words = box.beyond(box.x + 8.0 * u)
    canvas.text(words.top_part(3.6 * grown * u), state_text.step_line(step), 2.6 * grown, theme.text)
    note = Rect(words.x, words.y + 3.3 * grown * u, words.width, 2.8 * grown * u)
    canvas.text(note, step.text, 2.0 * min(grown, 1.2), theme.dim, bold=False, shrink=0.8)
