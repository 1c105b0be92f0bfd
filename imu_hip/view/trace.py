"""The last stretch of the shown angle, kept in immutable arrays of bounded length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import AngleBlock
from imu_hip.model.view_state import TraceView
from imu_hip.view import body

WINDOW_S = 60.0
MAX_RATE_HZ = 200.0
"""Faster samples are thinned: a screen column is some 40 ms wide, and memory stays bounded at any rate."""

_INTERNAL_ROTATION = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """Samples of the last `WINDOW_S`: time on the common clock, degrees (NaN where unknown), phase.

    `body_deg` (n, 6): every `Channel`. `last_slot` is the slot of the newest sample. Arrays are never written to
    again, so a view state made from them may be read by another thread.
    """

    t_s: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    sd_deg: NDArray[np.float64]
    phase: NDArray[np.uint8]
    body_deg: NDArray[np.float64]
    last_slot: float


def empty() -> Trace:
    """Return a trace without samples."""
    nothing = _frozen(np.empty(0))
    body_deg = _frozen(np.empty((0, len(body.CHANNELS))))
    return Trace(nothing, nothing, nothing, _frozen_phase(np.empty(0, np.uint8)), body_deg, -np.inf)


def append(trace: Trace, angles: AngleBlock, phases: NDArray[np.uint8]) -> Trace:
    """Return the trace with a block's shown rows added and rows older than the window dropped.

    Of several samples within one slot of 1 / `MAX_RATE_HZ` the first is kept; slots are fixed on the
    clock, so the result does not depend on how the input was cut.
    """
    shown = angles.on_sample
    slots = np.floor(angles.t_s[shown] * MAX_RATE_HZ)
    if slots.size == 0:
        return trace
    keep = np.flatnonzero(shown)[np.diff(slots, prepend=trace.last_slot) > 0.0]
    valid = angles.valid[keep]
    rotation_deg = np.where(valid, np.degrees(angles.angles_rad[keep, _INTERNAL_ROTATION]), np.nan)
    sd_deg = np.where(valid, np.degrees(angles.sd_rad[keep, _INTERNAL_ROTATION]), np.nan)
    t_s = np.concatenate([trace.t_s, angles.t_s[keep]])
    first = int(np.searchsorted(t_s, t_s[-1] - WINDOW_S, side="right"))
    return Trace(
        _frozen(t_s[first:].copy()),  # a copy, so that a long block is not kept alive by its end
        _frozen(np.concatenate([trace.angle_deg, rotation_deg])[first:].copy()),
        _frozen(np.concatenate([trace.sd_deg, sd_deg])[first:].copy()),
        _frozen_phase(np.concatenate([trace.phase, phases[keep]])[first:].copy()),
        _frozen(np.concatenate([trace.body_deg, body.rows_deg(angles, keep)])[first:].copy()),
        float(slots[-1]),
    )


def seen_from(trace: Trace, now_s: float, channels_deg: NDArray[np.float64]) -> TraceView:
    """Return what a screen draws at `now_s`: the window before it, times relative to it (never after it).

    `channels_deg` (n, k) are those of all rows of the trace.
    """
    relative_s = np.minimum(trace.t_s - now_s, 0.0)
    first = int(np.searchsorted(relative_s, -WINDOW_S, side="left"))
    return TraceView(
        _frozen(relative_s[first:]),
        trace.angle_deg[first:],
        trace.sd_deg[first:],
        trace.phase[first:],
        _frozen(channels_deg[first:]),
    )


def _frozen(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.flags.writeable = False
    return values


def _frozen_phase(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    values.flags.writeable = False
    return values
