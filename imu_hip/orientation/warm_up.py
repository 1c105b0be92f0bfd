"""Have everything of this room that is compiled ready before the first rows of a session come."""

from __future__ import annotations

import numpy as np

from imu_hip.model.block import AlignedBlock, SensorBlock
from imu_hip.orientation import stage
from imu_hip.orientation.stage import OrientationParams, OrientationState

_PERIOD_S = 0.02


def warm_up() -> None:
    """Take two rows in: what is compiled is compiled, or fetched, on the way."""
    acc = np.array([[0.0, 0.0, 9.81], [0.0, 0.0, 9.81]])
    sensor = SensorBlock(np.zeros((2, 3)), acc, np.zeros(2, dtype=np.uint8))
    block = AlignedBlock(np.array([0.0, _PERIOD_S]), sensor, sensor, np.ones(2, dtype=np.bool_))
    stage.step(OrientationParams(), OrientationState(), block, (), _PERIOD_S)
