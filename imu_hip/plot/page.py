"""A page that shows a view state: panels, flash, words for screen readers, and plain text when drawing fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from imu_hip.model.app_state import Flash
from imu_hip.model.view_state import ViewState
from imu_hip.plot import spoken, wording
from imu_hip.plot.flash_frame import FlashFrame
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.layout import Arrangement, Rect
from imu_hip.plot.lettering import font
from imu_hip.plot.panel import Drawing, Panel
from imu_hip.plot.theme import DARK, Theme, color


class StatePage(QWidget):
    """Draws what it is given by `show_state`; has no timer and obeys no key.

    `drawings` and `names` are by the cards of `arrange`; `describe` says in words what each of them shows.
    """

    def __init__(
        self,
        name: str,
        drawings: Mapping[str, Drawing],
        names: Mapping[str, str],
        arrange: Callable[[float, float], Arrangement],
        describe: Callable[[ViewState], dict[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._arrange = arrange
        self._describe = describe
        self._state: ViewState | None = None
        self._theme = DARK
        self._flash: Flash | None = None
        self._guard = PaintGuard(lambda: QTimer.singleShot(0, self, self._refresh))
        self._panels = {card: Panel(drawing, self._guard, self) for card, drawing in drawings.items()}
        self._frame = FlashFrame(self._guard, self)
        self._plain = QLabel(wording.WAITING, self)
        self._plain.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._plain.setWordWrap(True)
        self._plain.setAutoFillBackground(True)
        self._words: dict[str, str] = {}
        self.setAutoFillBackground(True)
        self.setAccessibleName(name)
        for card, panel in self._panels.items():
            panel.setAccessibleName(names[card])
        self._apply_theme()

    def show_state(self, state: ViewState | None, theme: Theme, flash: Flash | None = None) -> None:
        """Show this state now (None: there is none yet); `flash` is the cue to be seen on the frame."""
        self._state, self._flash = state, flash
        if theme != self._theme:
            self._theme = theme
            self._apply_theme()
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange everything anew."""
        self._refresh()

    def _place_others(self, boxes: Mapping[str, Rect], u: float, theme: Theme, state: ViewState) -> None:
        """Bring what is no panel to the newest state: nothing on most pages."""

    def _refresh(self) -> None:
        """Bring every part to the newest state; fall back to plain text when drawing has failed."""
        arrangement = self._arrange(self.width(), self.height())
        state = self._state
        if state is not None and not self._guard.failed:
            with self._guard:
                boxes = arrangement.cards()
                self._place_others(boxes, arrangement.u, self._theme, state)
                for name, panel in self._panels.items():
                    panel.place(boxes[name])
                    panel.show_state(boxes[name], arrangement.u, self._theme, state)
                self._frame.show_flash(self._flash, arrangement, self._theme, self.rect())
                self._say(state)
        drawn = state is not None and not self._guard.failed
        self._plain.setVisible(not drawn)
        if not drawn:
            self._plain.setGeometry(self.rect())
            self._plain.setFont(font(6.0 * arrangement.u))
            self._plain.setText(wording.WAITING if state is None else spoken.plain_text(state))
            self._plain.raise_()

    def _say(self, state: ViewState) -> None:
        """Tell screen readers what has changed."""
        words = self._describe(state)
        for name, panel in self._panels.items():
            if words[name] != self._words.get(name):
                panel.setAccessibleDescription(words[name])
        if words != self._words:
            self._words = words
            self.setAccessibleDescription(spoken.plain_text(state))

    def _apply_theme(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, color(self._theme.background))
        palette.setColor(QPalette.ColorRole.WindowText, color(self._theme.text))
        self.setPalette(palette)
