"""Faults that a channel shows: how far it has changed since the neutral before the repetition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from imu_hip.exercise import fault_flag, habit
from imu_hip.exercise.fault_flag import Flag
from imu_hip.exercise.habit import HabitState
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.exercise.neutral_before import Neutral
from imu_hip.model.event import Compensation, NotJudged
from imu_hip.model.exercise_spec import Channel, ChannelRule, CompensationKind, Sense

_TOO_UNSURE = 1.0
"""Share of the limit: with a larger standard deviation of the change nothing is said about it."""
_SURE_SD = 1.5
"""A fault is larger than its limit and than this many standard deviations of the change."""

_TOWARD = {
    Channel.PELVIS_TURN: ("internal", "external"),
    Channel.PELVIS_ROLL: ("up", "down"),
    Channel.PELVIS_TILT: ("anterior", "posterior"),
    Channel.ADDUCTION: ("adduction", "abduction"),
    Channel.FLEXION: ("flexion", "extension"),
    Channel.THIGH_RAISE: ("flexion", "extension"),
}
_WHAT = {
    (CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_TURN): "the pelvis turned {size} along with the thigh",
    (CompensationKind.PELVIS_FOLLOWED, Channel.PELVIS_ROLL): "the pelvis rolled {size} along with the thigh",
    (CompensationKind.PELVIS_LIFTED, Channel.PELVIS_ROLL): "this side of the pelvis went {toward} by {size}",
    (CompensationKind.PELVIS_LIFTED, Channel.PELVIS_TILT): "the pelvis tipped by {size} ({toward} tilt)",
    (CompensationKind.KNEE_MOVED, Channel.ADDUCTION): "the knee moved {way} by {size} ({toward})",
    (CompensationKind.KNEE_MOVED, Channel.THIGH_RAISE): "the knee moved {way} by {size} ({toward})",
    (CompensationKind.HIP_OUT, Channel.ADDUCTION): "the hip went out to the side by {size}",
}
_SIGNS = {
    Sense.EITHER: (0.0, 0.0),
    Sense.POSITIVE: (1.0, 1.0),
    Sense.NEGATIVE: (-1.0, -1.0),
    Sense.WITH_ROTATION: (-1.0, 1.0),
    Sense.AGAINST_ROTATION: (1.0, -1.0),
}
"""Of a change that is a fault, while the thigh is turned out and in; 0: of either sign."""
_WAY = {"adduction": "inward", "abduction": "outward", "flexion": "up", "extension": "down"}


@dataclass(slots=True)
class RuleState:
    """One rule within a repetition: its flag, the sign of the change at the peak, and since when it is unsure.

    `at`: the place of its channel. `signs`: of a change that is a fault, while the thigh is turned out and in.
    """

    rule: ChannelRule
    at: int
    signs: tuple[float, float]
    flag: Flag = field(default_factory=Flag)
    peak_sign: float = 1.0
    unsure_since_s: float | None = None
    unsure_until_s: float = 0.0
    unsure: bool = False
    sd_rad: float = 0.0


def start(rules: Sequence[ChannelRule]) -> tuple[RuleState, ...]:
    """Return the states of rules before the first repetition."""
    return tuple(RuleState(rule, CHANNELS.index(rule.channel), _SIGNS[rule.sense]) for rule in rules)


def step(states: Sequence[RuleState], neutral: Neutral, moment: Moment, habits: HabitState) -> None:
    """Take in a known moment away from neutral. Changes `states`."""
    inward = moment.rotation_rad >= neutral.rotation_rad
    channels, sd_rad, neutral_channels, neutral_sd_rad = (
        moment.channels, moment.sd_rad, neutral.channels, neutral.sd_rad
    )  # fmt: skip
    for state in states:
        rule, flag, at = state.rule, state.flag, state.at
        change = math.remainder(channels[at] - neutral_channels[at], math.tau)
        # What the neutral did not know already is the same in both, and takes itself away.
        known_rad2 = neutral_sd_rad[at] ** 2
        if rule.beyond_habit:
            usual = habit.expected(habits, neutral, moment)
            if usual is not None:
                change, known_rad2 = change - usual[0], max(known_rad2, usual[1])
        sd = math.sqrt(max(0.0, sd_rad[at] ** 2 - known_rad2))
        state.unsure = sd > _TOO_UNSURE * rule.limit_rad
        if state.unsure:
            state.unsure_since_s = moment.t_s if state.unsure_since_s is None else state.unsure_since_s
            state.unsure_until_s, state.sd_rad = moment.t_s, max(state.sd_rad, sd)
            fault_flag.lose_sight(flag)
            continue
        value = state.signs[inward] * change or abs(change)
        if value > flag.peak:
            state.peak_sign = math.copysign(1.0, change)
        fault_flag.follow(flag, moment.t_s, value, max(rule.limit_rad, _SURE_SD * sd))


def close(states: Sequence[RuleState]) -> tuple[Compensation | NotJudged, ...]:
    """Return what the repetition that ends here showed, one for each kind; forget it."""
    events: list[Compensation | NotJudged] = []
    for kind in dict.fromkeys(state.rule.kind for state in states):
        same = [state for state in states if state.rule.kind is kind]
        raised = [state for state in same if state.flag.start_s is not None]
        if raised:
            events.append(_compensation(kind, raised))
        elif any(state.unsure_since_s is not None for state in same):
            events.append(_not_judged(kind, [state for state in same if state.unsure_since_s is not None]))
    for state in states:
        state.flag, state.unsure_since_s, state.unsure, state.sd_rad = Flag(), None, False, 0.0
    return tuple(events)


def showing(states: Sequence[RuleState]) -> tuple[CompensationKind, ...]:
    """Return the faults that are being made now."""
    return tuple(dict.fromkeys(state.rule.kind for state in states if state.flag.showing))


def unsure(states: Sequence[RuleState]) -> tuple[CompensationKind, ...]:
    """Return the faults that cannot be told now."""
    return tuple(dict.fromkeys(state.rule.kind for state in states if state.unsure))


def _compensation(kind: CompensationKind, raised: Sequence[RuleState]) -> Compensation:
    worst = max(raised, key=lambda state: state.flag.peak / state.rule.limit_rad)
    rule, peak = worst.rule, worst.flag.peak
    toward = _TOWARD[rule.channel][0 if worst.peak_sign > 0.0 else 1]
    size, limit = f"{math.degrees(peak):.0f}°", f"{math.degrees(rule.limit_rad):.0f}°"
    what = _WHAT.get((kind, rule.channel), "{channel} changed by {size} ({toward})")
    text = what.format(size=size, toward=toward, way=_WAY.get(toward, ""), channel=rule.channel.replace("_", " "))
    starts = [state.flag.start_s for state in raised if state.flag.start_s is not None]
    ends = [state.flag.end_s for state in raised]
    return Compensation(min(starts), max(ends), kind, peak, toward, f"{text}; more than {limit} counts")


def _not_judged(kind: CompensationKind, unsure_states: Sequence[RuleState]) -> NotJudged:
    starts = [state.unsure_since_s for state in unsure_states if state.unsure_since_s is not None]
    worst = max(unsure_states, key=lambda state: state.sd_rad / state.rule.limit_rad)
    why = (
        f"the change of {worst.rule.channel.replace('_', ' ')} was known to {math.degrees(worst.sd_rad):.0f}° only "
        f"(one standard deviation), too little to tell {math.degrees(worst.rule.limit_rad):.0f}°; "
        "keep still in neutral for a moment between repetitions"
    )
    return NotJudged(min(starts), max(state.unsure_until_s for state in unsure_states), kind, worst.sd_rad, why)
