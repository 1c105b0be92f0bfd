"""Where a page is tried: a new folder, sample recordings, an empty library, sensors near, windows that get closed."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest

from imu_hip.app import doctor_command, lint_sensor, sensor_commands, sensor_search, session_commands
from imu_hip.app.demo import Worn, virtual_sensors
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.model.item import Role
from imu_hip.plot.app_window import AppWindow
from imu_hip.session.user_library import HOME_VARIABLE
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sensor import SensorPlan
from tests.app.test_lint_sensor import Access, turned
from tests.app.visitor import Visitor
from tests.docs.pages import ROOT

T = TypeVar("T")
ENOUGH = 5
"""Looks at a window, ten a second."""


class Terminal(io.StringIO):
    """Somebody sits there and can be asked."""

    def isatty(self) -> bool:
        return True


def answer(question: str) -> str:
    """Say what a person would who knows where the sensors are worn and means what was typed."""
    if "blinked" in question:
        return "p" if question.startswith("VP") else "t"
    return question.removeprefix("Delete ").partition(" with ")[0]


def near(_roles: object = None) -> VirtualRadio:
    """Return a radio with two sensors that lie still."""
    still = RecordedMotion(100.0, np.zeros((100, 3)), np.tile([0.0, 0.0, 9.81], (100, 1)))
    return VirtualRadio(virtual_sensors(Worn(still, still)))


def new_firmware() -> VirtualRadio:
    """Return a radio with the sensor of somebody who writes firmware, and turns it when asked to."""
    return Access({Role.PELVIS: SensorPlan("BIP-0001", turned()), Role.THIGH: SensorPlan("BIP-0002", turned())})


def in_simulated_time(work: Coroutine[None, None, T]) -> T:
    """Run something without waiting for what it waits for."""
    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(work)


def silent(**_: object) -> None:
    """Give no cues to the ears."""


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    for name in ("docs", "recordings"):
        (folder / name).symlink_to(ROOT / name)
    linted = partial(lint_sensor.lint_sensor, access=new_firmware(), loop=SimulatedTimeLoop)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        patch.setenv(HOME_VARIABLE, str(folder / "library"))
        patch.setattr("sys.stdin", Terminal())
        patch.setattr("builtins.input", answer)
        patch.setattr("imu_hip.app.ears.ears_for", silent)
        patch.setattr("imu_hip.app.window.ears_for", silent)
        for module in (doctor_command, sensor_commands, session_commands):
            patch.setattr(module, "SystemRadio", near)
        patch.setattr(lint_sensor, "lint_sensor", linted)
        patch.setattr(sensor_search, "asyncio", SimpleNamespace(run=in_simulated_time))
        yield


@contextmanager
def closing_windows() -> Iterator[None]:
    """Close the window that is opened when it has been looked at for a moment."""
    visitor = Visitor(ENOUGH, AppWindow.close)
    yield
    visitor.leave()
