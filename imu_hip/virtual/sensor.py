"""A virtual sensor: a BIP v1 peripheral with its own clock, queue and faults."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace

import numpy as np
from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic

from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.packet import (
    BadPacket,
    BadPacketReason,
    BatteryLevel,
    Capability,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    SensorConfig,
    SensorInfo,
    SyncReply,
)
from imu_hip.virtual.adapter import MTU
from imu_hip.virtual.air import AirLink
from imu_hip.virtual.gatt_table import ADVERTISING_DATA, GattTable, scan_response_data
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.peripheral import Peripheral
from imu_hip.virtual.run import Runner
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.transmitter import Transmitter, notify
from imu_hip.virtual.world_time import WorldTime

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

MAGNETIC_CONFIG = replace(DEFAULT_CONFIG, mag_ut_per_lsb=float(np.float32(0.15)))
"""The same with a magnetometer of ±4900 µT."""

_FIRMWARE_VERSION = (1, 0, 0)
_HARDWARE_ID = 0
_RUN_WITHOUT_CONNECTION_S = 60.0
_CONFIG_REFUSALS = {
    BadPacketReason.TOO_SHORT: AttError.INVALID_ATTRIBUTE_VALUE_LENGTH,
    BadPacketReason.WRONG_LENGTH: AttError.INVALID_ATTRIBUTE_VALUE_LENGTH,
    BadPacketReason.WRONG_CHECKSUM: AttError.WRITE_REQUEST_REJECTED,
    BadPacketReason.OUT_OF_RANGE: AttError.OUT_OF_RANGE,
}


@dataclass(frozen=True, slots=True)
class SensorPlan:
    """Who a virtual sensor is, what it feels, how its clock runs, and how many packets its queue holds.

    It advertises as `name`, or else as its serial number. `resends`: it keeps 30 s for those who ask again.
    `mtu`: the largest that it accepts.
    """

    serial: str
    source: SampleSource
    config: SensorConfig = DEFAULT_CONFIG
    clock: SensorClock = field(default_factory=SensorClock)
    battery_percent: int = 90
    queue_packets: int = 128
    name: str | None = None
    resends: bool = True
    mtu: int = MTU

    @property
    def connection_interval_ms(self) -> float:
        """The connection interval that it asks for."""
        return self.config.connection_interval_ms

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> VirtualSensor:
        """Make it."""
        return VirtualSensor(self, address, air, time, seed)


def as_on_the_air(config: SensorConfig) -> SensorConfig:
    """Round a configuration to what Config carries (scales are float32)."""
    rounded = bip_v1.decode_config(bip_v1.encode_config(config))
    if isinstance(rounded, BadPacket):
        raise AssertionError("the codec refuses what it encoded")
    return rounded


class VirtualSensor(Peripheral):
    """One peripheral on the air, as firmware_protocol/bip_v1.md asks a sensor to be."""

    def __init__(self, plan: SensorPlan, address: str, air: AirLink, time: WorldTime, seed: int) -> None:
        super().__init__(plan.serial, address, air, mtu=plan.mtu)
        self._rng = random.Random(f"{seed} {plan.serial}")
        self.plan = plan
        self.blinks = 0
        self._time = time
        self._clock = plan.clock
        self._factory_config = self._config = as_on_the_air(plan.config)
        self._battery = BatteryLevel(plan.battery_percent)
        self._reply: asyncio.Task[None] | None = None
        self._end_of_run: asyncio.TimerHandle | None = None

        self._info = SensorInfo(
            protocol_version=bip_v1.PROTOCOL_VERSION,
            hardware_id=_HARDWARE_ID,
            firmware_version=_FIRMWARE_VERSION,
            capabilities=Capability.SYNC
            | Capability.IDENTIFY
            | Capability.BATTERY
            | (Capability.RESEND if plan.resends else Capability(0))
            | (Capability.MAGNETOMETER if plan.config.mag_ut_per_lsb else Capability(0)),
            boot_id=self._rng.getrandbits(32),
            serial=plan.serial,
        )
        self._table = GattTable(
            self._info,
            read_info=lambda: self._read_info(),
            read_config=lambda: self._read_config(),
            write_config=self._write_config,
            write_control=self._write_control,
            write_sync=self._write_sync,
            read_battery=lambda: bip_v1.encode_battery_level(self._battery),
        )
        self._transmitter = Transmitter(self._table.stream, plan.queue_packets)
        self._runner = Runner(plan.source, plan.clock, time, self._transmitter, self._largest_batch, self._rng)
        self.serve(self._table.services, ADVERTISING_DATA, scan_response_data(plan.name or plan.serial))
        self._table.stream.on(Characteristic.EVENT_SUBSCRIPTION, self._on_stream_subscription)

    @property
    def is_running(self) -> bool:
        """Whether the sensor samples; a lost connection does not stop it at once."""
        return self._runner.is_running

    # ---------------------------------------------------------------- life

    async def power_off(self) -> None:
        """Fall silent; no run is left to end."""
        await super().power_off()
        if self._end_of_run is not None:
            self._end_of_run.cancel()

    async def reboot(self, duration_s: float = 0.5, config: SensorConfig | None = None) -> None:
        """Start again as after a reset: another boot id, the clock begins at 0; perhaps with another configuration."""
        await self.power_off()
        self._config = self._factory_config if config is None else as_on_the_air(config)
        self._info = replace(self._info, boot_id=self._rng.getrandbits(32))
        await asyncio.sleep(duration_s)
        self._clock = replace(self._clock, offset_s=-self._time.now_s() * (1.0 + self._clock.ppm * 1e-6))
        self._runner.clock = self._clock
        await self.power_on()

    def stop_sampling(self) -> None:
        """End the run."""
        self._runner.stop()

    def begin(self, world_time_s: float) -> None:
        """Play the source from this world time on; before it the first sample stands, after it the last."""
        self._runner.begin(world_time_s)

    def set_battery(self, percent: int) -> None:
        """Change the charge, and notify it to who subscribed."""
        self._battery = BatteryLevel(percent)
        if self.connection is not None and self._table.is_subscribed(self._table.battery, self.connection):
            notify(self.connection, self._table.battery, bip_v1.encode_battery_level(self._battery))

    # ---------------------------------------------------------------- faults

    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds inside the sensor."""
        self._runner.gap(duration_s)

    def step_clock(self, seconds: float) -> None:
        """Let the time that is stamped on packets jump."""
        self._runner.step_clock(seconds)

    def send_malformed(self, count: int) -> None:
        """Garble the next packets, each in another way."""
        self._runner.send_malformed(count)

    # ---------------------------------------------------------------- connection

    def connected(self, connection: Connection) -> None:
        """Go on with a run that a lost connection left."""
        if self._end_of_run is not None:
            self._end_of_run.cancel()

    def _on_stream_subscription(self, connection: Connection, notified: bool, indicated: bool) -> None:
        if notified:
            self._transmitter.connect(connection)
        else:
            self._transmitter.disconnect()

    def disconnected(self) -> None:
        """Keep the run for a while."""
        self._transmitter.disconnect()
        if self._reply is not None:
            self._reply.cancel()
        if self._powered:
            end_s = self._time.now_s() + _RUN_WITHOUT_CONNECTION_S
            self._end_of_run = self._time.call_at(end_s, self._runner.stop)

    def _largest_batch(self) -> int:
        mtu = MTU if self.connection is None else self.connection.att_mtu
        return bip_v1.max_samples_per_packet(mtu, magnetometer=self._config.mag_ut_per_lsb > 0.0)

    # ---------------------------------------------------------------- what the central writes

    def _read_info(self) -> bytes:
        return bip_v1.encode_info(self._info)

    def _read_config(self) -> bytes:
        return bip_v1.encode_config(self._config)

    def _write_config(self, connection: Connection, value: bytes) -> None:
        config = bip_v1.decode_config(value)
        if isinstance(config, BadPacket):
            raise att.ATT_Error(_CONFIG_REFUSALS[config.reason])
        if self.is_running:
            raise att.ATT_Error(AttError.PROCEDURE_ALREADY_IN_PROGRESS)
        changeable = replace(
            self._factory_config,
            rate_hz=config.rate_hz,
            samples_per_packet=config.samples_per_packet,
            connection_interval_ms=config.connection_interval_ms,
        )
        if config != changeable:
            raise att.ATT_Error(AttError.OUT_OF_RANGE)
        self._config = config

    def _write_control(self, connection: Connection, value: bytes) -> None:
        if not self._table.is_subscribed(self._table.control, connection):
            raise att.ATT_Error(AttError.CCCD_IMPROPERLY_CONFIGURED)
        if self._awaits_confirmation(connection):
            raise att.ATT_Error(AttError.PROCEDURE_ALREADY_IN_PROGRESS)
        request = bip_v1.decode_control_request(value)
        if isinstance(request, BadPacket):
            raise att.ATT_Error(AttError.INVALID_ATTRIBUTE_VALUE_LENGTH)
        if not self.plan.resends and request == ControlReply(ControlOpcode.RESEND, ControlResult.OUT_OF_RANGE):
            request = ControlReply(ControlOpcode.RESEND, ControlResult.NOT_SUPPORTED)  # that is checked first
        reply = request if isinstance(request, ControlReply) else self._obey(request)
        self._reply = asyncio.create_task(self._indicate(connection, reply))

    def _awaits_confirmation(self, connection: Connection) -> bool:
        if self._reply is None or self._reply.done():
            return False
        # confirmation and next request may come in one connection event, before the task has gone on
        confirmation = self._device.gatt_server.pending_confirmations.get(connection)
        return confirmation is None or not confirmation.done()

    async def _indicate(self, connection: Connection, reply: ControlReply) -> None:
        if reply.opcode == ControlOpcode.STOP:
            await self._transmitter.drain()
        await self._device.indicate_subscriber(connection, self._table.control, bip_v1.encode_control_reply(reply))

    def _obey(self, request: ControlRequest) -> ControlReply:
        result = ControlResult.SUCCESS
        match request.opcode:
            case ControlOpcode.IDENTIFY:
                self.blinks += 1
            case ControlOpcode.RESEND if not self.plan.resends:
                result = ControlResult.NOT_SUPPORTED
            case ControlOpcode.RESEND:
                result = self._runner.resend(request.first_index, request.count)
            case ControlOpcode.START | ControlOpcode.SET_CONFIG_DEFAULT if self.is_running:
                result = ControlResult.WRONG_STATE
            case ControlOpcode.STOP if not self.is_running:
                result = ControlResult.WRONG_STATE
            case ControlOpcode.START:
                self._runner.start(self._config)
            case ControlOpcode.STOP:
                self._runner.stop()
            case ControlOpcode.SET_CONFIG_DEFAULT:
                self._config = self._factory_config
        return ControlReply(request.opcode, result)

    def _write_sync(self, connection: Connection, value: bytes) -> None:
        token = bip_v1.decode_sync_request(value)
        if isinstance(token, int) and self._table.is_subscribed(self._table.sync, connection):
            reply = SyncReply(token, self._clock.device_us(self._time.now_s()))
            notify(connection, self._table.sync, bip_v1.encode_sync_reply(reply))
