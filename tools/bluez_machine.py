"""Boot an emulated machine whose kernel has a virtual Bluetooth chip, and run the scenarios of the radio in it.

The client, bleak, D-Bus, bluetoothd and the kernel are the real ones. The other end of the chip are virtual sensors.
No privileges and no KVM are needed; nothing is left behind but `build/bluez`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bluez_packages import MissingError, fetched
from talking import say

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "build" / "bluez"
RESULT = "imu-hip-result "
"""Begins the lines of the console that are for the table."""
_READ_ONLY = "security_model=none,readonly=on,multidevs=remap"
_TRAILER = "TRAILER!!!"


def main() -> int:
    """Run the scenarios, print their table; return 1 if one fails or none comes to its end, 2 without a machine."""
    parser = argparse.ArgumentParser(prog="tools/bluez", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", default="", help="scenarios with this in their name")
    parser.add_argument("--timeout", type=float, metavar="S", default=1800.0, help="for all of it (1800)")
    args = parser.parse_args()
    try:
        programs, kernel = fetched(CACHE)
    except MissingError as missing:
        say(f"tools/bluez: {missing}")
        return 2
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        initrd = Path(folder) / "initrd.gz"
        settings = {"CHECKOUT": str(ROOT), "PYTHON": sys.executable, "ONLY": args.only}
        initrd.write_bytes(_initrd(programs, kernel, settings))
        with (CACHE / "console.log").open("w", encoding="utf-8") as log:
            for line in _console(programs, kernel, initrd, args.timeout):
                print(line, file=log, flush=True)
                if line.startswith(RESULT):
                    results.append(json.loads(line.removeprefix(RESULT)))
                else:
                    print(line, flush=True)
    return judged(results)


def judged(results: list[dict[str, Any]]) -> int:
    """Print the table; return 0 only where the job came to its end and all that was run holds."""
    if not results or "end" not in results[-1]:
        say(f"tools/bluez: the machine did not come to its end; its console is in {CACHE / 'console.log'}")
        return 1
    print(f"\n{results[-1]['end']}")
    width = max((len(each["name"]) for each in results[:-1]), default=0)
    for each in results[:-1]:
        print(f"{each['name']:{width}}  {'holds ' if not each['wrong'] else 'FAILED'}  {each['told']}")
        for wrong in each["wrong"]:
            print(f"{'':{width}}          {wrong}")
    failed = sum(bool(each["wrong"]) for each in results[:-1])
    print("all hold" if not failed else f"{failed} do not hold")
    return 1 if failed or len(results) == 1 else 0


def _console(programs: Path, kernel: Path, initrd: Path, timeout_s: float) -> Iterator[str]:
    """Boot the machine and yield what its console says, until it is off or its time is over."""
    libraries = [programs / "usr/lib/x86_64-linux-gnu", os.environ.get("LD_LIBRARY_PATH", "")]
    unpacked = programs / "usr/bin/qemu-system-x86_64"
    command = [
        str(unpacked if unpacked.exists() else "qemu-system-x86_64"),
        *("-accel", "tcg", "-cpu", "Nehalem", "-smp", "2", "-m", "1024", "-nic", "none", "-no-reboot"),
        *("-display", "none", "-monitor", "none", "-serial", "stdio"),
        *("-kernel", str(next(kernel.glob("vmlinuz-*"))), "-initrd", str(initrd)),
        *("-append", "console=ttyS0 quiet loglevel=3 panic=-1"),
        *("-virtfs", f"local,path=/,mount_tag=host,{_READ_ONLY}"),
        *("-virtfs", f"local,path={str(programs).replace(',', ',,')},mount_tag=programs,{_READ_ONLY}"),
    ]
    if unpacked.exists():
        command += ["-L", str(programs / "usr/share/qemu"), "-L", str(programs / "usr/share/seabios")]
    environ = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, filter(None, libraries)))}
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    ) as machine:  # fmt: skip
        timer = threading.Timer(timeout_s, machine.kill)
        timer.start()
        try:
            assert machine.stdout is not None
            for line in machine.stdout:
                yield line.rstrip()
        finally:
            timer.cancel()
            machine.kill()


# ---------------------------------------------------------------- the first file system


def _initrd(programs: Path, kernel: Path, settings: Mapping[str, str]) -> bytes:
    files = {
        "bin": None,
        "modules": None,
        "bin/busybox": (programs / "usr/bin/busybox").read_bytes(),
        "init": (ROOT / "tools" / "bluez_init").read_bytes(),
        "settings": "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items()).encode(),
        **{f"modules/{path.name}": path.read_bytes() for path in sorted(kernel.glob("*.ko"))},
    }
    archive = b"".join(member(name, content) for name, content in files.items())
    return gzip.compress(archive + member(_TRAILER, b""), 1)


def member(name: str, content: bytes | None) -> bytes:
    """Write a file, or a folder (None), as cpio does (newc; the kernel's buffer-format.rst)."""
    mode = 0o040755 if content is None else 0o100755
    fields = (0, mode, 0, 0, 1, 0, len(content or b""), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return b"".join(part + bytes(-len(part) % 4) for part in (head, content or b""))


if __name__ == "__main__":
    sys.exit(main())
