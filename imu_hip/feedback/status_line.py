"""The console's one line about the moment: over itself on a terminal, now and then elsewhere."""

from __future__ import annotations

import shutil
from typing import TextIO

from imu_hip.feedback import wording
from imu_hip.model.event import Phase
from imu_hip.model.item import LinkState
from imu_hip.model.view_state import SensorView, ViewState

TERMINAL_EVERY_S = 0.1
ELSEWHERE_EVERY_S = 5.0
NARROWEST = 20

_PHASE = {
    Phase.UNKNOWN: "no phase",
    Phase.NEUTRAL: "rest",
    Phase.APPROACH: "approach",
    Phase.HOLD: "hold",
    Phase.BLOCK: "block",
    Phase.EXIT: "exit",
}


def line(state: ViewState) -> str:
    """Return the state in one line: what matters most comes first, because narrow terminals cut the end."""
    known = state.angle_deg is not None and state.sd_deg is not None
    if state.angle_deg is not None and state.sd_deg is not None:
        angle = wording.angle(state.angle_deg, state.sd_deg)
    else:
        angle = wording.UNKNOWN
    parts = [wording.clock(state.t_s), f"{_PHASE[state.phase]:8}", f"{angle:>10}"]
    if state.hold_s is not None:
        paused = "" if known else " paused"
        parts.append(f"held {state.hold_s:.0f}/{state.hold_goal_s:.0f} s{paused}")
    if state.warning:
        parts.append(f"! {state.warning}")
    if state.cycle_steps:
        goal = "" if state.cycles_goal is None else f"/{state.cycles_goal}"
        parts.append(f"cycle {state.cycle}{goal} step {state.cycle_steps_done}/{len(state.cycle_steps)}")
    elif state.count:
        parts.append(state.count)
    if state.pace is not None:
        parts.append("breathe in" if state.pace.inhaling else "breathe out")
    if state.prompt:
        parts.append(state.prompt)
    parts.extend(_sensor(sensor) for sensor in state.sensors)
    if state.recording_alarm and state.recording_alarm.lower() != state.warning.lower():
        parts.append(f"! {state.recording_alarm}")
    return " · ".join(parts)


def _sensor(sensor: SensorView) -> str:
    if sensor.state is LinkState.LOST:
        return f"{sensor.role.value} lost"
    if sensor.state is None:
        return f"{sensor.role.value} –"
    rate = "" if sensor.rate_hz is None else f" {sensor.rate_hz:.0f} Hz"
    lost = f" {sensor.lost} lost" if sensor.lost else ""
    return f"{sensor.role.value}{rate}{lost}"


class StatusLine:
    """Writes the line to a text stream: ten times a second over itself on a terminal, else every 5 s."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._last_s: float | None = None
        self._width = 0

    def show(self, state: ViewState, now_s: float) -> None:
        """Write the state when it is time to; `now_s` is any clock that does not jump."""
        pause_s = TERMINAL_EVERY_S if self._terminal else ELSEWHERE_EVERY_S
        if self._last_s is not None and now_s - self._last_s < pause_s:
            return
        self._last_s = now_s
        text = wording.writable(line(state), self._stream)
        if not self._terminal:
            self._write(text + "\n")
            return
        columns = max(NARROWEST, shutil.get_terminal_size().columns - 1)
        text = text[:columns]
        self._write("\r" + text.ljust(min(self._width, columns)))
        self._width = len(text)

    def finish(self) -> None:
        """Leave the line standing, so that what follows begins on a new one."""
        if self._terminal and self._last_s is not None:
            self._write("\n")
            self._width = 0
            self._last_s = None

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
