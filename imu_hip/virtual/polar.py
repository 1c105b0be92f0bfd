"""A virtual Polar Verity Sense: its measurement service as the SDK of its maker uses it, full frames and all."""

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
from imu_hip.virtual.polar_frames import FrameFiller
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.single import SingleStream
from imu_hip.virtual.steady import Felt, SteadySampling
from imu_hip.virtual.world_time import WorldTime

_UUID = "fb005c{}-02e7-f387-1cad-8acd2d8df0c8"
_SERIAL_NUMBER = "00002a25-0000-1000-8000-00805f9b34fb"
_DEVICE_INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"
_BATTERY = ("0000180f-0000-1000-8000-00805f9b34fb", "00002a19-0000-1000-8000-00805f9b34fb")
_SINCE_2000_S = 8.2e8
_RATES_HZ = (52,)
_SDK_RATES_HZ = (26, 52, 104, 208, 416)
_ACC, _GYR, _SDK_MODE = 2, 5, 9
_ACC_FACTOR = float(np.float32(8.0 / 32768.0))
_GYR_FACTOR = float(np.float32(2000.0 / 32768.0))
_MTU = 232
_OK, _BAD_OPCODE, _BAD_KIND, _BAD_PARAMETER, _ALREADY, _BAD_RATE, _BAD_STATE = 0, 1, 2, 5, 6, 8, 12


@dataclass(frozen=True, slots=True)
class PolarPlan:
    """Which Verity Sense: its serial number, what it feels, how its clock runs."""

    serial: str
    source: SampleSource
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 60
    connection_interval_ms: float = 30.0

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualPolar:
        """Make it."""
        return VirtualPolar(self, address, air, time)


class VirtualPolar(SingleStream):
    """Two measurements that are started one by one; each has frames of its own, sent when they are full."""

    def __init__(self, plan: PolarPlan, address: str, air: AirLink, time: WorldTime) -> None:
        name = f"Polar Sense {plan.serial}"
        super().__init__(name, plan.source, plan.clock, address, air, time, mtu=_MTU)
        self._plan = plan
        self._acc = SteadySampling(plan.source, plan.clock, time, self._deliver_acc)
        self._filling: dict[int, FrameFiller] = {}
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
            advertisement(name),
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
        """Return the frame of rates that became full: 2000 deg/s over 16 bits."""
        return self._filled(_GYR, felt, np.rad2deg(felt.gyr) / _GYR_FACTOR)

    def _deliver_acc(self, felt: Felt) -> None:
        """Send the frame of accelerations that became full: 8 g over 16 bits, out of SDK mode whole milli g."""
        unit_g = _ACC_FACTOR if self._sdk_mode else 1e-3
        self.deliver(self._filled(_ACC, felt, felt.acc / 9.80665 / unit_g))

    def _filled(self, kind: int, felt: Felt, exact: np.ndarray) -> list[bytes]:
        counts = np.clip(np.rint(exact), -32768, 32767).astype(int).tolist()
        stamps = [round((sensor_s + _SINCE_2000_S) * 1e9) for sensor_s in felt.sensor_s.tolist()]
        frames = (self._filling[kind].take(*sample) for sample in zip(stamps, counts, strict=True))
        return [frame for frame in frames if frame is not None]

    def _write(self, connection: Connection, value: bytes) -> None:
        if len(value) < 2:
            raise att.ATT_Error(0x0D)
        opcode, kind = value[:2]
        status, parameters = self._obey(opcode, kind, value[2:], connection.att_mtu - 3)
        reply = bytes([0xF0, opcode, kind, status]) + (b"\0" + parameters if status == _OK else b"")
        self._reply = asyncio.create_task(self._device.indicate_subscriber(connection, self._control, reply))

    def _obey(self, opcode: int, kind: int, settings: bytes, room_bytes: int) -> tuple[int, bytes]:
        measurement = {_ACC: self._acc, _GYR: self.sampling}.get(kind)
        if opcode not in (2, 3):
            return _BAD_OPCODE, b""
        if kind == _SDK_MODE:
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
        if rate_hz not in (_SDK_RATES_HZ if self._sdk_mode else _RATES_HZ):
            return _BAD_RATE, b""
        in_milli_g = kind == _ACC and not self._sdk_mode
        self._filling[kind] = FrameFiller(kind, 0x81 if in_milli_g else 0x80, room_bytes)
        measurement.start(rate_hz)
        factor = _ACC_FACTOR if kind == _ACC else _GYR_FACTOR
        return _OK, b"" if in_milli_g else b"\x05\x01" + struct.pack("<f", factor)
