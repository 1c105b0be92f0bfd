"""How a person's hip moves sideways when it bends, as the maximal repetitions show it: habit, and axes that are off.

In a deep hinge an axis that is 5° off makes 4° of adduction out of bending. It does so in every repetition alike, so
the maximal ones tell what to expect, and how far it was known then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import Neutral
from imu_hip.model.exercise_spec import Channel

_DEEP_RAD = math.radians(20.0)
"""From here on bending tells."""
_ENOUGH_LOOKS = 10
_ADDUCTION, _FLEXION = CHANNELS.index(Channel.ADDUCTION), CHANNELS.index(Channel.FLEXION)


@dataclass(slots=True)
class HabitState:
    """Sums over looks at a bent hip in maximal repetitions."""

    looks: int = 0
    bent_rad2: float = 0.0
    both_rad2: float = 0.0
    variance_rad2: float = 0.0


def step(state: HabitState, neutral: Neutral, moment: Moment) -> None:
    """Take in a known moment of a maximal repetition. Changes `state`."""
    bent = moment.channels[_FLEXION] - neutral.channels[_FLEXION]
    if bent < _DEEP_RAD:
        return
    state.looks += 1
    state.bent_rad2 += bent * bent
    state.both_rad2 += bent * (moment.channels[_ADDUCTION] - neutral.channels[_ADDUCTION])
    state.variance_rad2 += moment.sd_rad[_ADDUCTION] ** 2


def expected(state: HabitState, neutral: Neutral, moment: Moment) -> tuple[float, float] | None:
    """Return the adduction to expect from bending, and its variance then, rad and rad²; None when it is not known."""
    if state.looks < _ENOUGH_LOOKS:
        return None
    bent = moment.channels[_FLEXION] - neutral.channels[_FLEXION]
    return bent * state.both_rad2 / state.bent_rad2, state.variance_rad2 / state.looks
