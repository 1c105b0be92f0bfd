"""What the emulated machine is made of: Debian packages, fetched and unpacked into `build/`, nothing installed."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from pathlib import Path

from talking import say

_WANTED = ("qemu-system-x86", "bluez", "dbus-daemon", "dbus-bin")
_SHELL = "busybox-static"  # unpacked even where it is installed: it goes into the first file system
_KERNEL = "linux-image-amd64"  # the kernel for cloud machines has no Bluetooth
_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "hci_vhci")

# On Debian /bin, /lib and /sbin are links into /usr; packages may still name them.
_MERGED = r"--transform=flags=rh;s,^\(\./\)\?\(bin\|sbin\|lib\|lib64\)\(/\|$\),\1usr/\2\3,"


class MissingError(Exception):
    """What is not there, in one line."""


def fetched(cache: Path) -> tuple[Path, Path]:
    """Return the folders of the programs and of the kernel, from the cache or from Debian.

    Raises
    ------
    MissingError
        This is no Debian with a package list, or a package cannot be fetched.
    """
    programs, kernel = cache / "programs", cache / "kernel"
    if not (cache / "complete").exists():
        if platform.machine() != "x86_64":
            raise MissingError(
                f"this computer is no x86-64 ({platform.machine()}): its programs do not run in the machine"
            )
        for tool in ("apt-get", "apt-cache", "dpkg-deb", "tar"):
            if shutil.which(tool) is None:
                raise MissingError(f"no {tool}: this takes its machine from Debian's packages")
        shutil.rmtree(cache, ignore_errors=True)
        wanted = [*_not_installed(_WANTED), _SHELL]
        say(f"Fetching {len(wanted) + 1} Debian packages (about 90 MB, once) into {cache}")
        for package in wanted:
            _unpack(_download(package, cache / "downloads"), programs)
        _take_kernel(_download(_kernel_package(), cache / "downloads"), kernel)
        shutil.rmtree(cache / "downloads")
        (cache / "complete").touch()
    return programs, kernel


def _not_installed(packages: tuple[str, ...]) -> list[str]:
    """Return these packages and what they need, without what this computer has."""
    for attempt in range(2):
        told = _told("apt-get", "install", "--simulate", "--no-install-recommends", *packages)
        if told is not None:
            return re.findall(r"^Inst (\S+) \(", told, re.MULTILINE)
        if attempt == 0:
            _told("apt-get", "update", "--quiet")
    raise MissingError(f"apt-get does not know {', '.join(packages)}: is this Debian, and its list of packages fresh?")


def _kernel_package() -> str:
    told = _told("apt-cache", "show", "--no-all-versions", _KERNEL) or ""
    found = re.search(r"^Depends:.*?(linux-image-[^ ,]+)", told, re.MULTILINE)
    if found is None:
        raise MissingError(f"apt-get does not know {_KERNEL}: is this Debian?")
    return found[1]


def _download(package: str, folder: Path) -> Path:
    place = folder / package
    place.mkdir(parents=True)
    if _told("apt-get", "download", "--quiet", package, cwd=place) is None:
        raise MissingError(f"{package} cannot be fetched: is the network there? (sudo apt-get update)")
    return next(place.glob("*.deb"))


def _unpack(package: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as reading:
        subprocess.run(["tar", "-x", "--no-same-owner", _MERGED, "-C", folder], stdin=reading.stdout, check=True)


def _take_kernel(package: Path, kernel: Path) -> None:
    """Keep the kernel, and of its 4000 modules those that the machine loads, numbered in the order of loading."""
    whole = kernel.with_name("kernel.whole")
    _unpack(package, whole)
    kernel.mkdir()
    shutil.move(next(whole.glob("boot/vmlinuz-*")), kernel)
    modules = {path.stem.replace("-", "_"): path for path in whole.rglob("*.ko")}
    if not modules:
        raise MissingError(f"{package.name} has compressed modules: this job was made for Debian 12")
    for number, name in enumerate(in_order(_MODULES, modules)):
        shutil.move(modules[name], kernel / f"{number:02}-{name}.ko")
    shutil.rmtree(whole)


def in_order(wanted: tuple[str, ...], modules: dict[str, Path]) -> list[str]:
    """Return the modules and those that they need, each after what it needs; what is no module is in the kernel."""
    order: list[str] = []

    def take(name: str) -> None:
        if name in order or name not in modules:
            return
        needs = re.search(rb"\0depends=([^\0]*)\0", modules[name].read_bytes())
        for other in (needs[1].decode() if needs else "").split(","):
            take(other.replace("-", "_"))
        order.append(name)

    for name in wanted:
        take(name)
    return order


def _told(*words: str, cwd: Path | None = None) -> str | None:
    done = subprocess.run(words, check=False, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout if done.returncode == 0 else None
