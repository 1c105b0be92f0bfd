"""The view state as data for other programs and other screens, `imu-hip/view/1` (docs/second-screen.md)."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import Phase
from imu_hip.model.view_state import (
    BreathPace,
    CalibrationView,
    ChannelView,
    ExitView,
    GuideView,
    HoldView,
    SensorView,
    TraceView,
    TrialView,
    ViewState,
)

SCHEMA = "imu-hip/view/1"
STEP_S = 0.1
"""One point of the trace is the mean of this long a stretch."""
MAX_POINTS = 600
MAX_HOLDS = 12

_SLACK = 1e-6  # of a step: a sample on a border belongs behind it, whatever the time it is told relative to

Json = dict[str, object]


def view_json(state: ViewState) -> Json:
    """Return all that a screen shows except who it is: no name, no serial numbers, no file name.

    What is not known is None; json.dumps takes it with `allow_nan=False`. Degrees and seconds.
    """
    return {
        "schema": SCHEMA,
        "mode": state.mode,
        "speed": state.speed,
        "exercise": state.exercise,
        "posture": state.posture,
        "side": state.side,
        "outward": state.outward,
        "t_s": _rounded(state.t_s, 2),
        "angle_deg": _rounded(state.angle_deg, 1),
        "sd_deg": _rounded(state.sd_deg, 1),
        "greyed": state.greyed,
        "strap_calibrated": state.strap_calibrated,
        "phase": _word(state.phase),
        "prompt": state.prompt,
        "warning": state.warning,
        "end_range_deg": _rounded(state.end_range_deg, 1),
        "band_deg": None if state.band_deg is None else [_rounded(border, 1) for border in state.band_deg],
        "hold_s": _rounded(state.hold_s, 2),
        "hold_goal_s": _rounded(state.hold_goal_s, 2),
        "holds": [_hold(hold) for hold in state.holds[-MAX_HOLDS:]],
        "holds_done": len(state.holds),
        "trials": None if state.trials is None else [_trial(trial) for trial in state.trials],
        "last_exit": None if state.last_exit is None else _exit(state.last_exit),
        "cycle": state.cycle,
        "cycles_complete": state.cycles_complete,
        "cycles_goal": state.cycles_goal,
        "cycle_steps": list(state.cycle_steps),
        "cycle_steps_done": state.cycle_steps_done,
        "count": state.count,
        "pace": None if state.pace is None else _pace(state.pace),
        "breaths_measured": state.breaths_measured,
        "faults": [kind.value for kind in state.faults],
        "unsure": [kind.value for kind in state.unsure],
        "channels": [_channel(channel) for channel in state.channels],
        "guide": _guide(state.guide),
        "calibration": [_calibration(step) for step in state.calibration],
        "sensors": [_sensor(sensor) for sensor in state.sensors],
        "trace": _trace(state.trace, state.t_s),
        "recording": bool(state.recording),
        "recording_alarm": state.recording_alarm,
    }


def _hold(hold: HoldView) -> Json:
    return {
        "duration_s": _rounded(hold.duration_s, 1),
        "angle_deg": _rounded(hold.angle_deg, 1),
        "sd_deg": _rounded(hold.sd_deg, 1),
        "verdict": str(hold.verdict),
    }


def _trial(trial: TrialView) -> Json:
    return {
        "direction": trial.direction,
        "angle_deg": _rounded(trial.angle_deg, 1),
        "sd_deg": _rounded(trial.sd_deg, 1),
    }


def _exit(last: ExitView) -> Json:
    return {"verdict": last.verdict, "peak_deg_per_s": _rounded(last.peak_deg_per_s, 1), "why": last.why}


def _pace(pace: BreathPace) -> Json:
    return {"inhaling": pace.inhaling, "share": _rounded(pace.share, 2), "breaths": pace.breaths}


def _channel(channel: ChannelView) -> Json:
    return {
        "name": channel.name,
        "change_deg": _rounded(channel.change_deg, 1),
        "limit_deg": _rounded(channel.limit_deg, 1),
        "unsure": channel.unsure,
        "at_fault": channel.at_fault,
    }


def _guide(guide: GuideView) -> Json:
    return {
        "section": guide.section,
        "asks": str(guide.asks),
        "left_s": _rounded(guide.left_s, 1),
        "asked_s": _rounded(guide.asked_s, 1),
        "step": guide.step,
        "steps": guide.steps,
        "paused": guide.paused,
        "turns": guide.turns,
    }


def _calibration(step: CalibrationView) -> Json:
    return {
        "step": str(step.step),
        "accepted": step.accepted,
        "quality": _rounded(step.quality, 2),
        "text": step.text,
    }


def _sensor(sensor: SensorView) -> Json:
    return {
        "role": sensor.role.value,
        "state": None if sensor.state is None else sensor.state.value,
        "rate_hz": _rounded(sensor.rate_hz, 1),
        "lost": sensor.lost,
        "received": sensor.received,
        "age_s": _rounded(sensor.age_s, 1),
        "packet_s": _rounded(sensor.packet_s, 1),
        "battery_percent": sensor.battery_percent,
    }


def _trace(trace: TraceView, now_s: float) -> Json:
    """Return block means at borders that are fixed on the clock, so that they do not shimmer while time passes.

    A block without samples, or with an unknown angle among them, is unknown; its phase is that of its newest sample.
    """
    block = np.floor((trace.t_s + now_s) / STEP_S + _SLACK).astype(np.int64)
    if block.size == 0:
        return {"start_s": 0.0, "step_s": STEP_S, "angle_deg": [], "sd_deg": [], "phases": []}
    first = max(int(block[0]), int(block[-1]) - MAX_POINTS + 1)
    shown = block >= first
    place = block[shown] - first
    phase = np.full(int(place[-1]) + 1, Phase.UNKNOWN, np.uint8)
    phase[place] = trace.phase[shown]
    start_s = first * STEP_S - now_s
    return {
        "start_s": _rounded(start_s, 2),
        "step_s": STEP_S,
        "angle_deg": _means(place, trace.angle_deg[shown]),
        "sd_deg": _means(place, trace.sd_deg[shown]),
        "phases": _spans(phase, start_s),
    }


def _means(place: NDArray[np.int64], values: NDArray[np.float64]) -> list[float | None]:
    """Return the mean of the values at each place, one decimal."""
    count = np.bincount(place)
    total = np.bincount(place, weights=values)
    means = np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
    # Adding zero turns -0.0 into 0.0.
    return [mean if isfinite(mean) else None for mean in (np.round(means, 1) + 0.0).tolist()]


def _spans(phase: NDArray[np.uint8], start_s: float) -> list[Json]:
    """Return the runs of equal phase."""
    borders = [0, *(np.flatnonzero(np.diff(phase)) + 1).tolist(), phase.size]
    return [
        {
            "phase": _word(Phase(int(phase[a]))),
            "start_s": _rounded(start_s + a * STEP_S, 2),
            "end_s": _rounded(min(start_s + b * STEP_S, 0.0), 2),
        }
        for a, b in pairwise(borders)
    ]


def _word(phase: Phase) -> str:
    return phase.name.lower()


def _rounded(value: float | None, digits: int) -> float | None:
    """Return a finite number with so many decimals, never -0.0; None for what is not known."""
    return round(float(value), digits) + 0.0 if value is not None and isfinite(value) else None
