"""One look at the body, ten times a second: what faults are told from."""

from __future__ import annotations

import math
from typing import NamedTuple

from imu_hip.exercise.judged_rows import JudgedRows
from imu_hip.model.block import AngleBlock
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


class Moments:
    """The moments of a block's judged rows: values for all of them at once, made when the first one is looked at."""

    def __init__(self, block: AngleBlock, judged: JudgedRows) -> None:
        self._block = block
        self._judged = judged
        self._bodies: list[tuple[float, ...]] | None = None

    def at(self, place: int) -> Moment:
        """Return the moment of the judged row at this place."""
        if self._bodies is None:
            self._bodies = self._columns()
        t_s, angle_rad, rate_rad_s, _, turned_rad = self._judged.rows[place]
        x, y, z, turn, roll, tilt, flexion, adduction, flexion_sd, adduction_sd = self._bodies[place]
        return Moment(
            t_s,
            angle_rad,
            rate_rad_s,
            math.sqrt(x * x + y * y + z * z),
            turned_rad,
            (turn, roll, tilt, adduction, flexion, flexion - tilt),
            (0.0, 0.0, 0.0, adduction_sd, flexion_sd, flexion_sd),
        )

    def _columns(self) -> list[tuple[float, ...]]:
        block, at = self._block, self._judged.places
        columns = (
            *block.thigh_rate_rad_s[at].T,
            block.pelvis_yaw_rad[at],
            block.pelvis_list_rad[at],
            block.pelvis_tilt_rad[at],
            *block.angles_rad[at, :2].T,
            *block.sd_rad[at, :2].T,
        )
        return list(zip(*(column.tolist() for column in columns), strict=True))
