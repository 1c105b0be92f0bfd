"""`scan` and `assign` over the virtual radio."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from imu_hip.app.demo import Worn, virtual_sensors
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.app.sensor_commands import assign, scan
from imu_hip.codec import movella_dot, witmotion
from imu_hip.model.errors import LinkError, UsageError
from imu_hip.model.item import Role
from imu_hip.session.user_library import Library
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.movella_dot import DotPlan
from imu_hip.virtual.polar import PolarPlan
from imu_hip.virtual.sensor import SensorPlan
from imu_hip.virtual.witmotion import WitMotionPlan
from tests.app.calling import call


@pytest.fixture
def radio() -> VirtualRadio:
    still = RecordedMotion(100.0, np.zeros((100, 3)), np.tile([0.0, 0.0, 9.81], (100, 1)))
    return VirtualRadio(virtual_sensors(Worn(still, still)))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home")


def options(pelvis: str | None = None, thigh: str | None = None, *, as_json: bool = False) -> Namespace:
    return Namespace(pelvis=pelvis, thigh=thigh, json=as_json, seconds=1.0)


def test_a_scan_lists_who_is_there_and_where_it_is_worn(
    radio: VirtualRadio, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scan(options(), radio, library) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" · ")[0] for line in sorted(lines)] == ["VP-0001", "VT-0001"]
    assert all("no role yet" in line and "dBm" in line for line in lines)
    assign(options("VP-0001", "VT-0001"), radio, library)
    capsys.readouterr()
    scan(options(as_json=True), radio, library)
    found = {sensor["serial"]: sensor["role"] for sensor in json.loads(capsys.readouterr().out)}
    assert found == {"VP-0001": "pelvis", "VT-0001": "thigh"}


def test_a_scan_says_which_sensor_is_too_late_for_cues(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    still = RecordedMotion(100.0, np.zeros((10, 3)), np.zeros((10, 3)))
    radio = VirtualRadio({Role.PELVIS: SensorPlan("VP-0001", still), Role.THIGH: PolarPlan("0BA1C2", still)})
    scan(options(), radio, library)
    assert any("so much late. It suits measuring, not cueing." in line for line in capsys.readouterr().out.splitlines())
    assign(options("VP-0001", "0BA1C2"), radio, library)
    told = "0BA1C2 sends every few seconds: angles and cues come so much late. It suits measuring, not cueing."
    assert capsys.readouterr().out.splitlines()[-1] == f"Both sensors are there. {told}"


def test_a_scan_tells_battery_how_samples_are_timed_and_what_to_know_of_such_sensors(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    still = RecordedMotion(100.0, np.zeros((10, 3)), np.zeros((10, 3)))
    radio = VirtualRadio({Role.PELVIS: DotPlan("D422CD0012AB", still), Role.THIGH: WitMotionPlan(still)})
    scan(options(), radio, library)
    lines = capsys.readouterr().out.splitlines()
    dot = next(at for at, line in enumerate(lines) if " · dot · " in line)
    assert re.search(r" · battery \d+ % · stamped$", lines[dot])
    assert lines[dot + 1 : dot + 3] == [f"    {limit}" for limit in movella_dot.DRIVER.limits]
    scan(options(as_json=True), radio, library)
    found = {each["family"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["dot"]["battery_percent"] in range(101)
    assert (found["dot"]["timing"], found["witmotion"]["timing"]) == ("stamped", "unstamped")
    # This family tells its battery only while it measures.
    assert found["witmotion"]["battery_percent"] is None
    assert found["witmotion"]["limits"] == list(witmotion.DRIVER.limits)


def test_who_is_asked_sees_one_sensor_after_the_other_blink(
    radio: VirtualRadio, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "p" if question.startswith("VP") else "thigh"

    assert assign(options(), radio, library, ask) == 0
    assert sorted(question.split(":")[0] for question in asked) == ["VP-0001", "VT-0001"]
    assert all("blinked" in question for question in asked)
    assert {serial: known.role for serial, known in library.sensors().items()} == {
        "VP-0001": Role.PELVIS,
        "VT-0001": Role.THIGH,
    }
    assert "Both sensors are there." in capsys.readouterr().out


def test_a_sensor_that_is_not_there_is_named_with_those_that_are(radio: VirtualRadio, library: Library) -> None:
    with pytest.raises(LinkError, match=r"X-1 was not found \(there: V.-0001, V.-0001\)"):
        assign(options(pelvis="X-1"), radio, library)
    assert library.sensors() == {}


def test_one_sensor_cannot_be_worn_twice(radio: VirtualRadio, library: Library) -> None:
    with pytest.raises(UsageError, match="two places"):
        assign(options("VP-0001", "VP-0001"), radio, library)


@pytest.mark.parametrize("command", ["scan", "assign"])
def test_a_computer_without_bluetooth_says_so_in_one_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (command,) if command == "scan" else (command, "--pelvis", "A")
    outcome = call(*words)
    if outcome.code == 0:
        pytest.skip("this computer has Bluetooth and sensors near")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("imu-hip: ")


def test_nobody_to_ask_is_told_the_options(library: Library, radio: VirtualRadio) -> None:
    with pytest.raises(UsageError, match="--pelvis SERIAL --thigh SERIAL"):
        assign(options(), radio, library)
