"""`doctor` on computers that lack something: what is wrong is named, with the command that mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError

from imu_hip.app import computer_checks as checks
from imu_hip.app import window
from imu_hip.app.bluetooth_checks import bluetooth
from imu_hip.app.computer import Answer, Computer, Finding
from imu_hip.app.doctor_command import SCHEMA, doctor
from imu_hip.app.packages import install, install_libraries
from imu_hip.ble.radio import adapter_errors
from imu_hip.feedback.loudspeaker import NO_DEVICE, NO_PACKAGE, NO_PORTAUDIO
from imu_hip.feedback.player import Player
from imu_hip.model.errors import LinkError, Reason, UsageError

PROFILER = "system_profiler SPBluetoothDataType -json"
TIMEDATECTL = "timedatectl show --property=NTPSynchronized --value"
POWERSHELL = (
    "powershell -NoProfile -NonInteractive -Command "
    "@(Get-PnpDevice -Class Bluetooth -PresentOnly -Status OK -ErrorAction SilentlyContinue).Count"
)
MAC_SCAN = f"{sys.executable} -m imu_hip scan --seconds 1"


@dataclass(frozen=True)
class Desk:
    """What stands on somebody's desk: answers of programs, texts of files, names in folders."""

    system: str = "linux"
    version: str = ""
    answers: Mapping[str, str | Answer] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programs: tuple[str, ...] = ("apt-get", "systemctl")
    packages: tuple[str, ...] = ("PySide6", "bumble")

    def computer(self, **more: Any) -> Computer:
        def run(words: Sequence[str]) -> Answer | None:
            said = self.answers.get(" ".join(words))
            return Answer(0, said) if isinstance(said, str) else said

        doors: dict[str, Any] = {
            "system": self.system,
            "version": self.version,
            "environ": {},
            "find": lambda name: f"/usr/bin/{name}" if name in self.programs else None,
            "run": run,
            "read": self.files.get,
            "listed": lambda folder: self.folders.get(folder, ()),
            "folder_of": lambda name: Path("/there") / name if name in self.packages else None,
            "now_s": lambda: 2.0e9,
            "clock_step_s": 1e-9,
        }
        return Computer(**(doors | more))


LAPTOP = Desk(
    answers={
        "bluetoothctl --version": "bluetoothctl: 5.66\n",
        "systemctl is-active bluetooth": "active\n",
        "bluetoothctl devices Connected": "Device 00:11:22:33:44:55 Headset\n",
        TIMEDATECTL: "yes\n",
    },
    files={"/sys/class/rfkill/rfkill0/type": "wlan", "/sys/class/rfkill/rfkill0/soft": "1"},
    folders={
        "/sys/class/bluetooth": ("hci0", "hci0:64"),
        "/sys/class/rfkill": ("rfkill0", "rfkill1"),
        "/run/dbus": ("system_bus_socket",),
        "/run/systemd": ("system",),
    },
)
MAC = Desk(
    system="darwin",
    version="14.5",
    answers={PROFILER: '{"SPBluetoothDataType": [{"controller_properties": {"controller_state": "attrib_on"}}]}'},
    programs=(),
)
WINDOWS = Desk(system="win32", version="10.0.19045", answers={POWERSHELL: "2\n"}, programs=())


def refusing(error: Exception) -> Callable[[], int]:
    def scan() -> int:
        with adapter_errors():
            raise error
        return 0

    return scan


def wrong(findings: Iterator[Finding]) -> dict[str, tuple[str, str]]:
    return {each.name: (each.text, each.command) for each in findings if not each.well}


def found(desk: Desk, scan: Callable[[], int] = lambda: 2, names: Sequence[str] = ()) -> dict[str, tuple[str, str]]:
    return wrong(bluetooth(desk.computer(), scan, names))


def changed(desk: Desk, which: str, by: Mapping[str, Any]) -> Desk:
    """Return a desk on which some answers, files or folders are others."""
    kept: Mapping[str, Any] = getattr(desk, which)
    entries: dict[str, Any] = {which: {**kept, **by}}
    return replace(desk, **entries)


def switch(**state: str) -> dict[str, str]:
    """Return the files of a switch of the radio, as the kernel shows them."""
    return {f"/sys/class/rfkill/rfkill1/{name}": text for name, text in ({"type": "bluetooth"} | state).items()}


# ---------------------------------------------------------------- Bluetooth


def test_where_systemd_did_not_start_the_computer_its_command_is_not_asked() -> None:
    told = "System has not been booted with systemd as init system\n"
    container = changed(LAPTOP, "folders", by={"/run/systemd": ()})
    assert found(changed(container, "answers", by={"systemctl is-active bluetooth": Answer(1, told)})) == {}


@pytest.mark.parametrize("desk", [LAPTOP, MAC, WINDOWS], ids=["linux", "mac", "windows"])
def test_a_computer_that_lacks_nothing_needs_no_command(desk: Desk) -> None:
    findings = list(bluetooth(desk.computer(), lambda: 2, ()))
    assert all(each.well and not each.command for each in findings)
    assert {"adapter", "permission", "Bluetooth"} <= {each.name for each in findings}
    assert findings[-1].text == "works; 2 sensors advertise now"


@pytest.mark.parametrize(
    ("desk", "name", "words", "command"),
    [
        (changed(LAPTOP, "folders", by={"/sys/class/bluetooth": ()}), "adapter", "plug one in", "sudo modprobe btusb"),
        (
            changed(LAPTOP, "files", by=switch(soft="1", hard="0")),
            "adapter", "airplane mode", "sudo rfkill unblock bluetooth",
        ),
        (
            changed(LAPTOP, "files", by=switch(soft="0", hard="1")),
            "adapter", "switch or key", "",
        ),
        (
            changed(LAPTOP, "answers", by={"bluetoothctl --version": "bluetoothctl: 5.48"}),
            "BlueZ", "5.48 is too old, 5.55 is needed", "sudo apt-get install bluez",
        ),
        (
            changed(replace(LAPTOP, programs=("pacman",)), "answers", by={"bluetoothctl --version": None}),
            "BlueZ", "not installed", "sudo pacman -S --needed bluez bluez-utils",
        ),
        (
            changed(LAPTOP, "answers", by={"systemctl is-active bluetooth": Answer(3, "inactive\n")}),
            "BlueZ service", "does not run (inactive)", "sudo systemctl enable --now bluetooth",
        ),
        (
            changed(LAPTOP, "folders", by={"/run/dbus": ()}),
            "BlueZ service", "message bus does not run", "sudo apt-get install dbus bluez",
        ),
        (
            changed(MAC, "answers", by={PROFILER: '{"SPBluetoothDataType": [{"controller_state": "attrib_off"}]}'}),
            "adapter", "is off", 'open "x-apple.systempreferences:com.apple.BluetoothSettings"',
        ),
        (changed(MAC, "answers", by={PROFILER: '{"SPBluetoothDataType": []}'}), "adapter", "plug one in", ""),
        (replace(MAC, version="10.14.6"), "macOS", "10.14.6 is too old, 10.15 is needed", "softwareupdate --list"),
        (changed(WINDOWS, "answers", by={POWERSHELL: "0\n"}), "adapter", "there is none that works", "devmgmt.msc"),
        (
            changed(WINDOWS, "answers", by={POWERSHELL: None}),
            "adapter", "does not say", "start ms-settings:bluetooth",
        ),
        (
            replace(WINDOWS, version="10.0.15063"),
            "Windows", "16299 is needed", "start ms-settings:windowsupdate",
        ),
    ],
    ids=[
        "no adapter", "soft block", "hard block", "old BlueZ", "no BlueZ", "service", "no bus", "mac off", "mac none",
        "old mac", "windows none", "windows silent", "old windows",
    ],
)  # fmt: skip
def test_what_bluetooth_lacks_is_named_with_its_command(desk: Desk, name: str, words: str, command: str) -> None:
    lacking = found(desk)
    assert set(lacking) == {name}
    assert words in lacking[name][0]
    assert lacking[name][1] == command


_Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("desk", "error", "names", "command"),
    [
        (LAPTOP, BleakDBusError("org.bluez.Error.NotReady", ["raw"]), {"Bluetooth"}, "bluetoothctl power on"),
        (
            LAPTOP, BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["raw"]), {"permission", "Bluetooth"},
            "sudo usermod -aG bluetooth $USER",
        ),
        (
            MAC, BleakBluetoothNotAvailableError("raw", _Reason.DENIED_BY_USER), {"permission", "Bluetooth"},
            'open "x-apple.systempreferences:com.apple.preference.security?Privacy_Bluetooth"',
        ),
        (
            WINDOWS, BleakBluetoothNotAvailableError("raw", _Reason.DENIED_BY_USER), {"permission", "Bluetooth"},
            "start ms-settings:privacy-radios",
        ),
        (
            WINDOWS, BleakBluetoothNotAvailableError("raw", _Reason.POWERED_OFF), {"Bluetooth"},
            "start ms-settings:bluetooth",
        ),
    ],
    ids=["off", "denied", "denied on a Mac", "denied on Windows", "off on Windows"],
)  # fmt: skip
def test_what_a_scan_is_refused_for_has_its_command(
    desk: Desk, error: Exception, names: set[str], command: str
) -> None:
    lacking = found(desk, refusing(error))
    assert set(lacking) == names
    assert {each[1] for each in lacking.values()} == {command}


def test_no_sensor_near_is_nothing_wrong_with_the_computer() -> None:
    def scan() -> int:
        raise LinkError(Reason.SENSOR_NOT_FOUND, "no sensor found")

    assert found(LAPTOP, scan) == {}


def test_a_link_that_a_dead_program_left_is_told_for_own_sensors_only() -> None:
    desk = changed(
        LAPTOP,
        "answers",
        by={"bluetoothctl devices Connected": "Device 00:11:22:33:44:55 Headset\nDevice C0:00:00:00:00:01 BIP-0007\n"},
    )
    lacking = found(desk, names=("BIP-0007", "BIP-0008"))
    assert {name: command for name, (_, command) in lacking.items()} == {
        "old link": "bluetoothctl disconnect C0:00:00:00:00:01"
    }
    older = changed(desk, "answers", by={"bluetoothctl --version": "bluetoothctl: 5.60"})
    assert found(older, names=("BIP-0007",)) == {}  # it would list all that are known, connected or not


def test_a_mac_that_ends_programs_which_scan_does_not_end_this_one() -> None:
    def scan() -> int:
        raise AssertionError("this would have ended the program")

    lacking = found(changed(MAC, "answers", by={MAC_SCAN: Answer(-6, "")}), scan)
    assert "Privacy_Bluetooth" in lacking["permission"][1]
    assert found(changed(MAC, "answers", by={MAC_SCAN: Answer(2, "")})) == {}


# ---------------------------------------------------------------- disk, clock


def test_a_full_disk_and_one_that_may_not_be_written_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "not" / "yet"
    assert checks.disk(LAPTOP.computer(), home, lambda _: 10**10).well
    full = checks.disk(LAPTOP.computer(), home, lambda _: 10**6)
    assert (full.well, "only 1 MB" in full.text, full.command) == (False, True, "du -xh ~ | sort -h | tail")
    assert checks.disk(WINDOWS.computer(), home, lambda _: 10**6).command == "cleanmgr"
    monkeypatch.setattr(os, "access", lambda *_: False)
    closed = checks.disk(LAPTOP.computer(), home, lambda _: 10**10)
    assert (closed.well, closed.command) == (False, f'sudo chown -R "$USER" "{tmp_path}"')
    assert checks.disk(WINDOWS.computer(), home, lambda _: 10**10).command.startswith(f'icacls "{tmp_path}"')


@pytest.mark.parametrize(
    ("desk", "command"),
    [(LAPTOP, "sudo timedatectl set-ntp true"), (MAC, "sudo sntp -sS time.apple.com"), (WINDOWS, "w32tm /resync")],
    ids=["linux", "mac", "windows"],
)
def test_a_clock_that_is_behind_what_was_written_is_wrong(desk: Desk, command: str) -> None:
    late = checks.clock(desk.computer(), newest_s=2.0e9 + 3600.0)
    assert (late.well, late.command) == (False, command)
    assert "2033-05-18 03:33 UTC" in late.text
    assert checks.clock(desk.computer(), newest_s=2.0e9 - 1.0).well


def test_a_clock_that_nobody_sets_or_that_goes_in_steps_is_told() -> None:
    alone = changed(LAPTOP, "answers", by={TIMEDATECTL: "no\n"})
    assert checks.clock(alone.computer(), 0.0).command == "sudo timedatectl set-ntp true"
    coarse = checks.clock(WINDOWS.computer(clock_step_s=0.015625), 0.0)
    assert (coarse.well, "steps of 16 ms" in coarse.text) == (False, True)
    assert "3.13" in coarse.command


# ---------------------------------------------------------------- window, sound, speech

LDD_XCB = "ldd /there/PySide6/Qt/plugins/platforms/libqxcb.so"
LDD_LACKING = "\tlibxcb-cursor.so.0 => not found\n\tlibEGL.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n"


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install libegl1 libxcb-cursor0"),
        ("dnf", "sudo dnf install 'libEGL.so.1()(64bit)' 'libxcb-cursor.so.0()(64bit)'"),
        ("zypper", "sudo zypper install 'libEGL.so.1()(64bit)' 'libxcb-cursor.so.0()(64bit)'"),
        ("pacman", "sudo pacman -S --needed xcb-util-cursor"),
        ("apk", ""),
    ],
)
def test_libraries_that_qt_lacks_are_named_and_installed_by_the_systems_own_tool(manager: str, command: str) -> None:
    lacking = replace(LAPTOP, answers={LDD_XCB: LDD_LACKING}, programs=(manager,))
    finding = checks.qt_libraries(lacking.computer())
    assert not finding.well
    assert "libEGL.so.1, libxcb-cursor.so.0 missing" in finding.text
    assert finding.command.startswith(command)
    assert bool(finding.command) == bool(command)


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="Debian's own list of what is in a package")
@pytest.mark.parametrize(
    "library",
    ["libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxkbcommon-x11.so.0", "libdbus-1.so.3", "libEGL.so.1",
     "libOpenGL.so.0", "libX11-xcb.so.1", "libglib-2.0.so.0", "libxcb-render-util.so.0"],
)  # fmt: skip
def test_debian_packages_have_the_names_that_are_guessed(library: str) -> None:
    owner = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True, check=False).stdout
    if not owner:
        pytest.skip("not installed here")
    (*_, package) = install_libraries(replace(LAPTOP, programs=("apt-get",)).computer(), [library]).split()
    assert owner.split(":")[0].removesuffix("t64") == package


def test_qt_without_fault_and_none_at_all() -> None:
    whole = replace(LAPTOP, answers={LDD_XCB: "\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n"})
    assert checks.qt_libraries(whole.computer()).well
    assert checks.qt_libraries(MAC.computer()).well
    none = checks.qt_libraries(replace(LAPTOP, packages=()).computer())
    assert none.command == 'pip install "imu-hip[window]"'


@pytest.mark.parametrize(
    ("message", "command"),
    [
        (window.NOT_INSTALLED, 'pip install "imu-hip[window]"'),
        (window.NO_FONT, "sudo apt-get install fonts-dejavu-core"),
        (window.CANNOT_OPEN, "sudo apt-get install libegl1 libxcb-cursor0"),
        (window.NO_DISPLAY, ""),
    ],
)
def test_a_window_that_does_not_open_says_what_would_open_it(message: str, command: str) -> None:
    def require() -> None:
        raise UsageError(Reason.WRONG_USAGE, message)

    desk = replace(LAPTOP, answers={LDD_XCB: LDD_LACKING})
    assert checks.opened(desk.computer(), require) == Finding("window", False, message, command)


@pytest.mark.parametrize(
    ("desk", "why", "command"),
    [
        (LAPTOP, NO_PORTAUDIO, "sudo apt-get install libportaudio2"),
        (LAPTOP, NO_PACKAGE, 'pip install "imu-hip[sound]"'),
        (WINDOWS, NO_DEVICE, "start ms-settings:sound"),
        (MAC, NO_DEVICE, 'open "x-apple.systempreferences:com.apple.Sound-Settings.extension"'),
    ],
)
def test_silence_says_what_would_end_it(desk: Desk, why: str, command: str) -> None:
    finding = checks.sound(desk.computer(), Player(lambda _: why))
    assert finding == Finding("sound", False, why, command)


def test_a_voice_is_installed_where_there_is_none() -> None:
    assert checks.speech(LAPTOP.computer()).command == "sudo apt-get install espeak-ng"
    assert checks.speech(replace(LAPTOP, programs=("espeak-ng",)).computer()).well
    assert install(MAC.computer(), "voice") == ""


def test_what_can_be_added_says_how() -> None:
    assert checks.added(LAPTOP.computer(), "demo", "bumble", "demo", "there").well
    lacking = checks.added(LAPTOP.computer(), "second screen", "websockets", "serve", "there")
    assert lacking.command == 'pip install "imu-hip[serve]"'


# ---------------------------------------------------------------- the command


def looked(*_: Any) -> Iterator[Finding]:
    yield Finding("sound", True, "a loudspeaker is there")
    yield Finding("speech", False, "no voice", "sudo apt-get install espeak-ng")


def test_the_command_that_mends_stands_below_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(Namespace(json=False), looked) == 0
    assert capsys.readouterr().out.splitlines() == [
        "✓ sound   a loudspeaker is there",
        "✗ speech  no voice",
        "          $ sudo apt-get install espeak-ng",
    ]


def test_programs_read_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(Namespace(json=True), looked) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": SCHEMA,
        "checks": [
            {"name": "sound", "ok": True, "text": "a loudspeaker is there", "command": None},
            {"name": "speech", "ok": False, "text": "no voice", "command": "sudo apt-get install espeak-ng"},
        ],
    }


def test_programs_that_are_not_there_or_hang_are_no_error() -> None:
    here = Computer()
    assert here.run(("no-such-program-anywhere",)) is None
    assert here.read("/no/such/file") is None
    assert here.listed("/no/such/folder") == ()
    assert here.folder_of("no_such_package") is None
    assert here.folder_of("imu_hip") == Path(window.__file__).parents[1]
    assert here.run((sys.executable, "-c", "print('ü'); raise SystemExit(3)")) == Answer(3, "ü\n")
