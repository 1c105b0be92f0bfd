"""What `doctor` looks at beside Bluetooth: window, sound, speech, disk, clock, and parts that can be added."""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from imu_hip.app import window
from imu_hip.app.computer import Computer, Finding
from imu_hip.app.packages import install, install_libraries
from imu_hip.feedback import loudspeaker
from imu_hip.feedback.player import Player
from imu_hip.feedback.voice import find_voice
from imu_hip.model.errors import ImuHipError
from imu_hip.model.extras import install_extra
from imu_hip.session.output_file import SMALLEST_FREE_BYTES

FreeBytes = Callable[[Path], int]
_MOST_CLOCK_STEP_S = 0.002
"""Of arrival times; the delays whose least ones are compared vary by about as much."""
_CLOCK_TOLERANCE_S = 120.0


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


# ---------------------------------------------------------------- disk, clock


def disk(computer: Computer, home: Path, free_bytes: FreeBytes = _free) -> Finding:
    """Look whether the library can be written, and for how long."""
    there = next((each for each in (home, *home.parents) if each.exists()), Path("/"))
    if not os.access(there, os.W_OK):
        mend = {"win32": f'icacls "{there}" /grant "%USERNAME%":(OI)(CI)F'}
        command = mend.get(computer.system, f'sudo chown -R "$USER" "{there}"')
        return Finding("library", False, f"{home}: this account may not write there", command)
    free = free_bytes(there)
    if free < SMALLEST_FREE_BYTES:
        command = "cleanmgr" if computer.system == "win32" else "du -xh ~ | sort -h | tail"
        return Finding("library", False, f"{home}: only {free / 1e6:.0f} MB are free on this disk; make room", command)
    return Finding("library", True, f"{home}, {free / 1e9:.0f} GB free")


def clock(computer: Computer, newest_s: float) -> Finding:
    """Look at the clocks: sessions are dated by one, what arrives is stamped by the other.

    `newest_s`: a time that is past for certain (of a file that was written), Unix epoch.
    """
    told = datetime.datetime.fromtimestamp(computer.now_s(), datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    set_it = {
        "darwin": "sudo sntp -sS time.apple.com",
        "win32": "w32tm /resync",
    }.get(computer.system, "sudo timedatectl set-ntp true")
    if computer.now_s() < newest_s - _CLOCK_TOLERANCE_S:
        return Finding("clock", False, f"{told} is past: files here are newer. Set the clock", set_it)
    if computer.clock_step_s > _MOST_CLOCK_STEP_S:
        text = f"goes in steps of {1e3 * computer.clock_step_s:.0f} ms, as in Python before 3.13 on Windows: take that"
        return Finding("clock", False, text, "py -3.13 -m pip install imu-hip")
    if computer.is_linux:
        answer = computer.run(("timedatectl", "show", "--property=NTPSynchronized", "--value"))
        if answer is not None and answer.code == 0 and answer.text.strip() == "no":
            text = f"{told}, not set by the network: sessions may be dated wrongly (results do not depend on it)"
            return Finding("clock", False, text, set_it)
    return Finding("clock", True, told)


# ---------------------------------------------------------------- window


def qt_libraries(computer: Computer) -> Finding:
    """Look which shared libraries the window lacks."""
    name = "Qt libraries"
    folder = computer.folder_of("PySide6")
    if folder is None:
        return Finding(name, False, "the window is not installed", install_extra("window"))
    if not computer.is_linux:
        return Finding(name, True, "come with the window")
    lacking: set[str] = set()
    for plugin in ("platforms/libqxcb.so", "platforms/libqwayland.so"):
        answer = computer.run(("ldd", str(folder / "Qt" / "plugins" / plugin)))
        if answer is not None:
            lacking |= set(re.findall(r"^\s*(\S+) => not found", answer.text, re.MULTILINE))
    if lacking:
        libraries = sorted(lacking)
        text = f"{', '.join(libraries)} missing: install {'it' if len(libraries) == 1 else 'them'}"
        return Finding(name, False, text, install_libraries(computer, libraries))
    return Finding(name, True, "are there")


def opened(computer: Computer, require: Callable[[], None]) -> Finding:
    """Look whether a window can be opened; `require` raises where it cannot."""
    try:
        require()
    except ImuHipError as error:
        command = {
            window.NOT_INSTALLED: install_extra("window"),
            window.CANNOT_OPEN: qt_libraries(computer).command,
            window.NO_FONT: install(computer, "font"),
        }.get(error.message.removesuffix(f": {window.ADD_HEADLESS}"), "")
        return Finding("window", False, error.message, command)
    return Finding("window", True, "can be opened")


# ---------------------------------------------------------------- ears


def sound(computer: Computer, player: Player) -> Finding:
    """Look for a loudspeaker."""
    try:
        status = player.open()
    finally:
        player.close()
    command = {
        loudspeaker.NO_PACKAGE: install_extra("sound"),
        loudspeaker.NO_PORTAUDIO: install(computer, "portaudio"),
        loudspeaker.NO_DEVICE: _sound_settings(computer),
    }.get(status, "")
    return Finding("sound", not status, status or "a loudspeaker is there", command)


def _sound_settings(computer: Computer) -> str:
    match computer.system:
        case "darwin":
            return 'open "x-apple.systempreferences:com.apple.Sound-Settings.extension"'
        case "win32":
            return "start ms-settings:sound"
        case _:
            return ""


def speech(computer: Computer) -> Finding:
    """Look for a voice."""
    voice = find_voice(computer.system, computer.find)
    if isinstance(voice, str):
        return Finding("speech", False, voice, install(computer, "voice"))
    return Finding("speech", True, "this system can speak")


# ---------------------------------------------------------------- what can be added


def added(computer: Computer, name: str, package: str, extra: str, there: str) -> Finding:
    """Look whether an extra is installed."""
    if computer.folder_of(package) is None:
        command = install_extra(extra)
        return Finding(name, False, f"not installed: {command}", command)
    return Finding(name, True, there)
