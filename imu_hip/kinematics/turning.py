"""How much each sensor turned in an interval, about horizontal axes: what tells a moving segment from a still one.

Turning about the vertical is left out, because pelvis and thigh share it: a body that turns round moves both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import rotate


@dataclass(frozen=True, slots=True)
class Turning:
    """Root mean square rate about horizontal axes, rad/s, of both sensors over the same rows."""

    pelvis_rad_s: float
    thigh_rad_s: float


def turning(rows: OrientationBlock) -> Turning | None:
    """Return how much both sensors turned, from rows where both are known; None without any."""
    known = ~np.isnan(rows.pelvis_gyr[:, 0]) & ~np.isnan(rows.thigh_gyr[:, 0])
    if not np.any(known):
        return None
    return Turning(
        _level_rate(rows.earth_from_pelvis_sensor[known], rows.pelvis_gyr[known]),
        _level_rate(rows.earth_from_thigh_sensor[known], rows.thigh_gyr[known]),
    )


def _level_rate(earth_from_sensor: Floats, rate: Floats) -> float:
    world = rotate(earth_from_sensor, rate)
    return float(np.sqrt(np.mean(world[:, 0] * world[:, 0] + world[:, 1] * world[:, 1])))
