"""The neutral that a repetition starts from: what everything was before the limb moved, and whether it is away now."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from imu_hip.exercise.moment import Moment
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


@dataclass(frozen=True, slots=True)
class Neutral:
    """Means over the last half second of a neutral: rotation, channels and their standard deviations, rad."""

    rotation_rad: float
    channels: tuple[float, ...]
    sd_rad: tuple[float, ...]


@dataclass(slots=True)
class NeutralState:
    """All that evolves.

    `prompted`: the person is asked to be in neutral now; `away`: the limb is not in it; `was_away`: one look before.
    `next_way`: the direction that the last prompt said comes next, None when it named none.
    """

    neutral: Neutral | None = None
    recent: deque[Moment] = field(default_factory=lambda: deque(maxlen=_LOOKS))
    prompted: bool = False
    away: bool = False
    was_away: bool = False
    next_way: Direction | None = None
    last_s: float = -math.inf


def level_rad(neutral_fraction: float, end_ranges_rad: Mapping[Direction, float], rotation_rad: float) -> float:
    """Return how far the limb may be turned in neutral, to the side where it is."""
    direction = Direction.INTERNAL if rotation_rad >= 0.0 else Direction.EXTERNAL
    end_range_rad = end_ranges_rad.get(direction, max(end_ranges_rad.values(), default=0.0))
    return neutral_fraction * end_range_rad if end_range_rad > 0.0 else UNKNOWN_RAD


def step(state: NeutralState, moment: Moment, neutral_rad: float) -> None:
    """Take a known moment in; `neutral_rad`: how far the limb may be turned in neutral. Changes `state`."""
    if moment.t_s - state.last_s > UNSEEN_S:
        state.recent.clear()
    state.last_s, state.was_away = moment.t_s, state.away
    turned = abs(moment.rotation_rad)
    still = abs(moment.rate_rad_s) < _STILL_RAD_S and moment.thigh_rate_rad_s < _STILL_IN_SPACE_RAD_S
    # Somebody who was asked to be in neutral and keeps still is in what he takes for it.
    if state.away:
        state.away = turned > _BACK_SHARE * neutral_rad and not (state.prompted and still)
    else:
        state.away = turned > neutral_rad and not (state.prompted and still)
    if state.away or not still:
        state.recent.clear()
        return
    state.recent.append(moment)
    if len(state.recent) == _LOOKS:
        state.neutral = _mean(state.recent)


def shift(state: NeutralState, rotation_rad: float, channels: tuple[float, ...]) -> None:
    """Move the neutral along with angles that were corrected all at once. Changes `state`."""
    state.recent.clear()
    if state.neutral is not None:
        state.neutral = Neutral(
            state.neutral.rotation_rad + rotation_rad,
            tuple(value + change for value, change in zip(state.neutral.channels, channels, strict=True)),
            state.neutral.sd_rad,
        )


def _mean(moments: deque[Moment]) -> Neutral:
    n = len(moments)
    return Neutral(
        sum(moment.rotation_rad for moment in moments) / n,
        tuple(sum(values) / n for values in zip(*(moment.channels for moment in moments), strict=True)),
        tuple(sum(values) / n for values in zip(*(moment.sd_rad for moment in moments), strict=True)),
    )
