"""Records what is written on a page, without painting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from imu_hip.model.view_state import ViewState
from imu_hip.plot.canvas import LEFT, Canvas
from imu_hip.plot.layout import Arrangement, Rect
from imu_hip.plot.lettering import cap_height, descent, text_width
from imu_hip.plot.panel import Drawing
from imu_hip.plot.theme import DARK


@dataclass(frozen=True)
class Written:
    """A line of floor text on a card, and the rectangle its ink may fill."""

    card: str
    text: str
    cap: float
    squeeze: float
    ink: Rect


class Recorder(Canvas):
    """A canvas that keeps the floor text, and where text for the desk is put."""

    def __init__(self, painter: QPainter, u: float) -> None:
        super().__init__(painter, DARK, u)
        self.card_name = ""
        self.floor_text: list[Written] = []
        self.desk_boxes: list[tuple[str, str, Rect]] = []

    def letters(self, text: str, x: float, base: float, px: int, ink: str, squeeze: float = 1.0) -> None:
        cap = cap_height(px)
        box = Rect(x, base - cap, squeeze * text_width(text, px), cap + descent(text, px))
        self.floor_text.append(Written(self.card_name, text, cap, squeeze, box))

    def text(
        self,
        box: Rect,
        text: str,
        size: float,
        ink: str,
        align: Qt.AlignmentFlag = LEFT,
        bold: bool = True,
        shrink: float = 0.62,
    ) -> None:
        self.desk_boxes.append((self.card_name, text, box))


def written(drawings: Mapping[str, Drawing], arrangement: Arrangement, state: ViewState) -> Recorder:
    """Draw all cards of a page, and return what was written on them."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    recorder = Recorder(painter, arrangement.u)
    boxes = arrangement.cards()
    try:
        for name, drawing in drawings.items():
            recorder.card_name = name
            drawing.draw(recorder, boxes[name], state)
    finally:
        painter.end()
    return recorder
