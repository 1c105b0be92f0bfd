"""What of a trace reaches the screen: decimated points, runs of phases, axis limits. Numbers only, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.event import Phase
from imu_hip.model.view_state import TraceView

Floats = NDArray[np.float64]

GAP_S = 0.25
"""Samples further apart are not joined by a line."""

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Points:
    """A curve to draw: `t_s` relative to now, NaN angles where the line is broken."""

    t_s: Floats
    angle_deg: Floats
    sd_deg: Floats


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A run of one phase, [start_s, end_s) relative to now."""

    start_s: float
    end_s: float
    phase: Phase


def decimate(trace: TraceView, now_s: float, block_s: float) -> Points:
    """Return block means of the trace, and its newest sample as it is.

    Block borders are fixed on the clock (not on the picture), so means do not shimmer while the picture
    slides. A block with an unknown angle is unknown; holes longer than `GAP_S` break the line.
    """
    if trace.t_s.size == 0:
        return Points(trace.t_s, trace.angle_deg, trace.sd_deg)
    means, broken = _block_means(trace.t_s, np.stack([trace.t_s, trace.angle_deg, trace.sd_deg], 1), now_s, block_s)
    t_s, angle_deg, sd_deg = means[:, 0], means[:, 1], means[:, 2]
    return Points(
        np.insert(t_s, broken, t_s[broken]),
        np.insert(angle_deg, broken, np.nan),
        np.insert(sd_deg, broken, np.nan),
    )


def decimate_channels(trace: TraceView, now_s: float, block_s: float) -> tuple[Floats, Floats]:
    """Return times (m,) and channels (m, k) in the same way, NaN where a line is broken."""
    if trace.t_s.size == 0:
        return trace.t_s, trace.channels_deg
    means, broken = _block_means(trace.t_s, np.column_stack([trace.t_s, trace.channels_deg]), now_s, block_s)
    t_s = means[:, 0]
    return np.insert(t_s, broken, t_s[broken]), np.insert(means[:, 1:], broken, np.nan, axis=0)


def _block_means(t_s: Floats, columns: Floats, now_s: float, block_s: float) -> tuple[Floats, NDArray[np.intp]]:
    """Return the means of the columns (m, k) with the newest row behind them, and before which rows there is a hole."""
    n = t_s.size
    block = np.floor((t_s + now_s) / block_s + _SLACK)
    hole = np.diff(t_s) > GAP_S
    new = np.flatnonzero((np.diff(block) > 0.0) | hole) + 1
    starts = np.concatenate([np.zeros(1, np.intp), new])
    count = np.diff(starts, append=n)
    means = np.add.reduceat(columns, starts, axis=0) / count[:, np.newaxis]
    return np.concatenate([means, columns[-1:]]), np.flatnonzero(np.append(False, hole)[starts])


def phase_spans(trace: TraceView) -> list[PhaseSpan]:
    """Return the runs of equal phase up to now; holes longer than `GAP_S` are runs of an unknown phase."""
    n = trace.t_s.size
    if n == 0:
        return []
    hole = np.diff(trace.t_s) > GAP_S
    borders = [0, *(np.flatnonzero((np.diff(trace.phase) != 0) | hole) + 1).tolist(), n]
    spans = []
    for first, beyond in pairwise(borders):
        before_hole = beyond == n or bool(hole[beyond - 1])
        end_s = float(trace.t_s[beyond - 1 if before_hole else beyond])
        spans.append(PhaseSpan(float(trace.t_s[first]), end_s, Phase(int(trace.phase[first]))))
        if before_hole and beyond < n:
            spans.append(PhaseSpan(end_s, float(trace.t_s[beyond]), Phase.UNKNOWN))
    if trace.t_s[-1] < -GAP_S:
        spans.append(PhaseSpan(float(trace.t_s[-1]), 0.0, Phase.UNKNOWN))
    return spans


def finite_runs(values: Floats) -> list[slice]:
    """Return the stretches of at least two known values."""
    known = np.isfinite(values).astype(np.int8)
    edges = np.flatnonzero(np.diff(known, prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 2]


def angle_limits(trace: TraceView, band_deg: tuple[float, float] | None) -> tuple[float, float]:
    """Return the angle axis: whole tens around the visible angles and the band, at least -10° to 40°."""
    known = trace.angle_deg[np.isfinite(trace.angle_deg)]
    lowest, highest = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if band_deg is not None:
        lowest, highest = min(lowest, band_deg[0]), max(highest, band_deg[1] + 4.0)
    return min(-10.0, 10.0 * floor((lowest - 2.0) / 10.0)), max(40.0, 10.0 * ceil((highest + 4.0) / 10.0))


def ticks(low: float, high: float) -> list[float]:
    """Return the angles to label: four to eight, none at the upper limit, where a label would be cut."""
    step = 10.0 if high - low <= 70.0 else 20.0 if high - low <= 140.0 else 45.0
    return [step * k for k in range(ceil(low / step), floor(high / step) + 1) if step * k < high]
