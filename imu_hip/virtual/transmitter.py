"""The transmit queue of a virtual sensor: what a full radio makes a firmware do."""

from __future__ import annotations

import struct
from collections import deque
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
    """Notifies packets in order; when its queue is full it drops the newest and flags the next that fits."""

    def __init__(self, characteristic: Characteristic[bytes], capacity: int) -> None:
        self._characteristic = characteristic
        self._capacity = capacity
        self._waiting: deque[bytes] = deque()
        self._connection: Connection | None = None
        self._chip: DataPacketQueue | None = None
        self._overran = False

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
        self._overran = False

    def send(self, packet: StreamPacket) -> None:
        """Queue a packet."""
        if len(self._waiting) < self._capacity:
            self.send_bytes(bip_v1.encode_stream(replace(packet, overran=self._overran)))
            self._overran = False
        else:
            self._overran = True

    def send_bytes(self, value: bytes) -> None:
        """Queue bytes as they are."""
        self._waiting.append(value)
        self._pump()

    def _pump(self) -> None:
        while (
            self._waiting
            and self._connection is not None
            and self._chip is not None
            and self._chip.pending < _CHIP_PACKETS
        ):
            notify(self._connection, self._characteristic, self._waiting.popleft())
