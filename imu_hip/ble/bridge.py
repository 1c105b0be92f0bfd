"""The sensors of one measurement, from the scan to the end: what the radio's thread runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence

from imu_hip.ble.clock import Clock
from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.dialogue import Dialogue
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import NOT_FOUND_REASONS, FoundSensor, scan
from imu_hip.ble.worn_sensor import Emit, WornSensor
from imu_hip.codec.registry import DRIVERS
from imu_hip.model.driver import Driver
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic, Notification, Role, Tick
from imu_hip.model.packet import SensorInfo

_TICK_S = 0.5
_SYNC_EVERY_S = 60.0
_CONNECT_ATTEMPTS = 3
_FIRST_PAUSE_S = 0.1
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

    A sensor that is lost on the way is a LinkChange item, and the others go on. Cancelling closes as cleanly
    as `stop` does.

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


async def identify(radio: Radio, found: FoundSensor) -> SensorInfo:
    """Connect to a sensor just to ask who it is.

    Raises
    ------
    LinkError
        The sensor cannot be connected, is lost meanwhile, or is not what it seems.
    """
    connection, info, _ = await _meet(radio, found)
    await connection.close()
    return info


async def blink(radio: Radio, found: FoundSensor) -> SensorInfo:
    """Connect to a sensor and let it blink, so that a person sees which one it is.

    Raises
    ------
    LinkError
        The sensor cannot be connected, is lost meanwhile, is not what it seems, or cannot blink.
    """
    connection, info, _ = await _meet(radio, found)
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
    sensors: list[WornSensor] = []
    ticks = asyncio.create_task(_tick(emit, clock))
    try:
        await _connect_all(radio, roles, emit, clock, drivers, scan_timeout_s, sensors)
        for sensor in sensors:
            await _unless_lost(sensor.start())
        while True:
            await asyncio.sleep(_SYNC_EVERY_S)
            for sensor in sensors:
                await _unless_lost(sensor.compare_clocks())
    finally:
        ticks.cancel()
        for sensor in sensors:
            await sensor.close()


async def _connect_all(
    radio: Radio,
    roles: Mapping[str, Role],
    emit: Emit,
    clock: Clock,
    drivers: Sequence[Driver],
    scan_timeout_s: float,
    sensors: list[WornSensor],
) -> None:
    """Connect and prepare the sensors of `roles` in turn; each is in `sensors` as soon as it is ours."""
    missing = dict(roles)
    failure: LinkError | None = None
    found = await scan(radio, timeout_s=scan_timeout_s, until=missing, drivers=drivers)
    # A serial number is often part of the advertised name: those first, a stranger's sensors last.
    for candidate in sorted(found, key=lambda sensor: not any(serial in sensor.name for serial in roles)):
        try:
            connection, info, payload = await _meet(radio, candidate)
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
        sensor = WornSensor(connection, role, emit, clock)
        sensors.append(sensor)
        await _unless_lost(sensor.prepare(Notification(arrival_ns, role, Characteristic.INFO, payload)))
        if not missing:
            return
    if failure is not None:
        raise failure
    names = " and ".join(f"{serial} ({role})" for serial, role in missing.items())
    raise LinkError(Reason.SENSOR_NOT_FOUND, f"{names} not found: {NOT_FOUND_REASONS}")


async def _meet(radio: Radio, found: FoundSensor) -> tuple[SensorConnection, SensorInfo, bytes]:
    """Connect, in a few attempts, and ask the sensor who it is."""
    pause_s = _FIRST_PAUSE_S
    for attempt in range(1, _CONNECT_ATTEMPTS + 1):
        connection = SensorConnection(radio, found)
        try:
            await connection.open()
            info, payload = await connection.identify()
        except LinkError as error:
            await connection.close()
            if attempt == _CONNECT_ATTEMPTS or error.reason in (Reason.NO_ADAPTER, Reason.WRONG_SENSOR):
                raise
        except BaseException:
            await connection.close()
            raise
        else:
            return connection, info, payload
        await asyncio.sleep(pause_s)
        pause_s *= 2.0
    raise AssertionError("the last attempt returns or raises")


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
