"""Put the trials of a measurement together: mean, best, how they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from imu_hip.model.event import ActiveRange, Trial
from imu_hip.model.exercise_spec import Direction


def active_range(direction: Direction, trials: Sequence[Trial]) -> ActiveRange | None:
    """Return the active range in a direction, None without a trial in it.

    Most of an angle's error is the same in all trials and does not average out; how the trials scatter does.
    """
    own = [trial for trial in trials if trial.direction is direction]
    if not own:
        return None
    n = len(own)
    angles = [trial.angle_rad for trial in own]
    mean = sum(angles) / n
    scatter = math.sqrt(sum((angle - mean) ** 2 for angle in angles) / (n - 1)) if n > 1 else None
    shared = sum(trial.sd_rad**2 for trial in own) / n
    sd = math.sqrt(shared + (scatter or 0.0) ** 2 / n)
    return ActiveRange(direction, n, mean, max(angles), scatter, sd)
