"""The personal end range: from marked maximal repetitions, or from the plateaus of the exercise itself."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.levels import TIME_TOLERANCE_S, larger
from imu_hip.model.exercise_spec import Direction, HoldRule

_WINDOW_S = 0.5
_STRIDE_S = 0.25
_OTHER_WAY_RAD = math.radians(6.0)
_UNSEEN_S = 0.1
"""A longer hole between two samples starts the window anew."""


@dataclass(slots=True)
class WindowState:
    """The samples of the last half second and when the window is looked at next."""

    samples: deque[Sample] = field(default_factory=deque)
    due_s: float = math.inf


def window(state: WindowState, sample: Sample) -> Sequence[Sample] | None:
    """Take a sample in; return the window each time one is full, every `_STRIDE_S`. Changes `state`."""
    samples = state.samples
    if sample.angle_rad != sample.angle_rad:
        return None
    if not samples or sample.t_s - samples[-1].t_s > _UNSEEN_S + TIME_TOLERANCE_S:
        samples.clear()
        state.due_s = sample.t_s + _WINDOW_S
    samples.append(sample)
    if sample.t_s < state.due_s - TIME_TOLERANCE_S:
        return None
    state.due_s += _STRIDE_S
    while samples[0].t_s < sample.t_s - _WINDOW_S - TIME_TOLERANCE_S:
        samples.popleft()
    return samples


@dataclass(slots=True)
class MaximalRepetition:
    """A maximal repetition under way; `direction` is None when the mark did not name one. Positive is internal."""

    direction: Direction | None
    window: WindowState = field(default_factory=WindowState)
    internal_rad: float = -math.inf
    external_rad: float = -math.inf


def follow(repetition: MaximalRepetition, sample: Sample) -> None:
    """Take a sample in, + toward internal rotation."""
    samples = window(repetition.window, sample)
    if samples is not None:
        median = statistics.median(each.angle_rad for each in samples)
        repetition.internal_rad = max(repetition.internal_rad, median)
        repetition.external_rad = max(repetition.external_rad, -median)


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

    window: WindowState = field(default_factory=WindowState)
    best_rad: float = 0.0


def watch(rule: HoldRule, excursion: Excursion, sample: Sample) -> float | None:
    """Take a sample in, + toward the end range; return the best plateau once the limb is back from it.

    A plateau is half a second without moving faster than a hold may begin with, at the smallest end range or above.
    Changes `excursion`.
    """
    samples = window(excursion.window, sample)
    if samples is not None:
        median = statistics.median(each.angle_rad for each in samples)
        if median >= rule.smallest_end_range_rad:
            still_rad_s = larger(rule.still, median)
            if all(abs(each.rate_rad_s) <= still_rad_s for each in samples):
                excursion.best_rad = max(excursion.best_rad, median)
    if sample.angle_rad <= rule.neutral_fraction * excursion.best_rad:
        best_rad, excursion.best_rad = excursion.best_rad, 0.0
        return best_rad if best_rad > 0.0 else None
    return None
