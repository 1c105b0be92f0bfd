"""The trials of a measurement: how far the limb got, each time it went out and came back."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.end_range import WindowState, window
from imu_hip.exercise.levels import larger
from imu_hip.model.event import Trial
from imu_hip.model.exercise_spec import Direction, HoldRule

_LEAST_RAD = math.radians(6.0)
"""A plateau nearer to neutral than this is a neutral that was not quite the same."""
_LEAST_SHARE = 0.5
"""Of the best trial so far: less was no trial."""


@dataclass(slots=True)
class TrialState:
    """One direction: the way out under way (`out_s`: since when; `best_*` its best plateau), the best trial so far."""

    direction: Direction
    window: WindowState = field(default_factory=WindowState)
    out_s: float = 0.0
    best_rad: float = 0.0
    best_sd_rad: float = 0.0
    most_rad: float = 0.0


def step(rule: HoldRule, state: TrialState, sample: Sample) -> tuple[Trial, ...]:
    """Take a sample in, + toward the direction's end; return the trial that is over with it. Changes `state`.

    A plateau is the median of half a second as still as a hold must be to begin.
    """
    samples = window(state.window, sample)
    if samples is not None:
        angle_rad = statistics.median(each.angle_rad for each in samples)
        if angle_rad > max(state.best_rad, _LEAST_RAD, _LEAST_SHARE * state.most_rad):
            still_rad_s = larger(rule.still, angle_rad)
            if all(abs(each.rate_rad_s) <= still_rad_s for each in samples):
                state.best_rad = angle_rad
                state.best_sd_rad = statistics.median(each.sd_rad for each in samples)
    if state.best_rad <= 0.0:
        if sample.angle_rad <= _LEAST_RAD:
            state.out_s = sample.t_s
        return ()
    return close(state, sample.t_s) if sample.angle_rad <= rule.neutral_fraction * state.best_rad else ()


def close(state: TrialState, end_s: float) -> tuple[Trial, ...]:
    """Return the trial that is under way, if there is one; it ends now."""
    if state.best_rad <= 0.0:
        return ()
    trial = Trial(state.out_s, end_s, state.direction, state.best_rad, state.best_sd_rad)
    state.most_rad = max(state.most_rad, state.best_rad)
    state.best_rad, state.out_s = 0.0, end_s
    return (trial,)
