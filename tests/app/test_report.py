"""The command `report`: a page for its owner only, never over another file, the same bytes every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imu_hip.app.reporting import write_report
from imu_hip.model.errors import UsageError
from tests.app.calling import RECORDING, ROOT, call


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the report of a sample recording."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    outcome = call("report", RECORDING, "--out", out)
    assert (outcome.code, outcome.out) == (0, "")
    return out


def test_the_page_belongs_to_its_owner_only(written: Path) -> None:
    assert written.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in written.parent.iterdir()] == ["report.html"]


def test_a_file_that_is_there_stays_unless_forced(written: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("mine")
    assert "exists already" in call("report", RECORDING, "--out", out).refusal
    assert out.read_text() == "mine"
    assert call("report", RECORDING, "--out", out, "--force").code == 0
    assert out.read_bytes() == written.read_bytes()


def test_the_recording_itself_is_never_overwritten(tmp_path: Path) -> None:
    copy = tmp_path / "copy.mcap"
    copy.write_bytes(RECORDING.read_bytes())
    assert "is what is read from" in call("report", copy, "--out", copy, "--force").refusal
    assert copy.read_bytes() == RECORDING.read_bytes()


def test_another_process_in_another_time_zone_writes_the_same_bytes(written: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    elsewhere = os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    command = [sys.executable, "-m", "imu_hip", "report", str(RECORDING), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, env=elsewhere, check=True, capture_output=True)
    assert out.read_bytes() == written.read_bytes()


def test_a_person_stands_on_the_page_only_when_named(written: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert call("report", RECORDING, "--out", out, "--person", "Jo & Co").code == 0
    assert "<bdi>Jo &amp; Co</bdi>" in out.read_text("utf-8")
    assert "<bdi>" not in written.read_text("utf-8")


def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.mcap"
    wrong.write_bytes(b"not a recording")
    assert "wrong.mcap" in call("report", wrong, "--out", tmp_path / "report.html").refusal
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "cannot be written" in call("report", RECORDING, "--out", tmp_path / "none" / "report.html").refusal


def test_the_function_behind_it_refuses_before_it_analyzes(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.touch()
    with pytest.raises(UsageError, match="exists already"):
        write_report(tmp_path / "never read.mcap", out)
