"""Have everything of this room that is compiled ready before the first rows of a session come."""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import AlignedBlock, SensorBlock
from imu_hip.orientation import stage
from imu_hip.orientation.stage import OrientationParams, OrientationState

_PERIOD_S = 0.02
_ROWS = 2


def warm_up() -> None:
    """Take two rows in: what is compiled is compiled, or fetched, on the way."""
    t_s = _PERIOD_S * np.arange(_ROWS)
    acc = np.full((_ROWS, 3), [0.0, 0.0, 9.81])
    sensor = SensorBlock(np.zeros((_ROWS, 3)), acc, np.zeros(_ROWS, dtype=np.uint8))
    block = AlignedBlock(t_s, sensor, sensor, np.ones(_ROWS, dtype=np.bool_))
    stage.step(OrientationParams(), OrientationState(), block, (), _PERIOD_S)
