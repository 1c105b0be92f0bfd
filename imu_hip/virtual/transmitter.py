"""The transmit queue of a virtual sensor: what a full radio makes a firmware do."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic
from bumble.host import DataPacketQueue

from imu_hip.codec import bip_v1
from imu_hip.model.packet import StreamPacket

# Packets that the firmware lets its radio chip hold; the rest waits in the firmware's own queue.
_CHIP_PACKETS = 6

_NOTIFICATION = struct.Struct("<BH")


def notify(connection: Connection, characteristic: Characteristic[bytes], value: bytes) -> None:
    """Send a notification at once, past every queue of the firmware."""
    head = _NOTIFICATION.pack(att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION, characteristic.handle)
    connection.send_l2cap_pdu(att.ATT_CID, head + value[: connection.att_mtu - len(head)])


class Transmitter:
    """Notifies packets (or bytes as they are) in order.

    When its queue is full it drops the oldest and flags the one after it as coming after an overrun.
    """

    def __init__(self, characteristic: Characteristic[bytes], capacity: int) -> None:
        self._characteristic = characteristic
        self._capacity = capacity
        self._waiting: deque[StreamPacket | bytes] = deque()
        self._again: deque[StreamPacket] = deque()
        self._drained = asyncio.Event()
        self._drained.set()
        self._connection: Connection | None = None
        self._chip: DataPacketQueue | None = None

    def connect(self, connection: Connection) -> None:
        """Send over this connection from now on."""
        self._connection = connection
        self._chip = connection.device.host.get_data_packet_queue(connection.handle)
        if self._chip is not None:
            self._chip.on("flow", self._pump)

    def disconnect(self) -> None:
        """Stop, and forget what waits."""
        if self._chip is not None:
            self._chip.remove_listener("flow", self._pump)
        self._connection = self._chip = None
        self._waiting.clear()
        self._again.clear()
        self._drained.set()

    def send(self, packet: StreamPacket | bytes) -> None:
        """Queue a packet; without a connection it is gone."""
        if self._connection is None:
            return
        self._waiting.append(packet)
        if len(self._waiting) > self._capacity:
            self._waiting.popleft()
            oldest = self._waiting[0]
            if isinstance(oldest, StreamPacket):
                self._waiting[0] = replace(oldest, overran=True)
        self._pump()

    @property
    def is_sending_again(self) -> bool:
        """Whether packets that were asked for again still wait."""
        return bool(self._again)

    def send_again(self, packets: Sequence[StreamPacket]) -> None:
        """Queue packets of the past; live ones always go first."""
        if self._connection is not None:
            self._again.extend(packets)
            self._pump()

    async def drain(self) -> None:
        """Wait until the radio chip has everything."""
        await self._drained.wait()

    def _pump(self) -> None:
        while (
            (self._waiting or self._again)
            and self._connection is not None
            and self._chip is not None
            and self._chip.pending < _CHIP_PACKETS
        ):
            packet = self._waiting.popleft() if self._waiting else self._again.popleft()
            value = packet if isinstance(packet, bytes) else bip_v1.encode_stream(packet)
            notify(self._connection, self._characteristic, value)
        if self._waiting:
            self._drained.clear()
        else:
            self._drained.set()
