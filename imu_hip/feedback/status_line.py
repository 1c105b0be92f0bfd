"""The console's lines about the moment and its cues: over themselves on a terminal, now and then elsewhere."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, TextIO

from imu_hip.feedback import wording
from imu_hip.model.event import Phase
from imu_hip.model.item import LinkState
from imu_hip.model.signal import Signal, SignalKind
from imu_hip.model.view_state import SensorView, ViewState

if TYPE_CHECKING:
    from imu_hip.feedback.live_lines import LiveLines, Part

TERMINAL_EVERY_S = 0.1
ELSEWHERE_EVERY_S = 5.0

_PHASE = {
    Phase.UNKNOWN: "no phase",
    Phase.NEUTRAL: "rest",
    Phase.APPROACH: "approach",
    Phase.HOLD: "hold",
    Phase.BLOCK: "block",
    Phase.EXIT: "exit",
}
_JUDGED = ("set", "maximal")
_WRONG = (
    SignalKind.SAFETY,
    SignalKind.SENSOR_LOST,
    SignalKind.HOLD_PAUSED,
    SignalKind.FAULT,
    SignalKind.TOO_FAST,
)
_DONE = (SignalKind.HOLD_DONE, SignalKind.REPETITION_DONE, SignalKind.CYCLE_DONE, SignalKind.SET_DONE)


def line(state: ViewState) -> str:
    """Return the state in one line: what matters most comes first, because whoever reads a log skims it."""
    known = state.angle_deg is not None and state.sd_deg is not None
    parts = [wording.clock(state.t_s), *_prompt(state)]
    if calibrates(state):
        parts.append(phase_word(state))
    else:
        parts += [f"{phase_word(state):8}", f"{wording.known_angle(state.angle_deg, state.sd_deg):>10}"]
    if state.hold_s is not None:
        parts.append(wording.held(state.hold_s, state.hold_goal_s, paused=not known))
    if state.warning:
        parts.append(f"! {wording.one_line(state.warning)}")
    return " · ".join(parts + _besides(state))


def calibrates(state: ViewState) -> bool:
    """Tell whether the guide is on the way to a set: neither phase nor angle mean anything yet."""
    return state.guide.step > 0 and state.guide.section not in _JUDGED


def phase_word(state: ViewState) -> str:
    """Return what the limb does, or which step of the calibration it is."""
    if calibrates(state):
        return f"Step {state.guide.step} of {state.guide.steps}"
    return _PHASE[state.phase]


def second_line(state: ViewState) -> list[Part]:
    """Return what stands below phase and angle on a terminal: what is asked for first, then the warning."""
    parts = [(words, "bold") for words in _prompt(state)]
    parts += [(f"! {wording.one_line(state.warning)}", "bold red")] if state.warning else []
    return parts + [(words, "bold red" if words.startswith("!") else "") for words in _besides(state)]


def cue_line(signal: Signal) -> str:
    """Return a cue as a line of text; empty where it says nothing in words and no line says it later."""
    words = wording.one_line(signal.text)
    if not words and signal.kind is SignalKind.END_RANGE_REACHED:
        words = "End range reached"
    if not words and signal.kind is SignalKind.COUNT_IN:
        words = f"in {signal.number}"
    return f"{wording.clock(signal.t_s)} · {'! ' if signal.kind in _WRONG else ''}{words}" if words else ""


def _prompt(state: ViewState) -> list[str]:
    return [wording.one_line(state.prompt)] if state.prompt else []


def _besides(state: ViewState) -> list[str]:
    """Return cycle or count, breath, sensors and what is wrong with the recording."""
    parts = []
    if state.cycle_steps and not calibrates(state):
        goal = "" if state.cycles_goal is None else f"/{state.cycles_goal}"
        parts.append(f"cycle {state.cycle}{goal} step {state.cycle_steps_done}/{len(state.cycle_steps)}")
    elif state.count:
        parts.append(state.count)
    if state.pace is not None:
        parts.append("breathe in" if state.pace.inhaling else "breathe out")
    parts.extend(_sensor(sensor) for sensor in state.sensors)
    if state.recording_alarm and state.recording_alarm.lower() != state.warning.lower():
        parts.append(f"! {wording.one_line(state.recording_alarm)}")
    return parts


def _sensor(sensor: SensorView) -> str:
    if sensor.state is LinkState.LOST:
        return f"{sensor.role.value} lost"
    if sensor.state is None:
        return f"{sensor.role.value} –"
    rate = "" if sensor.rate_hz is None else f" {sensor.rate_hz:.0f} Hz"
    lost = f" {sensor.lost} lost" if sensor.lost else ""
    late = " (cues late)" if sensor.is_late else ""
    return f"{sensor.role.value}{rate}{lost}{late}"


class StatusLine:
    """Writes state and cues to a text stream.

    On a terminal two lines, drawn over themselves ten times a second, with the cues above them; elsewhere a line every
    5 s, and one for each cue.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last_s: float | None = None
        self._cues: deque[Signal] = deque()
        self._live: LiveLines | None = None
        if stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
            from imu_hip.feedback.live_lines import LiveLines

            self._live = LiveLines(stream)

    def cue(self, signal: Signal) -> None:
        """Take a cue, from any thread; it is written when the state is shown next, or at the end."""
        self._cues.append(signal)

    def show(self, state: ViewState, now_s: float) -> None:
        """Write the cues, and the state when it is time to; `now_s` is any clock that does not jump."""
        self._write_cues()
        pause_s = ELSEWHERE_EVERY_S if self._live is None else TERMINAL_EVERY_S
        if self._last_s is not None and now_s - self._last_s < pause_s:
            return
        self._last_s = now_s
        if self._live is None:
            self._write(line(state))
            return
        from imu_hip.feedback.live_lines import first_line

        self._live.draw(first_line(state, phase_word(state), angle=not calibrates(state)), second_line(state))

    def finish(self) -> None:
        """Leave the lines standing, so that what follows begins on a new one."""
        self._write_cues()
        if self._live is not None:
            self._live.finish()
            self._last_s = None

    def _write_cues(self) -> None:
        while self._cues:
            signal = self._cues.popleft()
            words = cue_line(signal)
            if not words:
                continue
            if self._live is None:
                self._write(words)
            else:
                self._live.write(words, _style(signal.kind))

    def _write(self, text: str) -> None:
        self._stream.write(wording.writable(text, self._stream) + "\n")
        self._stream.flush()


def _style(kind: SignalKind) -> str:
    if kind in _WRONG:
        return "bold red"
    return "bold green" if kind in _DONE else ""
