"""Ask a BIP v1 sensor for everything that the protocol has rules for, and compare what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

from bleak.exc import BleakGATTProtocolError

from imu_hip.ble.connection import SensorConnection
from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BadPacket,
    Capability,
    ControlOpcode,
    ControlReply,
    ControlResult,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    SyncReply,
)

_ANSWER_S = 2.0
_STREAM_S = 1.0
_QUIET_S = 0.5
_RESEND_NOTHING = bytes([ControlOpcode.RESEND, *bytes(6)])
_PAGE = "firmware_protocol/bip_v1.md"


class ConformanceCheck:
    """One dialogue with one connected sensor; every rule is one finding."""

    def __init__(self, connection: SensorConnection, info: SensorInfo) -> None:
        self._connection = connection
        self._info = info
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._stream: list[bytes] = []
        self._syncs: asyncio.Queue[bytes] = asyncio.Queue()
        self._findings: list[Finding] = []

    async def findings(self) -> list[Finding]:
        """Go through all rules, in an order that leaves the sensor stopped and with the configuration that it had.

        Raises
        ------
        LinkError
            The sensor is lost on the way.
        """
        for check in (self._before_subscribing, self._requests, self._configuration, self._runs, self._sync):
            await check()
        return self._findings

    async def _before_subscribing(self) -> None:
        refused = await self._refusal(Characteristic.CONTROL, bytes([ControlOpcode.STOP]))
        self._att("a request before indications are enabled", refused, AttError.CCCD_IMPROPERLY_CONFIGURED)
        await self._connection.subscribe(Characteristic.CONTROL, lambda value: self._replies.put_nowait(bytes(value)))
        await self._connection.subscribe(Characteristic.STREAM, lambda value: self._stream.append(bytes(value)))

    async def _requests(self) -> None:
        can = self._info.capabilities
        self._att("an empty request", await self._refusal(Characteristic.CONTROL, b""), _LENGTH)
        resend = ControlResult.OUT_OF_RANGE if can & Capability.RESEND else ControlResult.NOT_SUPPORTED
        identify = ControlResult.SUCCESS if can & Capability.IDENTIFY else ControlResult.NOT_SUPPORTED
        for rule, request, wanted in (
            ("an opcode that nobody knows", b"\x7f", ControlResult.UNKNOWN_OPCODE),
            ("START with an operand", bytes([ControlOpcode.START, 0]), ControlResult.WRONG_LENGTH),
            ("STOP without a run", bytes([ControlOpcode.STOP]), ControlResult.WRONG_STATE),
            ("RESEND of no samples", _RESEND_NOTHING, resend),
            ("IDENTIFY", bytes([ControlOpcode.IDENTIFY]), identify),
            ("SET_CONFIG_DEFAULT", bytes([ControlOpcode.SET_CONFIG_DEFAULT]), ControlResult.SUCCESS),
        ):
            await self._request(rule, request, wanted)

    async def _configuration(self) -> None:
        value = await self._connection.read(Characteristic.CONFIG)
        config = bip_v1.decode_config(value)
        if not isinstance(config, SensorConfig):
            self._judge("Config", False, f"cannot be read: {config.reason}")
            return
        self._judge("Config", True, f"{config.rate_hz} Hz, {config.samples_per_packet} samples in a packet")
        broken = value[:-1] + bytes([value[-1] ^ 0xFF])
        no_rate = bytes(2) + value[2:-2]
        no_rate += bip_v1.crc16_ccitt_false(no_rate).to_bytes(2, "little")
        for rule, payload, wanted in (
            ("Config with a wrong CRC", broken, AttError.WRITE_REQUEST_REJECTED),
            ("Config one byte short", value[:-1], _LENGTH),
            ("Config with a rate of 0", no_rate, AttError.OUT_OF_RANGE),
        ):
            self._att(rule, await self._refusal(Characteristic.CONFIG, payload), wanted)
        self._judge(
            "Config is kept", await self._connection.read(Characteristic.CONFIG) == value, "after refused writes"
        )
        refused = await self._refusal(Characteristic.CONFIG, value)
        same = refused is None and await self._connection.read(Characteristic.CONFIG) == value
        self._judge(
            "Config written back", same, "reads as it was written" if same else f"refused or changed ({refused})"
        )
        other = replace(config, samples_per_packet=max(1, config.samples_per_packet - 1))
        has_magnetometer = bool(self._info.capabilities & Capability.MAGNETOMETER)
        allowed = config.mag_ut_per_lsb == 0.0 or has_magnetometer
        self._judge(
            "magnetometer", allowed, "capability and Config agree" if allowed else "Config has one, Info does not"
        )
        self._other_config = bip_v1.encode_config(other)

    async def _runs(self) -> None:
        for run in (1, 2):
            self._stream.clear()
            await self._request(f"START of run {run}", bytes([ControlOpcode.START]), ControlResult.SUCCESS)
            await asyncio.sleep(_STREAM_S)
            if run == 1:
                await self._request("START during a run", bytes([ControlOpcode.START]), ControlResult.WRONG_STATE)
                refused = await self._refusal(Characteristic.CONFIG, self._other_config)
                self._att("Config during a run", refused, AttError.PROCEDURE_ALREADY_IN_PROGRESS)
                default = bytes([ControlOpcode.SET_CONFIG_DEFAULT])
                await self._request("SET_CONFIG_DEFAULT during a run", default, ControlResult.WRONG_STATE)
            await self._request(f"STOP of run {run}", bytes([ControlOpcode.STOP]), ControlResult.SUCCESS)
            sent = len(self._stream)
            self._packets(run)
            await asyncio.sleep(_QUIET_S)
            after = len(self._stream) - sent
            self._judge(f"silence after STOP of run {run}", after == 0, f"{after} packets came after the reply")

    def _packets(self, run: int) -> None:
        decoded = [bip_v1.decode_stream(value) for value in self._stream]
        bad = [packet.reason.value for packet in decoded if isinstance(packet, BadPacket)]
        live = [packet for packet in decoded if isinstance(packet, StreamPacket) and not packet.resent]
        self._judge(f"packets of run {run}", not bad, "all can be read" if not bad else ", ".join(sorted(set(bad))))
        if not live:
            self._judge(f"stream of run {run}", False, "no packet came within a second")
            return
        first = live[0].first_index
        self._judge(f"counter of run {run}", first == 0, f"begins at {first}")

    async def _sync(self) -> None:
        if not self._info.capabilities & Capability.SYNC:
            return
        await self._connection.subscribe(Characteristic.SYNC, lambda value: self._syncs.put_nowait(bytes(value)))
        times: list[int] = []
        for token in (0, 255, 7):
            await self._connection.write(Characteristic.SYNC, bytes([token]), response=False)
            reply = await self._answered(self._syncs.get, bip_v1.decode_sync_reply)
            right = isinstance(reply, SyncReply) and reply.token == token
            self._judge(f"Sync with token {token}", right, "answered" if right else f"answered {reply}")
            if isinstance(reply, SyncReply):
                times.append(reply.device_us)
        steps = [(b - a) % (1 << 32) for a, b in pairwise(times)]
        goes_on = all(0 < step < 10_000_000 for step in steps)
        self._judge("Sync time", goes_on, "goes on" if goes_on else f"goes by steps of {steps} µs")

    # ---------------------------------------------------------------- one at a time

    async def _request(self, rule: str, request: bytes, wanted: ControlResult) -> None:
        while not self._replies.empty():
            self._replies.get_nowait()
        refused = await self._refusal(Characteristic.CONTROL, request)
        if refused is not None:
            self._judge(rule, False, f"refused with ATT error 0x{refused:02X}, {wanted.name} should be indicated")
            return
        reply = await self._answered(self._replies.get, bip_v1.decode_control_reply)
        right = isinstance(reply, ControlReply) and reply == ControlReply(request[0], wanted)
        told = wanted.name if right else f"{reply}, {wanted.name} ({int(wanted)}) is right"
        self._judge(rule, right, told)

    async def _answered(self, get: Callable[[], Awaitable[bytes]], decode: Callable[[bytes], object]) -> object:
        try:
            async with asyncio.timeout(_ANSWER_S):
                return decode(await get())
        except TimeoutError:
            return "nothing"

    async def _refusal(self, characteristic: Characteristic, payload: bytes) -> int | None:
        """Write; return the ATT error with which it was refused, None where it was not."""
        try:
            await self._connection.write(characteristic, payload, response=True)
        except LinkError as error:
            cause = error.__cause__
            if error.reason is Reason.WRONG_SENSOR and isinstance(cause, BleakGATTProtocolError):
                return int(cause.args[0])
            raise
        return None

    def _att(self, rule: str, refused: int | None, wanted: AttError) -> None:
        told = "not refused" if refused is None else f"refused with ATT error 0x{refused:02X}"
        right = refused == wanted
        self._judge(rule, right, told if right else f"{told}, 0x{wanted:02X} is right")

    def _judge(self, rule: str, right: bool, told: str) -> None:
        level, advice = (Level.OK, "") if right else (Level.FAIL, f"see {_PAGE}")
        self._findings.append(Finding(rule, level, told, advice))


_LENGTH = AttError.INVALID_ATTRIBUTE_VALUE_LENGTH
