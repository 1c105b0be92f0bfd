"""Compare the active ranges of both sides, or of one side at two times, with what a measurement can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imu_hip.model.exercise_spec import Posture

CHANGE_DEG = 6.0
"""Least change of one side that is called real, lying or sitting (a judgement, see `SOURCE`)."""
FORM_DEG = 8.0
"""The same standing and hinging, and the least difference between sides that is called real."""
SOURCE = (
    "Minimal detectable change of active rotation with an inclinometer 5.4° (Krause 2015, KSSTA 23:2562-2567), of "
    "passive rotation 6.1 to 8.6°; the rest is the error of two strapped sensors"
)
_ON_THE_FEET = (Posture.STANDING, Posture.HINGE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference_rad` = second less first, its standard deviation, what it must exceed, and whether it does.

    It must exceed two standard deviations, too.
    """

    difference_rad: float
    sd_rad: float
    limit_rad: float
    is_real: bool


def change(posture: Posture, before: tuple[float, float], after: tuple[float, float]) -> Comparison:
    """Compare one side at two times; each is an angle and its standard deviation, rad, of the same posture."""
    return _compared(FORM_DEG if posture in _ON_THE_FEET else CHANGE_DEG, before, after)


def side_difference(right: tuple[float, float], left: tuple[float, float]) -> Comparison:
    """Compare both sides (left less right); each is an angle and its standard deviation, rad, of the same posture."""
    return _compared(FORM_DEG, right, left)


def _compared(limit_deg: float, first: tuple[float, float], second: tuple[float, float]) -> Comparison:
    difference = second[0] - first[0]
    sd = math.hypot(first[1], second[1])
    limit = math.radians(limit_deg)
    return Comparison(difference, sd, limit, abs(difference) >= max(limit, 2.0 * sd))
