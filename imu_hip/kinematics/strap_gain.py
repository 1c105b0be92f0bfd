"""How much more the shin turns than the strap on the thigh: the gain that takes strap degrees to those of the leg.

Prone with the knee bent by 90° the shin is a pointer of the hip's rotation, and a phone laid along it reads its
inclination. The person turns to some angles and holds each; the line through (strap, phone) has the gain as its slope,
and an intercept, because the neutral of the strap is the person's own and the phone's is the vertical. A strap on the
skin under-reads rotation by 20 to 50 % (skin markers lagged the bone by up to 21.8°: Fiorentino 2017,
doi:10.1016/j.gaitpost.2017.03.033), so a gain is between 1 and about 2.

Both readings err, so the line is Deming's (the slope that two error variances in a known ratio make most likely;
Deming 1943). What it does not know: the knee also gives and turns, and the gain of another posture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats


@dataclass(frozen=True, slots=True)
class StrapGainParams:
    """Error of a reading on either side (sd), and what is believed.

    `still_rad`: the strap angle varies by no more than this (peak to peak) over the `window_s` that are taken from an
    interval. `least_spread_rad`: between the smallest and the largest phone reading. `outlier_sds`: one hold of at
    least `robust_from` that is off by more than this is left out, once.
    """

    phone_sd_rad: float = math.radians(2.0)
    strap_sd_rad: float = math.radians(1.5)
    window_s: float = 1.0
    still_rad: float = math.radians(3.0)
    least_spread_rad: float = math.radians(20.0)
    lowest: float = 1.0
    highest: float = 2.5
    most_relative_sd: float = 0.2
    outlier_sds: float = 3.0
    robust_from: int = 4


@dataclass(frozen=True, slots=True)
class HeldAngle:
    """One hold: the strap's internal rotation and the phone's reading, both + inward, rad."""

    strap_rad: float
    phone_rad: float


@dataclass(frozen=True, slots=True)
class StrapGain:
    """`gain`: degrees of the shin per degree of the strap, with its standard deviation.

    `holds`: how many were used; `left_out`: the outlier, if one was.
    """

    gain: float
    sd: float
    holds: int
    left_out: HeldAngle | None = None


def phone_angle(detail: str) -> float | str:
    """Return the phone's reading (rad, + inward) in the `detail` of a mark, or why it is none."""
    try:
        degrees = float(detail)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= 90.0:
        return f"'{detail}' is no phone reading; give degrees from -90 to 90, + with the foot outward"
    return math.radians(degrees)


def held_angle(params: StrapGainParams, t_s: Floats, strap_rad: Floats, phone_rad: float) -> HeldAngle | str:
    """Return the hold in an interval, or that there was none.

    `t_s`, `strap_rad` (n,): the strap's internal rotation over the interval, NaN where not known. The last stretch of
    `window_s` in which it was still counts: the person turns first, then holds and reads.
    """
    known = ~np.isnan(strap_rad)
    times, angles = t_s[known], strap_rad[known]
    if len(times) == 0:
        return "there were no angles; strap gain needs a calibrated session"
    first = np.searchsorted(times, times - params.window_s + 1e-9, side="right") - 1
    for last in range(len(times) - 1, -1, -1):
        if first[last] < 0:
            break
        window = angles[first[last] : last + 1]
        whole = times[last] - times[first[last]] <= 1.2 * params.window_s
        if whole and float(np.max(window) - np.min(window)) <= params.still_rad:
            return HeldAngle(float(np.median(window)), phone_rad)
    return f"the thigh was not still for {params.window_s:.0f} s; turn, hold, then read the phone"


def strap_gain(params: StrapGainParams, holds: Sequence[HeldAngle]) -> StrapGain | str:
    """Return the gain of two or more holds, or why there is none."""
    if len(holds) < 2:
        return "one angle tells no gain; hold at least two that are 20° apart, better four"
    spread = max(h.phone_rad for h in holds) - min(h.phone_rad for h in holds)
    if spread < params.least_spread_rad:
        return (
            f"the angles are only {math.degrees(spread):.0f}° apart; hold some that are at least "
            f"{math.degrees(params.least_spread_rad):.0f}° apart, inward and outward"
        )
    used = list(holds)
    slope, _, sd = _line(params, used)
    left_out: HeldAngle | None = None
    if len(used) >= params.robust_from:
        worst = _outlier(params, used)
        if worst is not None:
            left_out = used.pop(worst)
            slope, _, sd = _line(params, used)
    if not math.isfinite(slope) or slope <= 0.0:
        return "strap and phone turn opposite ways; give phone readings + with the foot outward (thigh inward)"
    if sd > params.most_relative_sd * slope:
        return f"the gain is only known to {100.0 * sd / slope:.0f} %; hold more angles, farther apart"
    if slope + 2.0 * sd < params.lowest:
        return f"the strap turned more than the shin (gain {slope:.2f}), which skin cannot do; check the phone readings"
    if slope - 2.0 * sd > params.highest:
        return f"the strap turned {slope:.1f} times less than the shin: it is too loose to measure with; tighten it"
    return StrapGain(slope, sd, len(used), left_out)


def _line(params: StrapGainParams, holds: Sequence[HeldAngle]) -> tuple[float, float, float]:
    """Return slope, intercept and the slope's standard deviation."""
    n = len(holds)
    x0, y0 = sum(h.strap_rad for h in holds) / n, sum(h.phone_rad for h in holds) / n
    xx = sum((h.strap_rad - x0) ** 2 for h in holds)
    yy = sum((h.phone_rad - y0) ** 2 for h in holds)
    xy = sum((h.strap_rad - x0) * (h.phone_rad - y0) for h in holds)
    if xy == 0.0:
        return math.inf, 0.0, math.inf
    ratio = (params.phone_sd_rad / params.strap_sd_rad) ** 2
    slope = (yy - ratio * xx + math.sqrt((yy - ratio * xx) ** 2 + 4.0 * ratio * xy * xy)) / (2.0 * xy)
    intercept = y0 - slope * x0
    expected = params.phone_sd_rad**2 + (slope * params.strap_sd_rad) ** 2
    squares = sum((h.phone_rad - intercept - slope * h.strap_rad) ** 2 for h in holds)
    # With few holds the residuals say little: never less than the readings are expected to err.
    variance = max(expected, squares / (n - 2)) if n > 2 else expected
    return slope, intercept, math.sqrt(variance / xx) if xx > 0.0 else math.inf


def _outlier(params: StrapGainParams, holds: Sequence[HeldAngle]) -> int | None:
    """Return the hold that is farthest from the line through all others, if it is too far from it."""
    worst, largest = None, params.outlier_sds
    for k, hold in enumerate(holds):
        others = [*holds[:k], *holds[k + 1 :]]
        slope, intercept, slope_sd = _line(params, others)
        away = hold.strap_rad - sum(h.strap_rad for h in others) / len(others)
        sd = math.sqrt(
            params.phone_sd_rad**2
            + (slope * params.strap_sd_rad) ** 2 * (1.0 + 1.0 / len(others))
            + (slope_sd * away) ** 2
        )
        off = abs(hold.phone_rad - intercept - slope * hold.strap_rad) / sd
        if off > largest:
            worst, largest = k, off
    return worst
