"""How a person's hip moves sideways when it bends, as the maximal repetitions show it: habit, and axes that are off.

In a deep hinge an axis that is 5° off makes 4° of adduction out of bending. It does so in every repetition alike, so
the maximal ones tell what to expect, and how far it was known then.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import channel
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Channel

_DEEP_RAD = math.radians(20.0)
"""From here on bending tells."""
_ENOUGH_LOOKS = 10
_ADDUCTION, _FLEXION = CHANNELS.index(Channel.ADDUCTION), CHANNELS.index(Channel.FLEXION)

Habit = Records
"""Sums over looks at a bent hip in maximal repetitions (1,)."""


def unknown() -> Habit:
    """Return the habit of somebody of whom nothing has been seen."""
    sums = [("looks", np.int64), *((name, np.float64) for name in ("bent_rad2", "both_rad2", "variance_rad2"))]
    return np.zeros(1, records(sums))


@compiled
def step(sums: Any, neutral: Floats, moment: Moment) -> None:
    """Take a known moment of a maximal repetition in; `neutral` is as in `NeutralState.numbers`. Changes `sums`."""
    bent = moment.channels[_FLEXION] - channel(neutral, _FLEXION)
    if bent < _DEEP_RAD:
        return
    sums.looks += 1
    sums.bent_rad2 += bent * bent
    sums.both_rad2 += bent * (moment.channels[_ADDUCTION] - channel(neutral, _ADDUCTION))
    sums.variance_rad2 += moment.sd_rad[_ADDUCTION] ** 2


@compiled
def expected(sums: Any, neutral: Floats, moment: Moment) -> tuple[float, float]:
    """Return the adduction to expect from bending, and its variance then, rad and rad²; NaN when it is not known."""
    if sums.looks < _ENOUGH_LOOKS:
        return math.nan, math.nan
    bent = moment.channels[_FLEXION] - channel(neutral, _FLEXION)
    return bent * sums.both_rad2 / sums.bent_rad2, sums.variance_rad2 / sums.looks
