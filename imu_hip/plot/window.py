"""The live window: asks for the newest view state thirty times a second and has the exercise page show it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from imu_hip.model.view_state import ViewState
from imu_hip.plot.exercise_page import ExercisePage
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.theme import DARK, Theme, opposite

FRAME_MS = 33
SMALLEST = (640, 480)


class LiveWindow(QWidget):
    """Shows what `read_state` returns (None: nothing yet). F full screen, D dark or light, Esc or Q closes.

    `closed` is emitted once when the window closes, by whatever means.
    """

    closed = Signal()

    def __init__(self, read_state: Callable[[], ViewState | None], theme: Theme = DARK) -> None:
        super().__init__()
        self._read_state = read_state
        self._theme = theme
        self._state: ViewState | None = None
        self._guard = PaintGuard(lambda: None)
        self.page = ExercisePage()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.page)
        self.setWindowTitle("imu_hip")
        self.setMinimumSize(*SMALLEST)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._draw_newest)
        self._timer.start()
        self.page.show_state(None, theme)

    def show_state(self, state: ViewState) -> None:
        """Show this state now."""
        self._state = state
        self.setWindowTitle(f"imu_hip – {state.exercise} ({state.mode})")
        self.page.show_state(state, self._theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Obey the few keys."""
        match event.key():
            case Qt.Key.Key_F:
                self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
            case Qt.Key.Key_D:
                self._theme = opposite(self._theme)
                self.page.show_state(self._state, self._theme)
            case Qt.Key.Key_Escape | Qt.Key.Key_Q:
                self.close()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop drawing and tell whoever must stop measuring."""
        if self._timer.isActive():
            self._timer.stop()
            self.closed.emit()
        event.accept()

    def _draw_newest(self) -> None:
        with self._guard:
            state = self._read_state()
            if state is not None and state is not self._state:
                self.show_state(state)
