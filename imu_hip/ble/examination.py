"""One connection to a sensor that is examined: ask, wait for the answer, write down whether it is the right one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bleak.exc import BleakGATTProtocolError

from imu_hip.ble.connection import SensorConnection
from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import AttError
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import ControlReply, ControlRequest, ControlResult, SyncReply

ANSWER_S = 2.0
_PAGE = "see firmware_protocol/bip_v1.md"


class Examination:
    """What is asked over one connection, and the findings so far; `stream` are the packets that came."""

    def __init__(self, connection: SensorConnection, findings: list[Finding]) -> None:
        self.connection = connection
        self.findings = findings
        self.stream: list[bytes] = []
        self._arrived = asyncio.Event()
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._syncs: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(self) -> None:
        """Subscribe to the answers and to the stream."""
        subscribe = self.connection.subscribe
        await subscribe(Characteristic.CONTROL, lambda value: self._replies.put_nowait(bytes(value)))
        await subscribe(Characteristic.STREAM, self._take)
        if self.connection.offers(Characteristic.SYNC):
            await subscribe(Characteristic.SYNC, lambda value: self._syncs.put_nowait(bytes(value)))

    def _take(self, value: bytearray) -> None:
        self.stream.append(bytes(value))
        self._arrived.set()

    async def next_packet(self) -> None:
        """Wait for a packet of the stream, but not for ever."""
        self._arrived.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self._arrived.wait()

    async def result(self, request: bytes) -> ControlReply | str:
        """Write a request; return the reply, or what came instead of one."""
        while not self._replies.empty():
            self._replies.get_nowait()
        refused = await self.refusal(Characteristic.CONTROL, request)
        if refused is not None:
            return f"ATT error 0x{refused:02X}"
        reply = await _answered(self._replies.get, bip_v1.decode_control_reply)
        return reply if isinstance(reply, ControlReply) else str(reply)

    async def sync(self, token: int) -> SyncReply | str:
        """Ask for the sensor's time; return the answer, or what came instead of one."""
        while not self._syncs.empty():
            self._syncs.get_nowait()
        await self.connection.write(Characteristic.SYNC, bytes([token]), response=False)
        reply = await _answered(self._syncs.get, bip_v1.decode_sync_reply)
        return reply if isinstance(reply, SyncReply) else str(reply)

    async def refusal(self, characteristic: Characteristic, payload: bytes) -> int | None:
        """Write; return the ATT error with which it was refused, None where it was not."""
        try:
            await self.connection.write(characteristic, payload, response=True)
        except LinkError as error:
            cause = error.__cause__
            if error.reason is Reason.WRONG_SENSOR and isinstance(cause, BleakGATTProtocolError):
                return int(cause.args[0])
            raise
        return None

    # ---------------------------------------------------------------- findings

    async def expect(self, rule: str, request: ControlRequest | bytes, wanted: ControlResult) -> bool:
        """Write a request whose result has to be `wanted`; return whether it is."""
        payload = request if isinstance(request, bytes) else bip_v1.encode_control_request(request)
        reply = await self.result(payload)
        right = reply == ControlReply(payload[0], wanted)
        told = wanted.name if right else f"{_told(reply)}, {wanted.name} ({int(wanted)}) is right"
        self.judge(rule, right, told)
        return right

    async def expect_refusal(self, rule: str, characteristic: Characteristic, payload: bytes, wanted: AttError) -> None:
        """Write what has to be refused."""
        refused = await self.refusal(characteristic, payload)
        told = "not refused" if refused is None else f"refused with ATT error 0x{refused:02X}"
        right = refused == wanted
        self.judge(rule, right, told if right else f"{told}, 0x{wanted:02X} is right")

    def judge(self, rule: str, right: bool, told: str) -> None:
        """Write down whether a rule is kept."""
        level, advice = (Level.OK, "") if right else (Level.FAIL, _PAGE)
        self.findings.append(Finding(rule, level, told, advice))


async def _answered(get: Callable[[], Awaitable[bytes]], decode: Callable[[bytes], object]) -> object:
    try:
        async with asyncio.timeout(ANSWER_S):
            return decode(await get())
    except TimeoutError:
        return "no answer"


def _told(reply: ControlReply | str) -> str:
    if isinstance(reply, str):
        return reply
    known = reply.result in set(ControlResult)
    result = ControlResult(reply.result).name if known else f"result 0x{reply.result:02X}"
    return f"{result} to opcode 0x{reply.opcode:02X}"
