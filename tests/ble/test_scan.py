"""Scanning: what is found, when it ends, and how it says that it cannot."""

from __future__ import annotations

import asyncio

import pytest
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError

from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import scan
from imu_hip.model.errors import LinkError, Reason
from imu_hip.virtual.scanner import VirtualScanner
from tests.virtual.rig import THIGH, Rig, simulate


def failing_scanner(error: Exception) -> type[BaseBleakScanner]:
    class FailingScanner(VirtualScanner):
        async def start(self) -> None:
            raise error

    return FailingScanner


def test_both_sensors_are_found_by_name_and_address() -> None:
    async def scenario(rig: Rig) -> dict[str, str]:
        return {sensor.name: sensor.address for sensor in await scan(rig.radio, timeout_s=2.0)}

    assert simulate(scenario) == {"VP-0001": "F0:00:00:00:00:01", "VT-0001": "F0:00:00:00:00:02"}


def test_a_scan_ends_early_only_when_every_wanted_name_is_found() -> None:
    async def scenario(rig: Rig) -> tuple[float, float]:
        began_s = rig.world.time_s
        await scan(rig.radio, timeout_s=8.0, until=["VP-0001", "VT-0001"])
        both_s = rig.world.time_s
        await scan(rig.radio, timeout_s=8.0, until=["VP-0001", "another"])
        return both_s - began_s, rig.world.time_s - both_s

    early_s, full_s = simulate(scenario)
    assert early_s < 0.5
    assert full_s == pytest.approx(8.0, abs=0.01)


def test_nothing_found_names_what_to_check() -> None:
    async def scenario(rig: Rig) -> None:
        for sensor in rig.world.sensors.values():
            await sensor.power_off()
        with pytest.raises(LinkError, match=r"switched on and charged.*not connected to another") as raised:
            await scan(rig.radio, timeout_s=3.0)
        assert raised.value.reason is Reason.SENSOR_NOT_FOUND
        assert "\n" not in raised.value.message

    simulate(scenario)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF),
            "Bluetooth is off",
        ),
        (
            BleakBluetoothNotAvailableError("no", BleakBluetoothNotAvailableReason.DENIED_BY_USER),
            "not permitted",
        ),
        (
            BleakBluetoothNotAvailableError("no", BleakBluetoothNotAvailableReason.NO_BLUETOOTH),
            "no Bluetooth adapter",
        ),
        (
            BleakBluetoothNotAvailableError("odd", BleakBluetoothNotAvailableReason.UNKNOWN),
            r"cannot be used: see that .* odd\]",
        ),
        (
            BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]),
            r"Bluetooth is off: switch it on$",
        ),
        (
            BleakDBusError("org.freedesktop.DBus.Error.Spawn.ChildExited", ["Launch helper exited"]),
            r"service of this computer does not run: install BlueZ [^\[]*$",
        ),
        (
            BleakDBusError("org.freedesktop.systemd1.NoSuchUnit", ["Unit dbus-org.bluez.service not found."]),
            r"service of this computer does not run: install BlueZ [^\[]*$",
        ),
        (FileNotFoundError(2, "No such file or directory"), "start both"),
        (EOFError(), "its service runs"),
    ],
)
def test_bluetooth_that_cannot_be_used_is_a_link_error_that_says_why(error: Exception, message: str) -> None:
    async def scenario(rig: Rig) -> None:
        radio = Radio(failing_scanner(error), rig.world.client_backend)
        with pytest.raises(LinkError, match=message) as raised:
            await scan(radio)
        assert raised.value.reason is Reason.NO_ADAPTER
        assert not radio.lock.locked()

    simulate(scenario)


def test_an_adapter_that_is_switched_off_is_said() -> None:
    async def scenario(rig: Rig) -> None:
        rig.world.adapter.power_off()
        with pytest.raises(LinkError, match="Bluetooth is off"):
            await scan(rig.radio)

    simulate(scenario)


def test_scans_take_turns() -> None:
    async def scenario(rig: Rig) -> float:
        began_s = rig.world.time_s
        await asyncio.gather(scan(rig.radio, timeout_s=1.0), scan(rig.radio, timeout_s=1.0))
        return rig.world.time_s - began_s

    assert simulate(scenario) == pytest.approx(2.0, abs=0.01)


def test_a_sensor_in_a_fade_is_not_found() -> None:
    async def scenario(rig: Rig) -> list[str]:
        rig.world.fade(THIGH, 5.0)
        return [sensor.name for sensor in await scan(rig.radio, timeout_s=2.0)]

    assert simulate(scenario) == ["VP-0001"]
