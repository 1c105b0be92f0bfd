"""Somebody who sits before the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from imu_hip.model.app_state import Page
from imu_hip.model.view_state import ViewState
from imu_hip.plot.app_window import AppWindow


class Visitor:
    """Looks at the window now and then, and does something once when it has seen enough of a session."""

    def __init__(self, enough: int, then: Callable[[AppWindow], object]) -> None:
        self.seen: list[ViewState] = []
        self.pages: list[Page] = []
        self._enough = enough
        self._then = then
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(100)

    def leave(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _look(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, AppWindow) and window.isVisible():
                state = window._read_state()
                self.pages.append(state.page)
                if state.session is not None:
                    self.seen.append(state.session)
                if len(self.seen) == self._enough:
                    self._timer.stop()
                    self._then(window)
