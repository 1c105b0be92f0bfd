"""The sensors page's work: look for sensors, let one show itself, keep roles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from imu_hip.app.radio_access import RadioAccess
from imu_hip.app.sensing import SCAN_S, look_around, show_itself
from imu_hip.model.app_state import FoundSensor, SensorsView
from imu_hip.model.errors import LinkError, Reason, UsageError
from imu_hip.model.item import Role
from imu_hip.model.view_state import LATE_S, SensorView
from imu_hip.session.user_library import KnownSensor, Library

LOOKING = "Looking for sensors…"
READY = "Both sensors are there."
LATE = "{name} sends every few seconds: angles and cues come so much late. It suits measuring, not cueing."


def found_sensors(
    access: RadioAccess, known: Mapping[str, KnownSensor], timeout_s: float = SCAN_S
) -> tuple[FoundSensor, ...]:
    """Return the sensors that are there now.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or no sensor was found.
    """

    async def look() -> tuple[FoundSensor, ...]:
        async with access.open() as radio:
            return tuple(sighting.shown for sighting in await look_around(radio, known, timeout_s=timeout_s))

    return asyncio.run(look())


def search(access: RadioAccess, known: Mapping[str, KnownSensor]) -> SensorsView:
    """Return the sensors page with those that are there now, or with why none can be seen."""
    try:
        found = found_sensors(access, known)
    except LinkError as error:
        return SensorsView(message=error.message[:1].upper() + error.message[1:])
    return _told(SensorsView(found=found))


def shown_itself(access: RadioAccess, shown: SensorsView, address: str) -> SensorsView:
    """Let the sensor at this address blink; return the page with what to look for."""

    async def look() -> str:
        async with access.open() as radio:
            for sighting in await look_around(radio, {}):
                if sighting.shown.address == address:
                    return await show_itself(radio, sighting)
        raise LinkError(Reason.SENSOR_NOT_FOUND, "this sensor does not answer any more: search again")

    try:
        told = asyncio.run(look())
    except LinkError as error:
        told = error.message
    found = tuple(replace(each, identified=told if each.address == address else "") for each in shown.found)
    return _told(SensorsView(found=found))


def assigned(shown: SensorsView, value: str, library: Library) -> SensorsView:
    """Keep that the sensor at an address is worn in a role (`thigh=ADDRESS`); return the page with it.

    Raises
    ------
    UsageError
        There is no such sensor, or it has not said its serial number.
    """
    role_name, _, address = value.partition("=")
    role = Role(role_name)
    sensor = next((each for each in shown.found if each.address == address), None)
    if sensor is None or sensor.serial is None:
        raise UsageError(Reason.SENSOR_NOT_FOUND, "this sensor has not said who it is: search again")
    library.assign(KnownSensor(sensor.serial, role, sensor.family, sensor.name))
    kept = library.sensors()
    found = tuple(replace(each, role=kept[each.serial].role if each.serial in kept else None) for each in shown.found)
    return _told(replace(shown, found=found))


def with_life(shown: SensorsView, sensors: Sequence[SensorView]) -> SensorsView:
    """Return the page with rate, loss, battery and age of the sensors that stream."""
    living = {sensor.serial: sensor for sensor in sensors if sensor.serial}
    if not living or not shown.found:
        return shown
    found = tuple(
        each
        if (life := living.get(each.serial or "")) is None
        else replace(
            each,
            rate_hz=life.rate_hz,
            lost=life.lost,
            age_s=life.age_s,
            packet_s=life.packet_s,
            battery_percent=life.battery_percent,
        )
        for each in shown.found
    )
    return replace(shown, found=found)


def late(found: Sequence[FoundSensor]) -> list[str]:
    """Say which sensors take long to fill what they send."""
    return [LATE.format(name=each.serial or each.name) for each in found if each.packet_s >= LATE_S]


def _told(shown: SensorsView) -> SensorsView:
    if shown.ready:
        return replace(shown, message=" ".join([READY, *late(shown.found)]))
    missing = [role.value for role in Role if role not in {sensor.role for sensor in shown.found}]
    return replace(shown, message=f"Say which sensor is worn at the {' and which at the '.join(missing)}.")
