"""The cycle card: which cycle, its steps as pips with ticks, and how many are complete."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from imu_hip.model.exercise_spec import Step
from imu_hip.model.view_state import ViewState
from imu_hip.plot import wording
from imu_hip.plot.canvas import CENTRE, RIGHT, Canvas, text_width
from imu_hip.plot.layout import Layout, Rect


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    counts = (state.cycle, state.cycles_complete, state.cycles_goal)
    return (*counts, state.cycle_steps, state.cycle_steps_done, len(state.holds))


def draw(canvas: Canvas, layout: Layout, state: ViewState) -> None:
    """Draw the card."""
    u, theme = canvas.u, canvas.theme
    canvas.card(layout.cycle)
    room = layout.cycle.inset(2.2 * u, 1.2 * u)
    head = Rect(room.x, room.y, room.width, 5.6 * u)
    complete = f"{state.cycles_complete} complete"
    aside = text_width(complete, 2.8 * u) + u
    left = Rect(head.x, head.y, head.width - aside - u, head.height)
    right = Rect(head.right - aside, head.y, aside, head.height)
    if not state.cycle_steps:
        canvas.text(left, "Holds", 4.8, theme.text)
        canvas.text(right, f"{len(state.holds)}", 4.8, theme.text, RIGHT)
        return
    goal = f" of {state.cycles_goal}" if state.cycles_goal is not None else ""
    canvas.text(left, f"Cycle {max(1, state.cycle)}{goal}", 4.8, theme.text)
    canvas.text(right, complete, 2.8, theme.dim, RIGHT)
    _steps(canvas, Rect(room.x, head.bottom + 0.6 * u, room.width, room.bottom - head.bottom - 0.6 * u), state)


def _steps(canvas: Canvas, box: Rect, state: ViewState) -> None:
    """Draw the pips: filled with a tick when done, a thick ring with its number when next, thin later."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    width = box.width / len(state.cycle_steps)
    radius = 2.7 * u
    y = box.y + radius + 0.4 * u
    for index, step in enumerate(state.cycle_steps):
        x = box.x + (index + 0.5) * width
        done, following = index < state.cycle_steps_done, index == state.cycle_steps_done
        if index > 0:
            canvas.stroke(theme.good if index <= state.cycle_steps_done else theme.line, 0.5)
            painter.drawLine(QPointF(x - width + radius + u, y), QPointF(x - radius - u, y))
        if done:
            canvas.fill(theme.good)
            canvas.disc(x, y, radius)
            canvas.tick(x, y, 1.5 * u, theme.good_ink)
        else:
            canvas.stroke(theme.text if following else theme.dim, 0.6 if following else 0.3)
            canvas.disc(x, y, radius)
            number = Rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius)
            canvas.text(number, f"{index + 1}", 2.8, theme.text if following else theme.dim, CENTRE)
        label = Rect(x - width / 2.0, y + radius + 0.6 * u, width, box.bottom - y - radius - 0.6 * u)
        ink = theme.text if done or following else theme.dim
        canvas.text(label, wording.STEP[Step(step)], 2.5, ink, CENTRE)
