"""Bleak's own scanner and client on the virtual adapter: its promises, and its errors."""

from __future__ import annotations

import asyncio

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from imu_hip.codec import gatt
from imu_hip.virtual.client import VirtualClient
from imu_hip.virtual.scanner import VirtualScanner
from tests.virtual.rig import PELVIS, THIGH, Rig, simulate


async def client_of(rig: Rig, *, timeout_s: float = 10.0) -> BleakClient:
    device = await BleakScanner.find_device_by_name("VP-0001", backend=rig.world.scanner_backend)
    assert device is not None
    return BleakClient(device, timeout=timeout_s, backend=rig.world.client_backend)


def test_the_scanner_filters_by_service() -> None:
    async def scenario(rig: Rig) -> tuple[set[str | None], list[object]]:
        backend = rig.world.scanner_backend
        ours = await BleakScanner.discover(1.0, service_uuids=[gatt.BIP_SERVICE_UUID], backend=backend)
        others = await BleakScanner.discover(1.0, service_uuids=[gatt.BATTERY_SERVICE_UUID], backend=backend)
        return {device.name for device in ours}, list(others)

    assert simulate(scenario) == ({"VP-0001", "VT-0001"}, [])


def test_two_scans_at_once_both_find() -> None:
    async def scenario(rig: Rig) -> list[int]:
        found = await asyncio.gather(
            *(BleakScanner.discover(seconds, backend=rig.world.scanner_backend) for seconds in (1.0, 2.0))
        )
        return [len(devices) for devices in found]

    assert simulate(scenario) == [2, 2]


def test_a_client_sees_services_name_and_mtu() -> None:
    async def scenario(rig: Rig) -> None:
        client = await client_of(rig)
        async with client:
            assert client.mtu_size == 247
            assert client.name == "VP-0001"
            serial = await client.read_gatt_char(gatt.SERIAL_NUMBER_STRING_UUID)
            assert bytes(serial) == b"VP-0001"
            stream = client.services.get_characteristic(gatt.BIP_STREAM_UUID)
            assert stream is not None
            assert stream.properties == ["notify"]
            assert stream.max_write_without_response_size == 244
            cccd = await client.read_gatt_descriptor(stream.descriptors[0].handle)
            assert bytes(cccd) == b"\x00\x00"
        assert not client.is_connected

    simulate(scenario)


def test_a_sensor_that_disconnects_calls_back_and_advertises_again() -> None:
    async def scenario(rig: Rig) -> None:
        gone = asyncio.Event()
        client = await client_of(rig)
        second = BleakClient(
            client.address, disconnected_callback=lambda _: gone.set(), backend=rig.world.client_backend
        )
        await second.connect()
        await rig.world.drop_link(PELVIS)
        async with asyncio.timeout(0.1):
            await gone.wait()
        assert not second.is_connected
        await client.connect()
        await client.disconnect()

    simulate(scenario)


def test_a_computer_without_adapter_says_so() -> None:
    async def scenario(rig: Rig) -> None:
        with pytest.raises(BleakBluetoothNotAvailableError) as raised:
            await BleakScanner.discover(1.0, backend=VirtualScanner)
        assert raised.value.reason is BleakBluetoothNotAvailableReason.NO_BLUETOOTH
        with pytest.raises(BleakBluetoothNotAvailableError):
            await BleakClient("F0:00:00:00:00:01", backend=VirtualClient).connect()

    simulate(scenario)


def test_an_adapter_that_is_off_says_so() -> None:
    async def scenario(rig: Rig) -> None:
        rig.world.adapter.power_off()
        with pytest.raises(BleakBluetoothNotAvailableError) as raised:
            await BleakScanner.discover(1.0, backend=rig.world.scanner_backend)
        assert raised.value.reason is BleakBluetoothNotAvailableReason.POWERED_OFF

    simulate(scenario)


def test_an_absent_device_is_not_found_and_the_next_connect_works() -> None:
    async def scenario(rig: Rig) -> None:
        absent = BleakClient("F0:00:00:00:00:99", timeout=2.0, backend=rig.world.client_backend)
        began_s = rig.world.time_s
        with pytest.raises(BleakDeviceNotFoundError):
            await absent.connect()
        assert rig.world.time_s - began_s == pytest.approx(2.0, abs=0.1)
        async with await client_of(rig) as client:
            assert client.is_connected

    simulate(scenario)


@pytest.mark.parametrize("after_s", [0.001, 0.05, 0.1, 0.2, 0.4])
def test_a_connect_that_is_cancelled_leaves_nothing_behind(after_s: float) -> None:
    async def scenario(rig: Rig) -> None:
        client = await client_of(rig)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(after_s):
                await client.connect()
        assert not client.is_connected
        async with await client_of(rig) as again:
            assert again.is_connected

    simulate(scenario)


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.014])
def test_a_read_that_races_a_drop_raises_bleaks_error(after_s: float) -> None:
    async def scenario(rig: Rig) -> None:
        client = await client_of(rig)
        await client.connect()
        read = asyncio.create_task(client.read_gatt_char(gatt.BIP_INFO_UUID))
        await asyncio.sleep(after_s)
        await rig.world.drop_link(PELVIS)
        with pytest.raises(BleakError, match="disconnected"):
            await read
        with pytest.raises(BleakError):
            await client.read_gatt_char(gatt.BIP_INFO_UUID)

    simulate(scenario)


def test_what_a_sensor_refuses_comes_with_its_code() -> None:
    async def scenario(rig: Rig) -> None:
        async with await client_of(rig) as client:
            with pytest.raises(BleakGATTProtocolError) as raised:
                await client.write_gatt_char(gatt.BIP_CONTROL_UUID, b"\x01", response=True)
            assert raised.value.code is BleakGATTProtocolErrorCode.CCCD_IMPROPERLY_CONFIGURED

    simulate(scenario)


def test_both_sensors_may_be_connected_at_once_by_impatient_code() -> None:
    async def scenario(rig: Rig) -> None:
        clients = [
            BleakClient(sensor.address, backend=rig.world.client_backend) for sensor in rig.world.sensors.values()
        ]
        await asyncio.gather(*(client.connect() for client in clients))
        infos = [bytes(await client.read_gatt_char(gatt.BIP_INFO_UUID)) for client in clients]
        assert [info[-7:] for info in infos] == [b"VP-0001", b"VT-0001"]
        await asyncio.gather(*(client.disconnect() for client in clients))

    simulate(scenario)


def test_a_sensor_that_is_off_is_not_found() -> None:
    async def scenario(rig: Rig) -> set[str | None]:
        await rig.world.sensors[THIGH].power_off()
        found = await BleakScanner.discover(1.0, backend=rig.world.scanner_backend)
        return {device.name for device in found}

    assert simulate(scenario) == {"VP-0001"}
