"""Bluetooth that cannot be used: `scan` and `doctor` say in a sentence what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError, BleakError

from tests.app.calling import call

_Reason = BleakBluetoothNotAvailableReason


def _windows_error(code: int, text: str) -> OSError:
    error = OSError(22, text)
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]
    return error


CASES: dict[str, tuple[Exception, str]] = {
    "off": (BleakBluetoothNotAvailableError("raw", _Reason.POWERED_OFF), "Bluetooth is off: switch it on"),
    "off on Linux": (BleakDBusError("org.bluez.Error.NotReady", ["raw"]), "Bluetooth is off: switch it on"),
    "off on Windows": (_windows_error(-2147020577, "raw"), "Bluetooth is off: switch it on"),
    "no adapter": (BleakBluetoothNotAvailableError("raw", _Reason.NO_BLUETOOTH), "no Bluetooth adapter: plug one in"),
    "classic adapter": (BleakBluetoothNotAvailableError("raw", _Reason.NO_BLE_CENTRAL_ROLE), "plug in a newer one"),
    "denied on macOS": (BleakBluetoothNotAvailableError("raw", _Reason.DENIED_BY_USER), "privacy settings"),
    "denied by policy": (BleakBluetoothNotAvailableError("raw", _Reason.DENIED_BY_SYSTEM), "ask its administrator"),
    "denied on Windows": (_windows_error(-2147024891, "raw"), "privacy settings"),
    "denied on Linux": (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["raw"]), "usermod -aG bluetooth"),
    "bus not permitted": (PermissionError(13, "raw"), "usermod -aG bluetooth"),
    "no BlueZ": (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["raw"]), "install BlueZ"),
    "no D-Bus": (FileNotFoundError(2, "raw"), "install dbus and bluez"),
    "unknown": (BleakError("raw"), "see that the adapter is there"),
}


@pytest.fixture(autouse=True)
def _own_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))


def _break(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def refuse(self: BleakScanner) -> BleakScanner:
        raise error

    def build(self: BleakScanner, *args: Any, **kwargs: Any) -> None:
        """Take any options: which backend the system has does not matter here."""

    monkeypatch.setattr(BleakScanner, "__init__", build)
    monkeypatch.setattr(BleakScanner, "__aenter__", refuse)


@pytest.mark.parametrize("case", CASES)
def test_scan_says_what_to_do_and_only_where_nobody_knows_what_the_system_said(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, advice = CASES[case]
    _break(monkeypatch, error)
    sentence, _, detail = call("scan").refusal.partition(" [")
    assert advice in sentence
    assert "raw" not in sentence
    assert "Error" not in sentence
    assert detail.endswith("raw]\n") if case == "unknown" else not detail


@pytest.mark.parametrize("case", ["off", "no adapter", "no BlueZ", "denied on macOS"])
def test_doctor_says_it_too_and_goes_on_with_the_rest(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error, advice = CASES[case]
    _break(monkeypatch, error)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    outcome = call("doctor")
    assert outcome.code == 0
    (line,) = (line for line in outcome.out.splitlines() if line.startswith("✗ Bluetooth"))
    assert advice in line
    if sys.platform.startswith("linux"):
        assert "there is no display to open a window on: add --headless" in outcome.out
    assert any("second screen" in line for line in outcome.out.splitlines())
