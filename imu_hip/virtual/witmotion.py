"""A virtual WitMotion WT901BLE, as its protocol describes one: it streams frames from the moment of the connection."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from bumble.device import Connection

from imu_hip.virtual.air import AirLink
from imu_hip.virtual.attributes import advertisement, attribute, service
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.single import SingleStream
from imu_hip.virtual.steady import Felt
from imu_hip.virtual.world_time import WorldTime

_SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
_NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
_WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"
_RATE, _POWER, _OUTPUT = 0x03, 0x64, 0x96
_NEW_YEAR = bytes([15, 1, 1, 0, 0, 0, 0, 0])
"""Year, month, day, hour, minute, second, milliseconds: a clock that nobody has set."""
_RATES_HZ = {6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 11: 200.0}


@dataclass(frozen=True, slots=True)
class WitMotionPlan:
    """Which sensor: what it feels, how its clock runs, and how many bytes it sends at once.

    `output` is what its owner lets it send (0: accelerations, rates and angles; 1: displacements, speeds and angles),
    None where its firmware knows no such choice; `obeys`: whether that can be changed. One that `tells_the_time` has
    frames of 28 bytes.
    """

    source: SampleSource
    clock: SensorClock = field(default_factory=SensorClock)
    chunk_bytes: int = 20
    connection_interval_ms: float = 30.0
    serial: str = ""
    output: int | None = 0
    obeys: bool = True
    tells_the_time: bool = False

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualWitMotion:
        """Make it."""
        return VirtualWitMotion(self, address, air, time)


class VirtualWitMotion(SingleStream):
    """A byte stream in notifications of `chunk_bytes`: a frame may begin in one and end in the next."""

    def __init__(self, plan: WitMotionPlan, address: str, air: AirLink, time: WorldTime) -> None:
        super().__init__("WT901BLE68", plan.source, plan.clock, address, air, time)
        self._plan = plan
        self.saved = False
        self._unlocked = False
        self._registers = {_RATE: 6, _POWER: 391} | ({} if plan.output is None else {_OUTPUT: plan.output})
        self._left = b""
        notify = attribute(_NOTIFY, notifies=True)
        self.streams_on(notify)
        write = attribute(_WRITE, write=self._write, without_response=True)
        self.serve([service(_SERVICE, notify, write)], advertisement("WT901BLE68"))

    def subscribed(self) -> None:
        """Begin at once."""
        self._left = b""
        self.sampling.start(_RATES_HZ[self._registers[_RATE]])

    def encode(self, felt: Felt) -> list[bytes]:
        """Return frames of acceleration, rate and angles (which are left 0), cut as the sensor cuts them."""
        acc = np.clip(np.rint(felt.acc / 9.80665 / 16.0 * 32768.0), -32768, 32767).astype(int)
        gyr = np.clip(np.rint(np.rad2deg(felt.gyr) / 2000.0 * 32768.0), -32768, 32767).astype(int)
        time = _NEW_YEAR if self._plan.tells_the_time else b""
        for a, g in zip(acc.tolist(), gyr.tolist(), strict=True):
            moved = [12, -34, 56, 0, 0, 0] if self._registers.get(_OUTPUT) == 1 else [*a, *g]
            self._left += b"\x55\x61" + struct.pack("<9h", *moved, 0, 0, 0) + time
        return self._cut()

    def _cut(self) -> list[bytes]:
        size = 28 if self._plan.tells_the_time else self._plan.chunk_bytes
        whole = len(self._left) // size * size
        cut = [self._left[start : start + size] for start in range(0, whole, size)]
        self._left = self._left[whole:]
        return cut

    def _write(self, connection: Connection, value: bytes) -> None:
        if len(value) != 5 or value[:2] != b"\xff\xaa":
            return  # what it does not understand it ignores
        register, low, high = value[2:]
        if register == 0x69:
            self._unlocked = (low, high) == (0x88, 0xB5)
        elif register == 0x00:
            self.saved = True
        elif register == 0x27 and low in self._registers:
            self._left += b"\x55\x71" + bytes([low, high]) + struct.pack("<8h", self._registers[low], *[0] * 7)
            for chunk in self._cut():
                self.send(chunk)
        elif register == _RATE and self._unlocked and low in _RATES_HZ:
            self._registers[_RATE] = low
            if self.sampling.is_running:
                self.sampling.start(_RATES_HZ[low])
        elif register == _OUTPUT and self._unlocked and self._plan.obeys and _OUTPUT in self._registers:
            self._registers[_OUTPUT] = low
