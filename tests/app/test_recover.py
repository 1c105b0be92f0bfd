"""What is left of a damaged recording, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path

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
