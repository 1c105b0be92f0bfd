"""Grade the way back from a hold: controlled, fast, or a flop."""

from __future__ import annotations

import math

from imu_hip.exercise.evenly import EVERY_S, evenly
from imu_hip.exercise.levels import TIME_TOLERANCE_S, Levels
from imu_hip.exercise.sparc import sparc
from imu_hip.model.block import Floats
from imu_hip.model.event import Exit, ExitVerdict
from imu_hip.model.exercise_spec import ExitRule


def graded_exit(levels: Levels, rule: ExitRule, start_s: float, rows: Floats) -> Exit:
    """Grade the rows (n, 6) from the end of a hold (`start_s`) to the first one in neutral."""
    end_s = float(rows[-1, 0])
    peak_rad_s, smoothness = _movement(rows)
    verdict, why = _verdict(levels, rule, peak_rad_s, end_s - start_s)
    return Exit(start_s, end_s, levels.direction, peak_rad_s, smoothness, verdict, why)


def open_exit(levels: Levels, start_s: float, rows: Floats, why: str) -> Exit:
    """Describe a way back that did not reach neutral, or was not seen to: no verdict."""
    end_s = float(rows[-1, 0]) if len(rows) else start_s
    return Exit(start_s, end_s, levels.direction, *_movement(rows), None, why)


def _movement(rows: Floats) -> tuple[float, float]:
    """Return the peak speed toward neutral and the smoothness, NaN where too little was seen of it."""
    if not len(rows):
        return math.nan, math.nan
    peak_rad_s = max(0.0, -float(rows[:, 2].min()))
    if len(rows) < 2:
        return peak_rad_s, math.nan
    return peak_rad_s, sparc(-evenly(rows).rate_rad_s, 1.0 / EVERY_S)


def _verdict(levels: Levels, rule: ExitRule, peak_rad_s: float, duration_s: float) -> tuple[ExitVerdict, str]:
    limit_rad_s = rule.controlled_per_s * levels.end_range_rad
    flop_rad_s = rule.flop_per_s * levels.end_range_rad
    peak, took = f"peak {math.degrees(peak_rad_s):.0f} °/s", f"{duration_s:.1f} s"
    if peak_rad_s > flop_rad_s:
        over = f"is far over your limit of {math.degrees(limit_rad_s):.0f} °/s"
        return ExitVerdict.FLOP, f"{peak} {over}; took {took}"
    if duration_s < rule.flop_s - TIME_TOLERANCE_S:
        return ExitVerdict.FLOP, f"back in neutral after only {duration_s:.2f} s; {peak}"
    if peak_rad_s > limit_rad_s:
        return ExitVerdict.FAST, f"{peak} is over your limit of {math.degrees(limit_rad_s):.0f} °/s; took {took}"
    under = f"{peak} is under your limit of {math.degrees(limit_rad_s):.0f} °/s"
    if duration_s < rule.controlled_s - TIME_TOLERANCE_S:
        return ExitVerdict.FAST, f"{under}, but took only {duration_s:.2f} s of at least {rule.controlled_s:g} s"
    return ExitVerdict.CONTROLLED, f"{under}; took {took}"
