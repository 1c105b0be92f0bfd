"""Counts to SI in right-handed sensor axes, as the sensor's own Config says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.packet import SensorConfig


def to_si(counts: NDArray[np.int16], config: SensorConfig) -> Floats:
    """Return (n, 6) gyr rad/s and acc m/s² from as many counts, (n, 9) with mag µT (NaN without a scale for it).

    `axis_map` says which raw axis (1, 2, 3; negative: turned round) each sensor axis is.
    """
    order, scale = columns(config, counts.shape[1])
    return np.asarray(counts.take(order, axis=1) * scale)


@lru_cache(maxsize=8)
def columns(config: SensorConfig, width: int) -> tuple[NDArray[np.intp], Floats]:
    """Return which raw column each of the six or nine is, and the SI units of one count in it."""
    axes = [abs(axis) - 1 for axis in config.axis_map]
    sign = np.array([1.0 if axis > 0 else -1.0 for axis in config.axis_map])
    units = (config.gyr_rad_s_per_lsb, config.acc_m_s2_per_lsb, config.mag_ut_per_lsb or np.nan)[: width // 3]
    order = np.concatenate([3 * k + np.array(axes) for k in range(len(units))])
    return order, np.concatenate([sign * unit for unit in units])
