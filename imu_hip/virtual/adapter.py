"""The Bluetooth adapter of the virtual computer: one bumble host that all scanners and clients share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from bumble import core, hci
from bumble.device import (
    Advertisement,
    Connection,
    ConnectionParametersPreferences,
    Device,
    DeviceConfiguration,
)
from bumble.host import Host

from imu_hip.virtual.air import AirLink
from imu_hip.virtual.controller import AirController

_ADDRESS = "F0:0D:00:00:00:00"
MTU = 247

_T = TypeVar("_T")

Listener = Callable[[Advertisement], None]


def make_device(name: str, address: str, air: AirLink) -> Device:
    """Put a bumble host with its controller on the air, not yet powered on."""
    controller = AirController(name, air)
    config = DeviceConfiguration(name=name, address=hci.Address(address))
    return Device(config=config, host=Host(controller, controller))


async def to_the_end(operation: Coroutine[Any, Any, _T]) -> _T:
    """Await an operation that cannot be left half done; a cancelled caller waits for its end."""
    task = asyncio.ensure_future(operation)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise


class Adapter:
    """One host for everything: scanning is shared, connecting happens one after the other."""

    def __init__(self, air: AirLink) -> None:
        self._device = make_device("computer", _ADDRESS, air)
        self._device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self._listeners: list[Listener] = []
        self._connect_lock = asyncio.Lock()
        self._powered = False

    async def power_on(self) -> None:
        """Switch the adapter on."""
        await self._device.power_on()
        self._powered = True

    def power_off(self) -> None:
        """Refuse everything from now on, as an adapter that somebody switched off."""
        self._powered = False

    def power_on_again(self) -> None:
        """Work as before."""
        self._powered = True

    def _require_power(self) -> None:
        if not self._powered:
            raise BleakBluetoothNotAvailableError(
                "the virtual adapter is off", BleakBluetoothNotAvailableReason.POWERED_OFF
            )

    async def start_scan(self, listener: Listener) -> None:
        """Let `listener` have every advertisement."""
        self._require_power()
        self._listeners.append(listener)
        if len(self._listeners) == 1:
            try:
                await to_the_end(self._device.start_scanning())
            except BaseException:
                await self.stop_scan(listener)
                raise

    async def stop_scan(self, listener: Listener) -> None:
        """Take `listener` off; the last one stops the scan."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            if not self._listeners:
                await to_the_end(self._device.stop_scanning())

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for listener in tuple(self._listeners):
            listener(advertisement)

    async def connect(self, address: str, timeout_s: float) -> Connection:
        """Connect to `address`; raises TimeoutError when it does not advertise within `timeout_s`."""
        self._require_power()
        async with self._connect_lock:
            attempt = asyncio.create_task(self._connect(hci.Address(address), timeout_s))
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._cancel(attempt)
                raise

    async def _connect(self, target: hci.Address, timeout_s: float) -> Connection:
        try:
            return await self._device.connect(
                target,
                connection_parameters_preferences={hci.Phy.LE_1M: ConnectionParametersPreferences()},
                timeout=timeout_s,
            )
        except core.TimeoutError as error:
            raise TimeoutError(f"{target} did not answer within {timeout_s:g} s") from error

    async def _cancel(self, attempt: asyncio.Task[Connection]) -> None:
        # refused when there is nothing to cancel any more: the result is not looked at
        await to_the_end(self._device.host.send_sync_command_raw(hci.HCI_LE_Create_Connection_Cancel_Command()))
        await asyncio.wait((attempt,))
        if attempt.exception() is None:  # too late: connected meanwhile
            await to_the_end(attempt.result().disconnect())
