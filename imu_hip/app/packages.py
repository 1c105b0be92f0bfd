"""Which command installs what a computer lacks, by the package manager that it has."""

from __future__ import annotations

from collections.abc import Sequence

from imu_hip.app.computer import Computer

_INSTALL = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "zypper": "sudo zypper install",
    "pacman": "sudo pacman -S --needed",
}
_NAMES = {
    "bluez": {"pacman": "bluez bluez-utils"},
    "dbus": {},
    "portaudio": {"apt-get": "libportaudio2", "zypper": "libportaudio2"},
    "voice": {"apt-get": "espeak-ng", "dnf": "espeak-ng", "zypper": "espeak-ng", "pacman": "espeak-ng"},
    "font": {
        "apt-get": "fonts-dejavu-core",
        "dnf": "dejavu-sans-fonts",
        "zypper": "dejavu-fonts",
        "pacman": "ttf-dejavu",
    },
}
_QT_OF_PACMAN = (
    "xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil libxkbcommon-x11 "
    "libx11 libglvnd fontconfig dbus glib2"
)


def install(computer: Computer, *things: str) -> str:
    """Return the command that installs these things; "" where none is known for this system."""
    manager = _manager(computer)
    if manager is None:
        return ""
    return " ".join((_INSTALL[manager], *(_NAMES[thing].get(manager, thing) for thing in things)))


def install_libraries(computer: Computer, libraries: Sequence[str]) -> str:
    """Return the command that installs the packages with these shared libraries (`libxcb-cursor.so.0`)."""
    manager = _manager(computer)
    if manager is None:
        return ""
    if manager == "apt-get":
        names = [_debian(library) for library in libraries]
    elif manager == "pacman":
        names = [_QT_OF_PACMAN]
    else:  # packages say which libraries they provide
        names = [f"'{library}()(64bit)'" for library in libraries]
    return " ".join((_INSTALL[manager], *dict.fromkeys(names)))


def _manager(computer: Computer) -> str | None:
    if not computer.is_linux:
        return None
    return next((manager for manager in _INSTALL if computer.find(manager) is not None), None)


def _debian(library: str) -> str:
    """Name the package by Debian's rule: the library and its number, with a dash where the library ends in a digit."""
    stem, _, number = library.lower().partition(".so.")
    if stem in ("libglib-2.0", "libgthread-2.0", "libgobject-2.0"):
        return "libglib2.0-0"
    return f"{stem}-{number}" if stem[-1].isdigit() else f"{stem}{number}"
