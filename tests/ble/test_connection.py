"""One connection: identity, and the two ways in which an operation fails."""

from __future__ import annotations

import asyncio

import pytest

from imu_hip.ble.bridge import identify
from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.scan import FoundSensor, scan
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic
from tests.virtual.rig import PELVIS, Rig, simulate


async def pelvis(rig: Rig) -> FoundSensor:
    return next(sensor for sensor in await scan(rig.radio, timeout_s=1.0) if sensor.name == "VP-0001")


async def opened(rig: Rig) -> SensorConnection:
    connection = SensorConnection(rig.radio, await pelvis(rig))
    await connection.open()
    return connection


def test_identify_reads_the_serial_and_leaves_the_sensor_free() -> None:
    async def scenario(rig: Rig) -> list[str]:
        serials = [(await identify(rig.radio, found)).info.serial for found in await scan(rig.radio, timeout_s=1.0)]
        found_again = await scan(rig.radio, timeout_s=1.0)
        assert len(found_again) == 2
        return sorted(serials)

    assert simulate(scenario) == ["VP-0001", "VT-0001"]


def test_a_sensor_that_does_not_answer_cannot_be_connected() -> None:
    async def scenario(rig: Rig) -> None:
        found = await pelvis(rig)
        await rig.world.sensors[PELVIS].power_off()
        with pytest.raises(LinkError, match="VP-0001 was seen but cannot be connected") as raised:
            await SensorConnection(rig.radio, found).open()
        assert raised.value.reason is Reason.SENSOR_NOT_FOUND
        assert not rig.radio.lock.locked()

    simulate(scenario)


def test_what_the_sensor_refuses_means_the_wrong_sensor() -> None:
    async def scenario(rig: Rig) -> None:
        connection = await opened(rig)
        with pytest.raises(LinkError, match="VP-0001 refuses") as raised:
            await connection.write(Characteristic.CONTROL, b"\x01", response=True)
        assert raised.value.reason is Reason.WRONG_SENSOR
        assert not connection.is_lost
        await connection.close()

    simulate(scenario)


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.014])
def test_a_read_that_races_a_drop_means_the_sensor_was_lost(after_s: float) -> None:
    async def scenario(rig: Rig) -> None:
        lost: list[float] = []
        connection = await opened(rig)
        connection.watch(lambda: lost.append(rig.world.time_s))
        read = asyncio.create_task(connection.read(Characteristic.INFO))
        await asyncio.sleep(after_s)
        await rig.world.drop_link(PELVIS)
        with pytest.raises(LinkError) as raised:
            await read
        assert raised.value.reason is Reason.SENSOR_LOST
        with pytest.raises(LinkError) as raised:
            await connection.read(Characteristic.INFO)
        assert raised.value.reason is Reason.SENSOR_LOST
        assert connection.is_lost
        assert len(lost) == 1
        await connection.close()

    simulate(scenario)


def test_who_watches_too_late_is_told_at_once() -> None:
    async def scenario(rig: Rig) -> None:
        connection = await opened(rig)
        await rig.world.drop_link(PELVIS)
        await asyncio.sleep(0.1)
        lost: list[bool] = []
        connection.watch(lambda: lost.append(True))
        assert lost == [True]

    simulate(scenario)


def test_closing_is_no_loss() -> None:
    async def scenario(rig: Rig) -> None:
        connection = await opened(rig)
        connection.watch(lambda: pytest.fail("a closed sensor is not lost"))
        await connection.close()
        await connection.close()
        assert not connection.is_lost

    simulate(scenario)
