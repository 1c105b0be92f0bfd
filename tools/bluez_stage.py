"""The stage of the emulated machine: its services, the air beyond its chip, and what a scenario has to say."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

SERIALS = ("VP-0001", "VT-0001")
SETTLE_S = 5.0
"""What bluetoothd takes, emulated, until it can be used."""


class Services:
    """The message bus and bluetoothd, which can be killed and started again."""

    def __init__(self) -> None:
        self._bluetoothd: subprocess.Popen[bytes] | None = None

    def start_bus(self) -> None:
        """Start the system message bus."""
        subprocess.run(["dbus-daemon", "--system", "--fork", "--nopidfile"], check=True, stderr=subprocess.DEVNULL)

    def start(self) -> float:
        """Start bluetoothd; return when (monotonic, s)."""
        with Path("/run/bluetoothd.log").open("ab") as log:
            self._bluetoothd = subprocess.Popen(["/usr/libexec/bluetooth/bluetoothd", "-n"], stdout=log, stderr=log)
        return time.monotonic()

    def kill(self) -> None:
        """Kill bluetoothd."""
        if self._bluetoothd is not None:
            self._bluetoothd.kill()
            self._bluetoothd.wait()

    @property
    def died(self) -> bool:
        """Whether bluetoothd ended by itself."""
        return self._bluetoothd is not None and self._bluetoothd.poll() is not None


class Air:
    """The process with the virtual sensors; a call is a command to it and returns when it was done."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> Air:
        """Start it; nothing is plugged in or on yet."""
        script = Path(__file__).with_name("bluez_air.py")
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None
            )
        )

    async def __call__(self, *words: str) -> float:
        """Let something happen; return the monotonic time (s) at which it had."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("it was started with pipes")
        self._process.stdin.write(" ".join(words).encode() + b"\n")
        return float(await self._process.stdout.readline())


@dataclass(slots=True)
class Outcome:
    """What a scenario showed, and what of it is not as it should be."""

    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def must(self, holds: bool, what: str) -> None:
        """Take down what does not hold."""
        if not holds:
            self.wrong.append(what)


@dataclass(frozen=True, slots=True)
class Machine:
    """What a scenario can play with."""

    services: Services
    air: Air

    async def set_up_again(self) -> None:
        """Begin as at first, whatever was left behind: bluetoothd anew, both sensors on and free."""
        self.services.kill()
        for serial in SERIALS:
            await self.air("off", serial)
        self.services.start()
        await asyncio.sleep(SETTLE_S)
        for serial in SERIALS:
            await self.air("on", serial)


Scenario = Callable[[Machine, Outcome], Awaitable[None]]
"""Finds bluetoothd running and both sensors on, and leaves them so."""


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person does."""
    return run(sys.executable, "-m", "imu_hip", *words)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run any program."""
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=240)
