"""The command line as scripts and shells meet it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from imu_hip import __version__
from imu_hip.app import commands
from imu_hip.model.errors import LinkError, Reason
from tests.app.calling import RECORDING, ROOT, call, call_import, import_words, outcome_of, spawn

COMMANDS = ("demo", "exercises", "replay", "analyze", "import", "simulate", "recover")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which $HIP is the program."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={"HIP": f"{sys.executable} -m imu_hip", "PATH": "/usr/bin:/bin", "RECORDING": str(RECORDING)},
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    outcome = call(command, "--help")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith(f"usage: imu-hip {command}")


def test_help_lists_every_command_and_says_what_the_program_is_not() -> None:
    outcome = call("--help")
    assert outcome.code == 0
    assert all(re.search(rf"^    {command}\b", outcome.out, re.MULTILINE) for command in COMMANDS)
    assert "Not a medical device" in " ".join(outcome.out.split())


def test_version_is_the_packages() -> None:
    assert call("--version").out == f"imu-hip {__version__}\n"


def test_the_installed_command_and_the_module_are_one_program() -> None:
    (script,) = [point for point in entry_points(group="console_scripts") if point.name == "imu-hip"]
    assert script.value == "imu_hip.app.cli:main"
    outcome = outcome_of(spawn("exercises"))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == call("exercises").out


def test_help_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from imu_hip.app.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'asyncio', 'bleak', 'bumble', 'mcap', 'numpy', 'PySide6', 'pyqtgraph', 'scipy', 'vqf', 'zstandard'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_exercises_as_json_are_those_of_the_contract() -> None:
    outcome = call("exercises", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    listed = json.loads(outcome.out)
    exercises = {"standing_dissociation", "supine_ere", "hinge_ir", "seated_ir", "prone_ir", "brettzel"}
    assert {entry["id"] for entry in listed} == exercises | {"arom_seated", "arom_prone"}
    assert all(set(entry["directions"]) <= {"internal", "external"} for entry in listed)


@pytest.mark.parametrize(
    "line",
    [
        "$HIP --help | true",
        "$HIP exercises | true",
        "$HIP exercises --json | head -1",
        "$HIP analyze $RECORDING --json | head -1",
        "$HIP replay --headless --speed max $RECORDING 2>&1 | true",
    ],
)
def test_a_reader_that_has_had_enough_is_no_error(line: str) -> None:
    done = shell(line)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_demo_whose_reader_goes_away_closes_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    done = shell(f"$HIP demo --headless --speed max --out {path} 2>&1 | true")
    assert done.returncode == 0
    assert call("analyze", path).code == 0


def test_a_console_without_our_characters_gets_others() -> None:
    done = shell("PYTHONIOENCODING=ascii $HIP analyze $RECORDING && PYTHONIOENCODING=ascii $HIP exercises")
    assert done.returncode == 0
    assert " +/- " in done.stdout
    assert done.stdout.isascii()


def test_json_is_the_same_in_every_encoding() -> None:
    plain, other = (shell(f"PYTHONIOENCODING={name} $HIP exercises --json") for name in ("utf-8", "latin-1"))
    assert plain.returncode == other.returncode == 0
    assert plain.stdout == other.stdout


@pytest.mark.parametrize("words", [("demo",), ("replay", RECORDING)])
def test_without_a_display_headless_is_suggested(words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a display")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert "--headless" in call(*words).refusal
    monkeypatch.setenv("QT_QPA_PLATFORM", "no such platform")
    assert "--headless" in call(*words).refusal


def test_a_bug_is_exit_code_1_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(commands, "exercises", broken)
    outcome = call("exercises")
    assert outcome.code == 1
    assert "Traceback" in outcome.err
    assert outcome.err.splitlines()[-1] == "imu-hip: the program failed (ZeroDivisionError: oh)"


def test_a_refused_radio_is_exit_code_2_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> int:
        raise LinkError(Reason.NO_ADAPTER, "no Bluetooth adapter")

    monkeypatch.setattr(commands, "exercises", refused)
    assert call("exercises").refusal == "imu-hip: no Bluetooth adapter\n"


def test_ctrl_c_is_said_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = import_words(tmp_path)
    before = set(tmp_path.iterdir())

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("imu_hip.session.writer.RecordingWriter.close", interrupted)
    outcome = call_import(options)
    assert (outcome.code, outcome.err) == (1, "imu-hip: interrupted\n")
    assert set(tmp_path.iterdir()) == before
