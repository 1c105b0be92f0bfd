"""The personal end range: from marked maximal repetitions, or from the plateaus of the exercise itself."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from imu_hip.exercise import half_second
from imu_hip.exercise.half_second import HalfSecond, WindowState
from imu_hip.exercise.levels import larger
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Direction, HoldRule

_OTHER_WAY_RAD = math.radians(6.0)


@dataclass(slots=True)
class MaximalRepetition:
    """A maximal repetition under way; `direction` is None when the mark did not name one. Positive is internal."""

    direction: Direction | None
    window: WindowState = field(default_factory=WindowState)
    internal_rad: float = -math.inf
    external_rad: float = -math.inf


def follow(repetition: MaximalRepetition, rows: Floats) -> None:
    """Take rows (n, 6) in, + toward internal rotation. Changes `repetition`."""
    for seen in half_second.follow(repetition.window, rows):
        repetition.internal_rad = max(repetition.internal_rad, seen.angle_rad)
        repetition.external_rad = max(repetition.external_rad, -seen.angle_rad)


def reached(repetition: MaximalRepetition) -> tuple[Direction, float] | None:
    """Return the direction and the best plateau of a repetition, None when not even half a second of it was seen."""
    direction = repetition.direction
    if direction is None:
        more_inward = repetition.internal_rad >= repetition.external_rad
        direction = Direction.INTERNAL if more_inward else Direction.EXTERNAL
    best = repetition.internal_rad if direction is Direction.INTERNAL else repetition.external_rad
    return None if math.isinf(best) else (direction, best)


def went_the_other_way(repetition: MaximalRepetition) -> bool:
    """Tell whether a repetition with a named direction went the other way, further than into neutral."""
    inward, outward = repetition.internal_rad, repetition.external_rad
    asked, other = (inward, outward) if repetition.direction is Direction.INTERNAL else (outward, inward)
    return repetition.direction is not None and other > _OTHER_WAY_RAD and other > 2.0 * asked


def from_repetitions(plateaus_rad: Sequence[float]) -> float:
    """Return the end range of a person whose maximal repetitions reached these plateaus."""
    return statistics.median(plateaus_rad)


def from_exercise(plateaus_rad: Sequence[float]) -> float:
    """Return the end range as the two largest plateaus show it."""
    return statistics.median(sorted(plateaus_rad)[-2:])


@dataclass(slots=True)
class Excursion:
    """The way out from neutral that is being watched for its best plateau."""

    best_rad: float = 0.0


def watch(rule: HoldRule, excursion: Excursion, rows: Floats, halves: Sequence[HalfSecond]) -> list[tuple[int, float]]:
    """Take rows (n, 6) in and what `half_second` saw of them, both + toward the end range.

    Return the best plateau of each way out, and at which row the limb is back from it. A plateau is half a second
    without moving faster than a hold may begin with, at the smallest end range or above. Changes `excursion`.
    """
    back: list[tuple[int, float]] = []
    first = 0
    for seen in (*halves, None):
        end = len(rows) if seen is None else seen.row
        back += _back(rule, excursion, rows, first, end)
        if seen is not None:
            still = seen.fastest_rad_s <= larger(rule.still, seen.angle_rad)
            if seen.angle_rad >= rule.smallest_end_range_rad and still:
                excursion.best_rad = max(excursion.best_rad, seen.angle_rad)
        first = end
    return back


def _back(rule: HoldRule, excursion: Excursion, rows: Floats, first: int, end: int) -> list[tuple[int, float]]:
    best_rad = excursion.best_rad
    if best_rad <= 0.0:
        return []
    near = np.flatnonzero(rows[first:end, 1] <= rule.neutral_fraction * best_rad)
    if not len(near):
        return []
    excursion.best_rad = 0.0
    return [(first + int(near[0]), best_rad)]
