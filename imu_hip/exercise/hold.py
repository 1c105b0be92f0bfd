"""The state machine of holds at end range and the ways back from them, one sample at a time.

IDLE -> (settling) -> HOLD -> EXIT -> IDLE. A start is known `settle_s` after it, an end at most `grace_s` after it;
both are dated back. A finished hold waits `merge_s` before it is handed out: until then the limb may take it up
again. After a hold, and until the limb has been in neutral, a new one must climb back near the level of the old:
relaxing a step and pushing there is no hold.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from imu_hip.exercise import step_down
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.controlled_exit import graded_exit, open_exit
from imu_hip.exercise.evenly import evenly
from imu_hip.exercise.hold_metrics import Ending, measured_hold
from imu_hip.exercise.levels import TIME_TOLERANCE_S, Levels, larger, lasted
from imu_hip.model.event import Exit, Hold, Touch

HoldEvent = Hold | Touch | Exit

_FALLING_RAD_S = math.radians(4.0)
"""The end of a hold is dated back to the last sample that did not fall faster than this."""
_LEVEL_S = 1.0
_LEVEL_SHARE = 0.6
"""A hold is taken up again above the level of its last `_LEVEL_S` less this share of the drop."""
_UNGRADED_TIMEOUT_S = 12.0
"""How long a limb may take back to neutral where exits are not graded."""
_MOST_SAMPLES = 6_000
"""A hold longer than this many samples (two minutes at 50 Hz) is measured over its newest ones."""


class Mode(IntEnum):
    """Where the machine is; settling is a candidate within IDLE or EXIT."""

    IDLE = 0
    HOLD = 1
    EXIT = 2


@dataclass(slots=True)
class HoldState:
    """All that evolves.

    `trace`: the samples since the start of the candidate or hold, through its exit; from `head` on they are the exit's.
    `settle_s`, `settle_at`: start of a candidate, in time and as a place in the trace. `below_s`, `falling_s`: since
    when the limb is below the leave level or falls fast. `tops`: falling maxima of the last `drop_window_s`.
    `expects_step`: the next thing asked for is a small step down; `next_look_s`: when one is looked for.
    `left_rad`: level of the hold that a step down ended, or may have; `lowest_rad` since then.
    `was_hold`: the exit follows a hold rather than a touch. `pending`: a hold that may still be taken up again.
    """

    mode: Mode = Mode.IDLE
    enter_rad: float = math.inf
    known_s: float = -math.inf
    approach_rad_s: float = 0.0
    trace: list[Sample] = field(default_factory=list)
    settle_s: float | None = None
    settle_at: int = 0
    start_s: float = 0.0
    entry_rad_s: float = 0.0
    tops: deque[tuple[float, float]] = field(default_factory=deque)
    below_s: float | None = None
    falling_s: float | None = None
    end_s: float = 0.0
    head: int = 0
    was_hold: bool = False
    expects_step: bool = False
    next_look_s: float = -math.inf
    left_rad: float = math.nan
    lowest_rad: float = math.inf
    pending: Hold | None = None
    retake_rad: float = 0.0


def initial(levels: Levels) -> HoldState:
    """Return the machine at rest."""
    return HoldState(enter_rad=levels.enter_rad)


def step(levels: Levels, state: HoldState, sample: Sample) -> tuple[HoldEvent, ...]:
    """Take one sample in (time must increase) and return the events that became final. Changes `state`."""
    t_s, angle, rate = sample[:3]
    events: tuple[HoldEvent, ...] = ()
    if not is_at_rest(state):
        events = _let_time_pass(levels, state, t_s)
    if angle != angle:  # NaN: not known.
        return events
    state.known_s = t_s
    if state.mode is Mode.HOLD:
        return events + _hold(levels, state, sample)
    if angle <= levels.neutral_rad:
        state.approach_rad_s = 0.0
    elif rate > state.approach_rad_s:
        state.approach_rad_s = rate
    if state.mode is Mode.EXIT:
        return events + _exit(levels, state, sample)
    _idle(levels, state, sample)
    return events


def rest_on(levels: Levels, state: HoldState, t_s: float) -> None:
    """Do what a step does with a known sample in neutral while the machine is at rest. Changes `state`."""
    state.known_s, state.approach_rad_s = t_s, 0.0
    state.enter_rad, state.left_rad = levels.enter_rad, math.nan


def is_at_rest(state: HoldState) -> bool:
    """Tell whether neither a hold, nor the beginning of one, nor an exit is going on."""
    return state.mode is Mode.IDLE and state.settle_s is None


def close(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """End whatever is going on, because nothing more comes."""
    return _break_off(levels, state, Ending.STOPPED, "the exercise ended before neutral was reached")


def _idle(levels: Levels, state: HoldState, sample: Sample) -> None:
    if sample.angle_rad <= levels.neutral_rad:
        state.enter_rad, state.left_rad = levels.enter_rad, math.nan
    state.trace.append(sample)
    if _settled(levels, state, sample):
        _begin(state)
    elif state.settle_s is None:
        state.trace.clear()


def _hold(levels: Levels, state: HoldState, sample: Sample) -> tuple[HoldEvent, ...]:
    t_s, angle, rate = sample[:3]
    rule = levels.hold_rule
    state.trace.append(sample)
    if len(state.trace) > _MOST_SAMPLES:
        del state.trace[: _MOST_SAMPLES // 2]
    tops = state.tops
    _add_top(tops, t_s, angle)
    while t_s - tops[0][0] > rule.drop_window_s + TIME_TOLERANCE_S:
        tops.popleft()
    if rate >= -levels.release_rad_s:
        state.falling_s = None
    elif state.falling_s is None:
        state.falling_s = t_s
    if angle >= levels.leave_rad:
        state.below_s = None
    elif state.below_s is None:
        state.below_s = t_s
    if rate < 0.0 and tops[0][1] - angle >= levels.drop_rad:
        return _end(levels, state, _dated_back(levels, state, t_s), Ending.LEFT)
    if state.falling_s is not None and lasted(state.falling_s, t_s, rule.release_s):
        return _end(levels, state, _dated_back(levels, state, state.falling_s), Ending.LEFT)
    if state.below_s is not None and lasted(state.below_s, t_s, rule.grace_s):
        return _end(levels, state, _dated_back(levels, state, state.below_s), Ending.LEFT)
    if state.expects_step and t_s >= state.next_look_s:
        state.next_look_s = t_s + step_down.EVERY_S - TIME_TOLERANCE_S
        return _step_down(levels, state)
    return ()


def _step_down(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """End the hold where a small step down began, if there was one."""
    step_seen = step_down.found(levels, state.trace, state.start_s + levels.hold_rule.min_dwell_s)
    if step_seen is None:
        return ()
    events = _end(levels, state, step_seen.start_s, Ending.LEFT)
    state.lowest_rad, state.retake_rad = step_seen.lower_rad, math.inf
    return events


def _exit(levels: Levels, state: HoldState, sample: Sample) -> tuple[HoldEvent, ...]:
    t_s, angle, rate = sample[:3]
    state.trace.append(sample)
    state.lowest_rad = min(state.lowest_rad, angle)
    if state.pending is not None:
        if angle <= levels.leave_rad:
            state.retake_rad = math.inf
        elif rate >= 0.0 and angle >= state.retake_rad:
            state.pending = None
            _hold_on(state)
            return ()
    if angle <= levels.neutral_rad:
        events = _hand_out(state)
        if state.was_hold and levels.exit_rule is not None:
            way_back = state.trace[state.head :]
            events += (graded_exit(levels, levels.exit_rule, state.end_s, way_back),)
        _rest(state)
        state.enter_rad, state.left_rad = levels.enter_rad, math.nan
        return events
    if _settled(levels, state, sample):
        # Only a confirmed hold ends the exit: a slow way back is still enough to settle for a moment, too.
        way_back = state.trace[state.head : state.settle_at]
        events = _hand_out(state)
        events += _abandon(levels, state, way_back, "turned again before neutral was reached")
        _begin(state)
        return events
    timeout_s = levels.exit_rule.timeout_s if levels.exit_rule is not None else _UNGRADED_TIMEOUT_S
    if state.settle_s is None and t_s - state.end_s > timeout_s + TIME_TOLERANCE_S:
        return _break_off(levels, state, Ending.LEFT, f"not back in neutral within {timeout_s:g} s")
    return ()


def _settled(levels: Levels, state: HoldState, sample: Sample) -> bool:
    """Follow the candidate for a hold, whose newest sample is the last of the trace; tell whether it is one now."""
    if sample.angle_rad < _enter_rad(levels, state) or abs(sample.rate_rad_s) > levels.still_rad_s:
        state.settle_s = None
        return False
    if state.settle_s is None:
        state.settle_s, state.settle_at = sample.t_s, len(state.trace) - 1
        state.entry_rad_s = state.approach_rad_s
        return False
    return lasted(state.settle_s, sample.t_s, levels.hold_rule.settle_s)


def _enter_rad(levels: Levels, state: HoldState) -> float:
    """Return the level to enter at: after a step down the limb must have climbed, at most half of the step."""
    if not state.lowest_rad < state.left_rad:
        return state.enter_rad
    climb_rad = min(larger(levels.hold_rule.climb, levels.end_range_rad), 0.5 * (state.left_rad - state.lowest_rad))
    return max(state.enter_rad, state.lowest_rad + climb_rad)


def _begin(state: HoldState) -> None:
    """Start the hold of which the candidate is the beginning."""
    state.start_s = state.trace[state.settle_at].t_s
    del state.trace[: state.settle_at]
    _hold_on(state)
    for sample in state.trace:
        _add_top(state.tops, sample.t_s, sample.angle_rad)


def _let_time_pass(levels: Levels, state: HoldState, t_s: float) -> tuple[HoldEvent, ...]:
    """Hand out a hold that can no longer be taken up again, and end what has been without data for too long."""
    events: tuple[HoldEvent, ...] = ()
    if state.pending is not None and lasted(state.end_s, t_s, levels.hold_rule.merge_s):
        events = _hand_out(state)
    if lasted(state.known_s, t_s, levels.hold_rule.grace_s):
        events += _break_off(levels, state, Ending.DATA_LOST, "the data were lost on the way back")
    return events


def _break_off(levels: Levels, state: HoldState, ending: Ending, why: str) -> tuple[HoldEvent, ...]:
    """Go to IDLE from wherever the machine is; a limb already below the leave level had left by itself."""
    events: tuple[HoldEvent, ...] = ()
    if state.mode is Mode.HOLD and state.below_s is None:
        events = _end(levels, state, state.known_s, ending) + _hand_out(state)
    else:
        if state.mode is Mode.HOLD and state.below_s is not None:
            events = _end(levels, state, _dated_back(levels, state, state.below_s), Ending.LEFT)
        if state.mode is Mode.EXIT:
            events += _hand_out(state) + _abandon(levels, state, state.trace[state.head :], why)
    _rest(state)
    return events


def _end(levels: Levels, state: HoldState, end_s: float, ending: Ending) -> tuple[HoldEvent, ...]:
    """Go from HOLD to EXIT with the hold's end at `end_s`; a touch is final at once."""
    trace, rule = state.trace, levels.hold_rule
    head = len(trace)
    while trace[head - 1].t_s > end_s:
        head -= 1
    state.mode, state.head, state.end_s = Mode.EXIT, head, end_s
    state.settle_s = None
    state.approach_rad_s = 0.0
    state.was_hold = lasted(state.start_s, end_s, rule.min_dwell_s)
    if not state.was_hold:
        return (Touch(state.start_s, end_s, levels.direction),)
    even = evenly(trace[:head])
    state.pending = measured_hold(levels, state.start_s, end_s, state.entry_rad_s, even, ending)
    state.enter_rad = max(levels.enter_rad, float(np.percentile(even.angle_rad, 75.0)) - levels.step_rad)
    level_rad = float(np.median(even.angle_rad[even.t_s > end_s - _LEVEL_S]))
    state.left_rad, state.lowest_rad = (level_rad if state.expects_step else math.nan), math.inf
    state.retake_rad = level_rad - _LEVEL_SHARE * levels.drop_rad
    if any(sample.angle_rad <= levels.leave_rad for sample in trace[head:]):
        state.retake_rad = math.inf
    return ()


def _dated_back(levels: Levels, state: HoldState, trigger_s: float) -> float:
    """Return the time of the last sample before the trigger at which the limb did not fall yet."""
    earliest_s = trigger_s - levels.hold_rule.back_date_s - TIME_TOLERANCE_S
    for sample in reversed(state.trace):
        if sample.t_s < earliest_s:
            break
        if sample.t_s <= trigger_s and sample.rate_rad_s > -_FALLING_RAD_S:
            return sample.t_s
    return trigger_s


def _hand_out(state: HoldState) -> tuple[HoldEvent, ...]:
    hold, state.pending = state.pending, None
    return () if hold is None else (hold,)


def _abandon(levels: Levels, state: HoldState, way_back: list[Sample], why: str) -> tuple[HoldEvent, ...]:
    """Return the exit that was not seen to end in neutral, where exits matter."""
    if not state.was_hold or levels.exit_rule is None:
        return ()
    return (open_exit(levels, state.end_s, way_back, why),)


def _hold_on(state: HoldState) -> None:
    state.mode = Mode.HOLD
    state.settle_s = state.below_s = state.falling_s = None
    state.tops.clear()


def _rest(state: HoldState) -> None:
    state.mode = Mode.IDLE
    state.settle_s = None
    state.trace = []


def _add_top(tops: deque[tuple[float, float]], t_s: float, angle: float) -> None:
    while tops and tops[-1][1] <= angle:
        tops.pop()
    tops.append((t_s, angle))
