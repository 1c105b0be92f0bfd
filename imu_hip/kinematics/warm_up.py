"""Have everything of this room that is compiled ready before the first rows of a session come."""

from __future__ import annotations

import math

import numpy as np

from imu_hip.kinematics import stage
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import Floats, OrientationBlock, cut
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import Side
from imu_hip.quaternion import multiply, rotate

_PERIOD_S = 0.02
_PLAN = ((MarkLabel.N_POSE, 0.0, 4.0), (MarkLabel.LEG_SWINGS, 5.0, 11.0), (MarkLabel.BOWS, 12.0, 18.0),
         (MarkLabel.NEUTRAL, 19.0, 22.0))  # fmt: skip
_END_S = 26.0
_SWING_RAD = math.radians(25.0)
_SWING_HZ = 0.5
_UPRIGHT = np.array([math.sqrt(0.5), math.sqrt(0.5), 0.0, 0.0])
"""earth_from_segment of somebody who stands and faces along the world's x."""


def warm_up() -> None:
    """Take somebody through a short calibration: what is compiled is compiled, or fetched, on the way.

    The first time on a computer this takes some seconds, later a fraction of one.
    """
    block = _calibration()
    params = KinematicsParams(Side.RIGHT, Posture.STANDING, {})
    marks = [
        TimedMark(t_s, label, edge) for label, begin_s, end_s in _PLAN for t_s, edge in
        ((begin_s, Edge.BEGIN), (end_s, Edge.END))
    ]  # fmt: skip
    state = KinematicsState()
    half = len(block.t_s) // 2
    for piece in (cut(block, 0, half), cut(block, half, len(block.t_s))):
        state, _, _ = stage.step(params, state, piece, marks, _PERIOD_S, 0.0)
        marks = []


def _calibration() -> OrientationBlock:
    t_s = np.arange(0.0, _END_S, _PERIOD_S)
    swings, bows = (_to_and_fro(t_s, begin_s, end_s) for _, begin_s, end_s in _PLAN[1:3])
    pelvis, pelvis_gyr, pelvis_acc = _segment(t_s, -bows)
    thigh, thigh_gyr, thigh_acc = _segment(t_s, swings)
    never = np.zeros(len(t_s), dtype=bool)
    return OrientationBlock(
        t_s, pelvis, thigh, pelvis_gyr, thigh_gyr, pelvis_acc, thigh_acc, never, never.copy(), ~never
    )


def _to_and_fro(t_s: Floats, begin_s: float, end_s: float) -> Floats:
    inside = (t_s > begin_s + 1.0) & (t_s < end_s - 1.0)
    return np.where(inside, _SWING_RAD * np.sin(math.tau * _SWING_HZ * (t_s - begin_s - 1.0)), 0.0)


def _segment(t_s: Floats, angle_rad: Floats) -> tuple[Floats, Floats, Floats]:
    """Return orientation, rate and specific force of an upright segment turned about its z axis."""
    zero = np.zeros(len(t_s))
    turn = np.stack([np.cos(0.5 * angle_rad), zero, zero, np.sin(0.5 * angle_rad)], axis=1)
    orientation = multiply(_UPRIGHT, turn)
    rate = np.stack([zero, zero, np.gradient(angle_rad, t_s)], axis=1)
    back = orientation * np.array([1.0, -1.0, -1.0, -1.0])
    return orientation, rate, rotate(back, np.array([0.0, 0.0, 9.81]))
