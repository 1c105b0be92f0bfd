"""Finding sensors by the service that they advertise."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from imu_hip.ble.radio import Radio, adapter_errors
from imu_hip.codec.gatt import BIP_SERVICE_UUID
from imu_hip.model.errors import LinkError, Reason

NOT_FOUND_REASONS = (
    "is it switched on and charged, near, in Bluetooth mode, and not connected to another computer or phone?"
)


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A sensor that advertises; `name` as advertised or "", `device` is bleak's handle to connect with."""

    name: str
    address: str
    rssi_dbm: int
    device: BLEDevice


async def scan(radio: Radio, *, timeout_s: float = 10.0, until: Collection[str] = ()) -> list[FoundSensor]:
    """Scan for sensors, the strongest first.

    Stops before `timeout_s` only when every text of `until` (serial numbers, say) is part of a found name.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or no sensor was found.
    """
    found: dict[str, FoundSensor] = {}
    complete = asyncio.Event()

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        name = advertisement.local_name or device.name or ""
        found[device.address] = FoundSensor(name, device.address, advertisement.rssi, device)
        if until and all(any(text in sensor.name for sensor in found.values()) for text in until):
            complete.set()

    with adapter_errors():
        async with (
            radio.lock,
            BleakScanner(on_advertisement, service_uuids=[BIP_SERVICE_UUID], backend=radio.scanner_backend),
        ):
            try:
                async with asyncio.timeout(timeout_s):
                    await complete.wait()
            except TimeoutError:
                pass
    if not found:
        raise LinkError(Reason.SENSOR_NOT_FOUND, f"no sensor found within {timeout_s:g} s: {NOT_FOUND_REASONS}")
    return sorted(found.values(), key=lambda sensor: (-sensor.rssi_dbm, sensor.address))
