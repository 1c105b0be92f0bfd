"""The farthest that a part reached and kept for half a second in one direction: what is reported as its range."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.end_range import WindowState, window
from imu_hip.exercise.levels import larger
from imu_hip.model.event import Plateau
from imu_hip.model.exercise_spec import Direction, HoldRule


@dataclass(slots=True)
class BestPlateauState:
    """The window that slides along, and the best plateau so far."""

    direction: Direction
    window: WindowState = field(default_factory=WindowState)
    best: Plateau | None = None


def step(rule: HoldRule, state: BestPlateauState, sample: Sample) -> None:
    """Take a sample in, + toward the end range; a plateau is as still as a hold must be. Changes `state`."""
    samples = window(state.window, sample)
    if samples is None:
        return
    angle_rad = statistics.median(each.angle_rad for each in samples)
    if angle_rad < rule.smallest_end_range_rad or (state.best is not None and angle_rad <= state.best.angle_rad):
        return
    still_rad_s = larger(rule.still, angle_rad)
    if all(abs(each.rate_rad_s) <= still_rad_s for each in samples):
        sd_rad = statistics.median(each.sd_rad for each in samples)
        state.best = Plateau(samples[0].t_s, state.direction, angle_rad, sd_rad)
