"""Have everything of this room that is compiled ready before the first packet of a session comes."""

from __future__ import annotations

import numpy as np

from imu_hip.model.item import Role
from imu_hip.model.packet import Received, SensorConfig, StreamPacket
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import stage
from imu_hip.stream.sensor_state import SensorState
from imu_hip.stream.stage import StreamInput, StreamParams, StreamState

_CONFIG = SensorConfig(100, 5, 1e-3, 1e-2, 0.0, (1, 2, 3), 15.0)
_PACKETS = 4
_PACKET_US = 50_000


def warm_up() -> None:
    """Take in some packets of both sensors: what is compiled is compiled, or fetched, on the way."""
    counts = np.zeros((5, 6), dtype=np.int16)
    counts.setflags(write=False)  # as those of a notification: else it would be compiled for other arrays
    items: list[StreamInput] = [Received(0, role, _CONFIG) for role in Role]
    for k in range(1, _PACKETS + 1):
        packet = StreamPacket(5 * k, _PACKET_US * k, counts, False, False, False)
        items += [Received(1000 * _PACKET_US * k, role, packet) for role in Role]
    sensors = {role: SensorState(SensorSetup(role, "", None)) for role in Role}
    stage.step(StreamParams(), StreamState(sensors), items)
