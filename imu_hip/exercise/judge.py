"""The exercise stage: hip angles and marks -> what was done and how well, and the phase of every row.

Rows between the marks `exercise` BEGIN and END are judged. In a recording without any such mark everything after its
last calibration mark or maximal repetition is judged by the default exercise, and handed out at the end with a
warning: only then is it known that no mark comes. (A table rest may also be the last thing done: it ends nothing.)
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.exercise import marked, neutral_before, part, stretch
from imu_hip.exercise.conditioning import COLUMNS, LAG_S
from imu_hip.exercise.judge_state import Params, State
from imu_hip.exercise.judged_rows import judged_rows, of_every_row
from imu_hip.exercise.moment import channel_changes
from imu_hip.exercise.moment import looks as looks_of
from imu_hip.exercise.shown import snapshot
from imu_hip.exercise.stretch import Looks
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import Event, ReZero, Warning, ZeroRefined
from imu_hip.model.item import TimedMark

__all__ = ["JudgeOutput", "Params", "State", "finish", "snapshot", "step"]


@dataclass(slots=True)
class JudgeOutput:
    """Events in the order in which they became final, and the `Phase` (n,) of each row."""

    events: tuple[Event, ...]
    phases: NDArray[np.uint8]


def step(
    params: Params,
    state: State,
    block: AngleBlock,
    marks: Sequence[TimedMark],
    corrections: Sequence[ReZero | ZeroRefined] = (),
) -> tuple[State, JudgeOutput]:
    """Judge a block; a mark takes effect at the first judged row at or after its time. The same for any cutting.

    `corrections` of the angles, or of what is known of earlier ones, that fall into the block, in the order of time.
    """
    if not (len(block.t_s) or marks or corrections):
        return state, JudgeOutput((), np.zeros(0, np.uint8))
    before = int(state.phase)
    judged = judged_rows(params.rate_hz, state.rows, block)
    looks = Looks(judged.looked_at.nonzero()[0].tolist(), looks_of(block, *judged))
    t_s, rows = judged.seen[0], _rows(judged.seen)
    pending = deque(sorted((*state.pending, *marks), key=lambda mark: mark.t_s))
    waiting = deque(corrections)
    events: list[Event] = []
    phases = np.empty(len(rows), np.uint8)
    first = 0
    while first < len(rows):
        while pending and pending[0].t_s <= t_s[first]:
            events += marked.take(params, state, pending.popleft())
        while waiting and waiting[0].t_s <= t_s[first]:
            _corrected(state, waiting.popleft())
        next_s = min((queue[0].t_s for queue in (pending, waiting) if queue), default=math.inf)
        end = int(t_s.searchsorted(next_s))
        seen = looks.until(end).since(first, first)
        found, phases[first:end] = stretch.run(params, state, rows[first:end], t_s[first:end], seen)
        events += found
        first = end
    if len(rows):
        state.last_s, state.phase = float(t_s[-1]), int(phases[-1])
    for correction in waiting:
        _corrected(state, correction)
    state.pending = tuple(pending)
    return state, JudgeOutput(tuple(events), of_every_row(judged, phases, before, len(block.t_s)))


def _rows(seen: Floats) -> Floats:
    """Return what is seen of judged rows as rows (k, 6) of samples, as old as their smoothing makes them."""
    rows = seen[:COLUMNS].T.copy()
    rows[:, 0] -= LAG_S
    return rows


def finish(params: Params, state: State) -> tuple[State, JudgeOutput]:
    """End whatever is going on, because the data are over."""
    events: list[Event] = []
    for mark in state.pending:
        events += marked.take(params, state, mark)
    state.pending = ()
    if not state.marked:
        events += [_no_exercise_mark(params), *state.held_back]
        state.held_back = ()
    events += marked.end_part(state, state.last_s)
    return state, JudgeOutput(tuple(events), np.zeros(0, np.uint8))


def _corrected(state: State, correction: ReZero | ZeroRefined) -> None:
    if isinstance(correction, ZeroRefined):
        _refined(state, correction.change_rad)
        return
    neutral_before.shift(state.neutral, correction.change_rad, channel_changes(correction))
    if state.part is not None:
        part.corrected(state.part, correction)


def _refined(state: State, change_rad: float) -> None:
    """Tell again how far the limb went before, by what is known of the zero now."""
    for direction, plateaus_rad in state.plateaus_rad.items():
        state.plateaus_rad[direction] = [plateau + direction.sign * change_rad for plateau in plateaus_rad]
        state.refined = True
    if state.part is not None:
        part.refined(state.part, change_rad)


def _no_exercise_mark(params: Params) -> Warning:
    text = (
        "no exercise interval was marked: everything after the last calibration was judged as "
        f"{params.exercise_id}, and its rows have no phases of holds. Mark the part to be judged as exercise."
    )
    return Warning("no_exercise_mark", text)
