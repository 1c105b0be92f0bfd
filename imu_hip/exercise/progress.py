"""What ranges measured over weeks say: a change or error, how fast, and how many days of the programme were done.

The verdict compares the newest day with the first, because that is what a minimal detectable change is: the least
difference between two single measurements that is not error. A line through all days would promise more: what makes
days differ (strapping, neutral, warming up) does not shrink with their number as chance does. The line is told beside
the verdict, as a speed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from imu_hip.exercise.asymmetry import Comparison, change
from imu_hip.model.exercise_spec import Posture

PROGRAMME_DAYS = (14, 21)
"""Two to three weeks of practice."""
BREAK_DAYS = 7
"""After more days than these without practice a programme begins anew."""
SIDES_WITHIN_DAYS = 7
"""Both sides are compared when they were measured within so many days."""
_LINE_DAYS = 7
_LINE_POINTS = 3
_SDS_OF_A_LIMIT = 1.96 * math.sqrt(2.0)
"""How many standard deviations of one measurement a minimal detectable change is (95 %, two measurements)."""


class Verdict(StrEnum):
    """What can be said of a change."""

    ONE_DAY = "one_day"
    NO_REAL_CHANGE = "no_real_change_yet"
    REAL_ONCE = "more_than_error_once"
    """On the newest day, not yet on the one before."""
    REAL = "more_than_error"


@dataclass(frozen=True, slots=True)
class Measured:
    """A range found on a day (counted from any day); its standard deviation is that of the angle."""

    day: int
    angle_rad: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Ranges of one direction, side, exercise and posture, day by day; `change` is the newest day less the first.

    `per_week_rad` with its standard deviation: the line through all days; None with few days or less than a week.
    """

    days: tuple[Measured, ...]
    change: Comparison
    verdict: Verdict
    per_week_rad: float | None
    per_week_sd_rad: float | None


@dataclass(frozen=True, slots=True)
class Programme:
    """Days of practice since `first_day`, the first after a break; `day` is the number of today, from 1.

    `practised` of the first 21 days; `pause_days` since the newest day of practice.
    """

    first_day: int
    day: int
    practised: int
    pause_days: int


def trend(posture: Posture, measured: Sequence[Measured]) -> Trend:
    """Say what at least one measured range has come to.

    Several of one day count as one, with their mean angle and mean standard deviation: they share the strapping.
    """
    days = tuple(_as_one(list(same)) for _, same in groupby(sorted(measured, key=lambda m: m.day), lambda m: m.day))
    first, newest = days[0], days[-1]
    found = _compared(posture, first, newest)
    if len(days) == 1:
        verdict = Verdict.ONE_DAY
    elif not found.is_real:
        verdict = Verdict.NO_REAL_CHANGE
    else:
        before = _compared(posture, first, days[-2])
        again = before.is_real and before.difference_rad * found.difference_rad > 0.0
        verdict = Verdict.REAL if again else Verdict.REAL_ONCE
    speed, speed_sd = _line(days, found.limit_rad / _SDS_OF_A_LIMIT)
    return Trend(days, found, verdict, speed, speed_sd)


def programme(days: Iterable[int], today: int) -> Programme | None:
    """Return how far the programme is, of the days of practice; None before the first."""
    practised = sorted(set(days))
    if not practised:
        return None
    first = newest = practised[-1]
    for day in reversed(practised):
        if first - day > BREAK_DAYS:
            break
        first = day
    today = max(today, newest)
    done = sum(first <= day < first + PROGRAMME_DAYS[1] for day in practised)
    return Programme(first, today - first + 1, done, today - newest)


def _compared(posture: Posture, first: Measured, second: Measured) -> Comparison:
    return change(posture, (first.angle_rad, first.sd_rad), (second.angle_rad, second.sd_rad))


def _as_one(same: Sequence[Measured]) -> Measured:
    angle = sum(each.angle_rad for each in same) / len(same)
    return Measured(same[0].day, angle, sum(each.sd_rad for each in same) / len(same))


def _line(days: Sequence[Measured], least_sd_rad: float) -> tuple[float | None, float | None]:
    """Return the slope per week of the weighted least-squares line, and its standard deviation.

    No day is trusted more than the method's own error, and scatter beyond the errors widens the standard deviation.
    """
    if len(days) < _LINE_POINTS or days[-1].day - days[0].day < _LINE_DAYS:
        return None, None
    x = [(each.day - days[0].day) / 7.0 for each in days]
    y = [each.angle_rad for each in days]
    w = [max(each.sd_rad, least_sd_rad) ** -2 for each in days]
    total = sum(w)
    x_mean = sum(wi * xi for wi, xi in zip(w, x, strict=True)) / total
    y_mean = sum(wi * yi for wi, yi in zip(w, y, strict=True)) / total
    sxx = sum(wi * (xi - x_mean) ** 2 for wi, xi in zip(w, x, strict=True))
    slope = sum(wi * (xi - x_mean) * (yi - y_mean) for wi, xi, yi in zip(w, x, y, strict=True)) / sxx
    misfit = sum(wi * (yi - y_mean - slope * (xi - x_mean)) ** 2 for wi, xi, yi in zip(w, x, y, strict=True))
    return slope, math.sqrt(max(1.0, misfit / (len(days) - 2)) / sxx)
