"""What was done between two prompted neutrals: the thigh may not have turned at all, or it was the other leg."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise.levels import larger
from imu_hip.exercise.moment import CHANNELS, EVERY_S, Moment, change_rad
from imu_hip.model.block import Floats
from imu_hip.model.event import Compensation
from imu_hip.model.exercise_spec import Channel, CompensationKind, FaultRules

_SHORTEST_S = 3.0
_LEAST_SEEN = 0.8
"""Share of the time between the neutrals in which the angles must be known."""
_STILL_SHARE = 0.7
"""Of what the pelvis moves: a thigh that turns less in space keeps still; so does one that only sways, ..."""
_SWAY_RAD = math.radians(8.0)
"""... by up to this, standing on one leg, ..."""
_SWAY_SHARE = 0.5
"""... if that is less than this share of the end range."""
_IN_HIP_SHARE = 0.6
_IN_HIP_OF_PELVIS = 1.2
"""A hip that shows more rotation than both (of the end range, of what the pelvis moves) has worked itself."""
_PELVIS = tuple(CHANNELS.index(c) for c in (Channel.PELVIS_TURN, Channel.PELVIS_ROLL, Channel.PELVIS_TILT))


class Asked(NamedTuple):
    """What was seen: so many looks, since when (NaN: none is asked for), and how far everything went since, rad."""

    looks: int
    since_s: float
    first_rotation_rad: float
    rotated_rad: float
    lowest_turn_rad: float
    highest_turn_rad: float
    pelvis_rad: float


_MEMORY = records([(name, np.int64 if name == "looks" else np.float64) for name in Asked._fields])


@dataclass(slots=True)
class AskedState:
    """All that evolves: `memory` (1,) is an `Asked`; `first_channels` (6,): those of the first moment."""

    memory: Records
    first_channels: Floats

    @property
    def now(self) -> Any:
        """The one record of the memory; what is set there stays."""
        return self.memory[0]


def start(since_s: float) -> AskedState:
    """Return a repetition that is asked for from now on; NaN: none."""
    memory = np.array([Asked(0, since_s, 0.0, 0.0, math.inf, -math.inf, 0.0)], _MEMORY)
    return AskedState(memory, np.zeros(len(CHANNELS)))


@compiled
def step(now: Any, first_channels: Floats, moment: Moment) -> None:
    """Take a known moment in. Changes the first two."""
    if now.looks == 0:
        now.first_rotation_rad = moment.rotation_rad
        first_channels[:] = moment.channels
    now.looks += 1
    now.rotated_rad = max(now.rotated_rad, abs(moment.rotation_rad - now.first_rotation_rad))
    now.lowest_turn_rad = min(now.lowest_turn_rad, moment.thigh_turn_rad)
    now.highest_turn_rad = max(now.highest_turn_rad, moment.thigh_turn_rad)
    for at in _PELVIS:
        now.pelvis_rad = max(now.pelvis_rad, abs(change_rad(moment.channels[at], first_channels[at])))


def close(rules: FaultRules, asked: AskedState, end_s: float, end_range_rad: float) -> tuple[Compensation, ...]:
    """Return what was wrong with the repetition that was asked for until `end_s`; `end_range_rad` 0: not known."""
    state = Asked(*asked.now.tolist())
    lasted_s = end_s - state.since_s
    if not lasted_s >= _SHORTEST_S or state.looks * EVERY_S < _LEAST_SEEN * lasted_s:
        return ()
    in_space_rad = state.highest_turn_rad - state.lowest_turn_rad
    if _other_leg(rules, state, in_space_rad, end_range_rad):
        why = (
            f"the pelvis moved by {math.degrees(state.pelvis_rad):.0f}° and this thigh kept still "
            f"(turned by {math.degrees(in_space_rad):.0f}°): that was the other leg"
        )
        return (Compensation(state.since_s, end_s, CompensationKind.OTHER_LEG_MOVED, state.pelvis_rad, "", why),)
    if rules.did_not_rotate is None:
        return ()
    least_rad = larger(rules.did_not_rotate, end_range_rad)
    if state.rotated_rad >= least_rad:
        return ()
    why = (
        f"the thigh turned by {math.degrees(state.rotated_rad):.0f}° only, at least {math.degrees(least_rad):.0f}° "
        "would be a repetition: if the foot moved, that was the ankle"
    )
    return (Compensation(state.since_s, end_s, CompensationKind.THIGH_DID_NOT_ROTATE, state.rotated_rad, "", why),)


def _other_leg(rules: FaultRules, state: Asked, in_space_rad: float, end_range_rad: float) -> bool:
    """Tell whether the pelvis has moved and the thigh has not, neither in space nor far in its hip."""
    limit_rad = rules.other_leg_rad
    if limit_rad is None or state.pelvis_rad <= limit_rad:
        return False
    known = end_range_rad > 0.0
    sway_rad = min(_SWAY_RAD, _SWAY_SHARE * end_range_rad) if known else _SWAY_RAD
    in_hip_rad = max(_IN_HIP_SHARE * end_range_rad, _IN_HIP_OF_PELVIS * state.pelvis_rad)
    still = in_space_rad < max(sway_rad, _STILL_SHARE * state.pelvis_rad)
    return still and (not known or state.rotated_rad < in_hip_rad)
