"""Left and right: the only place that mirrors.

Segment axes are the same on both sides (x anterior, y cranial, z to the person's right), so on the left adduction and
internal rotation come out with the opposite sign.
"""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.setup import Side

_ANGLE_SIGNS = {Side.RIGHT: np.array([1.0, 1.0, 1.0]), Side.LEFT: np.array([1.0, -1.0, -1.0])}
_RATE_SIGNS = {Side.RIGHT: np.array([1.0, 1.0, 1.0]), Side.LEFT: np.array([-1.0, -1.0, 1.0])}


def anatomical(side: Side, right_hip_angles_rad: Floats) -> Floats:
    """Turn angles (..., 3) of a right hip into flexion +, adduction +, internal rotation + of this side."""
    return np.asarray(right_hip_angles_rad * _ANGLE_SIGNS[side])


def mirrored_rate(side: Side, rate_rad_s: Floats) -> Floats:
    """Turn segment rates (..., 3) into those of the mirrored right side."""
    return np.asarray(rate_rad_s * _RATE_SIGNS[side])


def outward_sign(side: Side) -> float:
    """Return +1 where adduction and internal rotation keep their sign (right), -1 where they turn it (left)."""
    return 1.0 if side is Side.RIGHT else -1.0
