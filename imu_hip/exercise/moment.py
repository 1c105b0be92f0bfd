"""One look at the body, twenty times a second: what faults are told from."""

from __future__ import annotations

import math
from typing import NamedTuple

from imu_hip.model.block import AngleBlock
from imu_hip.model.event import ReZero
from imu_hip.model.exercise_spec import Channel

EVERY_S = 0.05

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


def look_at(block: AngleBlock, row: int, rotation_rad: float, rate_rad_s: float, thigh_turn_rad: float) -> Moment:
    """Return the moment of a row; rotation and its rate are the smoothed ones."""
    flexion, adduction = block.angles_rad[row, :2].tolist()
    flexion_sd, adduction_sd = block.sd_rad[row, :2].tolist()
    x, y, z = block.thigh_rate_rad_s[row].tolist()
    tilt = float(block.pelvis_tilt_rad[row])
    turn, roll = float(block.pelvis_yaw_rad[row]), float(block.pelvis_list_rad[row])
    return Moment(
        t_s=float(block.t_s[row]),
        rotation_rad=rotation_rad,
        rate_rad_s=rate_rad_s,
        thigh_rate_rad_s=math.sqrt(x * x + y * y + z * z),
        thigh_turn_rad=thigh_turn_rad,
        channels=(turn, roll, tilt, adduction, flexion, flexion - tilt),
        sd_rad=(0.0, 0.0, 0.0, adduction_sd, flexion_sd, flexion_sd),
    )
