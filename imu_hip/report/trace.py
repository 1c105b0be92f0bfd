"""What of a curve reaches the paper: strips of time, extremes of each column of dots, stretches that are not known."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from imu_hip.report.material import Curve, Floats

LONGEST_STRIP_S = 90.0
MOST_STRIPS = 8
HOLE_S = 0.05
"""Samples further apart are not joined (nor are those of slow sensors, beyond 2.5 times their distance)."""

Span = tuple[float, float]
Rows = NDArray[np.intp]


def strips(start_s: float, end_s: float) -> list[Span]:
    """Return equal stretches of time to draw one below the other; a long part has longer ones, not more."""
    count = min(MOST_STRIPS, max(1, ceil((end_s - start_s) / LONGEST_STRIP_S)))
    return list(pairwise(np.linspace(start_s, end_s, count + 1).tolist()))


def within(curve: Curve, start_s: float, end_s: float) -> Curve:
    """Return the samples of a stretch of time, both ends included."""
    first, beyond = np.searchsorted(curve.t_s, start_s, "left"), np.searchsorted(curve.t_s, end_s, "right")
    return _rows(curve, slice(int(first), int(beyond)))


def runs(curve: Curve) -> list[Curve]:
    """Return the stretches in which the angle is known all the time."""
    known = np.isfinite(curve.angle_deg)
    joined = np.append(False, (np.diff(curve.t_s) <= _hole_s(curve)) & known[1:] & known[:-1])
    first = np.flatnonzero(known & ~joined)
    beyond = np.flatnonzero(known & ~np.append(joined[1:], False)) + 1
    return [_rows(curve, slice(a, b)) for a, b in zip(first.tolist(), beyond.tolist(), strict=True)]


def unknown_spans(curve: Curve, start_s: float, end_s: float) -> list[Span]:
    """Return where no angle is known, holes between samples included, from one known sample to the next."""
    t_s = np.concatenate([[start_s], curve.t_s[np.isfinite(curve.angle_deg)], [end_s]])
    far = np.flatnonzero(np.diff(t_s) > _hole_s(curve))
    return list(zip(t_s[far].tolist(), t_s[far + 1].tolist(), strict=True))


def extremes(run: Curve, start_s: float, column_s: float) -> tuple[Floats, Floats]:
    """Return the lowest and the highest angle of each column of this width, in the order of time: times and angles."""
    starts = _columns(run, start_s, column_s)
    lowest, highest = np.minimum.reduceat(run.angle_deg, starts), np.maximum.reduceat(run.angle_deg, starts)
    falls = run.angle_deg[starts] > run.angle_deg[_last(run, starts)]
    pairs = np.column_stack([np.where(falls, highest, lowest), np.where(falls, lowest, highest)])
    return np.repeat(_middle(run, starts), 2), pairs.ravel()


def outline(run: Curve, start_s: float, column_s: float) -> tuple[Floats, Floats, Floats]:
    """Return what ± 2 SD reaches in each column of this width: times, lower and upper angles."""
    starts = _columns(run, start_s, column_s)
    spread = 2.0 * run.sd_deg
    lower = np.minimum.reduceat(run.angle_deg - spread, starts)
    return _middle(run, starts), lower, np.maximum.reduceat(run.angle_deg + spread, starts)


def limits(curve: Curve, marked_deg: list[float]) -> Span:
    """Return the axis of angles: whole tens around the curve and what is marked, at least −10° to 20°."""
    known = [*curve.angle_deg[np.isfinite(curve.angle_deg)].tolist(), *marked_deg]
    lowest, highest = min(known, default=0.0), max(known, default=0.0)
    return min(-10.0, 10.0 * floor((lowest - 2.0) / 10.0)), max(20.0, 10.0 * ceil((highest + 2.0) / 10.0))


def _rows(curve: Curve, rows: slice) -> Curve:
    return Curve(curve.t_s[rows], curve.angle_deg[rows], curve.sd_deg[rows])


def _hole_s(curve: Curve) -> float:
    return max(HOLE_S, 2.5 * float(np.median(np.diff(curve.t_s)))) if curve.t_s.size > 1 else HOLE_S


def _columns(run: Curve, start_s: float, column_s: float) -> Rows:
    """Return the first row of each column."""
    column = np.floor((run.t_s - start_s) / column_s)
    return np.flatnonzero(np.append(True, np.diff(column) > 0.0))


def _last(run: Curve, starts: Rows) -> Rows:
    return np.append(starts[1:], run.t_s.size) - 1


def _middle(run: Curve, starts: Rows) -> Floats:
    return 0.5 * (run.t_s[starts] + run.t_s[_last(run, starts)])
