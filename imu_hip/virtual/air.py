"""The air between virtual Bluetooth chips: connection events, missed events, fades and supervision."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from imu_hip.virtual.controller import AirController


@dataclass(frozen=True, slots=True)
class AirQuality:
    """How the radio behaves. Link layers retransmit: bad air makes data late or drops the link, never less.

    `interval_s`: connection interval, `interval_by_address_s` where a peripheral has another one.
    `max_pdus`: packets per direction and connection event. `miss_probability`: of a whole connection event.
    `supervision_s`: silence after which both ends give the connection up.
    """

    interval_s: float = 0.015
    interval_by_address_s: Mapping[str, float] = field(default_factory=dict)
    max_pdus: int = 6
    miss_probability: float = 0.0
    supervision_s: float = 4.0


@dataclass(slots=True)
class _Connection:
    """What waits on one connection, per sending address, and the grid of its connection events."""

    addresses: tuple[str, str]
    interval_s: float
    anchor_s: float
    rng: random.Random
    waiting: tuple[deque[Callable[[], None]], deque[Callable[[], None]]]
    timer: asyncio.TimerHandle | None = None


class AirLink(LocalLink):
    """Bumble's link bus with the timing of Bluetooth LE; deterministic for a given seed and event loop.

    Differs from the stock link in one more point: data carries the address of its connection, not whatever
    random address the sender has at the moment.
    """

    def __init__(self, quality: AirQuality, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._quality = quality
        self._seed = seed
        self._stations: list[Controller] = []
        self._connections: dict[frozenset[str], _Connection] = {}
        self._connection_count = 0
        self._faded: dict[str, asyncio.TimerHandle] = {}

    # ---------------------------------------------------------------- who is there, in a stable order

    def add_controller(self, controller: Controller) -> None:
        """Let a chip take part."""
        self._stations.append(controller)

    def remove_controller(self, controller: Controller) -> None:
        """Take a chip out."""
        self._stations.remove(controller)

    def find_le_controller(self, address: hci.Address) -> Controller | None:
        """Find the chip that is connected under `address`, or else has it."""
        for station in self._stations:
            if any(connection.self_address == address for connection in station.le_connections.values()):
                return station
        for station in self._stations:
            if address in (station.random_address, station.public_address):
                return station
        return None

    # ---------------------------------------------------------------- what bumble's controllers send

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Broadcast an advertisement, or set up the connection that a connect indication asks for."""
        match packet:
            case ll.AdvInd():
                if _key(packet.advertiser_address) in self._faded:
                    return
            case ll.ConnectInd():
                self._connect(_key(packet.initiator_address), _key(packet.advertiser_address))
        loop = asyncio.get_running_loop()
        for station in self._stations:
            if station is not sender_controller:
                loop.call_soon(station.on_ll_advertising_pdu, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Queue data for the next connection event."""
        connection = sender_controller.le_connections.get(destination_address)
        if connection is None:
            return
        source_address = connection.self_address

        def deliver() -> None:
            if isinstance(sender_controller, AirController):
                sender_controller.on_acl_departed(destination_address)
            receiver = self.find_le_controller(destination_address)
            if receiver is not None and source_address in receiver.le_connections:
                receiver.on_link_acl_data(source_address, transport, data)

        self._enqueue(source_address, destination_address, deliver)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a link layer control packet behind the data that waits already."""

        def deliver() -> None:
            receiver = self.find_le_controller(receiver_address)
            if receiver is not None and sender_address in receiver.le_connections:
                receiver.on_ll_control_pdu(sender_address, packet)
            if isinstance(packet, ll.TerminateInd):
                self._forget(frozenset((_key(sender_address), _key(receiver_address))))

        self._enqueue(sender_address, receiver_address, deliver)

    # ---------------------------------------------------------------- connection events

    def _connect(self, central: str, peripheral: str) -> None:
        self._connection_count += 1
        self._connections[frozenset((central, peripheral))] = _Connection(
            addresses=(central, peripheral),
            interval_s=self._quality.interval_by_address_s.get(peripheral, self._quality.interval_s),
            anchor_s=asyncio.get_running_loop().time(),
            rng=random.Random(f"{self._seed} {peripheral} {self._connection_count}"),
            waiting=(deque(), deque()),
        )

    def _enqueue(self, sender: hci.Address, receiver: hci.Address, deliver: Callable[[], None]) -> None:
        connection = self._connections.get(frozenset((_key(sender), _key(receiver))))
        if connection is None:
            return
        connection.waiting[connection.addresses.index(_key(sender))].append(deliver)
        if connection.timer is None:
            self._arm(connection)

    def _arm(self, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        passed = math.floor((loop.time() - connection.anchor_s) / connection.interval_s + 1e-9)
        connection.timer = loop.call_at(
            connection.anchor_s + (passed + 1) * connection.interval_s, self._connection_event, connection
        )

    def _connection_event(self, connection: _Connection) -> None:
        connection.timer = None
        missed = connection.rng.random() < self._quality.miss_probability
        if not missed and not any(address in self._faded for address in connection.addresses):
            for waiting in connection.waiting:
                for _ in range(min(self._quality.max_pdus, len(waiting))):
                    waiting.popleft()()
        if any(connection.waiting) and connection.timer is None:
            self._arm(connection)

    def _forget(self, addresses: frozenset[str]) -> None:
        connection = self._connections.pop(addresses, None)
        if connection is not None:
            for waiting in connection.waiting:
                waiting.clear()
            if connection.timer is not None:
                connection.timer.cancel()

    # ---------------------------------------------------------------- faults

    def fade(self, address: str) -> None:
        """Let nothing pass from or to `address`; after the supervision time both ends lose the connection."""
        if address not in self._faded:
            self._faded[address] = asyncio.get_running_loop().call_later(
                self._quality.supervision_s, self._supervision_timeout, address
            )

    def unfade(self, address: str) -> None:
        """Let packets pass again; what waited is delivered late."""
        timer = self._faded.pop(address, None)
        if timer is not None:
            timer.cancel()

    def _supervision_timeout(self, address: str) -> None:
        for addresses in [addresses for addresses in self._connections if address in addresses]:
            self._forget(addresses)
        for station in self._stations:
            for connection in list(station.le_connections.values()):
                if address in (_key(connection.self_address), _key(connection.peer_address)):
                    station.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


def _key(address: hci.Address) -> str:
    return address.to_string(with_type_qualifier=False)
