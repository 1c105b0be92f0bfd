"""The Bluetooth adapter of the virtual computer: one bumble host that all scanners and clients share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

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

Listener = Callable[[Advertisement], None]


def make_device(name: str, address: str, air: AirLink) -> Device:
    """Put a bumble host with its controller on the air, not yet powered on."""
    controller = AirController(name, air)
    config = DeviceConfiguration(name=name, address=hci.Address(address))
    return Device(config=config, host=Host(controller, controller))


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
            await self._device.start_scanning()

    async def stop_scan(self, listener: Listener) -> None:
        """Take `listener` off; the last one stops the scan."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            if not self._listeners:
                await self._device.stop_scanning()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for listener in tuple(self._listeners):
            listener(advertisement)

    async def connect(self, address: str, timeout_s: float) -> Connection:
        """Connect to `address`; raises TimeoutError when it does not advertise within `timeout_s`."""
        self._require_power()
        target = hci.Address(address)
        async with self._connect_lock:
            try:
                return await self._device.connect(
                    target,
                    connection_parameters_preferences={hci.Phy.LE_1M: ConnectionParametersPreferences()},
                    timeout=timeout_s,
                )
            except core.TimeoutError as error:
                raise TimeoutError(f"{address} did not answer within {timeout_s:g} s") from error
            except asyncio.CancelledError:
                await self._cancel_connect(target)
                raise

    async def _cancel_connect(self, target: hci.Address) -> None:
        response = await self._device.host.send_sync_command_raw(hci.HCI_LE_Create_Connection_Cancel_Command())
        del response  # refused when there is nothing (more) to cancel
        connection = self._device.find_connection_by_bd_addr(target)
        if connection is not None:
            await connection.disconnect()
