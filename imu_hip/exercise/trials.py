"""The trials of a measurement: how far the limb got, each time it went out and came back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imu_hip.exercise.half_second import HalfSecond
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
    out_s: float = 0.0
    best_rad: float = 0.0
    best_sd_rad: float = 0.0
    most_rad: float = 0.0


def step(rule: HoldRule, state: TrialState, t_s: float, angle_rad: float, seen: HalfSecond | None) -> tuple[Trial, ...]:
    """Take a known angle in, and half a second that ends with it; return the trial that is over. Changes `state`.

    A plateau is the median of half a second as still as a hold must be to begin.
    """
    toward = state.direction.sign
    if seen is not None:
        plateau_rad = toward * seen.angle_rad
        further = plateau_rad > max(state.best_rad, _LEAST_RAD, _LEAST_SHARE * state.most_rad)
        if further and seen.fastest_rad_s <= larger(rule.still, plateau_rad):
            state.best_rad, state.best_sd_rad = plateau_rad, seen.sd_rad
    if state.best_rad <= 0.0:
        if toward * angle_rad <= _LEAST_RAD:
            state.out_s = t_s
        return ()
    return close(state, t_s) if toward * angle_rad <= rule.neutral_fraction * state.best_rad else ()


def close(state: TrialState, end_s: float) -> tuple[Trial, ...]:
    """Return the trial that is under way, if there is one; it ends now."""
    if state.best_rad <= 0.0:
        return ()
    trial = Trial(state.out_s, end_s, state.direction, state.best_rad, state.best_sd_rad)
    state.most_rad = max(state.most_rad, state.best_rad)
    state.best_rad, state.out_s = 0.0, end_s
    return (trial,)
