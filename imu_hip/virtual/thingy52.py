"""A virtual Nordic Thingy:52, as its firmware's motion service is (ble_tms)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from bumble import att
from bumble.device import Connection

from imu_hip.virtual.air import AirLink
from imu_hip.virtual.attributes import advertisement, attribute, service
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.single import SingleStream
from imu_hip.virtual.steady import Felt
from imu_hip.virtual.world_time import WorldTime

_UUID = "ef68{}-9b35-4933-9b10-52ffa9740042"
_BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"
_BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True)
class ThingyPlan:
    """Which Thingy: what it feels, how its clock runs."""

    source: SampleSource
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 70
    connection_interval_ms: float = 30.0
    serial: str = ""

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualThingy:
        """Make it."""
        return VirtualThingy(self, address, air, time)


class VirtualThingy(SingleStream):
    """Streams raw values at the rate of its motion configuration while somebody has subscribed."""

    def __init__(self, plan: ThingyPlan, address: str, air: AirLink, time: WorldTime) -> None:
        super().__init__("Thingy", plan.source, plan.clock, address, air, time)
        self._config = struct.pack("<HHHHB", 5000, 5000, 5000, 200, 0)
        raw = attribute(_UUID.format("0406"), notifies=True)
        self.streams_on(raw)
        config = attribute(_UUID.format("0401"), read=lambda: self._config, write=self._write_config)
        level = attribute(_BATTERY_LEVEL, read=lambda: bytes([plan.battery_percent]), notifies=True)
        self.serve(
            [service(_UUID.format("0400"), config, raw), service(_BATTERY_SERVICE, level)],
            advertisement(service_uuid=_UUID.format("0100")),
            advertisement("Thingy"),
        )

    def subscribed(self) -> None:
        """Begin."""
        self.sampling.start(struct.unpack("<HHHHB", self._config)[3])

    def encode(self, felt: Felt) -> list[bytes]:
        """Return raw values: Q6.10 g, Q11.5 deg/s, Q12.4 µT (left 0)."""
        acc = np.clip(np.rint(felt.acc / 9.80665 * 1024.0), -32768, 32767).astype(int)
        gyr = np.clip(np.rint(np.rad2deg(felt.gyr) * 32.0), -32768, 32767).astype(int)
        return [struct.pack("<9h", *a, *g, 0, 0, 0) for a, g in zip(acc.tolist(), gyr.tolist(), strict=True)]

    def _write_config(self, connection: Connection, value: bytes) -> None:
        if len(value) != 9:
            raise att.ATT_Error(0x0D)
        if not 5 <= struct.unpack("<HHHHB", value)[3] <= 200:
            raise att.ATT_Error(0x13)
        self._config = value
