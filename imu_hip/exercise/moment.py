"""One look at the body, ten times a second: what faults are told from."""

from __future__ import annotations

import math
from collections.abc import Iterator
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


class Moment(NamedTuple):
    """The newest row when it was time to look; angles in rad, `rotation_rad` is NaN when they are not known.

    `rotation_rad` and `rate_rad_s` are smoothed, + toward internal rotation. `thigh_rate_rad_s`: how fast the thigh
    moves in space, `thigh_turn_rad`: how far it has turned about its long axis, from an arbitrary origin. `channels`
    and their standard deviations `sd_rad` (0 where only the gyroscope or gravity tells) in the order of `CHANNELS`.
    """

    t_s: float
    rotation_rad: float
    rate_rad_s: float
    thigh_rate_rad_s: float
    thigh_turn_rad: float
    channels: tuple[float, ...]
    sd_rad: tuple[float, ...]

    @property
    def known(self) -> bool:
        """Whether the angles are known."""
        return self.rotation_rad == self.rotation_rad


def channel_changes(re_zero: ReZero) -> tuple[float, ...]:
    """Return what a correction does to each channel."""
    adduction, flexion = re_zero.adduction_change_rad, re_zero.flexion_change_rad
    return (0.0, 0.0, 0.0, adduction, flexion, flexion)


def moments(
    block: AngleBlock, places: NDArray[np.intp], seen: Floats, looked_at: NDArray[np.bool_]
) -> Iterator[Moment]:
    """Yield the moments of a block's rows that are looked at; the arguments are as in `JudgedRows`.

    All of them are made when the first is asked for: most live blocks have none.
    """
    places, seen = places[looked_at], seen[:, looked_at]
    inputs = (block.thigh_rate_rad_s, block.pelvis_yaw_rad, block.pelvis_list_rad, block.pelvis_tilt_rad)
    columns = _columns(places, seen, *inputs, block.angles_rad, block.sd_rad).tolist()
    yield from map(Moment, *columns[:5], zip(*columns[5:11], strict=True), zip(*columns[11:], strict=True))


@compiled
def _columns(
    places: NDArray[np.intp],
    seen: Floats,
    thigh_rate_rad_s: Floats,
    turn_rad: Floats,
    roll_rad: Floats,
    tilt_rad: Floats,
    angles_rad: Floats,
    sd_rad: Floats,
) -> Floats:
    """Return all numbers of moments in their order (17, m)."""
    columns = np.zeros((17, len(places)))
    for at, row in enumerate(places):
        x, y, z = thigh_rate_rad_s[row]
        thigh_rad_s = math.sqrt(x * x + y * y + z * z)
        flexion, adduction, tilt = angles_rad[row, 0], angles_rad[row, 1], tilt_rad[row]
        moving = (seen[0, at], seen[1, at], seen[2, at], thigh_rad_s, seen[6, at])
        channels = (turn_rad[row], roll_rad[row], tilt, adduction, flexion, flexion - tilt)
        sd = (0.0, 0.0, 0.0, sd_rad[row, 1], sd_rad[row, 0], sd_rad[row, 0])
        for place, number in enumerate((*moving, *channels, *sd)):
            columns[place, at] = number
    return columns
