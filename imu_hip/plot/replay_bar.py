"""The bar of a replay: play, the timeline, steps, speed and the time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPushButton, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import ReplayView
from imu_hip.plot import app_wording as words
from imu_hip.plot.controls import Chooser
from imu_hip.plot.form import button, label, spaced
from imu_hip.plot.guard import PaintGuard
from imu_hip.plot.timeline import Timeline


class ReplayBar(QWidget):
    """Shows where a replay is and asks for another place or speed."""

    def __init__(self, act: Callable[[Action], None], guard: PaintGuard) -> None:
        super().__init__()
        self._act = act
        self._shown: ReplayView | None = None
        self._timeline = Timeline(guard, self.seek, self._show_time)
        self._play = _keyless(button(words.PLAY, "primary"))
        self._time = label(clock(0.0) + " / " + clock(0.0), "strong")
        self._speed = Chooser()
        self._speed.setAccessibleName(words.SPEED)
        for value, text in words.SPEEDS.items():
            self._speed.addItem(text, value)
        self._speed.activated.connect(lambda _: self._act(Action(ActionName.SPEED, self._speed.currentData())))
        close = _keyless(button(words.CLOSE_REPLAY))
        self._play.clicked.connect(lambda: self.play())
        close.clicked.connect(lambda: self.close_replay())
        row = QHBoxLayout()
        spaced(row, 0.0, 0.8)
        row.addWidget(self._play)
        for seconds, (text, name, key) in words.STEPS.items():
            made = _keyless(button(text, tip=key))
            made.setAccessibleName(name)
            made.clicked.connect(lambda _=False, seconds=seconds: self.step(seconds))
            row.addWidget(made)
        row.addWidget(self._time)
        row.addStretch(1)
        row.addWidget(label(words.SPEED))
        row.addWidget(self._speed)
        row.addWidget(close)
        rows = QVBoxLayout(self)
        spaced(rows, (1.6, 0.6, 1.6, 0.8), 0.5)
        rows.addWidget(self._timeline)
        rows.addLayout(row)

    def show_replay(self, replay: ReplayView) -> None:
        """Show the replay."""
        if replay == self._shown:
            return
        self._shown = replay
        text = words.STAND_STILL if replay.playing else words.PLAY
        if self._play.text() != text:
            self._play.setText(text)
            self._play.setAccessibleName(text)
        self._timeline.show_replay(replay)
        if not self._timeline.isSliderDown():
            self._show_time(replay.position_s)
        self._show_speed(replay.factor)

    def play(self) -> None:
        """Ask for going on, or for standing still."""
        self._act(Action(ActionName.PLAY))

    def step(self, seconds: float) -> None:
        """Ask for a place a little further on or back."""
        self._act(Action(ActionName.STEP, f"{seconds:g}"))

    def seek(self, seconds: float) -> None:
        """Ask for a place."""
        self._act(Action(ActionName.SEEK, f"{seconds:.1f}"))

    def note(self) -> None:
        """Ask for a text about the moment that is shown."""
        at_s = self._shown.position_s if self._shown is not None else 0.0
        text, said = QInputDialog.getText(self, words.NOTE_TITLE, words.NOTE_AT_ASKED.format(time=clock(at_s)))
        if said and text.strip():
            self._act(Action(ActionName.NOTE_AT, f"{at_s:.2f} {text}"))

    def close_replay(self) -> None:
        """Ask for the end of the replay."""
        self._act(Action(ActionName.END))

    def _show_time(self, at_s: float) -> None:
        duration_s = self._shown.duration_s if self._shown is not None else 0.0
        self._time.setText(f"{clock(at_s)} / {clock(duration_s)}")

    def _show_speed(self, factor: float | None) -> None:
        value = "max" if factor is None else f"{factor:g}"
        blocker = QSignalBlocker(self._speed)
        index = self._speed.findData(value)
        if index < 0:
            self._speed.addItem(f"{value}×", value)
            index = self._speed.count() - 1
        if not self._speed.view().isVisible():
            self._speed.setCurrentIndex(index)
        blocker.unblock()


def clock(seconds: float) -> str:
    """Return minutes and seconds, m:ss."""
    whole = int(max(0.0, seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def _keyless(made: QPushButton) -> QPushButton:
    """Keep the space bar for playing."""
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made
