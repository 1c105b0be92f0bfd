"""Describe a finished hold: how long, how far, how steady, and what is said about it."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from imu_hip.exercise.evenly import Even
from imu_hip.exercise.levels import Levels, lasted
from imu_hip.model.block import Floats
from imu_hip.model.event import Hold, HoldVerdict

_SETTLING_S = 0.5
_LETTING_GO_S = 0.3
_SHORT_S = 1.5
"""Holds shorter than this are measured whole, the others without their first and last moments."""
_DRIFT_RAD_S = math.radians(0.15)
"""A slower drift is within the error of the angle: not a finding."""
_TOP_PERCENT = 90.0
"""How far a hold went for certain: its wobble goes further, and a hold that sags is lower later on."""


class Ending(Enum):
    """What ended a hold."""

    LEFT = "left"
    DATA_LOST = "data lost"
    STOPPED = "stopped"


def measured_hold(
    levels: Levels,
    start_s: float,
    end_s: float,
    entry_peak_rad_s: float,
    even: Even,
    ending: Ending,
) -> Hold:
    """Measure a hold over [start_s, end_s] from its samples (of a very long hold: its newest ones)."""
    t, angle, _, sd = even
    inner = (t > start_s + _SETTLING_S) & (t < end_s - _LETTING_GO_S)
    if end_s - start_s >= _SHORT_S and inner.any():
        t, angle, sd = t[inner], angle[inner], sd[inner]
    drift_rad_s, wobble_rad = _line(t, angle)
    fraction = float(np.median(angle)) / levels.end_range_rad
    asked_s = levels.hold_rule.breath_s
    enough = lasted(start_s, end_s, asked_s)
    lost = ending is Ending.DATA_LOST
    return Hold(
        start_s=start_s,
        end_s=end_s,
        direction=levels.direction,
        entry_peak_rad_s=entry_peak_rad_s,
        angle_rad=float(angle.mean()),
        sd_rad=float(np.median(sd)),
        fraction_of_end_range=fraction,
        drift_rad_s=drift_rad_s,
        wobble_rad=wobble_rad,
        verdict=HoldVerdict.COMPLETE if enough else HoldVerdict.DATA_LOST if lost else HoldVerdict.SHORT,
        why=_why(end_s - start_s, asked_s, enough, ending, fraction, drift_rad_s) + _doubt(levels, angle, sd),
    )


def _line(t: Floats, angle: Floats) -> tuple[float, float]:
    """Return slope and standard deviation of the residuals of the line of least squares."""
    time, change = t - t.mean(), angle - angle.mean()
    spread = float((time * time).sum())
    slope = float((time * change).sum()) / spread if spread > 0.0 else 0.0
    rest = change - slope * time
    return slope, math.sqrt(float((rest * rest).mean()))


def _why(duration_s: float, asked_s: float, enough: bool, ending: Ending, fraction: float, drift_rad_s: float) -> str:
    # Rounded down: "8.0 s of the 8 s asked for" must not be called short.
    held_s = math.floor(duration_s * 10.0 + 1e-6) / 10.0
    of = f"{held_s:.1f} s ({asked_s:g} s asked for)" if enough else f"{held_s:.1f} s of the {asked_s:g} s asked for"
    parts = [f"held {of}"]
    if ending is Ending.DATA_LOST:
        parts.append("then the data were lost")
    elif ending is Ending.STOPPED:
        parts.append("still held when the exercise ended")
    parts.append(f"{100.0 * fraction:.0f} % of your end range")
    if abs(drift_rad_s) >= _DRIFT_RAD_S:
        parts.append(f"drifted {math.degrees(drift_rad_s):+.1f} °/s")
    return "; ".join(parts)


def _doubt(levels: Levels, angle: Floats, sd: Floats) -> str:
    """Say so when the hold was nowhere further above the level to start at than the angle's standard deviation."""
    above_rad, sd_rad = float(np.percentile(angle, _TOP_PERCENT)) - levels.enter_rad, float(np.median(sd))
    if above_rad >= sd_rad:
        return ""
    return (
        f"; not sure: only {math.degrees(max(0.0, above_rad)):.1f}° above the least that counts, "
        f"the angle is known to ±{math.degrees(2.0 * sd_rad):.1f}° (2 SD)"
    )
