"""The flash: the frame of a page lit for a cue, told by colour, by the pattern of the frame, and by word and sign."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from imu_hip.model.app_state import Flash
from imu_hip.model.signal import SignalKind
from imu_hip.plot import wording
from imu_hip.plot.canvas import LEFT, Canvas
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Arrangement, Rect
from imu_hip.plot.lettering import FLOOR_CAP
from imu_hip.plot.theme import DARK, Theme, color

EDGE = 1.3
"""Width of the lit frame in u: it covers nothing that is written."""


class Light(Enum):
    """What a cue means for the person: each with its own colour, frame and sign."""

    WELL = "well"
    BEWARE = "beware"
    WAIT = "wait"
    DO = "do"
    BEAT = "beat"


LIGHTS = {
    SignalKind.SAFETY: Light.BEWARE,
    SignalKind.SENSOR_LOST: Light.WAIT,
    SignalKind.SENSOR_BACK: Light.WELL,
    SignalKind.HOLD_PAUSED: Light.WAIT,
    SignalKind.FAULT: Light.BEWARE,
    SignalKind.CORRECTION: Light.DO,
    SignalKind.HOLD_DONE: Light.WELL,
    SignalKind.TOO_FAST: Light.BEWARE,
    SignalKind.INSTRUCTION: Light.DO,
    SignalKind.NEUTRAL_PLEASE: Light.DO,
    SignalKind.GO_FURTHER: Light.DO,
    SignalKind.CYCLE_DONE: Light.WELL,
    SignalKind.SET_DONE: Light.WELL,
    SignalKind.REPETITION_DONE: Light.WELL,
    SignalKind.COUNT_IN: Light.BEAT,
    SignalKind.END_RANGE_REACHED: Light.WELL,
    SignalKind.HOLD_TICK: Light.BEAT,
}
_PATTERNS = {
    Light.WELL: None,
    Light.BEWARE: (3.0, 1.5),
    Light.WAIT: (1.0, 1.0),
    Light.DO: (8.0, 2.0),
    Light.BEAT: (0.5, 2.5),
}
"""Lengths in u of a piece of the frame and of the hole behind it; None: a frame without holes."""


class FlashFrame(QWidget):
    """Lies over a page and covers its frame and top bar while a cue is to be seen; hidden otherwise."""

    def __init__(self, guard: PaintGuard, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._guard = guard
        self._shown: tuple[Flash | None, Arrangement | None, Theme] = (None, None, DARK)
        self.setAccessibleName(wording.FLASH_PART)
        self.hide()

    def show_flash(self, flash: Flash | None, arrangement: Arrangement, theme: Theme, size: QRect) -> None:
        """Light the frame, or let it go dark."""
        shown = (flash, arrangement, theme)
        if shown == self._shown:
            return
        self._shown = shown
        self.setVisible(flash is not None)
        if flash is None:
            return
        self.setGeometry(size)
        edge = int(EDGE * arrangement.u)
        bar = _bar(arrangement)
        outside = QRegion(size).subtracted(QRegion(size.adjusted(edge, edge, -edge, -edge)))
        self.setMask(outside.united(QRegion(QRect(0, 0, size.width(), int(bar.bottom) + 1))))
        self.setAccessibleDescription(wording.FLASHES[flash.kind])
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        flash, arrangement, theme = self._shown
        if flash is None or arrangement is None or self._guard.failed:
            return
        painter = QPainter(self)
        try:
            with self._guard:
                draw(Canvas(painter, theme, arrangement.u), Rect(0, 0, self.width(), self.height()), arrangement, flash)
        finally:
            painter.end()


def light_color(light: Light, theme: Theme) -> str:
    """Return the colour of a light."""
    match light:
        case Light.WELL:
            return theme.good
        case Light.BEWARE | Light.WAIT:
            return theme.warning
        case Light.DO:
            return theme.curve
        case Light.BEAT:
            return theme.text


def _bar(arrangement: Arrangement) -> Rect:
    top = arrangement.top_bar
    return Rect(top.x, 0.0, top.width, top.bottom + 0.3 * arrangement.u)


def draw(canvas: Canvas, page: Rect, arrangement: Arrangement, flash: Flash) -> None:
    """Draw frame and bar for a cue; `page` is the whole page."""
    u, theme, painter = canvas.u, canvas.theme, canvas.painter
    light = LIGHTS[flash.kind]
    ink = light_color(light, theme)
    edge = EDGE * u
    painter.fillRect(QRectF(page.x, page.y, page.width, page.height), color(theme.background))
    for side in (
        Rect(page.x, page.y, edge, page.height),
        Rect(page.right - edge, page.y, edge, page.height),
        Rect(page.x, page.bottom - edge, page.width, edge),
    ):
        _side(canvas, side, _PATTERNS[light], ink)
    bar = _bar(arrangement)
    painter.fillRect(QRectF(page.x, 0.0, page.width, bar.height), color(ink))
    sign_ink = theme.background if light is Light.BEAT else theme.flash_ink
    x, y, size = bar.x + 5.0 * u, bar.middle[1], 3.2 * u
    match light:
        case Light.WELL:
            canvas.tick(x, y, size, sign_ink)
        case Light.BEWARE:
            canvas.triangle(x, y, size, sign_ink, ink)
        case Light.WAIT:
            canvas.pause(x, y, size, sign_ink)
        case Light.DO:
            canvas.arrow(x, y, size, sign_ink)
        case Light.BEAT:
            canvas.fill(sign_ink)
            canvas.disc(x, y, 0.8 * size)
    canvas.floor(bar.beyond(bar.x + 11.0 * u), wording.FLASHES[flash.kind], sign_ink, (FLOOR_CAP,), LEFT)


def _side(canvas: Canvas, side: Rect, pattern: tuple[float, float] | None, ink: str) -> None:
    """Fill one side of the frame, in pieces where the pattern has holes."""
    if pattern is None:
        canvas.painter.fillRect(QRectF(side.x, side.y, side.width, side.height), color(ink))
        return
    piece, hole = (length * canvas.u for length in pattern)
    upright = side.height > side.width
    length = side.height if upright else side.width
    at = 0.0
    while at < length:
        part = min(piece, length - at)
        box = (side.x, side.y + at, side.width, part) if upright else (side.x + at, side.y, part, side.height)
        canvas.painter.fillRect(QRectF(*box), color(ink))
        at += piece + hole
