"""A virtual sensor: a BIP v1 peripheral with its own clock, queue and faults."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import numpy as np
from bumble import att
from bumble.device import Connection, Device

from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.packet import (
    BadPacket,
    BatteryLevel,
    Capability,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    SyncReply,
)
from imu_hip.virtual.adapter import MTU, make_device
from imu_hip.virtual.air import AirLink
from imu_hip.virtual.gatt_table import GattTable, advertising_data
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import Sampling, SensorClock
from imu_hip.virtual.transmitter import Transmitter, notify

DEFAULT_CONFIG = SensorConfig(
    rate_hz=100,
    samples_per_packet=5,
    gyr_rad_s_per_lsb=float(np.float32(np.deg2rad(2048.0) / 32768.0)),
    acc_m_s2_per_lsb=float(np.float32(16.0 * 9.80665 / 32768.0)),
    mag_ut_per_lsb=0.0,
    axis_map=(1, 2, 3),
    connection_interval_ms=15.0,
)
"""100 Hz in batches of 5, ±2048 deg/s, ±16 g, no magnetometer."""

_ADVERTISING_INTERVAL_MS = 50.0
_FIRMWARE_VERSION = (1, 0, 0)
_HARDWARE_ID = 0


@dataclass(frozen=True, slots=True)
class SensorPlan:
    """Who a virtual sensor is, what it feels, how its clock runs, and how many packets its queue holds.

    It advertises as `name`, or else as its serial number.
    """

    serial: str
    source: SampleSource
    config: SensorConfig = DEFAULT_CONFIG
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 90
    queue_packets: int = 128
    name: str | None = None


class VirtualSensor:
    """One peripheral on the air. World time is the event loop's time since `power_on`."""

    def __init__(self, plan: SensorPlan, address: str, air: AirLink, seed: int) -> None:
        self.plan = plan
        self.address = address
        self.is_streaming = False
        self._rng = random.Random(f"{seed} {plan.serial}")
        self._powered = False
        self._world_zero_s = 0.0
        self._begin_s: float | None = None
        self._config = plan.config
        self._battery = BatteryLevel(plan.battery_percent)
        self._connection: Connection | None = None
        self._next_packet: asyncio.TimerHandle | None = None
        self._first_number = self._next_number = 0
        self._silent_until_s = 0.0
        self._malformed = 0
        self._indication: asyncio.Task[None] | None = None
        self._advertising: asyncio.Task[None] | None = None

        self._table = GattTable(
            SensorInfo(
                protocol_version=bip_v1.PROTOCOL_VERSION,
                hardware_id=_HARDWARE_ID,
                firmware_version=_FIRMWARE_VERSION,
                capabilities=Capability.SYNC | Capability.BATTERY,
                boot_id=self._rng.getrandbits(32),
                serial=plan.serial,
            ),
            read_config=lambda: bip_v1.encode_config(self._config),
            write_config=self._write_config,
            write_control=self._write_control,
            write_sync=self._write_sync,
            read_battery=lambda: bip_v1.encode_battery_level(self._battery),
        )
        self._transmitter = Transmitter(self._table.stream, plan.queue_packets)
        self._device = make_device(plan.serial, address, air)
        self._device.advertising_data = advertising_data(plan.name or plan.serial)
        self._device.advertising_interval_min = _ADVERTISING_INTERVAL_MS
        self._device.advertising_interval_max = _ADVERTISING_INTERVAL_MS
        self._device.gatt_server.max_mtu = MTU
        self._device.add_services(self._table.services)
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    # ---------------------------------------------------------------- life

    async def power_on(self, world_zero_s: float) -> None:
        """Boot and advertise; `world_zero_s` is the event loop's time at world time 0."""
        self._world_zero_s = world_zero_s
        await self._device.power_on()
        self._powered = True
        await self._device.start_advertising()

    async def power_off(self) -> None:
        """Fall silent: no advertising, no connection."""
        self._powered = False
        await self._device.stop_advertising()
        await self.drop_link()

    def begin(self, world_time_s: float) -> None:
        """Play the source from this world time on; before it the first sample stands, after it the last."""
        self._begin_s = world_time_s

    def set_battery(self, percent: int) -> None:
        """Change the charge, and notify it to who subscribed."""
        self._battery = BatteryLevel(percent)
        if self._connection is not None and self._table.is_subscribed(self._table.battery, self._connection):
            notify(self._connection, self._table.battery, bip_v1.encode_battery_level(self._battery))

    # ---------------------------------------------------------------- faults

    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds inside the sensor."""
        self._silent_until_s = self._world_s() + duration_s

    def send_malformed(self, count: int) -> None:
        """Garble the next packets, each in another way."""
        self._malformed += count

    async def drop_link(self) -> None:
        """Close the connection from the sensor's side; it advertises again at once."""
        if self._connection is not None:
            await self._connection.disconnect()

    # ---------------------------------------------------------------- connection

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        self._transmitter.connect(connection)
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, reason: int) -> None:
        self._stop()
        self._transmitter.disconnect()
        self._connection = None
        if self._indication is not None:
            self._indication.cancel()
        if self._powered:
            self._advertising = asyncio.create_task(self._device.start_advertising())

    # ---------------------------------------------------------------- what the central writes

    def _write_config(self, connection: Connection, value: bytes) -> None:
        config = bip_v1.decode_config(value)
        if self.is_streaming:
            raise att.ATT_Error(AttError.WRITE_REQUEST_REJECTED)
        if isinstance(config, BadPacket) or not self._can(config):
            raise att.ATT_Error(AttError.OUT_OF_RANGE)
        self._config = config

    def _can(self, config: SensorConfig) -> bool:
        fits = config.samples_per_packet <= bip_v1.max_samples_per_packet(MTU, magnetometer=False)
        return fits and config.axis_map == self.plan.config.axis_map and config.mag_ut_per_lsb == 0.0

    def _write_control(self, connection: Connection, value: bytes) -> None:
        if not self._table.is_subscribed(self._table.control, connection):
            raise att.ATT_Error(AttError.CCCD_IMPROPERLY_CONFIGURED)
        if self._indication is not None and not self._indication.done():
            raise att.ATT_Error(AttError.PROCEDURE_ALREADY_IN_PROGRESS)
        request = bip_v1.decode_control_request(value)
        if isinstance(request, BadPacket):
            raise att.ATT_Error(AttError.INVALID_ATTRIBUTE_VALUE_LENGTH)
        reply = request if isinstance(request, ControlReply) else self._obey(request)
        self._indication = asyncio.create_task(
            self._device.indicate_subscriber(connection, self._table.control, bip_v1.encode_control_reply(reply))
        )

    def _obey(self, request: ControlRequest) -> ControlReply:
        result = ControlResult.SUCCESS
        match request.opcode:
            case ControlOpcode.START:
                self._start()
            case ControlOpcode.STOP:
                self._stop()
            case ControlOpcode.SET_CONFIG_DEFAULT if self.is_streaming:
                result = ControlResult.WRONG_STATE
            case ControlOpcode.SET_CONFIG_DEFAULT:
                self._config = self.plan.config
            case ControlOpcode.RESEND | ControlOpcode.IDENTIFY:
                result = ControlResult.NOT_SUPPORTED
        return ControlReply(request.opcode, result)

    def _write_sync(self, connection: Connection, value: bytes) -> None:
        token = bip_v1.decode_sync_request(value)
        if isinstance(token, int) and self._table.is_subscribed(self._table.sync, connection):
            reply = SyncReply(token, self.plan.clock.device_us(self._world_s()))
            notify(connection, self._table.sync, bip_v1.encode_sync_reply(reply))

    # ---------------------------------------------------------------- streaming

    def _world_s(self) -> float:
        return asyncio.get_running_loop().time() - self._world_zero_s

    @property
    def _sampling(self) -> Sampling:
        return Sampling(self.plan.clock, self._config)

    def _start(self) -> None:
        if not self.is_streaming:
            self.is_streaming = True
            self._first_number = self._next_number = self._sampling.next_number(self._world_s())
            self._await_packet()

    def _stop(self) -> None:
        self.is_streaming = False
        if self._next_packet is not None:
            self._next_packet.cancel()

    def _await_packet(self) -> None:
        instants_s = self._sampling.instants_s(self._next_number, self._config.samples_per_packet)
        self._next_packet = asyncio.get_running_loop().call_at(
            self._world_zero_s + float(instants_s[-1]), self._finish_packet, instants_s
        )

    def _finish_packet(self, instants_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        begin_s = np.inf if self._begin_s is None else self._begin_s
        counts, clipped = self._sampling.counts(self.plan.source, instants_s - begin_s)
        packet = StreamPacket(
            first_index=(self._next_number - self._first_number) % (1 << 16),
            device_us=self._sampling.device_us(self._next_number + len(counts) - 1),
            counts=counts,
            resent=False,
            clipped=clipped,
            overran=False,
        )
        self._next_number += len(counts)
        self._await_packet()
        if self._world_s() < self._silent_until_s:
            return
        if self._malformed:
            self._malformed -= 1
            self._transmitter.send_bytes(self._garbled(bip_v1.encode_stream(packet)))
        else:
            self._transmitter.send(packet)

    def _garbled(self, payload: bytes) -> bytes:
        ways = (
            payload[:5],  # too short
            bytes([0xE0]) + payload[1:],  # a version of the future
            payload[:1] + b"\xff" + payload[2:],  # says more samples than it has
            b"",
            self._rng.randbytes(20),
        )
        return ways[self._malformed % len(ways)]
