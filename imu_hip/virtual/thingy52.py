"""A virtual Nordic Thingy:52, as its firmware is: motion (ble_tms, m_motion, drv_motion) and light (ble_uis)."""

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
_WRITE_NOT_PERMITTED = 0x03
_OFF, _CONSTANT, _BREATHE, _ONE_BREATH = range(4)
_LED_BYTES = {_OFF: 1, _CONSTANT: 4, _BREATHE: 5, _ONE_BREATH: 3}


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
        self.blinks = 0
        self._config = struct.pack("<HHHHB", 1000, 500, 500, 10, 1)
        self._led = bytes.fromhex("02 06 14 ac 0d")
        raw = attribute(_UUID.format("0406"), notifies=True)
        self.streams_on(raw)
        config = attribute(_UUID.format("0401"), read=lambda: self._config, write=self._write_config)
        led = attribute(_UUID.format("0301"), read=lambda: self._led, write=self._write_led)
        level = attribute(_BATTERY_LEVEL, read=lambda: bytes([plan.battery_percent]), notifies=True)
        self.serve(
            [
                service(_UUID.format("0300"), led),
                service(_UUID.format("0400"), config, raw),
                service(_BATTERY_SERVICE, level),
            ],
            advertisement(service_uuid=_UUID.format("0100")),
            advertisement("Thingy"),
        )

    @property
    def is_lit_as_before(self) -> bool:
        """Whether its light does what it did when it was new."""
        return self._led == bytes.fromhex("02 06 14 ac 0d")

    def subscribed(self) -> None:
        """Begin."""
        self.sampling.start(struct.unpack("<HHHHB", self._config)[3])

    def encode(self, felt: Felt) -> list[bytes]:
        """Return raw values: Q6.10 g, turned round, Q11.5 deg/s, Q12.4 µT (left 0).

        The chip measures up to 2 g and 2000 deg/s; the firmware cuts whole numbers from 1023 deg/s on to 1023, and
        rounds down.
        """
        acc = np.floor(-np.clip(felt.acc / 9.80665, -2.0, 2.0) * 1024.0).astype(int)
        rate = np.rad2deg(felt.gyr)
        gyr = np.floor(np.where(rate >= 1023.0, 1023.0, np.maximum(rate, -1024.0)) * 32.0).astype(int)
        return [struct.pack("<9h", *a, *g, 0, 0, 0) for a, g in zip(acc.tolist(), gyr.tolist(), strict=True)]

    def _write_config(self, connection: Connection, value: bytes) -> None:
        if len(value) != 9:
            raise att.ATT_Error(_WRITE_NOT_PERMITTED)
        *intervals_ms, rate_hz, wake = struct.unpack("<HHHHB", value)
        if not (all(100 <= each <= 5000 for each in intervals_ms) and 1 <= rate_hz <= 200 and wake <= 1):
            raise att.ATT_Error(_WRITE_NOT_PERMITTED)
        self._config = value

    def _write_led(self, connection: Connection, value: bytes) -> None:
        if not value or len(value) != _LED_BYTES.get(value[0]):
            raise att.ATT_Error(_WRITE_NOT_PERMITTED)
        if value[0] in (_BREATHE, _ONE_BREATH):
            color, percent, *delay = value[1:]
            if not (1 <= color <= 7 and 1 <= percent <= 100):
                raise att.ATT_Error(_WRITE_NOT_PERMITTED)
            if delay and not 1 <= int.from_bytes(delay, "little") <= 10000:
                raise att.ATT_Error(_WRITE_NOT_PERMITTED)
        self._led = value
        self.blinks += value == bytes([_CONSTANT, 255, 255, 255])
