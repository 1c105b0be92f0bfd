"""What `doctor` looks at of Bluetooth: adapter, version, service, permission, links that a dead program left behind."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterator

from imu_hip.app.computer import Computer, Finding
from imu_hip.app.packages import install
from imu_hip.ble.unusable import command_against, is_denied
from imu_hip.model.errors import ImuHipError, LinkError, Reason

Scan = Callable[[], int]
"""Looks around, and returns how many sensors advertise; raises as `scan` does."""

LEAST_BLUEZ = (5, 55)
"""BlueZ, macOS and Windows: the oldest that bleak supports (its README, operating systems of tier 1)."""
LEAST_MACOS = (10, 15)
LEAST_WINDOWS_BUILD = 16299
_TELLS_CONNECTED = (5, 65)
"""Before that, bluetoothctl lists all the devices that it knows when it is asked for those that are connected."""

_BUS = "/run/dbus/system_bus_socket"
_NO_ADAPTER = "there is none"
_PLUG_IN = "plug one in"


def bluetooth(computer: Computer, scan: Scan, own_names: Collection[str]) -> Iterator[Finding]:
    """Look at Bluetooth; `own_names` are the names of the sensors that are kept."""
    match computer.system:
        case "darwin":
            yield from _mac(computer)
        case "win32":
            yield from _windows(computer)
        case _:
            yield from _linux(computer, own_names)
    killed = _scan_is_killed(computer)
    if killed is not None:
        yield killed
        return
    yield from _scanned(computer, scan)


# ---------------------------------------------------------------- scanning


def _scanned(computer: Computer, scan: Scan) -> Iterator[Finding]:
    allowed = Finding("permission", True, "this account may use Bluetooth")
    try:
        found = scan()
    except LinkError as error:
        if error.reason is Reason.SENSOR_NOT_FOUND:
            yield allowed
            yield Finding("Bluetooth", True, "works; no sensor advertises now")
            return
        why = error.__cause__
        command = command_against(why, computer.system)
        if is_denied(why):
            yield Finding("permission", False, "this account, or this program, may not use Bluetooth", command)
        yield Finding("Bluetooth", False, error.message, command)
    except ImuHipError as error:
        yield Finding("Bluetooth", False, error.message)
    else:
        yield allowed
        yield Finding("Bluetooth", True, f"works; {found} sensors advertise now")


def _scan_is_killed(computer: Computer) -> Finding | None:
    """Let another process scan first on a Mac: it ends a program whose terminal may not use Bluetooth."""
    if computer.system != "darwin":
        return None
    answer = computer.run((sys.executable, "-m", "imu_hip", "scan", "--seconds", "1"))
    if answer is None or answer.code >= 0:
        return None
    text = "macOS ends programs that this terminal starts when they use Bluetooth: allow it for the terminal"
    command = 'open "x-apple.systempreferences:com.apple.preference.security?Privacy_Bluetooth"'
    return Finding("permission", False, text, command)


# ---------------------------------------------------------------- Linux


def _linux(computer: Computer, own_names: Collection[str]) -> Iterator[Finding]:
    yield _linux_adapter(computer)
    version = _bluez_version(computer)
    yield _bluez(computer, version)
    yield _service(computer)
    if version is not None and version >= _TELLS_CONNECTED:
        yield from _old_links(computer, own_names)


def _linux_adapter(computer: Computer) -> Finding:
    adapters = [name for name in computer.listed("/sys/class/bluetooth") if re.fullmatch(r"hci\d+", name)]
    if not adapters:
        text = f"{_NO_ADAPTER}: {_PLUG_IN}; if one is plugged in, load its driver"
        return Finding("adapter", False, text, "sudo modprobe btusb")
    for switch in computer.listed("/sys/class/rfkill"):
        place = f"/sys/class/rfkill/{switch}"
        if computer.read(f"{place}/type") != "bluetooth":
            continue
        if computer.read(f"{place}/hard") == "1":
            return Finding("adapter", False, "switched off by a switch or key of this computer: switch it on there")
        if computer.read(f"{place}/soft") == "1":
            text = "switched off (airplane mode): switch it on"
            return Finding("adapter", False, text, "sudo rfkill unblock bluetooth")
    return Finding("adapter", True, ", ".join(adapters))


def _bluez_version(computer: Computer) -> tuple[int, int] | None:
    answer = computer.run(("bluetoothctl", "--version"))
    found = None if answer is None else re.search(r"(\d+)\.(\d+)", answer.text)
    return None if found is None else (int(found[1]), int(found[2]))


def _bluez(computer: Computer, version: tuple[int, int] | None) -> Finding:
    least = ".".join(map(str, LEAST_BLUEZ))
    if version is None:
        text = f"not installed (no bluetoothctl): install it, {least} or newer"
        return Finding("BlueZ", False, text, install(computer, "bluez"))
    told = ".".join(map(str, version))
    if version < LEAST_BLUEZ:
        text = f"{told} is too old, {least} is needed: install a newer one, or a newer release of this system"
        return Finding("BlueZ", False, text, install(computer, "bluez"))
    return Finding("BlueZ", True, told)


def _service(computer: Computer) -> Finding:
    name = "BlueZ service"
    if "DBUS_SYSTEM_BUS_ADDRESS" not in computer.environ and "system_bus_socket" not in computer.listed("/run/dbus"):
        text = f"the system message bus does not run (no {_BUS}): install and start D-Bus; a container needs the host's"
        return Finding(name, False, text, install(computer, "dbus", "bluez"))
    # Some containers and distributions have systemctl without systemd: it then knows nothing of any service.
    if computer.find("systemctl") is None or "system" not in computer.listed("/run/systemd"):
        return Finding(name, True, "the message bus runs")
    answer = computer.run(("systemctl", "is-active", "bluetooth"))
    state = "" if answer is None else answer.text.strip()
    if state == "active":
        return Finding(name, True, "runs")
    text = f"does not run ({state or 'systemd does not answer'}): start it"
    return Finding(name, False, text, "sudo systemctl enable --now bluetooth")


def _old_links(computer: Computer, own_names: Collection[str]) -> Iterator[Finding]:
    answer = computer.run(("bluetoothctl", "devices", "Connected"))
    if answer is None or answer.code != 0:
        return
    for address, name in re.findall(r"^Device ((?:[0-9A-F]{2}:){5}[0-9A-F]{2}) (.*)$", answer.text, re.MULTILINE):
        if name in own_names:
            text = f"{name} is connected to this computer: if no session is on, a program that died left it so"
            yield Finding("old link", False, text, f"bluetoothctl disconnect {address}")


# ---------------------------------------------------------------- macOS, Windows


def _mac(computer: Computer) -> Iterator[Finding]:
    yield _system("macOS", computer.version, _numbers(computer.version)[:2], LEAST_MACOS, "softwareupdate --list")
    answer = computer.run(("system_profiler", "SPBluetoothDataType", "-json"))
    states = [] if answer is None else re.findall(r'"controller_state"\s*:\s*"(\w+)"', _plain(answer.text))
    if not states:
        yield Finding("adapter", False, f"{_NO_ADAPTER}: {_PLUG_IN}")
    elif "attrib_on" in states:
        yield Finding("adapter", True, "is on")
    else:
        command = 'open "x-apple.systempreferences:com.apple.BluetoothSettings"'
        yield Finding("adapter", False, "is off: switch it on", command)


def _plain(text: str) -> str:
    try:
        return json.dumps(json.loads(text))
    except ValueError:
        return ""


def _windows(computer: Computer) -> Iterator[Finding]:
    build = _numbers(computer.version)[2:3]
    yield _system("Windows", computer.version, build, (LEAST_WINDOWS_BUILD,), "start ms-settings:windowsupdate")
    script = "@(Get-PnpDevice -Class Bluetooth -PresentOnly -Status OK -ErrorAction SilentlyContinue).Count"
    answer = computer.run(("powershell", "-NoProfile", "-NonInteractive", "-Command", script))
    if answer is None or not answer.text.strip().isdecimal():
        yield Finding("adapter", False, "Windows does not say whether there is one", "start ms-settings:bluetooth")
    elif int(answer.text) == 0:
        text = f"{_NO_ADAPTER} that works: {_PLUG_IN}, or look for it in the device manager"
        yield Finding("adapter", False, text, "devmgmt.msc")
    else:
        yield Finding("adapter", True, "is there")


def _system(name: str, told: str, have: tuple[int, ...], least: tuple[int, ...], command: str) -> Finding:
    if have and have < least:
        text = f"{told} is too old, {'.'.join(map(str, least))} is needed: update it"
        return Finding(name, False, text, command)
    return Finding(name, True, told)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
