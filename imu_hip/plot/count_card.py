"""The count card: set and repetition, and the steps of the cycle as pips."""

from __future__ import annotations

from imu_hip.model.exercise_spec import Step
from imu_hip.model.view_state import ViewState
from imu_hip.plot import state_text, wording
from imu_hip.plot.canvas import CENTRE, Canvas
from imu_hip.plot.layout import Rect

PIPS = 7.2
LINE = 7.4


def key(state: ViewState) -> tuple[object, ...]:
    """Return what the card shows."""
    return (state_text.count_lines(state), state.cycle_steps, state.cycle_steps_done)


def draw(canvas: Canvas, card: Rect, state: ViewState) -> None:
    """Draw the card; the lines stand in the middle of what the pips leave."""
    u, theme = canvas.u, canvas.theme
    canvas.card(card)
    room = card.inset(1.8 * u, 1.4 * u)
    lines = state_text.count_lines(state)[:2]
    few = len(lines) == 1
    pips = (PIPS if few else PIPS - 2.8) * u if state.cycle_steps else 0.0
    words = room.top_part(room.height - pips)
    height = min(LINE * u, words.height / len(lines))
    top = words.y + (words.height - height * len(lines)) / 2.0 - (0.0 if few else 0.4 * u)
    for row, line in enumerate(lines):
        canvas.floor(Rect(room.x, top + row * height, room.width, height), line, theme.text)
    if state.cycle_steps:
        _pips(canvas, room.below(room.bottom - pips), state, named=few)


def _pips(canvas: Canvas, box: Rect, state: ViewState, *, named: bool) -> None:
    """Draw the pips: filled with a tick when done, a thick ring when next, a thin one later; words for the desk."""
    u, theme = canvas.u, canvas.theme
    width = box.width / len(state.cycle_steps)
    radius = min((2.1 if named else 1.7) * u, 0.38 * width)
    y = box.y + radius + 0.5 * u
    for index, step in enumerate(state.cycle_steps):
        x = box.x + (index + 0.5) * width
        done, following = index < state.cycle_steps_done, index == state.cycle_steps_done
        if index > 0:
            canvas.stroke(theme.good if index <= state.cycle_steps_done else theme.line, 0.5)
            canvas.line(x - width + radius + 0.6 * u, y, x - radius - 0.6 * u, y)
        if done:
            canvas.fill(theme.good)
            canvas.disc(x, y, radius)
            canvas.tick(x, y, 0.55 * radius, theme.good_ink)
        else:
            canvas.stroke(theme.text if following else theme.dim, 0.7 if following else 0.3)
            canvas.disc(x, y, radius)
        if named:
            label = Rect(x - width / 2.0, y + radius + 0.2 * u, width, box.bottom - y - radius)
            ink = theme.text if done or following else theme.dim
            canvas.text(label, wording.STEPS[Step(step)], 2.1, ink, CENTRE, bold=False)
