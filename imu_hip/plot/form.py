"""Standard widgets of the form pages, and how all of them get their look and their distances in one go."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QWidget

from imu_hip.plot.look import Look, Painted
from imu_hip.plot.style import palette, sheet

_MARGINS, _GAP, _HEIGHT, _WIDTH = "margins_u", "gap_u", "height_u", "width_u"


def label(text: str = "", kind: str = "text", wraps: bool = False) -> QLabel:
    """Return a label; `kind` is text, strong, small, dim, alarm, title, sentence, figure or warning."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("kind", kind)
    made.setWordWrap(wraps)
    if wraps:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        made.setMinimumWidth(1)
    return made


class Elided(QLabel):
    """A label for texts of any length: what has no room ends in dots, and is a tool tip."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        # A tip takes what looks like markup for markup, and what stands in a file may: images of it would be fetched.
        tip = "" if cut == self.text() else escape(self.text(), quote=False)
        if self.toolTip() != tip:
            self.setToolTip(tip)
        painter = QPainter(self)
        try:
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)
        finally:
            painter.end()


def scroll(inside: QWidget, name: str) -> QScrollArea:
    """Return an area in which the widget can be scrolled up and down, with nothing of its own behind it."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setAccessibleName(name)
    made.setWidget(inside)
    for ground in (made.viewport(), inside):
        ground.setAutoFillBackground(False)
    return made


def button(text: str, kind: str = "plain", tip: str = "") -> QPushButton:
    """Return a button; `kind` is plain, primary, warning, page or row."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    made.setToolTip(tip)
    return made


def card() -> QFrame:
    """Return an area of its own."""
    made = QFrame()
    made.setProperty("kind", "card")
    return made


def spaced(layout: QLayout, margin: float | tuple[float, float, float, float] = 0.0, gap: float = 1.0) -> None:
    """Give the layout margins (left, top, right, bottom, or one for all) and a gap in u."""
    layout.setProperty(_MARGINS, margin if isinstance(margin, tuple) else (margin,) * 4)
    layout.setProperty(_GAP, gap)


def sized(widget: QWidget, width: float | None = None, height: float | None = None) -> None:
    """Give the widget a fixed width or height in u."""
    widget.setProperty(_WIDTH, width)
    widget.setProperty(_HEIGHT, height)


def dress(root: QWidget, look: Look) -> None:
    """Give the widget and everything inside it this look; what is put into it later needs only to be fitted."""
    root.setPalette(palette(look.theme))
    root.setStyleSheet(sheet(look))
    fit(root, look)


def fit(root: QWidget, look: Look) -> None:
    """Size the widget and everything inside it; colours and letters come from the one that was dressed."""
    for layout in root.findChildren(QLayout):
        if layout.property(_GAP) is not None:
            left, top, right, bottom = (look.px(side, 0) for side in layout.property(_MARGINS))
            layout.setContentsMargins(left, top, right, bottom)
            layout.setSpacing(look.px(layout.property(_GAP), 0))
    for widget in [root, *root.findChildren(QWidget)]:
        if isinstance(widget, Painted):
            widget.dress(look)
        if (width := widget.property(_WIDTH)) is not None:
            widget.setFixedWidth(look.px(width))
        if (height := widget.property(_HEIGHT)) is not None:
            widget.setFixedHeight(look.px(height))


def again(widget: QWidget, kind: str) -> None:
    """Change the kind of a label or button that is already shown."""
    if widget.property("kind") != kind:
        widget.setProperty("kind", kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
