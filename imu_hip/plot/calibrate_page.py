"""The calibrate page: a drawing of the step, the instruction with its seconds, and what became of the steps before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from imu_hip.plot import bars, figure_card, instruction_card, spoken, steps_card, wording
from imu_hip.plot.layout import GAP, Arrangement, Rect, frame, unit
from imu_hip.plot.page import StatePage
from imu_hip.plot.panel import Drawing

INSTRUCTION = 25.0
FIGURE = 58.0

DRAWINGS: Mapping[str, Drawing] = {
    "top_bar": Drawing(bars.top_key, bars.draw_top),
    "figure": Drawing(figure_card.key, figure_card.draw),
    "steps": Drawing(steps_card.key, steps_card.draw),
    "instruction": Drawing(instruction_card.key, instruction_card.draw),
    "footer": bars.footer(wording.KEYS_CALIBRATE),
}


@dataclass(frozen=True, slots=True)
class CalibrateLayout(Arrangement):
    """The calibrate page."""

    figure: Rect
    steps: Rect
    instruction: Rect


def arrange(width: float, height: float) -> CalibrateLayout:
    """Return the layout of the calibrate page of this size in pixels."""
    u, tall = unit(width, height)
    gap = GAP * u
    top_bar, footer, body = frame(width, height, u)
    instruction_height = (INSTRUCTION + 8.0 * tall) * u
    instruction = Rect(body.x, body.bottom - instruction_height, body.width, instruction_height)
    upper = Rect(body.x, body.y, body.width, instruction.y - gap - body.y)
    if tall:
        figure = upper.top_part(upper.height - 62.0 * u - gap)
        steps = upper.below(figure.bottom + gap)
    else:
        figure = Rect(upper.x, upper.y, FIGURE * u + 0.35 * (upper.width - 156.8 * u), upper.height)
        steps = upper.beyond(figure.right + gap)
    return CalibrateLayout(u, top_bar, footer, figure, steps, instruction)


class CalibratePage(StatePage):
    """Shows a calibration under way: `show_state(state, theme, flash)`, as often as there is something new."""

    def __init__(self, parent: QWidget | None = None) -> None:
        names = wording.CALIBRATE_PARTS
        super().__init__(wording.CALIBRATE_PAGE, DRAWINGS, names, arrange, spoken.calibrate_parts, parent)
