"""The exercise page: what somebody on the floor needs to turn the hip well, and a minute of curves beside it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot import angle_card, bars, body_card, count_card, dial_card, hold_card, log_card, spoken, wording
from imu_hip.plot.canvas import Canvas
from imu_hip.plot.layout import Rect, arrange
from imu_hip.plot.page import StatePage
from imu_hip.plot.panel import Drawing
from imu_hip.plot.theme import Theme
from imu_hip.plot.trace_plot import TracePlot


def _draw_trace_card(canvas: Canvas, card: Rect, state: ViewState) -> None:
    canvas.card(card)


def _nothing(state: ViewState) -> tuple[object, ...]:
    return ()


DRAWINGS: Mapping[str, Drawing] = {
    "top_bar": Drawing(bars.top_key, bars.draw_top),
    "trace": Drawing(_nothing, _draw_trace_card),
    "body": Drawing(body_card.key, body_card.draw),
    "log": Drawing(log_card.key, log_card.draw),
    "angle": Drawing(angle_card.key, angle_card.draw),
    "dial": Drawing(dial_card.key, dial_card.draw),
    "hold": Drawing(hold_card.key, hold_card.draw),
    "count": Drawing(count_card.key, count_card.draw),
    "banner": Drawing(bars.banner_key, bars.draw_banner),
    "footer": bars.footer(wording.KEYS_EXERCISE),
}


class ExercisePage(StatePage):
    """Shows a session under way: `show_state(state, theme, flash)`, as often as there is something new."""

    def __init__(self, parent: QWidget | None = None) -> None:
        names = wording.EXERCISE_PARTS
        super().__init__(wording.EXERCISE_PAGE, DRAWINGS, names, arrange, spoken.exercise_parts, parent)
        self._trace = TracePlot(self._guard, self)
        self._trace.widget.stackUnder(self._frame)
        for child in self.findChildren(QWidget):
            child.setFocusPolicy(self.focusPolicy())

    def _place_others(self, boxes: Mapping[str, Rect], u: float, theme: Theme, state: ViewState) -> None:
        """Move the curve into its card and bring it to the newest state."""
        self._trace.place(boxes["trace"], u, theme)
        self._trace.show_state(state)
