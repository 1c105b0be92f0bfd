"""Finding sensors by what they advertise."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from imu_hip.ble.radio import Radio, adapter_errors
from imu_hip.codec.registry import DRIVERS
from imu_hip.model.driver import Driver
from imu_hip.model.errors import LinkError, Reason

NOT_FOUND_REASONS = (
    "is it switched on and charged, near, in Bluetooth mode, and not connected to another computer or phone? "
    "(imu-hip doctor tells of links that a dead program left)"
)


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A sensor that advertises; `name` as advertised or "", `device` is bleak's handle to connect with."""

    name: str
    address: str
    rssi_dbm: int
    device: BLEDevice
    driver: Driver


async def scan(
    radio: Radio,
    *,
    timeout_s: float = 10.0,
    until: Collection[str] = (),
    without: Collection[str] = (),
    drivers: Sequence[Driver] = DRIVERS,
) -> list[FoundSensor]:
    """Scan for sensors of the families of `drivers`, the strongest first.

    Stops before `timeout_s` only when every text of `until` (serial numbers, say) is part of a found name or address.
    Addresses of `without` are not looked at.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or no sensor was found.
    """
    found: dict[str, FoundSensor] = {}
    complete = asyncio.Event()

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        name = advertisement.local_name or device.name or ""
        driver = _driver(drivers, name, advertisement)
        if driver is None or device.address in without:
            return
        found[device.address] = FoundSensor(name, device.address, advertisement.rssi, device, driver)
        if until and all(any(text in sensor.name + sensor.address for sensor in found.values()) for text in until):
            complete.set()

    with adapter_errors():
        async with (
            radio.lock,
            BleakScanner(on_advertisement, service_uuids=_service_uuids(drivers), backend=radio.scanner_backend),
        ):
            try:
                async with asyncio.timeout(timeout_s):
                    await complete.wait()
            except TimeoutError:
                pass
    if not found:
        raise LinkError(Reason.SENSOR_NOT_FOUND, f"no sensor found within {timeout_s:g} s: {NOT_FOUND_REASONS}")
    return sorted(found.values(), key=lambda sensor: (-sensor.rssi_dbm, sensor.address))


def _driver(drivers: Sequence[Driver], name: str, advertisement: AdvertisementData) -> Driver | None:
    """Return the first driver that recognises an advertisement."""
    service_uuids, company_ids = advertisement.service_uuids, tuple(advertisement.manufacturer_data)
    return next((each for each in drivers if each.recognises(name, service_uuids, company_ids)), None)


def _service_uuids(drivers: Sequence[Driver]) -> list[str] | None:
    """Return the services to which the system can confine the scan: none where a family is known by other signs."""
    advertised = [driver.advertised for driver in drivers]
    if any(shown.name_prefixes or shown.company_ids for shown in advertised):
        return None
    return [uuid for shown in advertised for uuid in shown.service_uuids]
