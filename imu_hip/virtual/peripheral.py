"""A Bluetooth peripheral on the virtual air: power, advertising, one connection; what it serves is its family's."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from bumble.device import Connection, Device
from bumble.gatt import Service

from imu_hip.virtual.adapter import MTU, make_device
from imu_hip.virtual.air import AirLink
from imu_hip.virtual.world_time import WorldTime

_ADVERTISING_INTERVAL_MS = 50.0


class Peripheral(ABC):
    """One peripheral; a family's virtual sensor adds its services with `serve` before it is switched on.

    It takes one connection, and advertises whenever it has none.
    """

    def __init__(self, name: str, address: str, air: AirLink, *, mtu: int = MTU) -> None:
        self.address = address
        self.connection: Connection | None = None
        self._powered = False
        self._advertising: asyncio.Task[None] | None = None
        self._device = make_device(name, address, air)
        self._device.advertising_interval_min = _ADVERTISING_INTERVAL_MS
        self._device.advertising_interval_max = _ADVERTISING_INTERVAL_MS
        self._device.gatt_server.max_mtu = mtu
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    def serve(self, services: Sequence[Service], advertising_data: bytes, scan_response_data: bytes = b"") -> None:
        """Offer these services, and advertise with this."""
        self._device.add_services(list(services))
        self._device.advertising_data = advertising_data
        self._device.scan_response_data = scan_response_data

    async def power_on(self) -> None:
        """Boot and advertise."""
        await self._device.power_on()
        self._powered = True
        await self._device.start_advertising()

    async def power_off(self) -> None:
        """Fall silent: no samples, no advertising, no connection."""
        self._powered = False
        self.stop_sampling()
        await self._device.stop_advertising()
        await self.drop_link()

    async def drop_link(self) -> None:
        """Close the connection from this side; it advertises again at once."""
        if self.connection is not None:
            await self.connection.disconnect()

    @abstractmethod
    def begin(self, world_time_s: float) -> None:
        """Play what the sensor feels from this world time on; before it the first sample stands."""

    @abstractmethod
    def stop_sampling(self) -> None:
        """Take no more samples."""

    @abstractmethod
    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds inside the sensor."""

    @abstractmethod
    def send_malformed(self, count: int) -> None:
        """Garble the next packets, each in another way."""

    @abstractmethod
    def connected(self, connection: Connection) -> None:
        """Take in that there is a connection now."""

    def disconnected(self) -> None:
        """Take in that there is none any more; by default sampling ends with it."""
        self.stop_sampling()

    def _on_connection(self, connection: Connection) -> None:
        self.connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self.connected(connection)

    def _on_disconnection(self, reason: int) -> None:
        self.connection = None
        self.disconnected()
        if self._powered:
            self._advertising = asyncio.create_task(self._device.start_advertising())


class Plan(Protocol):
    """Which virtual sensor there shall be: a family's own description of one."""

    @property
    def serial(self) -> str:
        """As what it is known once it is connected; "" where that is its address."""

    @property
    def connection_interval_ms(self) -> float:
        """The connection interval that it asks for."""

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> Peripheral:
        """Make it."""
