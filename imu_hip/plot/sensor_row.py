"""One sensor on the sensors page: how it is doing, and the buttons that show it and say where it is worn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imu_hip.model.action import Action, ActionName
from imu_hip.model.app_state import FoundSensor
from imu_hip.model.item import Role
from imu_hip.model.patience import patience_s
from imu_hip.plot import app_wording as words
from imu_hip.plot.form import Elided, again, button, label, sized, spaced
from imu_hip.plot.signal_bars import SignalBars

COLUMNS = ((0.0, 1), (16.0, 0), (9.0, 0), (20.0, 0), (13.0, 0), (38.0, 0))
"""Width in u (0: what is left) and stretch of each column."""
SILENT_S = 2.0


class SensorRow(QFrame):
    """Shows one sensor; its buttons stay the same widgets while figures change, so the keyboard stays on them."""

    def __init__(self, act: Callable[[Action], None]) -> None:
        super().__init__()
        self._address = ""
        self._name, self._kind = Elided("strong"), Elided("dim")
        self._limits = label(kind="small", wraps=True)
        self._bars, self._dbm = SignalBars(), label(kind="small")
        self._battery = label()
        self._rate, self._age = label(kind="small"), label(kind="dim")
        self._role, self._shown_by = label(kind="strong"), Elided("small")
        self._identify = button(words.IDENTIFY, "row")
        self._identify.clicked.connect(lambda: act(Action(ActionName.IDENTIFY, self._address)))
        self._roles = {role: button(words.ROLES[role], "row") for role in Role}
        for role, made in self._roles.items():
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, role=role: self._assign(act, role))
        self.setProperty("kind", "row")
        self._arrange()

    @property
    def first(self) -> QWidget:
        """Where the keyboard begins in this row."""
        return self._identify

    @property
    def order(self) -> tuple[QPushButton, ...]:
        """The buttons from left to right."""
        return (self._identify, *self._roles.values())

    @property
    def focus(self) -> QWidget | None:
        """The button that the keyboard is on."""
        return next((made for made in self.order if made.hasFocus()), None)

    def show_sensor(self, sensor: FoundSensor) -> None:
        """Show this sensor."""
        self._address = sensor.address
        self._name.setText(sensor.name)
        self._kind.setText(f"{sensor.serial or words.NO_SERIAL} · {sensor.family}")
        self._limits.setText(" ".join(sensor.limits))
        self._limits.setVisible(bool(sensor.limits))
        self._bars.show_signal(sensor.signal_dbm)
        self._dbm.setText(words.UNKNOWN if sensor.signal_dbm is None else dbm(sensor.signal_dbm))
        percent = sensor.battery_percent
        self._battery.setText(words.UNKNOWN if percent is None else words.BATTERY.format(percent=percent))
        self._rate.setText(_flow(sensor))
        silent = is_silent(sensor)
        said = words.SILENT_FOR if silent else words.AGE
        self._age.setText("" if sensor.age_s is None else said.format(age=age(sensor.age_s)))
        self._age.setVisible(sensor.age_s is not None)
        again(self._age, "alarm" if silent else "dim")
        self._role.setText(words.NO_ROLE if sensor.role is None else words.ROLES[sensor.role])
        again(self._role, "dim" if sensor.role is None else "strong")
        self._shown_by.setText(sensor.identified)
        self._shown_by.setVisible(bool(sensor.identified))
        self._identify.setAccessibleName(words.IDENTIFY_NAME.format(name=sensor.name))
        for role, made in self._roles.items():
            made.setChecked(sensor.role is role)
            made.setAccessibleName(words.ASSIGN_NAME.format(name=sensor.name, role=words.ROLES[role]))

    def _assign(self, act: Callable[[Action], None], role: Role) -> None:
        self._roles[role].setChecked(self._role.text() == words.ROLES[role])  # until the state follows
        act(Action(ActionName.ASSIGN, f"{role.value}={self._address}"))

    def _arrange(self) -> None:
        parts: tuple[tuple[QWidget, ...], ...] = (
            (self._name, self._kind, self._limits),
            (),
            (self._battery,),
            (self._rate, self._age),
            (self._role,),
            (),
        )
        columns = QGridLayout(self)
        spaced(columns, (1.0, 0.8, 1.0, 0.8), 1.0)
        for column, (widgets, (width, stretch)) in enumerate(zip(parts, COLUMNS, strict=True)):
            cell = QWidget()
            lines = QVBoxLayout(cell)
            spaced(lines, 0.0, 0.2)
            lines.addStretch(1)
            if column == 1:
                signal = QHBoxLayout()
                spaced(signal, 0.0, 0.8)
                signal.addWidget(self._bars, 0, Qt.AlignmentFlag.AlignBottom)
                signal.addWidget(self._dbm, 1)
                lines.addLayout(signal)
            elif widgets:
                for widget in widgets:
                    lines.addWidget(widget)
            else:
                buttons = QHBoxLayout()
                spaced(buttons, 0.0, 0.6)
                for made in self.order:
                    buttons.addWidget(made, 1)
                lines.addLayout(buttons)
                lines.addWidget(self._shown_by)
            lines.addStretch(1)
            if width:
                sized(cell, width=width)
            columns.addWidget(cell, 0, column)
            columns.setColumnStretch(column, stretch)


def is_silent(sensor: FoundSensor) -> bool:
    """Return whether a sensor that sent data has stopped."""
    return sensor.age_s is not None and sensor.age_s > patience_s(SILENT_S, sensor.packet_s)


def dbm(signal_dbm: int) -> str:
    """Return the signal with a real minus sign."""
    return words.DBM.format(dbm=f"{signal_dbm}".replace("-", "−"))


def age(seconds: float) -> str:
    """Return an age in the unit in which it is read at a glance."""
    if seconds < 1.0:
        return f"{round(1000.0 * seconds):d} ms"
    return f"{seconds:.1f} s" if seconds < 10.0 else f"{seconds:.0f} s"


def _flow(sensor: FoundSensor) -> str:
    if sensor.rate_hz is None:
        return words.NO_DATA
    return f"{words.RATE.format(rate=round(sensor.rate_hz))} · {words.LOST.format(lost=sensor.lost)}"
