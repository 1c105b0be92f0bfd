"""A simulated session: a recording like any other, and a truth to hold it against."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.app.calling import call


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_simulated_session_is_judged_as_its_truth_says(tmp_path: Path, side: str) -> None:
    recording, truth, samples = tmp_path / "s.mcap", tmp_path / "truth.csv", tmp_path / "samples.csv"
    words = ("--side", side, "--seed", "7", "--cycles", "1", "--out", recording, "--truth", truth)
    simulated = call("simulate", "supine_ere", *words)
    assert (simulated.code, simulated.out) == (0, "")
    result = json.loads(call("analyze", recording, "--json", "--samples", samples).out)
    assert result["recording"]["side"] == side
    assert result["cycles"][0]["complete"]
    with truth.open(newline="") as a, samples.open(newline="") as b:
        true, found = list(csv.DictReader(a)), list(csv.DictReader(b))
    assert list(true[0]) == [*found[0], "femur_internal_rotation_deg"]
    assert [row["t_s"] for row in true] == [row["t_s"] for row in found]
    known = [k for k, row in enumerate(found) if row["valid"] == "1"]
    error = [float(found[k]["internal_rotation_deg"]) - float(true[k]["internal_rotation_deg"]) for k in known]
    assert len(known) > 5000
    assert np.sqrt(np.mean(np.square(error))) < 5.0


def test_the_same_seed_is_the_same_session_and_another_is_not(tmp_path: Path) -> None:
    truths = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        files = ("--out", tmp_path / f"{name}.mcap", "--truth", tmp_path / f"{name}.csv")
        assert call("simulate", "supine_ere", "--cycles", "1", "--seed", seed, *files).code == 0
        truths[name] = (tmp_path / f"{name}.csv").read_bytes()
    assert truths["a"] == truths["b"] != truths["c"]
    assert (tmp_path / "a.mcap").read_bytes() == (tmp_path / "b.mcap").read_bytes()
