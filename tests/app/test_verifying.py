"""Results derived again are compared with what was kept; a mismatch is a failure, other software is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from imu_hip import api
from imu_hip.app.person_commands import OUT_OF_REACH
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.user_library import Library
from tests.app.calling import RECORDING, call


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Library:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path / "home"))
    return Library()


@pytest.fixture
def kept(library: Library) -> Path:
    """Return a recording in the library, with its result."""
    path = library.new_recording("me", "supine_ere", Side.RIGHT, "2026-11-22T18:00:00Z")
    shutil.copyfile(RECORDING, path)
    library.keep_result(path, analysis_json(api.analyze(path)))
    return path


def derived(kept: Path) -> Path:
    (path,) = (kept.parent / "derived").iterdir()
    return path


def change(path: Path, **changed: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


def test_a_sample_recording_is_what_lies_beside_it() -> None:
    outcome = call("verify", str(RECORDING))
    assert outcome.code == 0
    first, last = outcome.out.splitlines()
    assert first.startswith("supine_ere_right.mcap  same  ")
    assert last == "1 recording: 1 same"


def test_a_sample_recording_that_is_not_what_was_expected_fails(tmp_path: Path) -> None:
    for path in (RECORDING, RECORDING.with_suffix(".json")):
        shutil.copyfile(path, tmp_path / path.name)
    copy = tmp_path / RECORDING.name
    rows = json.loads(copy.with_suffix(".json").read_text())["rows"]
    rows[0]["t_s"] += 1e-6
    change(copy.with_suffix(".json"), rows=rows)
    outcome = call("verify", str(copy))
    assert outcome.code == 1
    assert "DIFFERENT" in outcome.out
    assert ".rows[0].t_s" in outcome.out
    change(copy.with_suffix(".json"), recording_sha256="0" * 64)
    assert "RECORDING CHANGED" in call("verify", str(copy)).out


def test_a_file_with_nothing_beside_it_is_said_and_no_failure(tmp_path: Path) -> None:
    copy = tmp_path / "x.mcap"
    shutil.copyfile(RECORDING, copy)
    outcome = call("verify", str(copy))
    assert (outcome.code, "nothing kept" in outcome.out) == (0, True)
    change_to_other_json = copy.with_suffix(".json")
    change_to_other_json.write_text("{}")
    assert "x.json is no result" in call("verify", str(copy)).out


def test_an_analysis_beside_a_file_counts(tmp_path: Path) -> None:
    copy = tmp_path / "x.mcap"
    shutil.copyfile(RECORDING, copy)
    result = analysis_json(api.analyze(copy))
    copy.with_suffix(".json").write_text(json.dumps(result))
    assert call("verify", str(copy)).code == 0
    change(copy.with_suffix(".json"), result_sha256="0" * 64)
    assert call("verify", str(copy)).code == 1


def test_the_library_is_verified_when_nothing_is_named(library: Library, kept: Path) -> None:
    outcome = call("verify")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "1 recording: 1 same")
    assert kept.parent.name in outcome.out


def test_a_result_that_differs_with_the_same_software_fails_and_stays(library: Library, kept: Path) -> None:
    change(derived(kept), result_sha256="0" * 64)
    before = derived(kept).read_bytes()
    outcome = call("verify")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (1, "1 recording: 1 different")
    assert derived(kept).read_bytes() == before


def test_other_software_is_said_and_todays_result_is_kept_beside(library: Library, kept: Path) -> None:
    result = json.loads(derived(kept).read_text())
    derived(kept).unlink()
    old = {**result, "software": {**result["software"], "vqf": "1.0"}, "result_sha256": "0" * 64}
    library.keep_result(kept, old)
    outcome = call("verify")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "1 recording: 1 other software")
    assert "other result with vqf 1.0" in outcome.out
    assert [each["result_sha256"] for each in library.kept_results(kept)] == ["0" * 64, result["result_sha256"]]
    assert call("verify").out.splitlines()[-1] == "1 recording: 1 same"


def test_a_recording_without_a_result_gets_one(library: Library, kept: Path) -> None:
    derived(kept).unlink()
    assert "kept now" in call("verify").out
    assert call("verify").out.splitlines()[-1] == "1 recording: 1 same"


def test_a_recording_that_changed_or_broke_fails(library: Library, kept: Path) -> None:
    shutil.copyfile(RECORDING.with_name("supine_ere_left.mcap"), kept)
    outcome = call("verify")
    assert (outcome.code, "RECORDING CHANGED" in outcome.out) == (1, True)
    kept.write_bytes(kept.read_bytes()[:20_000])
    outcome = call("verify")
    assert (outcome.code, "NOT READABLE" in outcome.out) == (1, True)
    assert "Traceback" not in outcome.err


def test_an_empty_library_and_a_missing_file_are_said(library: Library, tmp_path: Path) -> None:
    assert "no recordings in the library" in call("verify").out
    assert "none.mcap" in call("verify", str(tmp_path / "none.mcap")).refusal


def test_the_history_of_a_person_is_printed_and_the_person_can_be_forgotten(library: Library, kept: Path) -> None:
    outcome = call("history")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "me: 1 session on 1 day"
    assert "Supine end-range expansion (supine; a change counts from 6°)" in outcome.out
    assert str(kept.parent.parent) in outcome.out
    forgotten = call("forget", "me", "--yes")
    assert (forgotten.code, forgotten.err) == (0, "")
    assert forgotten.out == f"me is forgotten: 1 recording deleted; {OUT_OF_REACH}\n"
    assert not kept.exists()


def test_what_is_left_of_a_person_fails_and_is_named(library: Library, kept: Path) -> None:
    note = library.home / f"{library.pseudonym('me')}.txt"
    note.touch()
    outcome = call("forget", "me", "--yes")
    assert (outcome.code, str(note) in outcome.err) == (1, True)
