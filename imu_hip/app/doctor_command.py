"""What `doctor` does: look at this computer with the eyes of a session, and say what mends what is missing."""

from __future__ import annotations

import platform
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import imu_hip
from imu_hip.app import computer_checks as checks
from imu_hip.app.bluetooth_checks import bluetooth
from imu_hip.app.computer import Computer, Finding
from imu_hip.app.printing import print_json, print_lines
from imu_hip.app.radio_access import SystemRadio
from imu_hip.app.sensor_search import found_sensors
from imu_hip.app.window import require_window
from imu_hip.feedback.player import Player
from imu_hip.session.user_library import Library

SCHEMA = "imu-hip/doctor/1"

_SCAN_S = 2.0

Looks = Callable[[Computer, Library], Iterator[Finding]]


def doctor(args: Namespace, looks: Looks | None = None) -> int:
    """Print what was found; 0 also where something is missing that not every session needs."""
    findings = tuple((looks or _looks)(Computer(), Library()))
    if args.json:
        found = [
            {"name": each.name, "ok": each.well, "text": each.text, "command": each.command or None}
            for each in findings
        ]
        print_json({"schema": SCHEMA, "checks": found})
        return 0
    width = max(len(each.name) for each in findings)
    print_lines(line for each in findings for line in _lines(each, width))
    return 0


def _looks(computer: Computer, library: Library) -> Iterator[Finding]:
    yield _program()
    yield checks.disk(computer, library.home)
    yield checks.clock(computer, _newest_s(library))
    names = {sensor.name or sensor.serial for sensor in library.sensors().values()}
    yield from bluetooth(computer, lambda: len(found_sensors(SystemRadio({}), library.sensors(), _SCAN_S)), names)
    yield checks.qt_libraries(computer)
    yield checks.opened(computer, lambda: require_window(letters=True))
    yield checks.sound(computer, Player())
    yield checks.speech(computer)
    yield checks.added(computer, "demo", "bumble", "demo", "virtual sensors can be used")
    yield checks.added(computer, "second screen", "websockets", "serve", "can be opened with --serve")


def _program() -> Finding:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Finding("program", True, f"imu-hip {imu_hip.__version__}, Python {platform.python_version()}, {system}")


def _newest_s(library: Library) -> float:
    """Return when the newest of what is surely past was written: this program, and what the library keeps."""
    places = (Path(imu_hip.__file__), *library.home.glob("*"), *library.home.glob("persons/*/*"))
    return max(place.stat().st_mtime for place in places if place.exists())


def _lines(finding: Finding, width: int) -> Iterator[str]:
    yield f"{'✓' if finding.well else '✗'} {finding.name:<{width}}  {finding.text}"
    if finding.command:
        yield f"  {'':<{width}}  $ {finding.command}"
