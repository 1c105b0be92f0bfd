"""The keys of the app window: which there are, and when each means something."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from imu_hip.model.app_state import Page
from imu_hip.plot.page_bar import PageBar
from imu_hip.plot.replay_bar import ReplayBar
from imu_hip.plot.session_bar import SessionBar


class Window(Protocol):
    """What the keys ask of the window itself."""

    def back(self) -> None:
        """Go back."""

    def leave(self) -> None:
        """Close, as `back` does from the first page."""

    def stay(self) -> None:
        """Go on with the session."""

    def change_size(self) -> None:
        """Fill the screen or not."""

    def note(self) -> None:
        """Write down something about what is shown."""


class AppKeys:
    """Shortcuts: they come before any button that the keyboard is on, and after a field that is typed into."""

    def __init__(self, window: QWidget, asked: Window, pages: PageBar, session: SessionBar, replay: ReplayBar) -> None:
        self._window = window
        for number, page in enumerate(Page, start=1):
            self._key(f"Alt+{number}", partial(pages.open, page))
        self._key("Esc", asked.back)
        for name in ("Q", "Ctrl+Q"):
            self._key(name, asked.leave)
        self._key("F", asked.change_size)
        self._key("N", asked.note)
        self._key("D", pages.change_theme)
        self._key("M", pages.mute)
        self._stay = [self._key(name, asked.stay) for name in ("Return", "Enter")]
        self._session = [
            self._key("Space", session.pause),
            self._key("P", session.pain),
            self._key("E", session.end_set),
            self._key("R", session.redo),
            self._key("S", session.finish),
            *(self._key(str(digit), partial(session.score, digit)) for digit in range(10)),
        ]
        self._replay = [
            self._key("Space", replay.play),
            self._key("S", replay.close_replay),
            self._key("Left", lambda: replay.step(-1.0), repeats=True),
            self._key("Right", lambda: replay.step(1.0), repeats=True),
            self._key("Shift+Left", lambda: replay.step(-5.0), repeats=True),
            self._key("Shift+Right", lambda: replay.step(5.0), repeats=True),
        ]

    def allow(self, *, session: bool, replay: bool, asking: bool) -> None:
        """Say which keys mean something now."""
        for keys, allowed in ((self._session, session), (self._replay, replay), (self._stay, asking)):
            for key in keys:
                key.setEnabled(allowed)

    def _key(self, name: str, asked: Callable[[], None], repeats: bool = False) -> QShortcut:
        made = QShortcut(QKeySequence(name), self._window)
        made.setContext(Qt.ShortcutContext.WindowShortcut)
        made.setAutoRepeat(repeats)
        made.activated.connect(asked)
        return made
