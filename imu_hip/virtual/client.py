"""Bleak's client interface on the virtual adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core
from bumble.device import Connection, Peer

from imu_hip.virtual.adapter import MTU, Adapter, to_the_end
from imu_hip.virtual.scanner import require_adapter, uuid_text

_T = TypeVar("_T")
_ATT_HEADER_BYTES = 3


class VirtualClient(BaseBleakClient):
    """A client for `BleakClient(backend=...)`; a `VirtualWorld` has a subclass bound to its adapter."""

    adapter: ClassVar[Adapter | None] = None

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        services: set[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout, **kwargs)
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._wanted_services = services
        self._connection: Connection | None = None

    @property
    def name(self) -> str:
        """The advertised name, or the address with dashes."""
        return self._name or self.address.replace(":", "-")

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    @property
    def mtu_size(self) -> int:
        """The negotiated MTU."""
        return att.ATT_DEFAULT_MTU if self._connection is None else self._connection.att_mtu

    # ---------------------------------------------------------------- connecting

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, agree on the MTU and discover the services; nothing of this world pairs."""
        adapter = require_adapter(self.adapter)
        try:
            connection = await adapter.connect(self.address, self._timeout)
        except TimeoutError as error:
            raise BleakDeviceNotFoundError(self.address, f"device {self.address} was not found") from error
        except core.BaseBumbleError as error:
            raise BleakError(f"connecting to {self.address} failed: {error}") from error
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            self.services = await self._reported(self._discover(Peer(connection)))
        except BaseException:
            await self.disconnect()
            raise

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        await peer.request_mtu(MTU)
        collection = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            uuid = uuid_text(service.uuid)
            if self._wanted_services is not None and uuid not in self._wanted_services:
                continue
            known_service = BleakGATTService(service, service.handle, uuid)
            collection.add_service(known_service)
            for characteristic in await service.discover_characteristics():
                known = BleakGATTCharacteristic(
                    characteristic,
                    characteristic.handle,
                    uuid_text(characteristic.uuid),
                    list(gatt_char_props_to_strs(int(characteristic.properties))),
                    lambda: self.mtu_size - _ATT_HEADER_BYTES,
                    known_service,
                )
                collection.add_characteristic(known)
                descriptors = await characteristic.discover_descriptors()
                characteristic.descriptors_discovered = True
                for descriptor in descriptors:
                    collection.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, uuid_text(descriptor.type), known)
                    )
        return collection

    async def disconnect(self) -> None:
        """Close the link; a link that is lost meanwhile is closed as well."""
        connection = self._connection
        if connection is None:
            return
        try:
            await to_the_end(connection.disconnect())
        except core.BaseBumbleError as error:
            if self._connection is not None:
                raise BleakError(f"disconnecting from {self.address} failed: {error}") from error

    def _on_disconnection(self, reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: no virtual device pairs."""
        raise NotImplementedError("virtual devices do not pair")

    async def unpair(self) -> None:
        """Refuse: no virtual device pairs."""
        raise NotImplementedError("virtual devices do not pair")

    # ---------------------------------------------------------------- attributes

    async def _reported(self, operation: Coroutine[Any, Any, _T]) -> _T:
        """Await an operation and raise what goes wrong as bleak's errors.

        A caller who is cancelled leaves a request on the air; like a real stack, the next one waits for its answer.
        """
        caller = asyncio.current_task()
        cancellations = 0 if caller is None else caller.cancelling()
        try:
            return await asyncio.shield(operation)
        except asyncio.CancelledError as error:
            if caller is not None and caller.cancelling() > cancellations:
                raise
            # not the caller was cancelled: bumble cancels what waits on a link that goes
            raise BleakError(f"{self.address} disconnected") from error
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except (core.BaseBumbleError, TimeoutError) as error:
            raise BleakError(f"{self.address}: {error}") from error

    def _require_connection(self) -> None:
        if self._connection is None:
            raise BleakError(f"{self.address} is not connected")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a characteristic's value."""
        self._require_connection()
        return bytearray(await self._reported(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor's value."""
        self._require_connection()
        return bytearray(await self._reported(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a characteristic's value."""
        self._require_connection()
        await self._reported(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor's value."""
        self._require_connection()
        await self._reported(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Subscribe to notifications or indications."""
        self._require_connection()
        await self._reported(characteristic.obj.subscribe(lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        self._require_connection()
        await self._reported(characteristic.obj.unsubscribe())
