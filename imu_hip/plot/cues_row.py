"""How cues are given, in one row: tones, speech, flash, volume, and why there is no sound, if so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import Settings
from imu_hip.plot import app_wording as words
from imu_hip.plot.controls import Toggle
from imu_hip.plot.form import label, sized, spaced


class CuesRow(QWidget):
    """Shows the settings of cues and asks for others."""

    def __init__(self, act: Callable[[Action], None]) -> None:
        super().__init__()
        self._act = act
        self._shown: Settings | None = None
        self._toggles = {
            ActionName.TONES: Toggle(words.TONES),
            ActionName.SPEECH: Toggle(words.SPEECH),
            ActionName.FLASH: Toggle(words.FLASH),
        }
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setProperty("kind", "volume")
        self._volume.setRange(0, 100)
        self._volume.setPageStep(10)
        self._volume.setSingleStep(5)
        self._volume.setAccessibleName(words.VOLUME)
        self._volume.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._volume.valueChanged.connect(self._ask_volume)
        self._percent = label()
        sized(self._percent, width=7.0)
        self._note = label(kind="dim", wraps=True)
        row = QHBoxLayout()
        spaced(row, 0.0, 1.0)
        row.addWidget(label(words.CUES, "heading"))
        for name, toggle in self._toggles.items():
            toggle.setAccessibleName(f"{words.CUES}: {toggle.text()}")
            toggle.clicked.connect(lambda checked, name=name: self._act(Action(name, "on" if checked else "off")))
            row.addWidget(toggle)
        row.addSpacing(1)
        row.addWidget(label(words.VOLUME))
        row.addWidget(self._volume, 1)
        row.addWidget(self._percent)
        rows = QVBoxLayout(self)
        spaced(rows, 0.0, 0.5)
        rows.addLayout(row)
        rows.addWidget(self._note)

    def show_settings(self, settings: Settings) -> None:
        """Show the settings."""
        if settings == self._shown:
            return
        self._shown = settings
        values = {
            ActionName.TONES: settings.tones,
            ActionName.SPEECH: settings.speech,
            ActionName.FLASH: settings.flash,
        }
        for name, on in values.items():
            self._toggles[name].setChecked(on)
        blocker = QSignalBlocker(self._volume)
        percent = round(100.0 * settings.volume)
        if not self._volume.isSliderDown():
            self._volume.setValue(percent)
        blocker.unblock()
        self._percent.setText(words.PERCENT.format(percent=percent))
        self._note.setText(settings.sound_note)
        self._note.setVisible(bool(settings.sound_note))

    def _ask_volume(self, percent: int) -> None:
        self._percent.setText(words.PERCENT.format(percent=percent))
        self._act(Action(ActionName.VOLUME, f"{percent / 100.0:.2f}"))
