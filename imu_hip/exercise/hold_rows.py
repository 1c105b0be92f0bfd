"""Follow the machine of holds from row to row, up to one at which something happens: this sees every judged row."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.levels import TIME_TOLERANCE_S, Limits, lasted
from imu_hip.exercise.step_down import EVERY_S, found
from imu_hip.model.block import Floats
from imu_hip.model.event import Phase

Memory = Records
"""What evolves from row to row (1,), see `memory`."""

_MOST_ROWS = 6_000
"""A hold longer than this many rows (two minutes at 50 Hz) is measured over its newest ones."""


class Mode(IntEnum):
    """Where the machine is; settling is a candidate within IDLE or EXIT."""

    IDLE = 0
    HOLD = 1
    EXIT = 2


class Happens(IntEnum):
    """What there is to do at a row. At FULL and TIME it is not taken in yet: the trace is, or a time has run out."""

    NOTHING = 0
    FULL = 1
    TIME = 2
    SETTLED = 3
    DROPPED = 4
    FELL = 5
    BELOW = 6
    STEPPED_DOWN = 7
    RETAKEN = 8
    BACK = 9
    TIMEOUT = 10
    STOP = 11


class Stop(IntEnum):
    """Where else to stop: in neutral while no hold and no exit goes on, whenever the machine is at rest, or both."""

    NOWHERE = 0
    IN_NEUTRAL = 1
    AT_REST = 2
    BOTH = 3


_MEMORY = records(
    [
        *((name, np.int64) for name in ("mode", "length", "head", "settle_at", "tops_from")),
        *(
            (name, np.float64)
            for name in (
                "enter_rad", "known_s", "approach_rad_s", "settle_s", "start_s", "entry_rad_s", "below_s", "falling_s",
                "end_s", "next_look_s", "step_s", "step_rad", "left_rad", "lowest_rad", "retake_rad", "neutral_s",
            )
        ),
        *((name, np.bool_) for name in ("pending", "was_hold", "expects_step")),
    ]
)  # fmt: skip


def memory(enter_rad: float) -> Memory:
    """Return the memory of a machine at rest; times and levels are NaN where there is none.

    `length` rows of the trace count: those since the start of the candidate or hold, through its exit; from `head` on
    they are the exit's. `settle_s`, `settle_at`: start of a candidate, in time and as a place in the trace. `below_s`,
    `falling_s`: since when the limb is below the leave level or falls fast. `tops_from`: the place in the trace that a
    hold, or its being taken up again, began at. `expects_step`: the next thing asked for is a small step down;
    `next_look_s`: when one is looked for; `step_s`, `step_rad`: when the one found began, and the level below.
    `left_rad`: level of the hold that a step down ended, or may have; `lowest_rad` since then. `was_hold`: the exit
    follows a hold rather than a touch. `pending`: a hold that may still be taken up again. `neutral_s`: when the limb
    was last in neutral without hold or exit.
    """
    now = np.zeros(1, _MEMORY)
    start = now[0]
    start.enter_rad = enter_rad
    start.known_s = start.next_look_s = -math.inf
    start.settle_s = start.below_s = start.falling_s = start.left_rad = start.neutral_s = math.nan
    start.lowest_rad = math.inf
    return now


@compiled
def take(
    limits: Limits,
    memory: Memory,
    trace: Floats,
    rows: Floats,
    first: int,
    end: int,
    stop: int,
    phases: NDArray[np.uint8],
) -> tuple[int, int]:
    """Take in `rows` (n, 6) from `first` on, up to one at which something happens; return that row and what.

    `end` and NOTHING if it does not. Fills in the `phases` (n,) of rows. Changes `memory` and `trace`.
    """
    own, now = limits[0], memory[0]
    for row in range(first, end):
        t_s, angle, rate = rows[row, 0], rows[row, 1], rows[row, 2]
        if not at_rest(now):
            if now.pending and lasted(now.end_s, t_s, own.merge_s):
                return row, Happens.TIME
            if lasted(now.known_s, t_s, own.grace_s):
                return row, Happens.TIME
        phases[row] = Phase.UNKNOWN
        happens = Happens.NOTHING + 0
        if not np.isnan(angle):
            if now.length == len(trace):
                return row, Happens.FULL
            now.known_s = t_s
            trace[now.length] = rows[row]
            now.length += 1
            if now.mode == Mode.HOLD:
                happens = _hold(own, now, trace)
            else:
                if angle <= own.neutral_rad:
                    now.approach_rad_s = 0.0
                elif rate > now.approach_rad_s:
                    now.approach_rad_s = rate
                happens = _exit(own, now, trace) if now.mode == Mode.EXIT else _idle(own, now, trace)
            phases[row] = phase(limits, memory, angle, rate)
        if happens != Happens.NOTHING:
            return row, happens
        if now.mode == Mode.IDLE and angle <= own.neutral_rad:
            if stop & Stop.IN_NEUTRAL:
                return row, Happens.STOP
            now.neutral_s = t_s
        if stop & Stop.AT_REST and at_rest(now):
            return row, Happens.STOP
    return end, Happens.NOTHING


@compiled
def at_rest(now: Any) -> bool:
    """Tell whether neither a hold, nor the beginning of one, nor an exit is going on."""
    return bool(now.mode == Mode.IDLE and np.isnan(now.settle_s))


@compiled
def phase(limits: Limits, memory: Memory, angle: float, rate: float) -> int:
    """Return what the limb is doing at a known row that has been taken in, blocks apart."""
    own, now = limits[0], memory[0]
    if now.mode == Mode.HOLD:
        return Phase.HOLD
    if now.mode == Mode.EXIT:
        # Tremor on a plateau is slower than what counts as still: only a limb that turns faster climbs again.
        rising = not np.isnan(now.settle_s) or rate > own.still_rad_s
        return Phase.APPROACH if rising else Phase.EXIT
    return Phase.NEUTRAL if angle <= own.neutral_rad else Phase.APPROACH


@compiled
def _idle(own: Any, now: Any, trace: Floats) -> int:
    if trace[now.length - 1, 1] <= own.neutral_rad:
        now.enter_rad, now.left_rad = own.enter_rad, math.nan
    if _settled(own, now, trace):
        return Happens.SETTLED
    if np.isnan(now.settle_s):
        now.length = 0
    return Happens.NOTHING


@compiled
def _hold(own: Any, now: Any, trace: Floats) -> int:
    if now.length > _MOST_ROWS:
        dropped = _MOST_ROWS // 2
        for place in range(dropped, now.length):
            trace[place - dropped] = trace[place]
        now.length -= dropped
        now.tops_from = max(0, now.tops_from - dropped)
    t_s, angle, rate = trace[now.length - 1, 0], trace[now.length - 1, 1], trace[now.length - 1, 2]
    if rate >= -own.release_rad_s:
        now.falling_s = math.nan
    elif np.isnan(now.falling_s):
        now.falling_s = t_s
    if angle >= own.leave_rad:
        now.below_s = math.nan
    elif np.isnan(now.below_s):
        now.below_s = t_s
    if rate < 0.0 and _top(own, now, trace) - angle >= own.drop_rad:
        return Happens.DROPPED
    if not np.isnan(now.falling_s) and lasted(now.falling_s, t_s, own.release_s):
        return Happens.FELL
    if not np.isnan(now.below_s) and lasted(now.below_s, t_s, own.grace_s):
        return Happens.BELOW
    if now.expects_step and t_s >= now.next_look_s:
        now.next_look_s = t_s + EVERY_S - TIME_TOLERANCE_S
        now.step_s, now.step_rad = found(trace[: now.length], now.start_s + own.min_dwell_s, own.small_step_rad)
        if not np.isnan(now.step_s):
            return Happens.STEPPED_DOWN
    return Happens.NOTHING


@compiled
def _top(own: Any, now: Any, trace: Floats) -> float:
    """Return the largest angle of the hold's last `drop_window_s`."""
    newest_s, top = trace[now.length - 1, 0], -math.inf
    place = now.length - 1
    while place >= now.tops_from and not newest_s - trace[place, 0] > own.drop_window_s + TIME_TOLERANCE_S:
        top = max(top, trace[place, 1])
        place -= 1
    return top


@compiled
def _exit(own: Any, now: Any, trace: Floats) -> int:
    t_s, angle, rate = trace[now.length - 1, 0], trace[now.length - 1, 1], trace[now.length - 1, 2]
    now.lowest_rad = min(now.lowest_rad, angle)
    if now.pending:
        if angle <= own.leave_rad:
            now.retake_rad = math.inf
        elif rate >= 0.0 and angle >= now.retake_rad:
            return Happens.RETAKEN
    if angle <= own.neutral_rad:
        return Happens.BACK
    if _settled(own, now, trace):
        return Happens.SETTLED
    if np.isnan(now.settle_s) and t_s - now.end_s > own.exit_s + TIME_TOLERANCE_S:
        return Happens.TIMEOUT
    return Happens.NOTHING


@compiled
def _settled(own: Any, now: Any, trace: Floats) -> bool:
    """Follow the candidate for a hold, whose newest row is the last of the trace; tell whether it is one now."""
    t_s, angle, rate = trace[now.length - 1, 0], trace[now.length - 1, 1], trace[now.length - 1, 2]
    if angle < _enter_rad(own, now) or abs(rate) > own.still_rad_s:
        now.settle_s = math.nan
        return False
    if np.isnan(now.settle_s):
        now.settle_s, now.settle_at = t_s, now.length - 1
        now.entry_rad_s = now.approach_rad_s
        return False
    return lasted(now.settle_s, t_s, own.settle_s)


@compiled
def _enter_rad(own: Any, now: Any) -> float:
    """Return the level to enter at: after a step down the limb must have climbed, at most half of the step."""
    if not now.lowest_rad < now.left_rad:
        return float(now.enter_rad)
    climb_rad = min(own.climb_rad, 0.5 * (now.left_rad - now.lowest_rad))
    return float(max(now.enter_rad, now.lowest_rad + climb_rad))
