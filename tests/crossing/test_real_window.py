"""The whole demonstration in a real window on a screen that nobody looks at, driven by keys alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.model.event import Hold

pytest.importorskip("PySide6")
pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="Xvfb and xdotool are not there"
)

LONGEST_S = 60.0


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """Start a screen; return the environment of programs that draw on it."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        # Without -noreset it begins anew, and drops who is just coming, whenever nobody is left.
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait(10)


class Person:
    """Somebody who sees the window's title and has a keyboard."""

    def __init__(self, screen: dict[str, str], program: subprocess.Popen[bytes]) -> None:
        self._screen = screen
        self._program = program
        self._window = ""

    def sees(self, title: str) -> None:
        """Wait until a window has this in its title."""
        end_s = time.monotonic() + LONGEST_S
        while not (found := self._asked("search", "--onlyvisible", "--name", title)):
            if self._program.poll() is not None:
                said, _ = self._program.communicate()
                pytest.fail(f"the program ended before '{title}' was seen: {said.decode()}")
            assert time.monotonic() < end_s, f"'{title}' was never seen"
            time.sleep(0.05)
        self._window = found.splitlines()[0]

    def presses(self, *keys: str) -> None:
        self._asked("windowfocus", self._window)
        for key in keys:
            self._asked("key", key)
            time.sleep(0.1)

    def _asked(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self._screen, capture_output=True, text=True, timeout=20)
        return done.stdout.strip()


def test_the_whole_demonstration_runs_in_a_real_window(screen: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "demo.mcap"
    command = [sys.executable, "-m", "imu_hip", "demo", "--speed", "8", "--mute", "--out", str(path)]
    home = {**screen, "IMU_HIP_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, env=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
        try:
            person = Person(screen, program)
            person.sees("Calibrate")
            person.sees("Exercise")
            person.sees("Results")
            person.presses("Escape", "Escape")
            said, _ = program.communicate(timeout=20)
        finally:
            program.kill()
    assert program.returncode == 0, said.decode()
    assert sum(isinstance(event, Hold) for event in api.analyze(path).events) == 2
