"""How much both sensors turn in walking, window by window: evidence for which sensor is which where nobody was asked.

A window counts as walking when the body goes up and down at both sensors while both stay upright. The hip centre rises
and falls by about 2 cm at two steps per second (more than 1.5 m/s² of standard deviation with the heel strikes); in a
hinge, a bow or a leg swing the pelvis hardly feels a force.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from imu_hip.kinematics.turning import Turning, turning
from imu_hip.model.block import Floats, OrientationBlock, cut, joined
from imu_hip.quaternion import dot3, norm


@dataclass(frozen=True, slots=True)
class WalkingTurnsParams:
    """When a window of `window_s` counts as walking, and how many are needed.

    `least_force_m_s2`: standard deviation of the specific force's length at both sensors. `most_lean_rad`: mean
    specific force against that of the N-pose. `least_known`: share of rows.
    """

    window_s: float = 2.0
    least_windows: int = 2
    least_force_m_s2: float = 0.7
    most_lean_rad: float = math.radians(35.0)
    least_known: float = 0.8


@dataclass(slots=True)
class WalkingTurnsState:
    """`*_up` (3,) of the N-pose, rows of the window that is open, and the squared rates of the windows that counted."""

    pelvis_up: Floats
    thigh_up: Floats
    begin_s: float
    rows: tuple[OrientationBlock, ...] = ()
    windows: int = 0
    pelvis_rad2_s2: float = 0.0
    thigh_rad2_s2: float = 0.0


def start(pelvis_up: Floats, thigh_up: Floats, begin_s: float) -> WalkingTurnsState:
    """Begin behind an N-pose that showed both sensors' up (3,)."""
    return WalkingTurnsState(pelvis_up, thigh_up, begin_s)


def accumulate(
    params: WalkingTurnsParams, state: WalkingTurnsState, rows: OrientationBlock, period_s: float
) -> WalkingTurnsState:
    """Take in rows; the same for any cutting."""
    row, n = 0, len(rows.t_s)
    while row < n:
        end_s = state.begin_s + params.window_s
        stop = n if rows.t_s[-1] < end_s else int(rows.t_s.searchsorted(end_s))
        if stop > row:
            state = _collected(state, cut(rows, row, stop))
        if stop < n:
            state = _closed(params, state, period_s)
        row = max(row, stop)
    return state


def result(params: WalkingTurnsParams, state: WalkingTurnsState) -> Turning | None:
    """Return how much both sensors turned in walking, None before there was enough of it."""
    if state.windows < params.least_windows:
        return None
    return Turning(math.sqrt(state.pelvis_rad2_s2 / state.windows), math.sqrt(state.thigh_rad2_s2 / state.windows))


def _collected(state: WalkingTurnsState, rows: OrientationBlock) -> WalkingTurnsState:
    # This is every call's way: `replace` would take twice as long.
    return WalkingTurnsState(
        state.pelvis_up, state.thigh_up, state.begin_s, (*state.rows, rows),
        state.windows, state.pelvis_rad2_s2, state.thigh_rad2_s2,
    )  # fmt: skip


def _closed(params: WalkingTurnsParams, state: WalkingTurnsState, period_s: float) -> WalkingTurnsState:
    rows, state = state.rows, replace(state, rows=(), begin_s=state.begin_s + params.window_s)
    if not rows:
        return state
    # Hardly any window is walking: only for one that is all columns are put together.
    pelvis_gyr, thigh_gyr = (np.concatenate([getattr(r, name) for r in rows]) for name in ("pelvis_gyr", "thigh_gyr"))
    known = ~np.isnan(pelvis_gyr[:, 0]) & ~np.isnan(thigh_gyr[:, 0])
    if np.count_nonzero(known) * period_s < params.least_known * params.window_s:
        return state
    for name, up in (("pelvis_acc", state.pelvis_up), ("thigh_acc", state.thigh_up)):
        acc = np.concatenate([getattr(r, name) for r in rows])[known]
        mean = np.mean(acc, axis=0)
        upright = float(dot3(mean, up)) >= math.cos(params.most_lean_rad) * float(norm(mean)) * float(norm(up))
        if not upright or float(np.std(norm(acc))) < params.least_force_m_s2:
            return state
    turned = turning(joined(rows))
    if turned is None:
        return state
    return replace(
        state,
        windows=state.windows + 1,
        pelvis_rad2_s2=state.pelvis_rad2_s2 + turned.pelvis_rad_s**2,
        thigh_rad2_s2=state.thigh_rad2_s2 + turned.thigh_rad_s**2,
    )
