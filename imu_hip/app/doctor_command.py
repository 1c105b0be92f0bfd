"""What `doctor` does: look at this computer with the eyes of a session, and say what to do about what is missing."""

from __future__ import annotations

import platform
import shutil
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from imu_hip import __version__
from imu_hip.app.printing import print_json, print_lines
from imu_hip.model.errors import ImuHipError, LinkError, Reason
from imu_hip.session.output_file import SMALLEST_FREE_BYTES
from imu_hip.session.user_library import Library

SCHEMA = "imu-hip/doctor/1"

_SCAN_S = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is as a session needs it, and what it is or what to do about it."""

    name: str
    well: bool
    text: str


def doctor(args: Namespace) -> int:
    """Print what was found; 0 also where something is missing that not every session needs."""
    findings = [look() for look in (_program, _library, _bluetooth, _window, _sound, _speech, _demo, _second_screen)]
    if args.json:
        checks = [{"name": each.name, "ok": each.well, "text": each.text} for each in findings]
        print_json({"schema": SCHEMA, "checks": checks})
        return 0
    width = max(len(each.name) for each in findings)
    print_lines(f"{'✓' if each.well else '✗'} {each.name:<{width}}  {each.text}" for each in findings)
    return 0


def _program() -> Finding:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Finding("program", True, f"imu-hip {__version__}, Python {platform.python_version()}, {system}")


def _library() -> Finding:
    home = Library().home
    there = next((each for each in (home, *home.parents) if each.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    if free < SMALLEST_FREE_BYTES:
        return Finding("library", False, f"{home}: only {free / 1e6:.0f} MB are free on this disk; make room")
    return Finding("library", True, f"{home}, {free / 1e9:.0f} GB free")


def _bluetooth() -> Finding:
    from imu_hip.app.radio_access import SystemRadio
    from imu_hip.app.sensor_search import found_sensors

    try:
        found = found_sensors(SystemRadio({}), Library().sensors(), _SCAN_S)
    except LinkError as error:
        if error.reason is Reason.SENSOR_NOT_FOUND:
            return Finding("Bluetooth", True, "works; no sensor advertises now")
        return Finding("Bluetooth", False, error.message)
    except ImuHipError as error:
        return Finding("Bluetooth", False, error.message)
    return Finding("Bluetooth", True, f"works; {len(found)} sensors advertise now")


def _window() -> Finding:
    from imu_hip.app.window import require_window

    try:
        require_window(letters=True)
    except ImuHipError as error:
        return Finding("window", False, error.message)
    return Finding("window", True, "can be opened")


def _sound() -> Finding:
    from imu_hip.feedback.player import Player

    player = Player()
    try:
        status = player.open()
    finally:
        player.close()
    return Finding("sound", not status, status or "a loudspeaker is there")


def _speech() -> Finding:
    from imu_hip.feedback.voice import find_voice

    voice = find_voice()
    if isinstance(voice, str):
        return Finding("speech", False, voice)
    return Finding("speech", True, "this system can speak")


def _extra(name: str, module: str, extra: str, there: str) -> Callable[[], Finding]:
    def look() -> Finding:
        if find_spec(module) is None:
            return Finding(name, False, f"not installed: pip install 'imu-hip[{extra}]'")
        return Finding(name, True, there)

    return look


_demo = _extra("demo", "bumble", "demo", "virtual sensors can be used")
_second_screen = _extra("second screen", "websockets", "serve", "can be opened with --serve")
