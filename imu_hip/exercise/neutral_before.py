"""The neutral that a repetition starts from: what everything was before the limb moved, and whether it is away now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Direction

UNKNOWN_RAD = math.radians(7.5)
"""How far the limb may be turned in neutral while no end range is known."""
UNSEEN_S = 0.3
"""After a longer hole everything that has to last begins to count anew."""
_STILL_RAD_S = math.radians(5.0)
_STILL_IN_SPACE_RAD_S = math.radians(10.0)
_LOOKS = 5
"""How many looks at a still limb make its neutral."""
_BACK_SHARE = 0.7
"""Of the neutral level: a limb that was away is back below it."""
_CHANNELS = len(CHANNELS)
_NUMBERS = 1 + 2 * _CHANNELS

_MEMORY = records(
    [
        ("recent", np.int64),
        ("last_s", np.float64),
        *((name, np.bool_) for name in ("prompted", "away", "was_away", "known")),
    ]
)


def _memory() -> Records:
    new = np.zeros(1, _MEMORY)
    new["last_s"] = -math.inf
    return new


@dataclass(slots=True)
class NeutralState:
    """All that evolves.

    `memory` (1,): `prompted`: the person is asked to be in neutral now; `away`: the limb is not in it; `was_away`: one
    look before; `known`: there is a neutral; `recent`: so many looks may become the next. `numbers` (13,) of the
    neutral, means over the last half second of it, rad: rotation, channels, their standard deviations. `looks` (5, 13):
    the recent ones. `next_way`: the direction that the last prompt said comes next, None when it named none.
    """

    memory: Records = field(default_factory=_memory)
    numbers: Floats = field(default_factory=lambda: np.zeros(_NUMBERS))
    looks: Floats = field(default_factory=lambda: np.zeros((_LOOKS, _NUMBERS)))
    next_way: Direction | None = None

    @property
    def now(self) -> Any:
        """The one record of the memory; what is set there stays."""
        return self.memory[0]

    @property
    def channels(self) -> tuple[float, ...] | None:
        """The channels of the neutral, rad; None before there is one."""
        return tuple(self.numbers[1 : 1 + _CHANNELS].tolist()) if self.now.known else None


def level_rad(neutral_fraction: float, end_ranges_rad: Mapping[Direction, float], direction: Direction) -> float:
    """Return how far the limb may be turned in neutral to one side."""
    end_range_rad = end_ranges_rad.get(direction, max(end_ranges_rad.values(), default=0.0))
    return neutral_fraction * end_range_rad if end_range_rad > 0.0 else UNKNOWN_RAD


@compiled
def step(now: Any, numbers: Floats, looks: Floats, moment: Moment, neutral_rad: float) -> None:
    """Take a known moment in; `neutral_rad`: how far the limb may be turned in neutral. Changes the first three."""
    if moment.t_s - now.last_s > UNSEEN_S:
        now.recent = 0
    now.last_s, now.was_away = moment.t_s, now.away
    turned = abs(moment.rotation_rad)
    still = abs(moment.rate_rad_s) < _STILL_RAD_S and moment.thigh_rate_rad_s < _STILL_IN_SPACE_RAD_S
    # Somebody who was asked to be in neutral and keeps still is in what he takes for it.
    away_rad = _BACK_SHARE * neutral_rad if now.away else neutral_rad
    now.away = turned > away_rad and not (now.prompted and still)
    if now.away or not still:
        now.recent = 0
        return
    if now.recent == _LOOKS:
        looks[:-1] = looks[1:].copy()
        now.recent = _LOOKS - 1
    newest = looks[now.recent]
    newest[0], newest[1 : 1 + _CHANNELS], newest[1 + _CHANNELS :] = moment.rotation_rad, moment.channels, moment.sd_rad
    now.recent += 1
    if now.recent == _LOOKS:
        now.known = True
        for place in range(_NUMBERS):
            total = 0.0
            for look in range(_LOOKS):
                total += looks[look, place]
            numbers[place] = total / _LOOKS


def shift(state: NeutralState, rotation_rad: float, channels: Floats) -> None:
    """Move the neutral along with angles that were corrected all at once. Changes `state`."""
    state.now.recent = 0
    state.numbers[0] += rotation_rad
    state.numbers[1 : 1 + _CHANNELS] += channels


@compiled
def channel(numbers: Floats, at: int) -> float:
    """Return what a channel was in neutral."""
    return float(numbers[1 + at])


@compiled
def channel_sd(numbers: Floats, at: int) -> float:
    """Return how well that was known."""
    return float(numbers[1 + _CHANNELS + at])
