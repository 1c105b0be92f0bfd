"""A view state in the middle of a set that moves on with time: what the benchmark of the window draws."""

from __future__ import annotations

import numpy as np

from imu_hip.model.event import Phase
from imu_hip.model.item import LinkState, Role
from imu_hip.model.view_state import BreathPace, ChannelView, HoldView, SensorView, TraceView, ViewState

_SAMPLES = 6000
_RATE_HZ = 100.0
_PERIOD_S = 16.0


def moving_scene(now_s: float) -> ViewState:
    """Return the state at `now_s`: a minute of curves at 100 Hz, a hold every 16 s, a breath that is paced."""
    t_s = np.arange(-_SAMPLES + 1, 1) / _RATE_HZ
    clock = now_s + t_s
    turn = np.mod(clock, _PERIOD_S) / _PERIOD_S
    angle = 20.0 - 20.0 * np.cos(2.0 * np.pi * turn) + 0.4 * np.sin(5.0 * clock) + 0.2 * np.sin(37.0 * clock)
    phase = np.select(
        [turn < 0.15, turn < 0.35, turn < 0.65, turn < 0.85],
        [Phase.NEUTRAL, Phase.APPROACH, Phase.HOLD, Phase.EXIT],
        Phase.NEUTRAL,
    ).astype(np.uint8)
    channels = np.stack([2.0 * np.sin(0.4 * clock), 3.0 * np.cos(0.7 * clock) + 0.2 * np.sin(29.0 * clock)], axis=1)
    trace = TraceView(t_s, angle, 1.5 + 0.3 * np.sin(0.1 * clock), phase, channels)
    held = float(turn[-1] * _PERIOD_S - 0.35 * _PERIOD_S)
    in_breath = float(np.mod(now_s, 9.0))
    return ViewState(
        mode="live",
        speed="",
        exercise="Supine end-range expansion",
        posture="supine",
        side="right",
        t_s=now_s,
        angle_deg=float(angle[-1]),
        sd_deg=1.5,
        greyed=False,
        phase=Phase(int(phase[-1])),
        prompt="Turn in and hold, one slow breath",
        warning="",
        end_range_deg=40.0,
        band_deg=(32.0, 40.0),
        hold_s=held if 0.0 < held < 0.3 * _PERIOD_S else None,
        hold_goal_s=4.0,
        holds=(HoldView(8.2, 38.0, 1.5, "complete"), HoldView(4.1, 37.0, 1.5, "short")),
        last_exit=None,
        cycle=1,
        cycles_complete=0,
        cycles_goal=3,
        cycle_steps=("internal_hold", "block", "internal_hold", "controlled_exit"),
        cycle_steps_done=1,
        sensors=tuple(
            SensorView(role, LinkState.STREAMING, "BIP-0001", 100.0, 0, int(100.0 * now_s), 0.03, 80) for role in Role
        ),
        trace=trace,
        recording="2026-11-22_supine_ere_right.mcap",
        recording_alarm="",
        count="Set 2 of 3, repetition 1 of 3",
        pace=BreathPace(in_breath < 4.0, in_breath / 4.0 if in_breath < 4.0 else (in_breath - 4.0) / 5.0, 0),
        channels=(
            ChannelView("pelvis roll", float(channels[-1, 0]), 4.0),
            ChannelView("knee inward", float(channels[-1, 1]), 6.0, unsure=True),
        ),
    )
