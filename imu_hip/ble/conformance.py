"""Ask a BIP v1 sensor for everything that the protocol has rules for, and compare what it answers."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.examination import ANSWER_S, Examination
from imu_hip.codec import bip_v1, gatt
from imu_hip.codec.bip_v1_run import Run, judge, samples_by_index
from imu_hip.codec.gatt import AttError
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    Capability,
    ControlOpcode,
    ControlRequest,
    ControlResult,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    SyncReply,
)

STREAM_S = 1.0
START = ControlRequest(ControlOpcode.START)
STOP = ControlRequest(ControlOpcode.STOP)
_DEFAULT = ControlRequest(ControlOpcode.SET_CONFIG_DEFAULT)
_QUIET_S = 0.5
_SYNC_TOKENS = (0, 255, 7, 8, 9, 10, 11, 12)
_INTERVALS = 4.0
"""An answer to Sync takes one to two connection intervals; more than so many are not those that were asked for."""
_FAR = 1 << 31
_MANY = 15
_LENGTH = AttError.INVALID_ATTRIBUTE_VALUE_LENGTH

_PROPERTIES = {
    Characteristic.INFO: {"read"},
    Characteristic.CONFIG: {"read", "write"},
    Characteristic.CONTROL: {"write", "indicate"},
    Characteristic.STREAM: {"notify"},
    Characteristic.SYNC: {"write-without-response", "notify"},
    Characteristic.BATTERY: {"read", "notify"},
}
_NEEDED_FOR = {Characteristic.SYNC: Capability.SYNC, Characteristic.BATTERY: Capability.BATTERY}
_TEXTS = {
    gatt.MANUFACTURER_NAME_STRING_UUID: "manufacturer",
    gatt.MODEL_NUMBER_STRING_UUID: "model",
    gatt.HARDWARE_REVISION_STRING_UUID: "hardware revision",
    gatt.FIRMWARE_REVISION_STRING_UUID: "firmware revision",
}


class ConformanceCheck:
    """One dialogue with one connected sensor; every rule is one finding.

    The connection has to have looked at the Device Information Service too.
    """

    def __init__(self, connection: SensorConnection, info: SensorInfo) -> None:
        self._connection = connection
        self._info = info
        self._findings: list[Finding] = []
        self._asked = Examination(connection, self._findings)

    async def findings(self) -> list[Finding]:
        """Go through all rules, in an order that leaves the sensor stopped and with the configuration that it had.

        Raises
        ------
        LinkError
            The sensor is lost on the way.
        """
        await self._description()
        before = await self._connection.read(Characteristic.CONFIG)
        config = bip_v1.decode_config(before)
        await self._before_subscribing()
        await self._requests()
        if not isinstance(config, SensorConfig):
            self._asked.judge("Config", False, f"cannot be read: {config.reason}")
            return self._findings
        await self._sync(config)
        await self._configuration(config, before)
        await self._run(1, config)
        await self._run(2, await self._another(config))
        await self._default()
        refused = await self._asked.refusal(Characteristic.CONFIG, before)
        same = refused is None and await self._connection.read(Characteristic.CONFIG) == before
        self._asked.judge("Config written back", same, "reads as it was written" if same else "refused or changed")
        return self._findings

    # ---------------------------------------------------------------- what it says of itself

    async def _description(self) -> None:
        can = self._info.capabilities
        for characteristic, wanted in _PROPERTIES.items():
            needed = _NEEDED_FOR.get(characteristic)
            has = self._connection.properties(characteristic)
            name = f"characteristic {characteristic.value}"
            if needed is None or can & needed:
                lacking = ", ".join(sorted(wanted - has))
                self._asked.judge(name, not lacking, f"lacks {lacking}" if lacking else "has its properties")
            else:
                self._asked.judge(name, not has, "is there, and its capability bit is 0" if has else "not offered")
        reserved = can & ~int(sum(Capability))
        told = f"0x{reserved:X} are set" if reserved else "are 0"
        self._asked.judge("reserved capability bits", not reserved, told)
        serial = await self._connection.read_text(gatt.SERIAL_NUMBER_STRING_UUID)
        same = serial == self._info.serial
        told = "equal in Device Information and Info" if same else f"{serial or 'none'} in Device Information"
        self._asked.judge("serial number", same, told)
        lacking = ", ".join([name for uuid, name in _TEXTS.items() if not await self._connection.read_text(uuid)])
        told, advice = (f"lacks {lacking}", "add it: people look for it") if lacking else ("all texts are there", "")
        level = Level.WARN if lacking else Level.OK
        self._findings.append(Finding("device information", level, told, advice))

    # ---------------------------------------------------------------- requests

    async def _before_subscribing(self) -> None:
        rule, stop = "a request before indications are enabled", bip_v1.encode_control_request(STOP)
        wanted = AttError.CCCD_IMPROPERLY_CONFIGURED
        await self._asked.expect_refusal(rule, Characteristic.CONTROL, stop, wanted)
        await self._asked.listen()
        await self._asked.result(stop)  # a run that somebody left

    async def _requests(self) -> None:
        can, resend = self._info.capabilities, bytes([ControlOpcode.RESEND])
        identify = ControlResult.SUCCESS if can & Capability.IDENTIFY else ControlResult.NOT_SUPPORTED
        nothing = ControlResult.OUT_OF_RANGE if can & Capability.RESEND else ControlResult.NOT_SUPPORTED
        idle = ControlResult.WRONG_STATE if can & Capability.RESEND else ControlResult.NOT_SUPPORTED
        await self._asked.expect_refusal("an empty request", Characteristic.CONTROL, b"", _LENGTH)
        for rule, request, wanted in (
            ("an opcode that nobody knows", b"\x7f", ControlResult.UNKNOWN_OPCODE),
            ("START with an operand", b"\x01\x00", ControlResult.WRONG_LENGTH),
            ("RESEND cut short", resend + bytes(3), ControlResult.WRONG_LENGTH),
            ("RESEND of no samples", resend + bytes(6), nothing),
        ):
            await self._asked.expect(rule, request, wanted)
        await self._asked.expect("RESEND without a run", ControlRequest(ControlOpcode.RESEND, 0, 1), idle)
        await self._asked.expect("STOP without a run", STOP, ControlResult.WRONG_STATE)
        await self._asked.expect("IDENTIFY", ControlRequest(ControlOpcode.IDENTIFY), identify)

    async def _sync(self, config: SensorConfig) -> None:
        if not self._info.capabilities & Capability.SYNC or not self._connection.offers(Characteristic.SYNC):
            return
        now, times, fastest_s = asyncio.get_running_loop().time, list[int](), ANSWER_S
        for token in _SYNC_TOKENS:
            begin_s = now()
            reply = await self._asked.sync(token)
            right = isinstance(reply, SyncReply) and reply.token == token
            self._asked.judge(f"Sync with token {token}", right, "answered" if right else f"answered {reply}")
            if isinstance(reply, SyncReply):
                fastest_s = min(fastest_s, now() - begin_s)
                times.append(reply.device_us)
        steps = [(b - a) % (1 << 32) for a, b in pairwise(times)]
        goes_on = all(0 < step < 10_000_000 for step in steps)
        self._asked.judge("Sync time", goes_on, "goes on" if goes_on else f"goes by steps of {steps} µs")
        wish_ms, took_ms = config.connection_interval_ms, 1e3 * fastest_s
        granted = took_ms <= _INTERVALS * wish_ms
        told = f"Sync is answered in {took_ms:.0f} ms at best (one to two intervals), {wish_ms:g} ms are asked for"
        advice = "" if granted else "ask for 15 to 30 ms when a connection is made, and when Config is written"
        self._findings.append(Finding("connection interval", Level.OK if granted else Level.WARN, told, advice))

    # ---------------------------------------------------------------- configuration

    async def _configuration(self, config: SensorConfig, value: bytes) -> None:
        self._asked.judge("Config", True, f"{config.rate_hz} Hz, {config.samples_per_packet} samples in a packet")
        for rule, payload, wanted in _refused_configs(value):
            await self._asked.expect_refusal(f"Config with {rule}", Characteristic.CONFIG, payload, wanted)
        same = await self._connection.read(Characteristic.CONFIG) == value
        self._asked.judge("Config after refused writes", same, "as it was" if same else "changed")
        allowed = bool(self._info.capabilities & Capability.MAGNETOMETER) or config.mag_ut_per_lsb == 0.0
        told = "capability and Config agree" if allowed else "Config has one, Info does not"
        self._asked.judge("magnetometer", allowed, told)

    async def _another(self, config: SensorConfig) -> SensorConfig:
        """Write another configuration; return what the sensor should have then."""
        other = another(config)
        payload = bip_v1.encode_config(other)
        refused = await self._asked.refusal(Characteristic.CONFIG, payload)
        if refused is not None:
            told = f"not offered (ATT error 0x{refused:02X})"
            self._asked.judge("another Config", refused == AttError.OUT_OF_RANGE, told)
            return config
        same = await self._connection.read(Characteristic.CONFIG) == payload
        self._asked.judge("another Config", same, "reads as it was written" if same else "reads otherwise than written")
        return other

    async def _default(self) -> None:
        if await self._asked.expect("SET_CONFIG_DEFAULT", _DEFAULT, ControlResult.SUCCESS):
            config = bip_v1.decode_config(await self._connection.read(Characteristic.CONFIG))
            whole = isinstance(config, SensorConfig)
            self._asked.judge("Config of the factory", whole, "can be read" if whole else "cannot be read")

    # ---------------------------------------------------------------- runs

    async def _run(self, number: int, config: SensorConfig) -> None:
        asked = self._asked
        asked.stream.clear()
        if not await asked.expect(f"START of run {number}", START, ControlResult.SUCCESS):
            return
        await asyncio.sleep(STREAM_S)
        if number == 1:
            await asked.expect("START during a run", START, ControlResult.WRONG_STATE)
            payload, busy = bip_v1.encode_config(another(config)), AttError.PROCEDURE_ALREADY_IN_PROGRESS
            await asked.expect_refusal("Config during a run", Characteristic.CONFIG, payload, busy)
            await asked.expect("SET_CONFIG_DEFAULT during a run", _DEFAULT, ControlResult.WRONG_STATE)
            await self._resend()
        # STOP comes in the middle of a batch, when samples wait
        await asked.next_packet()
        await asyncio.sleep(0.5 * config.samples_per_packet / config.rate_hz)
        reply = await asked.sync(0) if self._connection.offers(Characteristic.SYNC) else None
        await asked.expect(f"STOP of run {number}", STOP, ControlResult.SUCCESS)
        values = tuple(asked.stream)
        mtu = self._connection.largest_payload_bytes() + 3
        batch = bip_v1.max_samples_per_packet(mtu, magnetometer=config.mag_ut_per_lsb > 0.0)
        asked_us = reply.device_us if isinstance(reply, SyncReply) else None
        self._findings += judge(Run(number, config, batch, values, asked_us))
        await asyncio.sleep(_QUIET_S)
        after = len(asked.stream) - len(values)
        asked.judge(f"silence after STOP of run {number}", after == 0, f"{after} packets came after the reply")

    async def _resend(self) -> None:
        """Ask for the first samples of the run again."""
        again = ControlRequest(ControlOpcode.RESEND, 0, 10)
        if not self._info.capabilities & Capability.RESEND:
            await self._asked.expect("RESEND during a run", again, ControlResult.NOT_SUPPORTED)
            return
        future = ControlRequest(ControlOpcode.RESEND, _FAR, 1)
        await self._asked.expect("RESEND of samples to come", future, ControlResult.OUT_OF_RANGE)
        if not await self._asked.expect("RESEND during a run", again, ControlResult.SUCCESS):
            return
        asked_for = set(range(again.count))
        await asyncio.sleep(ANSWER_S)
        kept, sent = self._samples(resent=True), self._samples(resent=False)
        lacking = len(asked_for - kept.keys())
        same = all(kept[index] == sent[index] for index in kept.keys() & sent.keys())
        told = f"{lacking} of {again.count} did not come with the re-sent bit" if lacking else "not as they were"
        self._asked.judge("samples sent again", same and not lacking, "as they were" if same and not lacking else told)

    def _samples(self, *, resent: bool) -> dict[int, tuple[int, ...]]:
        packets = [bip_v1.decode_stream(value) for value in self._asked.stream]
        wanted = [each for each in packets if isinstance(each, StreamPacket) and each.resent is resent]
        return dict(samples_by_index(wanted))


def another(config: SensorConfig) -> SensorConfig:
    """Return a configuration that a sensor is likely to take: another number of samples in a packet.

    They are so many that those of half a packet wait for longer than a request is under way.
    """
    return replace(config, samples_per_packet=_MANY if config.samples_per_packet != _MANY else _MANY - 1)


def _refused_configs(value: bytes) -> Iterator[tuple[str, bytes, AttError]]:
    yield "a wrong CRC", value[:-1] + bytes([value[-1] ^ 0xFF]), AttError.WRITE_REQUEST_REJECTED
    yield "a byte too few", value[:-1], _LENGTH
    yield "a byte too many", value + b"\x00", _LENGTH
    for rule, offset, field in (
        ("a rate of 0", 0, bytes(2)),
        ("no samples in a packet", 2, bytes(1)),
        ("a gyr scale that is no number", 3, struct.pack("<f", float("nan"))),
        ("an acc scale of 0", 7, bytes(4)),
        ("an axis map that mirrors", 15, struct.pack("<3b", -1, 2, 3)),
        ("a connection interval of 6.25 ms", 18, struct.pack("<H", 5)),
    ):
        body = value[:offset] + field + value[offset + len(field) : -2]
        yield rule, body + bip_v1.crc16_ccitt_false(body).to_bytes(2, "little"), AttError.OUT_OF_RANGE
