"""The bars at the bottom while a session runs: what can be asked of it, and the one question before it ends."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.command import CommandName
from imu_hip.plot import app_wording as words
from imu_hip.plot.form import label, spaced
from imu_hip.plot.look import Look, Painted

TARGET_PX = 48
"""No target is smaller: it is hit lying down, with a foot, or in a hurry."""


class BigButton(QPushButton, Painted):
    """A large target that never takes the keys: they mean the same whatever was clicked last."""

    def __init__(self, text: str, kind: str = "plain") -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setProperty("target", "big")
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take the look; the height follows."""
        super().dress(look)
        self.setFixedHeight(look.px(6.4, TARGET_PX))


class SessionBar(QWidget):
    """Pause, pain, end of the set, once more, finish: as buttons, and as methods for the keys."""

    def __init__(self, act: Callable[[Action], None]) -> None:
        super().__init__()
        self._act = act
        self._paused = False
        self._pause = BigButton(words.PAUSE)
        row = QHBoxLayout(self)
        spaced(row, (1.6, 0.6, 1.6, 1.0), 1.0)
        buttons = (
            (self._pause, self.pause),
            (BigButton(words.PAIN, "warning"), self.pain),
            (BigButton(words.END_SET), self.end_set),
            (BigButton(words.REDO), self.redo),
            (BigButton(words.FINISH), self.finish),
        )
        for made, asked in buttons:
            row.addWidget(made)
            made.clicked.connect(lambda _=False, asked=asked: asked())

    def show_paused(self, paused: bool) -> None:
        """Say what the space bar does now."""
        if paused != self._paused:
            self._paused = paused
            text = words.GO_ON if paused else words.PAUSE
            self._pause.setText(text)
            self._pause.setAccessibleName(text)

    def pause(self) -> None:
        """Ask for a pause, or for going on."""
        self._command(CommandName.GO_ON if self._paused else CommandName.PAUSE)

    def pain(self) -> None:
        """Stop with pain."""
        self._command(CommandName.PAIN)

    def score(self, digit: int) -> None:
        """Say how much it hurts, by a digit."""
        self._act(Action(ActionName.PAIN_SCORE, str(digit)))

    def end_set(self) -> None:
        """End the set."""
        self._command(CommandName.END_SET)

    def redo(self) -> None:
        """Ask for the newest calibration step once more."""
        self._command(CommandName.REDO)

    def finish(self) -> None:
        """End the session."""
        self._act(Action(ActionName.END))

    def _command(self, name: CommandName) -> None:
        self._act(Action(ActionName.COMMAND, name))


class EndQuestion(QWidget):
    """Asks once, in its own line, whether the session is to end; nothing is covered and nothing waits."""

    def __init__(self, end: Callable[[], None], stay: Callable[[], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        spaced(row, (1.6, 0.6, 1.6, 1.0), 1.6)
        row.addWidget(label(words.ASK_END, "sentence"))
        row.addWidget(label(words.ASK_ANSWERS), 1)
        for text, kind, answer in ((words.ASK_YES, "warning", end), (words.ASK_NO, "plain", stay)):
            made = BigButton(text, kind)
            made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            made.clicked.connect(lambda _=False, answer=answer: answer())
            row.addWidget(made)
        self.hide()
