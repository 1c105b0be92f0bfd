"""What the system has to bring: libraries that Qt and sound open at run time, programs that tests run."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING

from talking import say, succeeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

# What Qt opens at run time and a minimal Debian or Ubuntu lacks: shared library, package that brings it.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
SCREEN_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
SOUND_LIBRARIES = {"libportaudio.so.2": "libportaudio2"}  # wheels bring it for macOS and Windows only

# Any of these runs the tests of the second screen; the first is what Debian calls it, program and package.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What else tests run: program, package that brings it. A screen that nobody looks at, keys that nobody presses,
# compilers for the firmware's library (g++ brings gcc and the headers of C with it), and shells that complete.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "g++": "g++", "zsh": "zsh", "fish": "fish"}


def ensure_libraries(tried: Path, turn: Callable[[], AbstractContextManager[None]]) -> None:
    """Install what Qt and sound lack where that is allowed, else say how; the rest works without them."""
    missing = missing_libraries()
    if missing and _install_once(missing, tried, turn):
        missing = missing_libraries()
    if missing:
        say(f"Window and sound need system libraries. On Debian or Ubuntu: {line(missing)}")


def ensure_programs(tried: Path, turn: Callable[[], AbstractContextManager[None]]) -> None:
    """Install a browser, a screen, compilers and shells for the tests where that is allowed, else say how."""
    missing = _missing_programs()
    if missing and _install_once(missing, tried, turn):
        missing = _missing_programs()
    if missing:
        say(f"Some tests need programs that are not there. On Debian: {line(missing)}")


def install(packages: Sequence[str]) -> bool:
    """Install system packages if this is root on a system with apt; otherwise do nothing."""
    if sys.platform == "win32" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"Installing system packages: {' '.join(packages)}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    wanted = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages]
    return succeeds(wanted, quiet=True) or (succeeds(["apt-get", "update", "-qq"]) and succeeds(wanted))


def line(packages: Sequence[str]) -> str:
    """Return what a person has to type to install packages."""
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"


def missing_libraries() -> list[str]:
    """Return the packages whose libraries are not there."""
    if not sys.platform.startswith("linux"):
        return []
    libraries = {**OFFSCREEN_LIBRARIES, **SCREEN_LIBRARIES, **SOUND_LIBRARIES}
    return [package for library, package in libraries.items() if not _loads(library)]


def _missing_programs() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    browser = [] if any(shutil.which(each) for each in BROWSERS) else [BROWSERS[0]]
    return browser + [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _install_once(packages: Sequence[str], tried: Path, turn: Callable[[], AbstractContextManager[None]]) -> bool:
    """Install system packages, once per environment, so that no start waits for a dead network."""
    if tried.exists():
        return False
    tried.touch()
    with turn():
        return install(packages)
