"""How far a posture is from the one that was asked for, by gravity at pelvis and thigh."""

from __future__ import annotations

from math import acos

import numpy as np

from imu_hip.quaternion import conjugate, multiply, rotate
from imu_hip.simulate.moves import Moves
from imu_hip.simulate.plan import Channel
from imu_hip.simulate.skeleton import in_turn_zxy
from imu_hip.simulate.stance import Stance

_PELVIS = (Channel.TILT, Channel.LIST, Channel.TURN)
_HIP = (Channel.FLEXION, Channel.ADDUCTION, Channel.ROTATION)
_UP = np.array([0.0, 1.0, 0.0])


def off_by(asked: Stance, taken: Stance, moves: Moves) -> float:
    """Return the larger of the angles by which the vertical is off in pelvis and in thigh axes, rad.

    `moves`: where the body comes from.
    """
    return max(
        acos(min(1.0, float(np.sum(one * other))))
        for one, other in zip(_up(asked, moves), _up(taken, moves), strict=True)
    )


def _up(stance: Stance, moves: Moves) -> tuple[np.ndarray, np.ndarray]:
    """Return the vertical in pelvis and in thigh axes."""
    at = {channel: moves.target(channel) for channel in (*_PELVIS, *_HIP)}
    for stage in stance.stages:
        at |= {channel: target for channel, target in stage.targets.items() if channel in at}
    pelvis = in_turn_zxy(*(at[channel] for channel in _PELVIS))
    thigh = multiply(pelvis, in_turn_zxy(*(at[channel] for channel in _HIP)))
    return rotate(conjugate(pelvis), _UP), rotate(conjugate(thigh), _UP)
