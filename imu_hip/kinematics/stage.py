"""The kinematics stage: orientations and marks -> hip angles with standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imu_hip.kinematics import pauses, rows, side, slip, strap_holds, zeroing
from imu_hip.kinematics.calibration import COLLECTED
from imu_hip.kinematics.heading_filter import in_another_posture
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock, OrientationBlock, cut, joined
from imu_hip.model.event import Event
from imu_hip.model.item import Edge, MarkLabel, TimedMark

_NEUTRAL = (MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL)


def step(
    params: KinematicsParams,
    state: KinematicsState,
    block: OrientationBlock,
    marks: Sequence[TimedMark],
    period_s: float,
    bias_known_since_s: float | None,
) -> tuple[KinematicsState, AngleBlock, tuple[Event, ...]]:
    """Compute angles row by row; marks and ticks take effect at the first row at or after their time.

    `bias_known_since_s`: from when on the gyroscopes' bias is known from a table rest (None: it is not).
    """
    if bias_known_since_s != state.bias_known_since_s:
        state = replace(state, bias_known_since_s=bias_known_since_s)
    block = side.as_right_hip(params.side, block)
    pending = sorted((*state.pending, *marks), key=lambda mark: mark.t_s)
    pieces: list[AngleBlock] = []
    events: list[Event] = []
    start, n = 0, len(block.t_s)
    while start < n:
        while pending and pending[0].t_s <= block.t_s[start]:
            state, new = _mark(params, state, pending.pop(0), period_s)
            events.extend(new)
        stop = n
        if pending:
            stop = min(stop, int(np.searchsorted(block.t_s, pending[0].t_s, side="left")))
        walking = state.calibration.walking
        if zeroing.walks(state) and walking is not None:
            if walking.next_tick_s <= block.t_s[start]:
                state, new = zeroing.walking_tick(params, state, float(block.t_s[start]))
                events.extend(new)
                continue
            stop = min(stop, int(np.searchsorted(block.t_s, walking.next_tick_s, side="left")))
        state, piece, new = rows.run(params, state, cut(block, start, stop), period_s)
        if state.strap.since_s is not None:
            state = replace(state, strap=strap_holds.follow(state.strap, piece))
        pieces.append(piece)
        events.extend(new)
        start = stop
    if len(pending) != len(state.pending) or marks:
        state = replace(state, pending=tuple(pending))
    return state, joined(pieces or [rows.no_rows()]), tuple(events)


def _mark(
    params: KinematicsParams, state: KinematicsState, mark: TimedMark, period_s: float
) -> tuple[KinematicsState, tuple[Event, ...]]:
    if mark.edge is Edge.BEGIN:
        posture = params.postures.get(mark.detail, state.posture or params.posture)
        if posture is not (state.posture or params.posture):
            heading = state.heading and in_another_posture(params.heading, state.heading)
            state = replace(state, posture=posture, posture_anchored=False, heading=heading)
        if mark.label in (*COLLECTED, MarkLabel.MAX_REP, MarkLabel.EXERCISE):
            # What is still open then has lost its end, and is given up.
            label = mark.label if mark.label in COLLECTED else None
            opened = replace(
                state.calibration, open_label=label, open_detail=mark.detail, open_since_s=mark.t_s, rows=()
            )
            state = _end_repetition(replace(state, calibration=opened))
        if mark.label is MarkLabel.POSTURE_NEUTRAL:
            fresh = slip.forget(state.mounting.slip, state.posture or params.posture)
            state = replace(state, mounting=replace(state.mounting, slip=fresh))
        if mark.label in _NEUTRAL:
            state = pauses.begin_prompt(state, mark.label, mark.t_s)
        if mark.label is MarkLabel.STRAP_GAIN:
            state = replace(state, strap=strap_holds.begin(state.strap, mark.t_s, mark.detail))
        return replace(state, repeating=state.repeating or mark.label is MarkLabel.MAX_REP), ()
    if mark.label is MarkLabel.MAX_REP:
        state = _end_repetition(state)
    events: list[Event] = []
    if mark.label is state.calibration.open_label:
        state, events = zeroing.end_calibration(params, state, mark.t_s, period_s)
    if mark.label is MarkLabel.STRAP_GAIN:
        strap, found = strap_holds.end(params.strap_gain, state.strap, mark.t_s)
        state = replace(state, strap=strap)
        events = [*events, *found]
    if mark.label is state.neutral_mark:
        state, new = pauses.end_prompt(params, state, mark.t_s)
        events = [*events, *new]
    return state, tuple(events)


def _end_repetition(state: KinematicsState) -> KinematicsState:
    """Leave a maximal repetition; a rest that began in it is no pause that nobody prompted."""
    if not state.repeating:
        return state
    return replace(state, repeating=False, anchored=state.anchored or state.neutral_mark is None)
