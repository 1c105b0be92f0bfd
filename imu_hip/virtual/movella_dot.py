"""A virtual Movella DOT, as its service specification describes one (XD0506P revision C)."""

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
from imu_hip.virtual.transmitter import notify
from imu_hip.virtual.world_time import WorldTime

_UUID = "1517{}-4947-11e9-8646-d663bd873d93"
_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
_CUSTOM_MODE_5 = 26
_REFUSED = 0xFC


@dataclass(frozen=True, slots=True)
class DotPlan:
    """Which DOT: its serial number as it prints it, what it feels, how its clock runs."""

    serial: str
    source: SampleSource
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 80
    connection_interval_ms: float = 30.0

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualDot:
        """Make it."""
        return VirtualDot(self, address, air, time)


class VirtualDot(SingleStream):
    """Measures when it is told to, in the one mode that it knows; rate and profile are set before."""

    def __init__(self, plan: DotPlan, address: str, air: AirLink, time: WorldTime) -> None:
        super().__init__("Movella DOT", plan.source, plan.clock, address, air, time)
        self.blinks = 0
        self._rate_hz = 20
        self._battery = plan.battery_percent
        info = struct.pack(
            "<6s3BHBBBBBIQ6s", bytes(6), 2, 0, 0, 2022, 5, 1, 12, 0, 0, 0, int(plan.serial, 16), b"XS-T01"
        )
        self._payload = attribute(_UUID.format("2002"), notifies=True)
        self._level = attribute(_UUID.format("3001"), read=self._read_battery, notifies=True)
        self.streams_on(self._payload)
        self.serve(
            [
                service(
                    _UUID.format("1000"),
                    attribute(_UUID.format("1001"), read=lambda: info),
                    attribute(_UUID.format("1002"), read=self._read_control, write=self._write_control),
                ),
                service(
                    _UUID.format("2000"),
                    attribute(_UUID.format("2001"), read=self._read_measuring, write=self._write_measuring),
                    self._payload,
                ),
                service(_UUID.format("3000"), self._level),
            ],
            advertisement("Movella DOT", company_id=0x0886),
        )

    def set_battery(self, percent: int) -> None:
        """Change the charge and tell it."""
        self._battery = percent
        if self.connection is not None:
            notify(self.connection, self._level, self._read_battery())

    def encode(self, felt: Felt) -> list[bytes]:
        """Return custom mode 5 in a value of the long characteristic: time, quaternion, acceleration, rate."""
        values = []
        for at_s, gyr, acc in zip(felt.sensor_s, np.rad2deg(felt.gyr), felt.acc, strict=True):
            stamp = round(at_s * 1e6) % (1 << 32)
            values.append(struct.pack("<I4f3f3f", stamp, 1.0, 0.0, 0.0, 0.0, *acc, *gyr).ljust(63, b"\0"))
        return values

    def _read_battery(self) -> bytes:
        return bytes([self._battery, 0])

    def _read_control(self) -> bytes:
        return bytes(24) + struct.pack("<HB", self._rate_hz, 0) + bytes(5)

    def _write_control(self, connection: Connection, value: bytes) -> None:
        if len(value) != 32:
            raise att.ATT_Error(0x0D)
        if value[0] & 0x01 and value[1] == 1:
            self.blinks += 1
        if value[0] & 0x10:
            rate_hz = int.from_bytes(value[24:26], "little")
            if self.sampling.is_running or rate_hz not in _RATES_HZ:
                raise att.ATT_Error(_REFUSED)
            self._rate_hz = rate_hz

    def _read_measuring(self) -> bytes:
        return bytes([1, self.sampling.is_running, _CUSTOM_MODE_5])

    def _write_measuring(self, connection: Connection, value: bytes) -> None:
        if len(value) != 3 or value[0] != 1:
            raise att.ATT_Error(0x0D)
        if value[1] == 0:
            self.sampling.stop()
        elif value[2] == _CUSTOM_MODE_5:
            self.sampling.start(self._rate_hz)
        else:
            raise att.ATT_Error(_REFUSED)
