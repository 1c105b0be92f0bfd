"""One look at the body, ten times a second: what faults are told from."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.event import ReZero
from imu_hip.model.exercise_spec import Channel

EVERY_S = 0.1

CHANNELS = tuple(Channel)
"""The order of `Moment.channels`."""
_SINGLE = 5
_CHANNELS = len(CHANNELS)
COLUMNS = _SINGLE + 2 * _CHANNELS
"""Of looks (m, 17): the numbers of moments in their order."""
_NONE = np.empty((0, COLUMNS))


class Moment(NamedTuple):
    """The newest row when it was time to look; angles in rad, `rotation_rad` is NaN when they are not known.

    `rotation_rad` and `rate_rad_s` are smoothed, + toward internal rotation. `thigh_rate_rad_s`: how fast the thigh
    moves in space, `thigh_turn_rad`: how far it has turned about its long axis, from an arbitrary origin. `channels`
    (6,) and their standard deviations `sd_rad` (6,; 0 where only the gyroscope or gravity tells) in the order of
    `CHANNELS`.
    """

    t_s: float
    rotation_rad: float
    rate_rad_s: float
    thigh_rate_rad_s: float
    thigh_turn_rad: float
    channels: Floats
    sd_rad: Floats


@compiled
def moment(looks: Floats, at: int) -> Moment:
    """Return one of the looks (m, 17)."""
    look = looks[at]
    return Moment(look[0], look[1], look[2], look[3], look[4], look[_SINGLE : _SINGLE + _CHANNELS], look[-_CHANNELS:])


def channel_changes(re_zero: ReZero) -> Floats:
    """Return what a correction does to each channel (6,)."""
    adduction, flexion = re_zero.adduction_change_rad, re_zero.flexion_change_rad
    return np.array([0.0, 0.0, 0.0, adduction, flexion, flexion])


@compiled
def change_rad(angle_rad: float, before_rad: float) -> float:
    """Return how far an angle has turned since before, within half a turn."""
    turned: float = np.fmod(angle_rad - before_rad, math.tau)
    if turned > math.pi:
        return turned - math.tau
    return turned + math.tau if turned < -math.pi else turned


def looks(block: AngleBlock, places: NDArray[np.intp], seen: Floats, looked_at: NDArray[np.bool_]) -> Floats:
    """Return the looks (m, 17) at a block's rows that are looked at; the arguments are as in `JudgedRows`."""
    if not looked_at.any():
        return _NONE
    inputs = (block.thigh_rate_rad_s, block.pelvis_yaw_rad, block.pelvis_list_rad, block.pelvis_tilt_rad)
    return _looks(places[looked_at], seen[:, looked_at], *inputs, block.angles_rad, block.sd_rad)


@compiled
def _looks(
    places: NDArray[np.intp],
    seen: Floats,
    thigh_rate_rad_s: Floats,
    turn_rad: Floats,
    roll_rad: Floats,
    tilt_rad: Floats,
    angles_rad: Floats,
    sd_rad: Floats,
) -> Floats:
    looks = np.zeros((len(places), COLUMNS))
    for at, row in enumerate(places):
        x, y, z = thigh_rate_rad_s[row]
        thigh_rad_s = math.sqrt(x * x + y * y + z * z)
        flexion, adduction, tilt = angles_rad[row, 0], angles_rad[row, 1], tilt_rad[row]
        moving = (seen[0, at], seen[1, at], seen[2, at], thigh_rad_s, seen[6, at])
        channels = (turn_rad[row], roll_rad[row], tilt, adduction, flexion, flexion - tilt)
        sd = (0.0, 0.0, 0.0, sd_rad[row, 1], sd_rad[row, 0], sd_rad[row, 0])
        for place, number in enumerate((*moving, *channels, *sd)):
            looks[at, place] = number
    return looks
