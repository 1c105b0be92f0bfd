"""The sensors of one measurement, from the scan to the end: what the radio's thread runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass

from imu_hip.ble.clock import Clock
from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.dialogue import Dialogue
from imu_hip.ble.meeting import meet
from imu_hip.ble.radio import Radio
from imu_hip.ble.reconnection import keep
from imu_hip.ble.scan import NOT_FOUND_REASONS, FoundSensor, scan
from imu_hip.ble.worn_sensor import Emit, WornSensor
from imu_hip.codec.registry import DRIVERS
from imu_hip.model.driver import Driver
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic, Notification, Role, Tick
from imu_hip.model.packet import BatteryLevel, SensorInfo

_TICK_S = 0.5
_BLINKS_S = 3.0


async def run_sensors(
    radio: Radio,
    roles: Mapping[str, Role],
    *,
    emit: Emit,
    clock: Clock,
    stop: asyncio.Event,
    drivers: Sequence[Driver] = DRIVERS,
    scan_timeout_s: float = 10.0,
) -> None:
    """Find the sensors with the serial numbers of `roles`, stream them until `stop` is set, and close them.

    Only the families of `drivers` are looked for.

    A sensor that is lost on the way is a LinkChange item; it is looked for until it is back, and the others go on.
    Cancelling closes as cleanly as `stop` does.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, a sensor is not there at the start, or one does not do what its family does.
    """
    work = asyncio.create_task(_measure(radio, roles, emit, clock, drivers, scan_timeout_s))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        work.cancel()
        await asyncio.wait((work,))
    if not work.cancelled():
        work.result()


@dataclass(frozen=True, slots=True)
class Identified:
    """Who a sensor is; its battery where that can be read without letting it measure, None elsewhere."""

    info: SensorInfo
    battery_percent: int | None


async def identify(radio: Radio, found: FoundSensor) -> Identified:
    """Connect to a sensor just to ask who it is and how full its battery.

    Raises
    ------
    LinkError
        The sensor cannot be connected, is lost meanwhile, or is not what it seems.
    """
    connection, info, _ = await meet(radio, found)
    try:
        return Identified(info, await _battery_percent(connection))
    finally:
        await connection.close()


async def _battery_percent(connection: SensorConnection) -> int | None:
    if not connection.offers(Characteristic.BATTERY) or "read" not in connection.properties(Characteristic.BATTERY):
        return None
    try:
        value = await connection.read(Characteristic.BATTERY)
    except LinkError:  # it has said who it is: what its battery says can wait
        return None
    packet = connection.driver.decoder()(Characteristic.BATTERY, value)
    return packet.percent if isinstance(packet, BatteryLevel) else None


async def blink(radio: Radio, found: FoundSensor) -> SensorInfo:
    """Connect to a sensor and let it blink, so that a person sees which one it is.

    Raises
    ------
    LinkError
        The sensor cannot be connected, is lost meanwhile, is not what it seems, or cannot blink.
    """
    connection, info, _ = await meet(radio, found)
    try:
        if not found.driver.identify:
            raise LinkError(Reason.WRONG_SENSOR, f"{info.serial} has no light to blink with: switch the other one off")
        await Dialogue(connection, _to_nobody, _to_nobody).follow(found.driver.identify)
        await asyncio.sleep(_BLINKS_S)
    finally:
        await connection.close()
    return info


def _to_nobody(_characteristic: Characteristic, _payload: bytes) -> None:
    """Nobody records what is said to a sensor that only shows itself."""


async def _measure(
    radio: Radio,
    roles: Mapping[str, Role],
    emit: Emit,
    clock: Clock,
    drivers: Sequence[Driver],
    scan_timeout_s: float,
) -> None:
    prepared: list[tuple[WornSensor, FoundSensor, Role]] = []
    tasks = [asyncio.create_task(_tick(emit, clock))]
    try:
        await _connect_all(radio, roles, emit, clock, drivers, scan_timeout_s, prepared)
        for sensor, _, _ in prepared:
            await _unless_lost(sensor.start())
        while prepared:
            sensor, found, role = prepared.pop(0)
            tasks.append(asyncio.create_task(keep(radio, sensor, found, role, emit, clock)))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for sensor, _, _ in prepared:
            await sensor.close()


async def _connect_all(
    radio: Radio,
    roles: Mapping[str, Role],
    emit: Emit,
    clock: Clock,
    drivers: Sequence[Driver],
    scan_timeout_s: float,
    prepared: list[tuple[WornSensor, FoundSensor, Role]],
) -> None:
    """Connect and prepare the sensors of `roles` in turn; each is in `prepared` as soon as it is ours."""
    missing = dict(roles)
    failure: LinkError | None = None
    found = await scan(radio, timeout_s=scan_timeout_s, until=missing, drivers=drivers)
    # A serial number is often part of the advertised name: those first, a stranger's sensors last.
    for candidate in sorted(found, key=lambda sensor: not any(serial in sensor.name for serial in roles)):
        try:
            connection, info, payload = await meet(radio, candidate)
        except LinkError as error:
            if error.reason is Reason.NO_ADAPTER:
                raise
            failure = error
            continue
        arrival_ns = clock()
        role = missing.pop(info.serial, None)
        if role is None:
            await connection.close()
            continue
        sensor = WornSensor(connection, info, role, emit, clock)
        prepared.append((sensor, candidate, role))
        await _unless_lost(sensor.prepare(Notification(arrival_ns, role, Characteristic.INFO, payload)))
        if not missing:
            return
    if failure is not None:
        raise failure
    names = " and ".join(f"{serial} ({role})" for serial, role in missing.items())
    raise LinkError(Reason.SENSOR_NOT_FOUND, f"{names} not found: {NOT_FOUND_REASONS}")


async def _unless_lost(operation: Awaitable[None]) -> None:
    """Await an operation on a sensor; its loss was told as an item and is no reason to end the others."""
    try:
        await operation
    except LinkError as error:
        if error.reason is not Reason.SENSOR_LOST:
            raise


async def _tick(emit: Emit, clock: Clock) -> None:
    loop = asyncio.get_running_loop()
    next_s = loop.time()
    while True:
        next_s += _TICK_S
        await asyncio.sleep(next_s - loop.time())
        emit(Tick(clock()))
