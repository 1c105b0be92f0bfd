"""Cues of a hold: end range reached, a tick for each second, done, paused."""

from __future__ import annotations

from dataclasses import dataclass

from imu_hip.guide import wording
from imu_hip.guide.moment import Moment
from imu_hip.model.signal import Signal, SignalKind


@dataclass(frozen=True, slots=True)
class HoldCues:
    """What was told of the newest hold: when it began (None: there was none yet), ticks, whether done and paused."""

    start_s: float | None = None
    ticks: int = 0
    done: bool = False
    paused: bool = False


def step(state: HoldCues, moment: Moment, goal_s: float, silent_s: float) -> tuple[HoldCues, list[Signal]]:
    """Tell of the running hold; one that is taken up again is the same. Time in which nothing is seen does not count.

    `goal_s` is what is asked for; the hold is paused when its angle is unknown, or the newest row is `silent_s` old.
    """
    start_s = moment.snapshot.hold_start_s
    if start_s is None or moment.seen.t_s is None:
        return state, []
    signals = []
    if start_s != state.start_s:
        state = HoldCues(start_s)
        signals.append(Signal(moment.t_s, SignalKind.END_RANGE_REACHED))
    unseen = moment.seen.angle_rad is None or moment.silent_s >= silent_s
    if unseen and not state.paused:
        signals.append(Signal(moment.t_s, SignalKind.HOLD_PAUSED, wording.HOLD_PAUSED))
    held_s = moment.seen.t_s - start_s
    ticks = state.ticks if unseen else max(state.ticks, int(held_s))
    signals += [Signal(start_s + tick, SignalKind.HOLD_TICK, number=tick) for tick in range(state.ticks + 1, ticks + 1)]
    done = state.done or (not unseen and held_s >= goal_s)
    if done and not state.done:
        signals.append(Signal(start_s + goal_s, SignalKind.HOLD_DONE, wording.HOLD_DONE))
    return HoldCues(start_s, ticks, done, unseen), signals
