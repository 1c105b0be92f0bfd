"""The farthest that a part reached and kept for half a second in one direction: what is reported as its range."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imu_hip.exercise.half_second import HalfSecond
from imu_hip.exercise.levels import larger
from imu_hip.model.event import Plateau
from imu_hip.model.exercise_spec import Direction, HoldRule


@dataclass(slots=True)
class BestPlateauState:
    """The best plateau so far."""

    direction: Direction
    best: Plateau | None = None


def step(rule: HoldRule, state: BestPlateauState, seen: HalfSecond) -> None:
    """Take half a second in; a plateau is as still as a hold must be. Changes `state`."""
    angle_rad = seen.angle_rad if state.direction is Direction.INTERNAL else -seen.angle_rad
    if angle_rad < rule.smallest_end_range_rad or (state.best is not None and angle_rad <= state.best.angle_rad):
        return
    if seen.fastest_rad_s <= larger(rule.still, angle_rad):
        state.best = Plateau(seen.start_s, state.direction, angle_rad, seen.sd_rad)


def refined(state: BestPlateauState, change_rad: float) -> None:
    """Take in that the best plateau lies `change_rad` further now, by what is known of the zero. Changes `state`."""
    if state.best is not None:
        state.best = replace(state.best, angle_rad=max(0.0, state.best.angle_rad + change_rad))
