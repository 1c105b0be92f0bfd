"""The slim bar at the top: the pages, and on the right sound, light and size of the window."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import AppState, Page, Settings
from imu_hip.plot import app_wording as words
from imu_hip.plot.form import button, spaced
from imu_hip.plot.lettering import font
from imu_hip.plot.look import SMALLEST, TEXT, Painted
from imu_hip.plot.theme import color

NEEDS_SESSION = (Page.CALIBRATE, Page.EXERCISE)


class PageButton(QPushButton, Painted):
    """The way to a page; a bar under the name and bold letters say that it is the one that is open."""

    def __init__(self, page: Page, number: int) -> None:
        super().__init__(words.PAGES[page])
        self.page = page
        self.setProperty("kind", "page")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(words.PAGES[page])
        self.setToolTip(words.PAGE_TIP.format(number=number))

    def sizeHint(self) -> QSize:
        """Return room for the name in bold letters, so that nothing moves when the page is opened."""
        letters = font(max(SMALLEST, self.look.px(TEXT)), bold=True)
        wider = QFontMetricsF(letters).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(
            self.text()
        )
        return super().sizeHint() + QSize(max(0, ceil(wider)), 0)

    def minimumSizeHint(self) -> QSize:
        """Return the same: the name is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, and the bar under an open page."""
        super().paintEvent(event)
        if self.isChecked():
            painter = QPainter(self)
            try:
                u = self.look.u
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(self.look.theme.curve))
                painter.drawRect(QRectF(1.0 * u, self.height() - 0.75 * u, self.width() - 2.0 * u, 0.75 * u))
            finally:
                painter.end()


class PageBar(QWidget):
    """Shows which page is open and asks for others. Where keys belong to a session it takes no focus."""

    def __init__(self, act: Callable[[Action], None], change_size: Callable[[], None]) -> None:
        super().__init__()
        self._act = act
        self._settings: Settings | None = None
        self._pages = [PageButton(page, number) for number, page in enumerate(Page, start=1)]
        self._tones = button(words.UNMUTE, "quiet")
        self._theme = button(words.LIGHT, "quiet")
        self._size = button(words.FULL_SCREEN, "quiet")
        row = QHBoxLayout(self)
        spaced(row, (1.6, 0.5, 1.6, 0.3), 0.6)
        self.setAccessibleName(words.PAGES_NAME)
        for way in self._pages:
            row.addWidget(way)
            way.clicked.connect(lambda _=False, page=way.page: self.open(page))
        row.addStretch(1)
        for made, asked in ((self._tones, self.mute), (self._theme, self.change_theme), (self._size, change_size)):
            row.addWidget(made)
            made.clicked.connect(lambda _=False, asked=asked: asked())

    def open(self, page: Page) -> None:
        """Ask for a page; the mark stays where it is until the state follows."""
        shown = next(made for made in self._pages if made.page is page)
        if shown.isEnabled():
            self._act(Action(ActionName.OPEN_PAGE, page))
        for made in self._pages:
            made.setChecked(made.property("open") is True)

    def mute(self) -> None:
        """Ask for tones, or for none."""
        if self._settings is not None:
            self._act(Action(ActionName.TONES, "off" if self._settings.tones else "on"))

    def change_theme(self) -> None:
        """Ask for the other theme."""
        if self._settings is not None:
            self._act(Action(ActionName.THEME, "light" if self._settings.dark else "dark"))

    def show_state(self, state: AppState, full_screen: bool, keys_belong_to_session: bool) -> None:
        """Show which page is open and how the window is set."""
        self._settings = state.settings
        policy = Qt.FocusPolicy.NoFocus if keys_belong_to_session else Qt.FocusPolicy.StrongFocus
        for way in self._pages:
            way.setProperty("open", way.page is state.page)
            way.setChecked(way.page is state.page)
            way.setEnabled(way.page not in NEEDS_SESSION or state.session is not None)
        _rename(self._tones, words.MUTE if state.settings.tones else words.UNMUTE)
        _rename(self._theme, words.LIGHT if state.settings.dark else words.DARK)
        _rename(self._size, words.SMALLER if full_screen else words.FULL_SCREEN)
        for made in (*self._pages, self._tones, self._theme, self._size):
            if made.focusPolicy() != policy:
                made.setFocusPolicy(policy)


def _rename(made: QPushButton, text: str) -> None:
    if made.text() != text:
        made.setText(text)
        made.setAccessibleName(text)
