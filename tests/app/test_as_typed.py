"""A command that is named in what is said can be typed as it stands."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imu_hip.app import as_typed as module
from imu_hip.app.as_typed import as_typed

SAID = "the file ends early; save what is left with: imu-hip recover a.mcap --out b.mcap (imu-hip doctor helps)"
SCRIPT = "imu-hip.exe" if os.name == "nt" else "imu-hip"


@pytest.fixture(autouse=True)
def _found_anew() -> Iterator[None]:
    module._program.cache_clear()
    yield
    module._program.cache_clear()


def environment(folder: Path, monkeypatch: pytest.MonkeyPatch, *, script: bool) -> Path:
    """Make a folder of programs, with ours in it or not, that Python runs from; it is not on the PATH."""
    programs = folder / "env" / "bin"
    programs.mkdir(parents=True)
    if script:
        (programs / SCRIPT).touch()
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    return programs


def test_on_the_path_the_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert as_typed(SAID) == SAID


def test_below_here_it_is_a_short_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path, monkeypatch, script=True)
    monkeypatch.chdir(tmp_path)
    program = str(Path("env", "bin", SCRIPT))
    assert as_typed(SAID) == SAID.replace("imu-hip", program)


def test_elsewhere_it_is_the_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = environment(tmp_path / "a", monkeypatch, script=True)
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert as_typed("run imu-hip assign") == f"run {programs / SCRIPT} assign"


def test_without_a_script_it_is_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path, monkeypatch, script=False)
    monkeypatch.chdir(tmp_path)
    assert as_typed("run imu-hip assign").endswith("python -m imu_hip assign")


@pytest.mark.parametrize(
    "text", ["imu-hip: no such file", "imu-hip 0.1.0, Python 3.11", "imu-hip/history/1", "./imu-hip x"]
)
def test_what_is_no_command_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    environment(tmp_path, monkeypatch, script=True)
    assert as_typed(text) == text
