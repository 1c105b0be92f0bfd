"""An exercise of one's own costs one file: it is guided, simulated, recorded, replayed and judged like any other."""

import json
from pathlib import Path

import pytest

from imu_hip.app.cli import main

LIFT_OFF = Path(__file__).resolve().parents[2] / "docs" / "lift_off.toml"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "lift_off.mcap"
    call = ["demo", "--exercise-file", str(LIFT_OFF), "--side", "left", "--headless", "--speed", "max"]
    assert main([*call, "--out", str(path)]) == 0
    return path


def test_its_holds_are_judged_by_its_own_rules(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(recording), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["recording"]["exercise"], result["recording"]["posture"]) == ("lift_off_90_90", "seated")
    assert [hold["verdict"] for hold in result["holds"]] == ["complete"] * 3
    assert [leaving["verdict"] for leaving in result["exits"]] == ["controlled"] * 3
    assert result["compensations"] == []
    assert result["warnings"] == []


def test_it_can_be_simulated_after_a_calibration_while_lying(tmp_path: Path) -> None:
    out, truth = tmp_path / "s.mcap", tmp_path / "t.csv"
    call = ["simulate", "--exercise-file", str(LIFT_OFF), "--calibration", "lying", "--cycles", "1"]
    assert main([*call, "--out", str(out), "--truth", str(truth)]) == 0
    assert out.exists()
    assert truth.exists()


def test_without_a_guide_nobody_can_be_guided_and_it_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(LIFT_OFF.read_text().partition("[guide]")[0])
    assert main(["demo", "--exercise-file", str(mine), "--headless", "--speed", "max"]) == 2
    error = capsys.readouterr().err
    assert "has no [guide]" in error
    assert len(error.strip().splitlines()) == 1
