"""Faults that a channel shows: how far it has changed since the neutral before the repetition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import Records, compiled, records
from imu_hip.exercise import fault_flag
from imu_hip.exercise.fault_flag import Flags
from imu_hip.exercise.habit import Habit, expected
from imu_hip.exercise.moment import CHANNELS, Moment, change_rad
from imu_hip.exercise.neutral_before import channel, channel_sd
from imu_hip.model.block import Floats
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


_MEMORY = records(
    [
        ("at", np.int64),
        *(
            (name, np.float64)
            for name in ("outward", "inward", "limit_rad", "peak_sign", "unsure_since_s", "unsure_until_s", "sd_rad")
        ),
        ("beyond_habit", np.bool_),
        ("unsure", np.bool_),
    ]
)


@dataclass(slots=True)
class RulesState:
    """Rules within a repetition with their `flags` (r,), and in `memory` (r,) what else there is of each.

    That is the place `at` of the channel; its limit, and the sign of a change that is a fault while the thigh is turned
    `outward` and `inward`; `peak_sign` of the change at the flag's peak. `unsure` now, since when and until when (NaN:
    all has been sure), with what standard deviation at most.
    """

    rules: tuple[ChannelRule, ...]
    flags: Flags
    memory: Records


class _Raised(NamedTuple):
    """What a rule has to tell."""

    rule: ChannelRule
    flag: Any
    now: Any


def start(rules: Sequence[ChannelRule]) -> RulesState:
    """Return the states of rules before the first repetition."""
    memory: Records = np.zeros(len(rules), _MEMORY)
    for rule, now in zip(rules, memory, strict=True):
        now.at, now.beyond_habit, now.limit_rad = CHANNELS.index(rule.channel), rule.beyond_habit, rule.limit_rad
        now.outward, now.inward = _SIGNS[rule.sense]
        now.unsure_since_s = math.nan
    return RulesState(tuple(rules), fault_flag.flags(len(rules)), memory)


@compiled
def step(flags: Flags, memory: Records, neutral: Floats, moment: Moment, habits: Habit) -> None:
    """Take in a known moment away from neutral (as in `NeutralState.numbers`). Changes `flags` and `memory`."""
    inward = moment.rotation_rad >= neutral[0]
    for rule in range(len(memory)):
        flag, now = flags[rule], memory[rule]
        at = now.at
        change = change_rad(moment.channels[at], channel(neutral, at))
        # What the neutral did not know already is the same in both, and takes itself away.
        known_rad2 = channel_sd(neutral, at) ** 2
        if now.beyond_habit:
            usual_rad, usual_rad2 = expected(habits[0], neutral, moment)
            if not np.isnan(usual_rad):
                change, known_rad2 = change - usual_rad, max(known_rad2, usual_rad2)
        sd = math.sqrt(max(0.0, moment.sd_rad[at] ** 2 - known_rad2))
        now.unsure = sd > _TOO_UNSURE * now.limit_rad
        if now.unsure:
            now.unsure_since_s = moment.t_s if np.isnan(now.unsure_since_s) else now.unsure_since_s
            now.unsure_until_s, now.sd_rad = moment.t_s, max(now.sd_rad, sd)
            fault_flag.lose_sight(flag)
            continue
        signed = (now.inward if inward else now.outward) * change
        value = signed if signed != 0.0 else abs(change)
        if value > flag.peak:
            now.peak_sign = math.copysign(1.0, change)
        fault_flag.follow(flag, moment.t_s, value, max(now.limit_rad, _SURE_SD * sd), fault_flag.RAISE_S)


def close(state: RulesState) -> tuple[Compensation | NotJudged, ...]:
    """Return what the repetition that ends here showed, one for each kind; forget it. Changes `state`."""
    events: list[Compensation | NotJudged] = []
    seen = [_Raised(*each) for each in zip(state.rules, state.flags, state.memory, strict=True)]
    for kind in dict.fromkeys(rule.kind for rule in state.rules):
        same = [each for each in seen if each.rule.kind is kind]
        raised = [each for each in same if not math.isnan(each.flag.start_s)]
        unsure = [each for each in same if not math.isnan(each.now.unsure_since_s)]
        if raised:
            events.append(_compensation(kind, raised))
        elif unsure:
            events.append(_not_judged(kind, unsure))
    state.flags = fault_flag.flags(len(state.rules))
    for name, value in (("sd_rad", 0.0), ("unsure_since_s", math.nan), ("unsure", False)):
        state.memory[name] = value
    return tuple(events)


def showing(state: RulesState) -> tuple[CompensationKind, ...]:
    """Return the faults that are being made now."""
    return _kinds(state, state.flags["showing"])


def unsure(state: RulesState) -> tuple[CompensationKind, ...]:
    """Return the faults that cannot be told now."""
    return _kinds(state, state.memory["unsure"])


def _kinds(state: RulesState, which: NDArray[np.bool_]) -> tuple[CompensationKind, ...]:
    return tuple(dict.fromkeys(rule.kind for rule, is_one in zip(state.rules, which, strict=True) if is_one))


def _compensation(kind: CompensationKind, raised: Sequence[_Raised]) -> Compensation:
    worst = max(raised, key=lambda each: float(each.flag.peak / each.now.limit_rad))
    rule, peak = worst.rule, float(worst.flag.peak)
    toward = _TOWARD[rule.channel][0 if worst.now.peak_sign > 0.0 else 1]
    size, limit = f"{math.degrees(peak):.0f}°", f"{math.degrees(rule.limit_rad):.0f}°"
    what = _WHAT.get((kind, rule.channel), "{channel} changed by {size} ({toward})")
    text = what.format(size=size, toward=toward, way=_WAY.get(toward, ""), channel=rule.channel.replace("_", " "))
    starts = [float(each.flag.start_s) for each in raised]
    ends = [float(each.flag.end_s) for each in raised]
    return Compensation(min(starts), max(ends), kind, peak, toward, f"{text}; more than {limit} counts")


def _not_judged(kind: CompensationKind, unsure: Sequence[_Raised]) -> NotJudged:
    worst = max(unsure, key=lambda each: float(each.now.sd_rad / each.now.limit_rad))
    sd_rad = float(worst.now.sd_rad)
    why = (
        f"the change of {worst.rule.channel.replace('_', ' ')} was known to {math.degrees(sd_rad):.0f}° only "
        f"(one standard deviation), too little to tell {math.degrees(worst.rule.limit_rad):.0f}°; "
        "keep still in neutral for a moment between repetitions"
    )
    since_s = min(float(each.now.unsure_since_s) for each in unsure)
    until_s = max(float(each.now.unsure_until_s) for each in unsure)
    return NotJudged(since_s, until_s, kind, sd_rad, why)
