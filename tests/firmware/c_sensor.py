"""A virtual sensor whose every byte is made by the C library: Python is its radio, its clock and its chip."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from bumble import att
from bumble.device import Connection

from imu_hip.codec import bip_v1
from imu_hip.model.packet import BadPacket, ControlOpcode, SensorConfig
from imu_hip.virtual.run import Runner
from imu_hip.virtual.sampling import Sampling
from imu_hip.virtual.sensor import SensorPlan, VirtualSensor
from imu_hip.virtual.transmitter import notify

KEPT = 3000
_START, _STOP, _IDENTIFY = 1, 2, 3


@dataclass(frozen=True)
class CPlan:
    """A plan whose sensor runs in C."""

    plan: SensorPlan
    ffi: Any
    lib: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plan, name)

    def sensor(self, *args: Any) -> CSensor:
        return CSensor(self, *args)


class CSensor(VirtualSensor):
    """Info, Config, Control, Sync and Stream as `bip_*` write them."""

    def __init__(self, plan: CPlan, *args: Any) -> None:
        super().__init__(plan.plan, *args)
        self.ffi, self.lib = plan.ffi, plan.lib
        self.c = self.ffi.new("bip_sensor *")
        self._out = self.ffi.new("uint8_t[512]")
        self._memory = (
            self.ffi.new("char[]", plan.plan.serial.encode()),
            self.ffi.new("int16_t[]", KEPT * 9),
            self.ffi.new("uint32_t[]", KEPT),
        )
        self._begin()
        runner = self._runner
        self._runner = CRunner(
            runner._source, runner.clock, self._time, self._transmitter, self._largest_batch, self._rng
        )
        self._runner.firmware = self
        self._transmitter._again = Again(self)  # type: ignore[assignment]

    def _begin(self) -> None:
        info, factory = self.ffi.new("bip_info *"), self.ffi.new("bip_config *")
        info.hardware_id, info.firmware = self._info.hardware_id, self._info.firmware_version
        info.capabilities, info.boot_id = int(self._info.capabilities), self._info.boot_id
        info.serial = self._memory[0]
        value = bip_v1.encode_config(self._factory_config)
        assert self.lib.bip_decode_config(value, len(value), factory) == 0
        ring = self.ffi.new("bip_ring *", [self._memory[1], self._memory[2], KEPT])
        self.lib.bip_begin(self.c, info, factory, ring[0])

    async def reboot(self, duration_s: float = 0.5, config: SensorConfig | None = None) -> None:
        await super().reboot(duration_s, config)
        self._begin()

    def disconnected(self) -> None:
        super().disconnected()
        self.lib.bip_disconnected(self.c)

    def value(self, function: str, *arguments: Any) -> bytes:
        """Call what writes a value, and return that."""
        length = getattr(self.lib, function)(self.c, *arguments, self._out, 512)
        return bytes(self.ffi.buffer(self._out, length))

    def _read_info(self) -> bytes:
        return self.value("bip_read_info")

    def _read_config(self) -> bytes:
        return self.value("bip_read_config")

    def _largest_batch(self) -> int:
        mtu = 247 if self.connection is None else self.connection.att_mtu
        return int(self.lib.bip_most_samples(self.c, mtu))

    def _write_config(self, connection: Connection, value: bytes) -> None:
        error = self.lib.bip_write_config(self.c, value, len(value))
        if error:
            raise att.ATT_Error(error)
        self._take_config()

    def _take_config(self) -> None:
        config = bip_v1.decode_config(self._read_config())
        assert not isinstance(config, BadPacket)
        self._config = config

    def _write_control(self, connection: Connection, value: bytes) -> None:
        reply, action = self.ffi.new("uint8_t[2]"), self.ffi.new("bip_action *")
        subscribed = self._table.is_subscribed(self._table.control, connection)
        unconfirmed = self._awaits_confirmation(connection)
        error = self.lib.bip_write_control(self.c, value, len(value), subscribed, unconfirmed, reply, action)
        if error:
            raise att.ATT_Error(error)
        self._take_config()
        if action[0] == _START:
            self._runner.start(self._config)
        elif action[0] == _STOP:
            self._runner.stop()
        elif action[0] == _IDENTIFY:
            self.blinks += 1
        self._transmitter.send_again([])
        self._reply = asyncio.create_task(self._say(connection, bytes(self.ffi.buffer(reply))))

    async def _say(self, connection: Connection, reply: bytes) -> None:
        if reply[0] == ControlOpcode.STOP:
            await self._transmitter.drain()
        await self._device.indicate_subscriber(connection, self._table.control, reply)

    def _write_sync(self, connection: Connection, value: bytes) -> None:
        now_us = self._clock.device_us(self._time.now_s())
        length = self.lib.bip_write_sync(value, len(value), now_us, self._out)
        if length and self._table.is_subscribed(self._table.sync, connection):
            notify(connection, self._table.sync, bytes(self.ffi.buffer(self._out, length)))


class CRunner(Runner):
    """Takes one sample at a time; what becomes of it is the library's."""

    firmware: CSensor

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._sampling = None
        self._transmitter._again.clear()
        self._to_radio(self.firmware.value("bip_flush"))
        self.firmware.lib.bip_end_run(self.firmware.c)

    def _await_packet(self, sampling: Sampling) -> None:
        def take() -> None:
            self._send(sampling, 1)
            self._await_packet(sampling)

        self._timer = self._time.call_at(float(sampling.instants_s(self._next_number, 1)[0]), take)

    def _send(self, sampling: Sampling, n: int) -> None:
        counts, _ = sampling.counts(self._source, sampling.instants_s(self._next_number, n) - self._begin_s)
        sample = self.firmware.ffi.new("int16_t[9]", counts[0].tolist())
        taken_us = sampling.device_us(self._next_number)
        self._next_number += n
        self._to_radio(self.firmware.value("bip_take", sample, taken_us, self._largest_batch()))

    def _to_radio(self, packet: bytes) -> None:
        if packet and self._time.now_s() >= self._silent_until_s:
            self._transmitter.send(packet)


class Again:
    """Packets to be sent again, made by the library at the moment when nothing live waits: a queue to the radio."""

    def __init__(self, firmware: CSensor) -> None:
        self._firmware = firmware
        self._next = b""

    def __bool__(self) -> bool:
        most = self._firmware._largest_batch()
        self._next = self._next or self._firmware.value("bip_next_again", most)
        return bool(self._next)

    def popleft(self) -> bytes:
        packet, self._next = self._next, b""
        return packet

    def extend(self, packets: list[bytes]) -> None:
        assert not packets  # the library has them

    def clear(self) -> None:
        self._next = b""


def in_c(plan: SensorPlan, library: tuple[Any, Any], **changes: Any) -> CPlan:
    """Return a plan with the library inside."""
    return CPlan(replace(plan, **changes), *library)
