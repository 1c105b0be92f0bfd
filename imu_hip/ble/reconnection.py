"""Keeping a sensor: whenever it is lost it is looked for, until it is back or the measurement is over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from imu_hip.ble.clock import Clock
from imu_hip.ble.meeting import meet
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor, scan
from imu_hip.ble.worn_sensor import Emit, WornSensor
from imu_hip.model.errors import LinkError
from imu_hip.model.item import Characteristic, LinkChange, LinkState, Notification, Role

_WINDOW_S = 1.5
"""Scanning and connecting take turns for all sensors: nobody scans longer than this at a time."""
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
_TELL_AFTER_S = 10.0


async def keep(radio: Radio, sensor: WornSensor, found: FoundSensor, role: Role, emit: Emit, clock: Clock) -> None:
    """Stream a sensor that was prepared and started, finding it again whenever it is lost; ends by being cancelled.

    Each attempt is a new client, and the lost one is closed first: BlueZ goes on delivering to one that is left or
    used again, so that everything would come twice. The sensor is recognised by its serial number; where and as what it
    advertises may have changed.
    """
    try:
        while True:
            await sensor.until_lost()
            await sensor.connection.close()
            sensor, found = await _found_again(radio, sensor, found, role, emit, clock)
    finally:
        await sensor.close()


async def _found_again(
    radio: Radio, lost: WornSensor, before: FoundSensor, role: Role, emit: Emit, clock: Clock
) -> tuple[WornSensor, FoundSensor]:
    loop = asyncio.get_running_loop()
    since_s, told, pause_s, why = loop.time(), False, _FIRST_PAUSE_S, ""
    strangers: set[str] = set()
    while True:
        try:
            name = before.name or before.address
            drivers = (before.driver,)
            window = await scan(radio, timeout_s=_WINDOW_S, until=(name,), without=strangers, drivers=drivers)
        except LinkError as error:
            window, why = [], error.message
        for candidate in _likely_first(window, before):
            try:
                sensor = await _returned(radio, candidate, lost, role, emit, clock)
            except LinkError as error:
                why = error.message
                await asyncio.sleep(pause_s)
                pause_s = min(2.0 * pause_s, _LONGEST_PAUSE_S)
                continue
            if sensor is not None:
                return sensor, candidate
            strangers.add(candidate.address)
        if not told and loop.time() - since_s >= _TELL_AFTER_S:
            told = True
            emit(LinkChange(clock(), role, LinkState.SEARCHING, f"{lost.info.serial} is not back yet: {why}"))
        await asyncio.sleep(_FIRST_PAUSE_S)  # whoever else waits for the radio comes first


async def _returned(
    radio: Radio, candidate: FoundSensor, lost: WornSensor, role: Role, emit: Emit, clock: Clock
) -> WornSensor | None:
    """Return the sensor again, streaming; None where it is another one."""
    connection, info, payload = await meet(radio, candidate, attempts=1)
    if info.serial != lost.info.serial:
        await connection.close()
        return None
    sensor = WornSensor(connection, info, role, emit, clock, lost.gaps)
    try:
        await sensor.prepare(Notification(clock(), role, Characteristic.INFO, payload))
        await sensor.start()
    except BaseException:
        await sensor.close()
        raise
    lost.gaps = sensor.gaps
    return sensor


def _likely_first(window: Sequence[FoundSensor], before: FoundSensor) -> list[FoundSensor]:
    return sorted(window, key=lambda each: (each.address != before.address, each.name != before.name))
