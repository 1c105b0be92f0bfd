"""The look of standard widgets: colours, letters and distances in units of the window, set in one go."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QWidget

from imu_hip.plot.canvas import FAMILIES
from imu_hip.plot.theme import DARK, Theme, color

TEXT, SMALL, TITLE, SENTENCE, FIGURE = 2.1, 1.8, 2.9, 3.0, 2.5
"""Sizes of letters in u; `SMALLEST` are the pixels below which nobody reads them."""
SMALLEST = 11

WIDEST_U, HIGHEST_U = 150.0, 100.0
_MARGINS, _GAP, _HEIGHT, _WIDTH = "margins_u", "gap_u", "height_u", "width_u"


@dataclass(frozen=True, slots=True)
class Look:
    """A theme, and the unit of all sizes in pixels."""

    theme: Theme = DARK
    u: float = 8.0

    def px(self, size: float, least: int = 1) -> int:
        """Return `size` u in whole pixels."""
        return max(least, round(size * self.u))

    @property
    def border(self) -> int:
        """The thickness of an outline: the one that shows where the keyboard is must be seen from afar."""
        return self.px(0.32, 2)


def unit(width: float, height: float) -> float:
    """Return the unit of a window of this size in pixels, the same as the drawn pages have."""
    return min(height / HIGHEST_U, width / WIDEST_U)


class Painted:
    """A widget that paints itself, and therefore must be told the look."""

    look = Look()

    def dress(self, look: Look) -> None:
        """Take the look; sizes and pixels follow."""
        self.look = look
        if isinstance(self, QWidget):
            self.updateGeometry()
            self.update()


def label(text: str = "", kind: str = "text", wraps: bool = False) -> QLabel:
    """Return a label; `kind` is text, strong, small, dim, title, sentence, figure or warning."""
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
        tip = "" if cut == self.text() else self.text()
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
    root.setPalette(_palette(look.theme))
    root.setStyleSheet(_sheet(look))
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


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    inks = {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.card,
        role.AlternateBase: theme.background,
        role.Text: theme.text,
        role.Button: theme.track,
        role.ButtonText: theme.text,
        role.Highlight: theme.curve,
        role.HighlightedText: theme.card,
        role.PlaceholderText: theme.dim,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
    }
    for name, ink in inks.items():
        palette.setColor(name, QColor(color(ink)))
    return palette


def _sheet(look: Look) -> str:
    theme, px = look.theme, look.px
    text, small = px(TEXT, SMALLEST), px(SMALL, SMALLEST)
    families = ", ".join(f'"{name}"' for name in FAMILIES)
    border, thin, radius = look.border, px(0.12), px(0.9)
    return f"""
    QLabel, QPushButton, QComboBox, QLineEdit, QTableWidget, QHeaderView, QToolTip {{ font-family: {families}; }}
    QLabel {{ color: {theme.text}; font-size: {text}px; font-weight: 500; background: transparent; }}
    QLabel[kind="strong"] {{ font-weight: 700; }}
    QLabel[kind="small"] {{ font-size: {small}px; }}
    QLabel[kind="dim"] {{ font-size: {small}px; color: {theme.dim}; }}
    QLabel[kind="title"] {{ font-size: {px(TITLE, 14)}px; font-weight: 700; }}
    QLabel[kind="sentence"] {{ font-size: {px(SENTENCE, 14)}px; font-weight: 700; }}
    QLabel[kind="figure"] {{ font-size: {px(FIGURE, 14)}px; font-weight: 700; }}
    QLabel[kind="heading"] {{ font-size: {px(2.3, 12)}px; font-weight: 700; }}
    QLabel[kind="warning"] {{ color: {theme.warning_ink}; background: {theme.warning}; font-weight: 700;
        padding: {px(0.7)}px {px(1.6)}px; }}
    QFrame[kind="card"] {{ background: {theme.card}; border: none; border-radius: {px(1.4)}px; }}
    QFrame[kind="tile"], QFrame[kind="row"] {{ background: {theme.background}; border: none;
        border-radius: {px(0.9)}px; }}
    QPushButton {{ color: {theme.text}; background: {theme.track}; border: {border}px solid {theme.track};
        border-radius: {radius}px; padding: {px(0.55)}px {px(1.5)}px; font-size: {text}px; font-weight: 600; }}
    QPushButton:hover {{ border-color: {theme.dim}; }}
    QPushButton:pressed {{ background: {theme.line}; }}
    QPushButton:checked {{ background: {theme.background}; border-color: {theme.curve}; font-weight: 700; }}
    QPushButton:disabled {{ color: {theme.dim}; background: transparent; border: {border}px dashed {theme.line}; }}
    QPushButton[kind="primary"] {{ color: {theme.card}; background: {theme.curve}; border-color: {theme.curve};
        font-weight: 700; }}
    QPushButton[kind="primary"]:disabled {{ color: {theme.dim}; background: transparent;
        border: {border}px dashed {theme.line}; }}
    QPushButton[kind="warning"] {{ color: {theme.warning_ink}; background: {theme.warning};
        border-color: {theme.warning}; font-weight: 700; }}
    QPushButton[size="big"] {{ font-size: {px(2.6, 15)}px; }}
    QPushButton[kind="row"] {{ padding: {px(0.4)}px {px(0.9)}px; font-size: {small}px; }}
    QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; font-size: {small}px;
        padding: {px(0.3)}px {px(0.9)}px; color: {theme.dim}; }}
    QPushButton[kind="page"] {{ background: transparent; border-color: transparent; font-weight: 500;
        padding: {px(0.5)}px {px(1.4)}px; }}
    QPushButton[kind="page"]:checked {{ font-weight: 800; }}
    QPushButton[kind="page"]:disabled {{ color: {theme.dim}; font-weight: 400; border-color: transparent; }}
    QPushButton:focus {{ border: {border}px solid {theme.text}; }}
    QComboBox, QLineEdit {{ color: {theme.text}; background: {theme.background}; font-size: {text}px;
        border: {border}px solid {theme.dim}; border-radius: {radius}px; padding: {px(0.5)}px {px(1.0)}px;
        selection-background-color: {theme.curve}; selection-color: {theme.card}; }}
    QComboBox QLineEdit {{ border: none; padding: 0px; }}
    QComboBox:focus, QLineEdit:focus {{ border-color: {theme.text}; }}
    QComboBox QLineEdit:focus {{ border: none; }}
    QComboBox::drop-down {{ border: none; width: {px(3.2)}px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QAbstractItemView {{ color: {theme.text}; background: {theme.card}; font-size: {text}px;
        border: {thin}px solid {theme.dim}; outline: none; selection-background-color: {theme.curve};
        selection-color: {theme.card}; }}
    QTableWidget {{ color: {theme.text}; background: {theme.background}; font-size: {small}px; font-weight: 500;
        border: {border}px solid {theme.line}; border-radius: {radius}px; gridline-color: {theme.line};
        outline: none; selection-background-color: {theme.curve}; selection-color: {theme.card}; }}
    QTableWidget:focus {{ border-color: {theme.text}; }}
    QTableWidget::item {{ padding: {px(0.35)}px {px(0.7)}px; border: none;
        border-bottom: {thin}px solid {theme.line}; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{ color: {theme.dim}; background: {theme.background}; font-size: {small}px; border: none;
        border-bottom: {thin}px solid {theme.dim}; padding: {px(0.4)}px {px(0.7) + 3}px; font-weight: 600; }}
    QListWidget {{ background: transparent; border: {border}px solid transparent; border-radius: {radius}px;
        outline: none; }}
    QListWidget:focus {{ border-color: {theme.text}; }}
    QScrollArea {{ background: transparent; border: none; }}
    QScrollArea[kind="notes"] {{ border: {border}px solid transparent; border-radius: {radius}px; }}
    QScrollArea[kind="notes"]:focus {{ border-color: {theme.text}; }}
    QScrollBar:vertical {{ background: transparent; width: {px(1.5, 8)}px; margin: 0px; }}
    QScrollBar::handle:vertical {{ background: {theme.dim}; border-radius: {px(0.5)}px; min-height: {px(4)}px;
        margin: {px(0.25)}px; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(1.5, 8)}px; margin: 0px; }}
    QScrollBar::handle:horizontal {{ background: {theme.dim}; border-radius: {px(0.5)}px; min-width: {px(4)}px;
        margin: {px(0.25)}px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
        border: none; width: 0px; height: 0px; }}
    QSlider[kind="volume"] {{ min-height: {px(3.4)}px; border: {border}px solid transparent;
        border-radius: {radius}px; }}
    QSlider[kind="volume"]:focus {{ border-color: {theme.text}; }}
    QSlider::groove:horizontal {{ height: {px(0.7)}px; background: {theme.track}; border-radius: {px(0.35)}px; }}
    QSlider::sub-page:horizontal {{ background: {theme.curve}; border-radius: {px(0.35)}px; }}
    QSlider::handle:horizontal {{ background: {theme.text}; width: {px(1.8)}px; border-radius: {px(0.9)}px;
        margin: -{px(0.55)}px 0px; }}
    QToolTip {{ color: {theme.text}; background: {theme.card}; border: {thin}px solid {theme.dim};
        font-size: {small}px; }}
    """
