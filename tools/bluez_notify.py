"""Notifications that come twice: bleak on BlueZ by itself, with both of BlueZ's ways to notify, after a lost link."""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import StrEnum

from bleak import BleakClient, BleakScanner
from bleak.args.bluez import BlueZNotifyArgs
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from bluez_stage import Machine, Outcome
from bluez_troubles import SERIAL

from imu_hip.codec import bip_v1
from imu_hip.codec.bip_v1_driver import DRIVER
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import ControlOpcode, ControlRequest

_STREAM, _CONTROL = DRIVER.uuids[Characteristic.STREAM], DRIVER.uuids[Characteristic.CONTROL]
_START = bip_v1.encode_control_request(ControlRequest(ControlOpcode.START))
_STOP = bip_v1.encode_control_request(ControlRequest(ControlOpcode.STOP))
_WATCHED_S = 3.0


class After(StrEnum):
    """What is done with a client whose link was lost, before the sensor is connected again."""

    CLOSED = "a new client, the lost one closed"
    LEFT = "a new client, the lost one left"
    AGAIN = "the lost one again"


async def notified_twice(machine: Machine, out: Outcome) -> None:
    """Count what comes twice after a reconnection; nothing may where all is done as the program does it."""
    device = await BleakScanner.find_device_by_name(SERIAL, timeout=30.0)
    if device is None:
        out.wrong.append(f"{SERIAL} not found")
        return
    for way, start_notify in (("AcquireNotify", False), ("StartNotify", True)):
        bluez = BlueZNotifyArgs(use_start_notify=start_notify)
        for after in After:
            try:
                total, twice = await _reconnected(machine, device, bluez, after)
            except (BleakError, TimeoutError) as error:
                out.told.append(f"{way}, {after}: {type(error).__name__} {error}")
                total, twice = 0, 0
            else:
                out.told.append(f"{way}, {after}: {twice} of {total} twice")
            if machine.services.died:
                out.told.append(f"{way}, {after}: bluetoothd died")
            await machine.set_up_again()  # what was done wrong on purpose would stay with bluetoothd
            as_the_program = way == "StartNotify" and after is After.CLOSED
            out.must(not as_the_program or (total > 0 and twice == 0), f"{way}, {after}: {twice} of {total} twice")


async def _reconnected(machine: Machine, device: BLEDevice, bluez: BlueZNotifyArgs, after: After) -> tuple[int, int]:
    """Stream, lose the link, connect again; return how many packets came then, and how many of them more than once."""
    gone = asyncio.Event()
    heard: list[bytes] = []

    def client() -> BleakClient:
        return BleakClient(device, disconnected_callback=lambda _: gone.set(), timeout=30.0)

    async def subscribe(to: BleakClient) -> None:
        await to.start_notify(_CONTROL, lambda _, _value: None)
        await to.start_notify(_STREAM, lambda _, value: heard.append(bytes(value)), bluez=bluez)

    first = client()
    second = first if after is After.AGAIN else client()
    try:
        await first.connect()
        await subscribe(first)
        await first.write_gatt_char(_CONTROL, _START, response=True)
        await asyncio.sleep(1.0)
        await machine.air("drop", SERIAL)
        await asyncio.wait_for(gone.wait(), 10.0)
        if after is After.CLOSED:
            await first.disconnect()
        heard.clear()
        await second.connect()
        await subscribe(second)
        await asyncio.sleep(_WATCHED_S)
        counts = Counter(heard)
        await second.write_gatt_char(_CONTROL, _STOP, response=True)
    finally:
        await second.disconnect()
        await first.disconnect()
    return len(counts), sum(count > 1 for count in counts.values())
