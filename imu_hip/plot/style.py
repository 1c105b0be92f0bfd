"""Colours and style sheet of standard widgets, made from a theme and a unit."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from imu_hip.plot.lettering import FAMILIES
from imu_hip.plot.look import FIGURE, SENTENCE, SMALL, SMALLEST, TEXT, TITLE, Look
from imu_hip.plot.theme import Theme, color


def palette(theme: Theme) -> QPalette:
    """Return what the style paints with where the sheet says nothing."""
    result = QPalette()
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
        result.setColor(name, QColor(color(ink)))
    return result


def sheet(look: Look) -> str:
    """Return the style sheet; the kind of a widget is its property `kind`."""
    theme, px = look.theme, look.px
    text, small = px(TEXT, SMALLEST), px(SMALL, SMALLEST)
    families = ", ".join(f'"{name}"' for name in FAMILIES)
    border, thin, radius = look.border, px(0.12), px(0.9)
    return f"""
    QDialog {{ background: {theme.card}; }}
    QLabel, QPushButton, QComboBox, QLineEdit, QTableWidget, QHeaderView, QToolTip {{ font-family: {families}; }}
    QLabel {{ color: {theme.text}; font-size: {text}px; font-weight: 500; background: transparent; }}
    QLabel[kind="strong"] {{ font-weight: 700; }}
    QLabel[kind="small"] {{ font-size: {small}px; }}
    QLabel[kind="dim"] {{ font-size: {small}px; color: {theme.dim}; }}
    QLabel[kind="alarm"] {{ font-size: {small}px; font-weight: 700; color: {theme.warning}; }}
    QLabel[kind="title"] {{ font-size: {px(TITLE, 14)}px; font-weight: 700; }}
    QLabel[kind="sentence"] {{ font-size: {px(SENTENCE, 14)}px; font-weight: 700; }}
    QLabel[kind="figure"] {{ font-size: {px(FIGURE, 14)}px; font-weight: 700; }}
    QLabel[kind="heading"] {{ font-size: {px(2.3, 12)}px; font-weight: 700; }}
    QLabel[kind="warning"] {{ color: {theme.warning_ink}; background: {theme.warning}; font-weight: 700;
        padding: {px(0.7)}px {px(1.6)}px; }}
    QLabel[kind="news"] {{ background: {theme.card}; font-weight: 700; padding: {px(0.7)}px {px(1.6)}px; }}
    QFrame[kind="card"] {{ background: {theme.card}; border: none; border-radius: {px(1.4)}px; }}
    QFrame[kind="tile"], QFrame[kind="row"] {{ background: {theme.background}; border: none;
        border-radius: {px(0.9)}px; }}
    QPushButton {{ color: {theme.text}; background: {theme.track}; border: {border}px solid {theme.track};
        border-radius: {radius}px; padding: {px(0.55)}px {px(1.5)}px; font-size: {text}px; font-weight: 600; }}
    QPushButton:hover {{ border-color: {theme.dim}; }}
    QPushButton:pressed {{ background: {theme.line}; }}
    QPushButton:checked {{ background: {theme.background}; border-color: {theme.curve}; }}
    QPushButton:disabled {{ color: {theme.dim}; background: transparent; border: {border}px dashed {theme.line}; }}
    QPushButton[kind="primary"] {{ color: {theme.card}; background: {theme.curve}; border-color: {theme.curve};
        font-weight: 700; }}
    QPushButton[kind="primary"]:disabled {{ color: {theme.dim}; background: transparent;
        border: {border}px dashed {theme.line}; }}
    QPushButton[kind="warning"] {{ color: {theme.warning_ink}; background: {theme.warning};
        border-color: {theme.warning}; font-weight: 700; }}
    QPushButton[target="big"] {{ font-size: {px(2.6, 15)}px; }}
    QPushButton[kind="row"] {{ padding: {px(0.4)}px {px(0.9)}px; font-size: {small}px; }}
    QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; font-size: {small}px;
        padding: {px(0.3)}px {px(0.9)}px; color: {theme.dim}; }}
    QPushButton[kind="page"] {{ background: transparent; border-color: transparent; font-weight: 500;
        padding: {px(0.5)}px {px(1.4)}px; }}
    QPushButton[kind="page"]:checked {{ font-weight: 700; }}
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
