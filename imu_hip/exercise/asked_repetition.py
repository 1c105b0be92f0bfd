"""What was done between two prompted neutrals: the thigh may not have turned at all, or it was the other leg."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imu_hip.exercise.levels import larger
from imu_hip.exercise.moment import CHANNELS, EVERY_S, Moment
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


@dataclass(slots=True)
class AskedState:
    """The repetition that is asked for: since when, the first moment of it, and how far everything went since."""

    since_s: float
    first: Moment | None = None
    looks: int = 0
    rotated_rad: float = 0.0
    lowest_turn_rad: float = math.inf
    highest_turn_rad: float = -math.inf
    pelvis_rad: float = 0.0


def step(state: AskedState, moment: Moment) -> None:
    """Take a known moment in. Changes `state`."""
    if state.first is None:
        state.first = moment
    state.looks += 1
    state.rotated_rad = max(state.rotated_rad, abs(moment.rotation_rad - state.first.rotation_rad))
    state.lowest_turn_rad = min(state.lowest_turn_rad, moment.thigh_turn_rad)
    state.highest_turn_rad = max(state.highest_turn_rad, moment.thigh_turn_rad)
    for at in _PELVIS:
        change = math.remainder(moment.channels[at] - state.first.channels[at], math.tau)
        state.pelvis_rad = max(state.pelvis_rad, abs(change))


def close(rules: FaultRules, state: AskedState, end_s: float, end_range_rad: float) -> tuple[Compensation, ...]:
    """Return what was wrong with the repetition that was asked for until `end_s`; `end_range_rad` 0: not known."""
    lasted_s = end_s - state.since_s
    if lasted_s < _SHORTEST_S or state.looks * EVERY_S < _LEAST_SEEN * lasted_s:
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


def _other_leg(rules: FaultRules, state: AskedState, in_space_rad: float, end_range_rad: float) -> bool:
    """Tell whether the pelvis has moved and the thigh has not, neither in space nor far in its hip."""
    limit_rad = rules.other_leg_rad
    if limit_rad is None or state.pelvis_rad <= limit_rad:
        return False
    known = end_range_rad > 0.0
    sway_rad = min(_SWAY_RAD, _SWAY_SHARE * end_range_rad) if known else _SWAY_RAD
    in_hip_rad = max(_IN_HIP_SHARE * end_range_rad, _IN_HIP_OF_PELVIS * state.pelvis_rad)
    still = in_space_rad < max(sway_rad, _STILL_SHARE * state.pelvis_rad)
    return still and (not known or state.rotated_rad < in_hip_rad)
