"""The whole result of a recording, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.model.item import Edge, Mark, MarkLabel, NumberedItem
from imu_hip.session.writer import write_recording
from tests.app.calling import RECORDING, ROOT, call, call_import, import_words
from tests.session.contract import violations


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.mcap")), ids=lambda path: path.stem)
def test_json_is_the_contracts_and_nothing_else_is_on_stdout(path: Path) -> None:
    outcome = call("analyze", path, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert list(violations(json.loads(outcome.out, parse_constant=pytest.fail))) == []


def test_json_of_an_import_in_which_nothing_is_known(tmp_path: Path) -> None:
    options = import_words(tmp_path)
    assert call_import(options).code == 0
    result = json.loads(call("analyze", options["--out"], "--json").out, parse_constant=pytest.fail)
    assert list(violations(result)) == []
    assert result["recording"]["start"] is None
    assert result["recording"]["duration_s"] == pytest.approx(2.99)
    assert set(result["range"].values()) == {None}
    assert result["warnings"]


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    """Give the JSON of the recording."""
    result: dict[str, Any] = json.loads(call("analyze", RECORDING, "--json").out)
    return result


def test_the_text_says_what_the_json_says(plain: dict[str, Any]) -> None:
    text = call("analyze", RECORDING)
    assert text.code == 0
    assert f"result sha256 {plain['result_sha256']}" in text.out
    assert f"Holds: {len(plain['holds'])}" in text.out
    for hold in plain["holds"]:
        assert f"{hold['duration_s']:.1f} s at {hold['angle_deg']:.0f}° ± {2 * hold['sd_deg']:.0f}°" in text.out
    assert plain["exits"][0]["verdict"] in text.out


def test_several_intervals_are_several_parts(tmp_path: Path) -> None:
    recording = api.read(RECORDING)
    items = [numbered.item for numbered in recording.items]
    end = max(k for k, item in enumerate(items) if isinstance(item, Mark) and item.label is MarkLabel.EXERCISE)
    middle_ns = 70 * 10**9 + items[0].t_ns
    k = next(k for k, item in enumerate(items) if item.t_ns >= middle_ns)
    items[end] = Mark(items[end].t_ns, MarkLabel.EXERCISE, Edge.END, "standing_dissociation")
    items[k:k] = [
        Mark(middle_ns, MarkLabel.EXERCISE, Edge.END, "supine_ere"),
        Mark(middle_ns, MarkLabel.EXERCISE, Edge.BEGIN, "standing_dissociation"),
    ]
    setup = replace(recording.setup, exercises=(*recording.setup.exercises, exercise("standing_dissociation")))
    path = tmp_path / "two.mcap"
    write_recording(path, setup, [NumberedItem(number, item) for number, item in enumerate(items)])
    result = json.loads(call("analyze", path, "--json").out)
    assert list(violations(result)) == []
    first, second = result["parts"]
    assert (first["exercise"], first["posture"]) == ("supine_ere", "supine")
    assert (second["exercise"], second["posture"]) == ("standing_dissociation", "standing")
    assert first["end_s"] == second["start_s"] == pytest.approx(70.0, abs=0.02)
    assert len(first["holds"]) == 1
    assert "holds" not in result


def test_another_filter_is_another_result_of_about_the_same_angle(plain: dict[str, Any]) -> None:
    other = json.loads(call("analyze", RECORDING, "--json", "--filter", "mahony").out)
    assert other["recording"] == plain["recording"]
    assert other["result_sha256"] != plain["result_sha256"]
    assert other["holds"][0]["angle_deg"] == pytest.approx(plain["holds"][0]["angle_deg"], abs=6.0)


def test_with_late_samples_nothing_changes_when_none_were_late(plain: dict[str, Any]) -> None:
    assert json.loads(call("analyze", RECORDING, "--json", "--with-late").out)["holds"] == plain["holds"]


def test_samples_as_parquet_are_those_of_the_csv(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    recording = tmp_path / "half.mcap"
    whole = api.read(RECORDING)
    write_recording(recording, whole.setup, whole.items[: len(whole.items) // 2])
    for name in ("a.csv", "a.parquet"):
        assert call("analyze", recording, "--samples", tmp_path / name).code == 0
    table = parquet.read_table(tmp_path / "a.parquet")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert ",".join(table.column_names) == lines[0]
    assert table.num_rows == len(lines) - 1
    cells = [line.split(",") for line in lines[1:]]
    assert table["t_s"].to_pylist() == [float(row[0]) for row in cells]
    assert table["phase"].to_pylist() == [row[-1] for row in cells]
    angle = table["internal_rotation_deg"].to_pylist()
    assert [value is None for value in angle] == [row[3] == "" for row in cells]
    np.testing.assert_allclose([v for v in angle if v is not None], [float(r[3]) for r in cells if r[3]], atol=1e-6)


def test_force_replaces_an_older_file(tmp_path: Path) -> None:
    options = import_words(tmp_path)
    assert call_import(options).code == 0
    samples = tmp_path / "a.csv"
    samples.write_text("old")
    assert call("analyze", options["--out"], "--samples", samples, "--force").code == 0
    assert samples.read_text().startswith("t_s,")
    assert call_import(options, "--force").code == 0
