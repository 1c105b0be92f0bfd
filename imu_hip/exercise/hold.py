"""The state machine of holds at end range and the ways back from them: what happens at the rows that matter.

IDLE -> (settling) -> HOLD -> EXIT -> IDLE. A start is known `settle_s` after it, an end at most `grace_s` after it;
both are dated back. A finished hold waits `merge_s` before it is handed out: until then the limb may take it up
again. After a hold, and until the limb has been in neutral, a new one must climb back near the level of the old:
relaxing a step and pushing there is no hold. From row to row it is followed in `hold_rows`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import hold_rows
from imu_hip.exercise.conditioning import COLUMNS
from imu_hip.exercise.controlled_exit import graded_exit, open_exit
from imu_hip.exercise.evenly import evenly
from imu_hip.exercise.hold_metrics import Ending, measured_hold
from imu_hip.exercise.hold_rows import Happens, Memory, Mode, Stop
from imu_hip.exercise.levels import TIME_TOLERANCE_S, Levels, lasted
from imu_hip.model.block import Floats
from imu_hip.model.event import Exit, Hold, Touch

HoldEvent = Hold | Touch | Exit

_FALLING_RAD_S = math.radians(4.0)
"""The end of a hold is dated back to the last row that did not fall faster than this."""
_LEVEL_S = 1.0
_LEVEL_SHARE = 0.6
"""A hold is taken up again above the level of its last `_LEVEL_S` less this share of the drop."""
_TRACE = 256
"""How many rows there is place for at first."""


@dataclass(slots=True)
class HoldState:
    """All that evolves: `memory` and `trace` (m, 6) as in `hold_rows`. `pending`: a hold that may be taken up again."""

    memory: Memory = field(default_factory=lambda: hold_rows.memory(math.inf))
    trace: Floats = field(default_factory=lambda: np.empty((_TRACE, COLUMNS)))
    pending: Hold | None = None

    @property
    def now(self) -> Any:
        """The one record of the memory; what is set there stays."""
        return self.memory[0]

    @property
    def mode(self) -> Mode:
        """Where the machine is."""
        return Mode(self.now.mode)

    @property
    def kept(self) -> Floats:
        """The rows (n, 6) of the trace that count."""
        return self.trace[: self.now.length]


def initial(levels: Levels) -> HoldState:
    """Return the machine at rest."""
    return HoldState(hold_rows.memory(levels.enter_rad))


def run(
    levels: Levels,
    state: HoldState,
    rows: Floats,
    first: int,
    phases: NDArray[np.uint8],
    stop: Stop = Stop.NOWHERE,
) -> tuple[int, tuple[HoldEvent, ...]]:
    """Take `rows` (n, 6) in from `first` on (time must increase), up to one where something happens or `stop` says so.

    Return that row, n if there is none, and the events that became final. Fills in `phases` (n,). Changes `state`.
    """
    events: tuple[HoldEvent, ...] = ()
    end = len(rows)
    while True:
        row, happens = hold_rows.take(levels.limits, state.memory, state.trace, rows, first, end, int(stop), phases)
        if happens == Happens.FULL:
            state.trace = np.concatenate([state.trace, np.empty_like(state.trace)])
            first = row
        elif happens == Happens.TIME:
            events += _let_time_pass(levels, state, float(rows[row, 0]))
            first, end = row, row + 1
        elif happens == Happens.NOTHING:
            return (row if end == len(rows) and not events else first), events
        else:
            events += _act(levels, state, Happens(happens))
            if state.now.known_s == rows[row, 0]:
                phases[row] = hold_rows.phase(levels.limits, state.memory, rows[row, 1], rows[row, 2])
            return row, events


def is_at_rest(state: HoldState) -> bool:
    """Tell whether neither a hold, nor the beginning of one, nor an exit is going on."""
    return hold_rows.at_rest(state.now)


def close(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """End whatever is going on, because nothing more comes."""
    return _break_off(levels, state, Ending.STOPPED, "the exercise ended before neutral was reached")


def _act(levels: Levels, state: HoldState, happens: Happens) -> tuple[HoldEvent, ...]:
    """Do what there is to do at the newest row of the trace."""
    now = state.now
    match happens:
        case Happens.SETTLED:
            return _begin(levels, state)
        case Happens.DROPPED:
            return _end(levels, state, _dated_back(levels, state, now.known_s), Ending.LEFT)
        case Happens.FELL:
            return _end(levels, state, _dated_back(levels, state, now.falling_s), Ending.LEFT)
        case Happens.BELOW:
            return _end(levels, state, _dated_back(levels, state, now.below_s), Ending.LEFT)
        case Happens.STEPPED_DOWN:
            return _step_down(levels, state)
        case Happens.RETAKEN:
            state.pending, now.pending = None, False
            _hold_on(state, now.length)
        case Happens.BACK:
            return _back(levels, state)
        case Happens.TIMEOUT:
            return _break_off(levels, state, Ending.LEFT, f"not back in neutral within {levels.exit_s:g} s")
        case _:
            pass
    return ()


def _step_down(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """End the hold where a small step down began."""
    now = state.now
    events = _end(levels, state, float(now.step_s), Ending.LEFT)
    now.lowest_rad, now.retake_rad = now.step_rad, math.inf
    return events


def _back(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """End the exit in neutral."""
    now = state.now
    events = _hand_out(state)
    if now.was_hold and levels.exit_rule is not None:
        events += (graded_exit(levels, levels.exit_rule, float(now.end_s), state.kept[now.head :]),)
    _rest(state)
    now.enter_rad, now.left_rad = levels.enter_rad, math.nan
    return events


def _begin(levels: Levels, state: HoldState) -> tuple[HoldEvent, ...]:
    """Start the hold of which the candidate is the beginning, and end the exit that it came in."""
    now = state.now
    events: tuple[HoldEvent, ...] = ()
    if now.mode == Mode.EXIT:
        # Only a confirmed hold ends the exit: a slow way back is still enough to settle for a moment, too.
        way_back = state.kept[now.head : now.settle_at]
        events = _hand_out(state)
        events += _abandon(levels, state, way_back, "turned again before neutral was reached")
    candidate = state.kept[now.settle_at :].copy()
    now.start_s = candidate[0, 0]
    state.trace[: len(candidate)] = candidate
    now.length = len(candidate)
    _hold_on(state, 0)
    return events


def _let_time_pass(levels: Levels, state: HoldState, t_s: float) -> tuple[HoldEvent, ...]:
    """Hand out a hold that can no longer be taken up again, and end what has been without data for too long."""
    events: tuple[HoldEvent, ...] = ()
    if state.pending is not None and lasted(state.now.end_s, t_s, levels.hold_rule.merge_s):
        events = _hand_out(state)
    if lasted(state.now.known_s, t_s, levels.hold_rule.grace_s):
        events += _break_off(levels, state, Ending.DATA_LOST, "the data were lost on the way back")
    return events


def _break_off(levels: Levels, state: HoldState, ending: Ending, why: str) -> tuple[HoldEvent, ...]:
    """Go to IDLE from wherever the machine is; a limb already below the leave level had left by itself."""
    now = state.now
    events: tuple[HoldEvent, ...] = ()
    if now.mode == Mode.HOLD and math.isnan(now.below_s):
        events = _end(levels, state, float(now.known_s), ending) + _hand_out(state)
    else:
        if now.mode == Mode.HOLD:
            events = _end(levels, state, _dated_back(levels, state, now.below_s), Ending.LEFT)
        if now.mode == Mode.EXIT:
            events += _hand_out(state) + _abandon(levels, state, state.kept[now.head :], why)
    _rest(state)
    return events


def _end(levels: Levels, state: HoldState, end_s: float, ending: Ending) -> tuple[HoldEvent, ...]:
    """Go from HOLD to EXIT with the hold's end at `end_s`; a touch is final at once."""
    now, rows = state.now, state.kept
    head = int(rows[:, 0].searchsorted(end_s, "right"))
    now.mode, now.head, now.end_s = Mode.EXIT, head, end_s
    now.settle_s = math.nan
    now.approach_rad_s = 0.0
    start_s = float(now.start_s)
    now.was_hold = lasted(start_s, end_s, levels.hold_rule.min_dwell_s)
    if not now.was_hold:
        return (Touch(start_s, end_s, levels.direction),)
    even = evenly(rows[:head])
    state.pending, now.pending = measured_hold(levels, start_s, end_s, float(now.entry_rad_s), even, ending), True
    now.enter_rad = max(levels.enter_rad, float(np.percentile(even.angle_rad, 75.0)) - levels.step_rad)
    level_rad = float(np.median(even.angle_rad[even.t_s > end_s - _LEVEL_S]))
    now.left_rad, now.lowest_rad = (level_rad if now.expects_step else math.nan), math.inf
    now.retake_rad = level_rad - _LEVEL_SHARE * levels.drop_rad
    if (rows[head:, 1] <= levels.leave_rad).any():
        now.retake_rad = math.inf
    return ()


def _dated_back(levels: Levels, state: HoldState, trigger_s: float) -> float:
    """Return the time of the last row before the trigger at which the limb did not fall yet."""
    t_s, rate_rad_s = state.kept[:, 0], state.kept[:, 2]
    earliest_s = trigger_s - levels.hold_rule.back_date_s - TIME_TOLERANCE_S
    not_yet = np.flatnonzero((t_s >= earliest_s) & (t_s <= trigger_s) & (rate_rad_s > -_FALLING_RAD_S))
    return float(t_s[not_yet[-1]] if len(not_yet) else trigger_s)


def _hand_out(state: HoldState) -> tuple[HoldEvent, ...]:
    hold, state.pending, state.now.pending = state.pending, None, False
    return () if hold is None else (hold,)


def _abandon(levels: Levels, state: HoldState, way_back: Floats, why: str) -> tuple[HoldEvent, ...]:
    """Return the exit that was not seen to end in neutral, where exits matter."""
    if not state.now.was_hold or levels.exit_rule is None:
        return ()
    return (open_exit(levels, float(state.now.end_s), way_back, why),)


def _hold_on(state: HoldState, tops_from: int) -> None:
    now = state.now
    now.mode, now.tops_from = Mode.HOLD, tops_from
    now.settle_s = now.below_s = now.falling_s = math.nan


def _rest(state: HoldState) -> None:
    now = state.now
    now.mode, now.length, now.settle_s = Mode.IDLE, 0, math.nan
    state.trace = state.trace[:_TRACE].copy()
