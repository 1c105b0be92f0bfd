"""Follow the body from look to look, up to one at which a fault is over or has been made: this sees every look."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import Records, compiled
from imu_hip.exercise import asked_repetition, channel_faults, fault_flag, habit, neutral_before, rotation_kept
from imu_hip.exercise.fault_flag import Flags
from imu_hip.exercise.habit import Habit
from imu_hip.exercise.moment import CHANNELS, moment
from imu_hip.exercise.neutral_before import UNSEEN_S, channel
from imu_hip.exercise.posture_check import Expected, off_rad
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Channel

_POSTURE_S = 2.0
_FLEXION = CHANNELS.index(Channel.FLEXION)


Memory = Records


class Flag(IntEnum):
    """Places of the flags that no channel rule has."""

    OTHER_WAY = 0
    POSTURE = 1


class Over(IntEnum):
    """What is over at a look, bit by bit."""

    NOTHING = 0
    POSTURE = 1
    OTHER_WAY = 2
    REPETITION = 4
    HINGE = 8


class Asked(NamedTuple):
    """What is asked of the body in some looks that follow each other.

    `inward_rad`, `outward_rad`: how far the limb may be turned in neutral. `toward`: sign of the rotation that is asked
    for, 0 where any will do, and how far the other way is a fault. `posture` as expected, if `sees_posture`. `hinges`:
    rotation must be kept on the way up.
    """

    inward_rad: float
    outward_rad: float
    toward: float
    other_way_rad: float
    posture: Expected
    sees_posture: bool
    hinges: bool


@compiled
def prepare(
    asked: Asked, looks: Floats, memory: Memory, neutral: Floats, recent: Floats, habits: Habit, repeating: bool
) -> None:
    """Take looks (m, 17) in outside of what is judged; while `repeating` a maximal repetition is made.

    Changes the neutral (`memory`, `neutral`, `recent` as `neutral_before` has them) and `habits`.
    """
    now = memory[0]
    for at in range(len(looks)):
        seen = moment(looks, at)
        if np.isnan(seen.rotation_rad):
            continue
        neutral_rad = asked.inward_rad if seen.rotation_rad >= 0.0 else asked.outward_rad
        neutral_before.step(now, neutral, recent, seen, neutral_rad)
        if repeating and now.known:
            habit.step(habits[0], neutral, seen)


@compiled
def take(
    asked: Asked,
    looks: Floats,
    first: int,
    memory: Memory,
    neutral: Floats,
    recent: Floats,
    habits: Habit,
    last_s: Floats,
    flags: Flags,
    rule_flags: Flags,
    rules: Memory,
    repetitions: Memory,
    first_channels: Floats,
    hinge: Floats,
    hinge_count: NDArray[np.int64],
) -> tuple[int, int]:
    """Take looks (m, 17) in from `first` on, up to one at which something is over; return it and what.

    m and NOTHING if it is not. Changes all from `memory` on, as `neutral_before`, `fault_flag`, `channel_faults`,
    `asked_repetition` and `rotation_kept` have them; `last_s` (1,) is when the last known look was.
    """
    now, repetition = memory[0], repetitions[0]
    for at in range(first, len(looks)):
        seen = moment(looks, at)
        if np.isnan(seen.rotation_rad):
            continue
        neutral_rad = asked.inward_rad if seen.rotation_rad >= 0.0 else asked.outward_rad
        neutral_before.step(now, neutral, recent, seen, neutral_rad)
        if seen.t_s - last_s[0] > UNSEEN_S:
            for place in range(len(flags)):
                fault_flag.lose_sight(flags[place])
            for place in range(len(rule_flags)):
                fault_flag.lose_sight(rule_flags[place])
        last_s[0] = seen.t_s
        over = 0
        if asked.sees_posture:
            flag = flags[Flag.POSTURE]
            fault_flag.follow(flag, seen.t_s, off_rad(asked.posture, seen), 0.0, _POSTURE_S)
            if not flag.showing and not np.isnan(flag.start_s):
                over |= Over.POSTURE
        if not np.isnan(repetition.since_s):
            asked_repetition.step(repetition, first_channels, seen)
        if asked.toward != 0.0 and now.known:
            flag = flags[Flag.OTHER_WAY]
            value_rad = asked.toward * (neutral[0] - seen.rotation_rad)
            fault_flag.follow(flag, seen.t_s, value_rad, asked.other_way_rad, fault_flag.RAISE_S)
            if not flag.showing and not np.isnan(flag.start_s):
                over |= Over.OTHER_WAY
        if now.known:
            if now.away:
                channel_faults.step(rule_flags, rules, neutral, seen, habits)
            elif now.was_away:
                over |= Over.REPETITION
            if asked.hinges:
                depth_rad = seen.channels[_FLEXION] - channel(neutral, _FLEXION)
                rotated_rad = seen.rotation_rad - neutral[0]
                if rotation_kept.step(hinge, hinge_count, seen.t_s, depth_rad, rotated_rad):
                    over |= Over.HINGE
        if over:
            return at, over
    return len(looks), Over.NOTHING + 0
