"""Left and right: the only place that mirrors.

A left hip is computed as the right hip of the mirrored person, so that everything behind this sees right hips only
and flexion, adduction and internal rotation are positive on both sides. The mirror turns the x axis of every sensor
and of the world round: true vectors change their x, rates and the magnetic field (which are axial) their y and z.
These are changes of sign only, so a left recording that is the mirror image of a right one gives the same bits.
"""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import OrientationBlock
from imu_hip.model.setup import Side

_VECTOR = np.array([-1.0, 1.0, 1.0])
_AXIAL = np.array([1.0, -1.0, -1.0])
_QUATERNION = np.array([1.0, 1.0, -1.0, -1.0])


def as_right_hip(side: Side, block: OrientationBlock) -> OrientationBlock:
    """Return the block of a right hip: the same on the right, the mirrored person's on the left."""
    if side is Side.RIGHT:
        return block
    # This is every call's way: `replace` would take three times as long.
    return OrientationBlock(
        t_s=block.t_s,
        earth_from_pelvis_sensor=block.earth_from_pelvis_sensor * _QUATERNION,
        earth_from_thigh_sensor=block.earth_from_thigh_sensor * _QUATERNION,
        pelvis_gyr=block.pelvis_gyr * _AXIAL,
        thigh_gyr=block.thigh_gyr * _AXIAL,
        pelvis_acc=block.pelvis_acc * _VECTOR,
        thigh_acc=block.thigh_acc * _VECTOR,
        pelvis_restarted=block.pelvis_restarted,
        thigh_restarted=block.thigh_restarted,
        on_sample=block.on_sample,
        pelvis_mag=None if block.pelvis_mag is None else block.pelvis_mag * _AXIAL,
        thigh_mag=None if block.thigh_mag is None else block.thigh_mag * _AXIAL,
    )
