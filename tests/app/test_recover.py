"""What is left of a damaged recording, and what is said about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from imu_hip.model.setup import Side
from imu_hip.session.user_library import HOME_VARIABLE, Library
from tests.app.calling import RECORDING, call


def test_recover_saves_what_is_left_and_tells_what_is_lost(tmp_path: Path) -> None:
    damaged, whole = tmp_path / "a.mcap", RECORDING.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    outcome = call("recover", damaged, "--out", tmp_path / "b.mcap", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    report = json.loads(outcome.out)
    assert report["items_saved"] > 1000
    assert not report["complete"]
    result = json.loads(call("analyze", tmp_path / "b.mcap", "--json").out)
    assert 30.0 < result["recording"]["duration_s"] < 60.0
    again = call("recover", damaged, "--out", tmp_path / "c.mcap")
    assert again.code == 0
    assert again.out.startswith(f"{report['items_saved']} items (")


def test_recover_of_a_sound_recording_loses_nothing(tmp_path: Path) -> None:
    report = json.loads(call("recover", RECORDING, "--out", tmp_path / "b.mcap", "--json").out)
    assert report["complete"]
    assert report["bytes_lost"] == 0
    hashes = {json.loads(call("analyze", p, "--json").out)["result_sha256"] for p in (RECORDING, tmp_path / "b.mcap")}
    assert len(hashes) == 1


@pytest.fixture
def cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a session of the library as a crash leaves it: most of its recording, and no result."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    path = Library().new_recording("Anna", "supine_ere", Side.RIGHT, "2026-11-22T12:00:00Z")
    whole = RECORDING.read_bytes()
    path.write_bytes(whole[: 9 * len(whole) // 10])
    os.utime(path, (0, 0))
    return path


def test_a_session_that_was_cut_off_is_listed_with_the_command_that_mends_it(cut_off: Path) -> None:
    said = call("history", "--person", "Anna").out
    command = f"imu-hip recover {cut_off.parent}"
    assert "cut off, not evaluated" in said
    assert command in said
    assert command in call("analyze", cut_off.parent).refusal
    (left_out,) = json.loads(call("history", "--person", "Anna", "--json").out)["left_out"]
    assert left_out["path"] == str(cut_off)


def test_what_is_saved_of_a_session_stays_in_its_folder_and_counts(
    cut_off: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, before = tmp_path / "elsewhere", cut_off.read_bytes()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    outcome = call("recover", cut_off.parent)
    assert (outcome.code, outcome.err) == (0, "")
    assert str(cut_off.parent) in outcome.out
    assert list(elsewhere.iterdir()) == []
    assert cut_off.read_bytes() == before
    (kept,) = Library().sessions("Anna")
    assert kept.summary is not None
    assert json.loads(call("history", "--person", "Anna", "--json").out)["left_out"] == []
    assert call("verify").out.endswith("1 recording: 1 same\n")
    assert [line for line in call("recover", cut_off.parent).out.splitlines() if "never finished" in line] == []
    assert sorted(path.name for path in cut_off.parent.glob("*.mcap")) == ["raw.2.mcap", "raw.mcap"]


def test_a_session_that_is_being_recorded_is_left_alone(cut_off: Path) -> None:
    os.utime(cut_off)
    assert "is being recorded now" in call("recover", cut_off.parent).refusal
    assert not cut_off.with_name("raw.2.mcap").exists()


def test_only_a_session_has_a_folder_to_stay_in(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(RECORDING.read_bytes())
    assert "add --out FILE2" in call("recover", path).refusal


def test_text_is_no_recording_and_nothing_of_it_is_to_be_saved(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Größe\n" * 1000, "utf-8")
    refusal = call("analyze", page).refusal
    assert "not a recording: it is text" in refusal
    assert "recover" not in refusal
    page.write_bytes(bytes(512) + RECORDING.read_bytes()[512:])
    assert "imu-hip recover" in call("analyze", page).refusal
