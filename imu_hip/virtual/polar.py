"""A virtual Polar Verity Sense: its measurement service as the SDK of its maker uses it."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field

import numpy as np
from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic

from imu_hip.virtual.air import AirLink
from imu_hip.virtual.attributes import advertisement, attribute, service
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.single import SingleStream
from imu_hip.virtual.steady import Felt, SteadySampling
from imu_hip.virtual.world_time import WorldTime

_UUID = "fb005c{}-02e7-f387-1cad-8acd2d8df0c8"
_SERIAL_NUMBER = "00002a25-0000-1000-8000-00805f9b34fb"
_DEVICE_INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"
_BATTERY = ("0000180f-0000-1000-8000-00805f9b34fb", "00002a19-0000-1000-8000-00805f9b34fb")
_SINCE_2000_S = 8.2e8
_RATES_HZ = {2: (52,), 5: (52,)}
_SDK_RATES_HZ = {2: (26, 52, 104, 208, 416), 5: (26, 52, 104, 208, 416)}
_OK, _BAD_OPCODE, _BAD_KIND, _BAD_PARAMETER, _ALREADY, _BAD_RATE, _BAD_STATE = 0, 1, 2, 5, 6, 8, 12


@dataclass(frozen=True, slots=True)
class PolarPlan:
    """Which Verity Sense: its serial number, what it feels, how its clock runs, how many samples a frame has."""

    serial: str
    source: SampleSource
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 60
    per_frame: int = 16
    connection_interval_ms: float = 30.0

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualPolar:
        """Make it."""
        return VirtualPolar(self, address, air, time)


class VirtualPolar(SingleStream):
    """Two measurements that are started one by one; each frame has a reference and differences."""

    def __init__(self, plan: PolarPlan, address: str, air: AirLink, time: WorldTime) -> None:
        super().__init__("Polar Sense 0BA1C2", plan.source, plan.clock, address, air, time)
        self._plan = plan
        self._acc = SteadySampling(plan.source, plan.clock, time, self._deliver_acc)
        self._sdk_mode = False
        self._reply: asyncio.Task[None] | None = None
        self._control = Characteristic(
            _UUID.format("81"),
            Characteristic.Properties.READ | Characteristic.Properties.WRITE | Characteristic.Properties.INDICATE,
            Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
            attribute(_UUID.format("81"), read=lambda: b"\x0f\x24\x02", write=self._write).value,
        )
        data = attribute(_UUID.format("82"), notifies=True)
        self.streams_on(data)
        level = attribute(_BATTERY[1], read=lambda: bytes([plan.battery_percent]), notifies=True)
        self.serve(
            [
                service(_UUID.format("80"), self._control, data),
                service(_DEVICE_INFORMATION, attribute(_SERIAL_NUMBER, read=lambda: plan.serial.encode() + b"\0")),
                service(_BATTERY[0], level),
            ],
            advertisement("Polar Sense 0BA1C2"),
        )

    def begin(self, world_time_s: float) -> None:
        """Play the source from this world time on."""
        super().begin(world_time_s)
        self._acc.begin(world_time_s)

    def stop_sampling(self) -> None:
        """Stop both measurements."""
        super().stop_sampling()
        self._acc.stop()

    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds."""
        super().gap(duration_s)
        self._acc.gap(duration_s)

    def encode(self, felt: Felt) -> list[bytes]:
        """Return a frame of rates: 2000 deg/s over 16 bits."""
        return [_frame(5, 0x80, felt, np.rad2deg(felt.gyr) / _GYR_FACTOR)]

    def _deliver_acc(self, felt: Felt) -> None:
        self.send(_frame(2, 0x81, felt, felt.acc / 9.80665 * 1000.0 / _ACC_FACTOR))

    def _write(self, connection: Connection, value: bytes) -> None:
        if len(value) < 2:
            raise att.ATT_Error(0x0D)
        opcode, kind = value[:2]
        status, parameters = self._obey(opcode, kind, value[2:])
        reply = bytes([0xF0, opcode, kind, status]) + (b"\0" + parameters if status == _OK else b"")
        self._reply = asyncio.create_task(self._device.indicate_subscriber(connection, self._control, reply))

    def _obey(self, opcode: int, kind: int, settings: bytes) -> tuple[int, bytes]:
        measurement = {2: self._acc, 5: self.sampling}.get(kind)
        if opcode not in (2, 3):
            return _BAD_OPCODE, b""
        if kind == 9:
            already, self._sdk_mode = self._sdk_mode == (opcode == 2), opcode == 2
            return _ALREADY if already else _OK, b""
        if measurement is None:
            return _BAD_KIND, b""
        if opcode == 3:
            was = measurement.is_running
            measurement.stop()
            return _OK if was else _BAD_STATE, b""
        if measurement.is_running:
            return _ALREADY, b""
        if len(settings) != 15 or settings[0] != 0:
            return _BAD_PARAMETER, b""
        rate_hz = int.from_bytes(settings[2:4], "little")
        if rate_hz not in (_SDK_RATES_HZ if self._sdk_mode else _RATES_HZ)[kind]:
            return _BAD_RATE, b""
        measurement.start(rate_hz, self._plan.per_frame)
        factor = _ACC_FACTOR if kind == 2 else _GYR_FACTOR
        return _OK, b"\x05\x01" + struct.pack("<f", factor)


_GYR_FACTOR = float(np.float32(2000.0 / 32768.0))
_ACC_FACTOR = float(np.float32(8000.0 / 32768.0))


def _frame(kind: int, frame_type: int, felt: Felt, exact: np.ndarray) -> bytes:
    """Return head, reference, and one block of differences as wide as they need."""
    counts = np.clip(np.rint(exact), -32768, 32767).astype(int)
    stamp_ns = round((felt.sensor_s[-1] + _SINCE_2000_S) * 1e9)
    out = struct.pack("<BQB", kind, stamp_ns, frame_type) + struct.pack("<3h", *counts[0])
    steps = np.diff(counts, axis=0)
    if len(steps) == 0:
        return out
    bits = max(int(abs(step)).bit_length() for step in steps.ravel()) + 1
    packed = 0
    for place, step in enumerate(steps.ravel().tolist()):
        packed |= (step & ((1 << bits) - 1)) << (place * bits)
    size = (bits * steps.size + 7) // 8
    return out + bytes([bits, len(steps)]) + packed.to_bytes(size, "little")
