"""A connected sensor in its role: everything it says and is told becomes an item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from imu_hip.ble.clock import Clock
from imu_hip.ble.connection import SensorConnection
from imu_hip.codec import bip_v1
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, Role, Write
from imu_hip.model.packet import ControlOpcode, ControlReply, ControlRequest, ControlResult, SyncReply

Emit = Callable[[Item], None]
"""Takes an item on the radio's thread; must be thread-safe and must not block."""

_REPLY_TIMEOUT_S = 2.0
_STOP_TIMEOUT_S = 3.0
_SYNC_ROUNDS = 8


class WornSensor:
    """Streams one sensor into `emit`. Losing it is a LinkChange item, told once.

    Methods that are under way when it is lost, or called later, raise LinkError with `Reason.SENSOR_LOST`.
    """

    def __init__(self, connection: SensorConnection, role: Role, emit: Emit, clock: Clock) -> None:
        self._connection = connection
        self._role = role
        self._emit = emit
        self._clock = clock
        self._control_replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._sync_replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._token = 0

    @property
    def is_lost(self) -> bool:
        """Whether the sensor went away."""
        return self._connection.is_lost

    async def prepare(self, info: Notification) -> None:
        """Say who the sensor is (as it was read) and how it samples, subscribe to all, and compare clocks.

        Raises
        ------
        LinkError
            The sensor is lost, or does not speak BIP v1.
        """
        self._tell(
            LinkState.CONNECTED,
            f"{self._connection.name} at {self._connection.address}, "
            f"packets of up to {self._connection.largest_payload_bytes()} bytes",
        )
        self._connection.watch(lambda: self._tell(LinkState.LOST, f"{self._connection.name} was lost"))
        self._emit(info)
        await self._read(Characteristic.CONFIG)
        if self._connection.offers(Characteristic.BATTERY):
            await self._read(Characteristic.BATTERY)
            await self._subscribe(Characteristic.BATTERY)
        await self._subscribe(Characteristic.CONTROL, self._control_replies)
        await self._subscribe(Characteristic.SYNC, self._sync_replies)
        await self._subscribe(Characteristic.STREAM)
        await self.compare_clocks()

    async def start(self) -> None:
        """Let the sensor stream.

        Raises
        ------
        LinkError
            The sensor is lost, or refuses.
        """
        result = await self._command(ControlOpcode.START)
        if result == ControlResult.WRONG_STATE:  # a run that somebody began before a lost connection
            await self._command(ControlOpcode.STOP)
            result = await self._command(ControlOpcode.START)
        if result != ControlResult.SUCCESS:
            raise LinkError(
                Reason.WRONG_SENSOR,
                f"{self._connection.name} refuses to start (result {result}): restart the sensor",
            )
        self._tell(LinkState.STREAMING)

    async def compare_clocks(self) -> None:
        """Make round trips on Sync: each bounds the offset of the sensor's clock by half its duration.

        Ends early, without an error, when an answer does not come in time.
        """
        for _ in range(_SYNC_ROUNDS):
            self._token = (self._token + 1) % 256
            await self._write(Characteristic.SYNC, bip_v1.encode_sync_request(self._token), response=False)
            try:
                async with asyncio.timeout(_REPLY_TIMEOUT_S):
                    await self._sync_reply(self._token)
            except TimeoutError:
                return

    async def close(self) -> None:
        """Stop the stream, unsubscribe and disconnect; never raises for a sensor that is or gets lost."""
        try:
            if not self.is_lost:
                with suppress(LinkError, TimeoutError):
                    async with asyncio.timeout(_STOP_TIMEOUT_S):
                        await self._command(ControlOpcode.STOP)
                        await self._connection.unsubscribe(Characteristic.STREAM)
        finally:
            was_lost = self.is_lost
            await self._connection.close()
            if not was_lost:
                self._tell(LinkState.CLOSED)

    def _tell(self, state: LinkState, detail: str = "") -> None:
        self._emit(LinkChange(self._clock(), self._role, state, detail))

    async def _read(self, characteristic: Characteristic) -> None:
        payload = await self._connection.read(characteristic)
        self._emit(Notification(self._clock(), self._role, characteristic, payload))

    async def _write(self, characteristic: Characteristic, payload: bytes, *, response: bool) -> None:
        self._emit(Write(self._clock(), self._role, characteristic, payload))
        await self._connection.write(characteristic, payload, response=response)

    async def _subscribe(self, characteristic: Characteristic, replies: asyncio.Queue[bytes] | None = None) -> None:
        clock, emit, role = self._clock, self._emit, self._role

        def on_value(value: bytearray) -> None:
            arrival_ns = clock()
            payload = bytes(value)
            emit(Notification(arrival_ns, role, characteristic, payload))
            if replies is not None:
                replies.put_nowait(payload)

        await self._connection.subscribe(characteristic, on_value)

    async def _sync_reply(self, token: int) -> None:
        while True:  # answers to earlier questions may come late
            reply = bip_v1.decode_sync_reply(await self._sync_replies.get())
            if isinstance(reply, SyncReply) and reply.token == token:
                return

    async def _command(self, opcode: ControlOpcode) -> int:
        request = bip_v1.encode_control_request(ControlRequest(opcode))
        await self._write(Characteristic.CONTROL, request, response=True)
        try:
            async with asyncio.timeout(_REPLY_TIMEOUT_S):
                return await self._control_result(opcode)
        except TimeoutError as error:
            self._connection.lose()
            raise LinkError(
                Reason.SENSOR_LOST,
                f"{self._connection.name} does not answer {opcode.name}: is it in range?",
            ) from error

    async def _control_result(self, opcode: ControlOpcode) -> int:
        while True:
            reply = bip_v1.decode_control_reply(await self._control_replies.get())
            if isinstance(reply, ControlReply) and reply.opcode == opcode:
                return reply.result
