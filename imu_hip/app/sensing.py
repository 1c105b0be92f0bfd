"""Find sensors and show which is which, for the sensors page and the commands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imu_hip.ble.bridge import blink, identify
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor as Advertised
from imu_hip.ble.scan import scan
from imu_hip.model.app_state import FoundSensor
from imu_hip.model.errors import LinkError, Reason
from imu_hip.session.user_library import KnownSensor

SCAN_S = 4.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sensor as the screen shows it, and the handle to connect with."""

    shown: FoundSensor
    advertised: Advertised


async def look_around(
    radio: Radio, known: Mapping[str, KnownSensor], *, timeout_s: float = SCAN_S
) -> tuple[Sighting, ...]:
    """Return every sensor that advertises, with the serial number that it gives of itself and its kept role.

    A sensor that does not answer is in the list without a serial number.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or no sensor was found.
    """
    sightings = []
    for advertised in await scan(radio, timeout_s=timeout_s):
        shown = FoundSensor(
            address=advertised.address,
            name=advertised.name,
            serial=None,
            family=advertised.driver.family,
            signal_dbm=advertised.rssi_dbm,
            battery_percent=None,
            role=None,
            packet_s=advertised.driver.packet_s,
            timing=advertised.driver.timing,
            limits=advertised.driver.limits,
        )
        try:
            found = await identify(radio, advertised)
        except LinkError as error:
            if error.reason is Reason.NO_ADAPTER:
                raise
            shown = replace(shown, identified=f"does not answer: {error.message}")
        else:
            serial, percent = found.info.serial, found.battery_percent
            role = known[serial].role if serial in known else None
            shown = replace(shown, serial=serial, role=role, battery_percent=percent)
        sightings.append(Sighting(shown, advertised))
    return tuple(sightings)


async def show_itself(radio: Radio, sighting: Sighting) -> str:
    """Let a sensor blink; return what the person is told to look for.

    Raises
    ------
    LinkError
        The sensor does not answer, or cannot blink.
    """
    info = await blink(radio, sighting.advertised)
    return f"{info.serial} blinked for 3 s"
