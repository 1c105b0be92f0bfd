"""The magnetometer is used when asked for, and only then: the same recording with and without."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.demo import Demo, Speed, simulated_person
from imu_hip.app.importing import simulation_params
from imu_hip.codec import float64_table
from imu_hip.model.event import Warning
from imu_hip.model.item import Mark, MarkLabel, Notification, Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording
from imu_hip.session.writer import write_recording
from tests.app.calling import RECORDING, call

HEADER = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z,mag_x,mag_y,mag_z"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulate somebody who is calibrated and turns a leg standing, with magnetometers, until the exercise begins."""
    folder = tmp_path_factory.mktemp("standing")
    words = ("--side", "left", "--seed", 4, "--cycles", 1, "--magnetometer")
    files = ("--out", folder / "whole.mcap", "--truth", folder / "truth.csv")
    assert call("simulate", "standing_dissociation", *words, *files).code == 0
    whole = api.read(folder / "whole.mcap")
    labels = [getattr(numbered.item, "label", None) for numbered in whole.items]
    write_recording(folder / "s.mcap", whole.setup, whole.items[: labels.index(MarkLabel.EXERCISE)])
    return folder / "s.mcap"


@pytest.fixture(scope="module")
def recording(path: Path) -> Recording:
    return api.read(path)


def _without_field(recording: Recording) -> Recording:
    def bare(item: object) -> object:
        if not isinstance(item, Notification):
            return item
        samples = float64_table.decode(item.characteristic, item.payload)
        assert isinstance(samples, TimedSamples)
        return replace(item, payload=float64_table.encode(replace(samples, mag=None)))

    items = tuple(replace(numbered, item=bare(numbered.item)) for numbered in recording.items)  # type: ignore[arg-type]
    return replace(recording, items=items)


def _sha(recording: Recording, magnetometer: bool | None = None) -> str:
    return api.analyze(recording, magnetometer=magnetometer).result_sha256


def test_the_recording_says_that_it_is_used_and_analysis_and_replay_follow(path: Path, recording: Recording) -> None:
    assert recording.setup.magnetometer
    told = _sha(recording)
    assert told == _sha(recording, True) != _sha(recording, False)
    assert f"result sha256 {told}" in call("analyze", path).out
    assert f"result sha256 {told}" in call("replay", path, "--headless", "--speed", "max").out


def test_a_field_that_is_not_used_changes_no_bit(recording: Recording) -> None:
    assert _sha(recording, False) == _sha(_without_field(recording), False)


def test_however_the_items_are_cut_the_result_is_the_same(recording: Recording) -> None:
    found = []
    for size in (len(recording.items), 37):
        pipeline = Pipeline(recording.setup)
        for start in range(0, len(recording.items), size):
            pipeline.receive(recording.items[start : start + size])
        pipeline.finish()
        found.append(pipeline.result_sha256)
    assert found[0] == found[1]


def _tables(folder: Path, recording: Recording) -> list[object]:
    """Write the recording as tables for an import; return the words for it."""
    words: list[object] = []
    for role in Role:
        items = [n.item for n in recording.items if isinstance(n.item, Notification) and n.item.role is role]
        pieces = [float64_table.decode(item.characteristic, item.payload) for item in items]
        rows = np.concatenate([np.column_stack([p.t_s, p.gyr, p.acc, p.mag]) for p in pieces])  # type: ignore[union-attr]
        lines = [HEADER, *(",".join(map(repr, row)) for row in rows.tolist())]
        (folder / f"{role}.csv").write_text("\n".join(lines) + "\n")
        words += [f"--{role}", folder / f"{role}.csv"]
    marks = [n.item for n in recording.items if isinstance(n.item, Mark)]
    zero_ns = recording.setup.zero_ns or 0
    open_ns: dict[str, int] = {}
    rows_of_marks = ["t_start_s,t_end_s,label,detail"]
    for mark in marks:
        if mark.edge == "begin":
            open_ns[mark.label] = mark.t_ns
        else:
            times = [(t_ns - zero_ns) / 1e9 for t_ns in (open_ns[mark.label], mark.t_ns)]
            rows_of_marks.append(f"{times[0]!r},{times[1]!r},{mark.label},{mark.detail}")
    (folder / "marks.csv").write_text("\n".join(rows_of_marks) + "\n")
    return [*words, "--marks", folder / "marks.csv", "--side", recording.setup.side]


def test_imported_tables_with_a_field_give_the_same_result(recording: Recording, tmp_path: Path) -> None:
    words = [*_tables(tmp_path, recording), "--exercise", "standing_dissociation"]
    assert call("import", *words, "--out", tmp_path / "plain.mcap").code == 0
    assert call("import", *words, "--out", tmp_path / "asked.mcap", "--magnetometer").code == 0
    plain, asked = (api.read(tmp_path / f"{name}.mcap") for name in ("plain", "asked"))
    assert (plain.setup.magnetometer, asked.setup.magnetometer) == (False, True)
    assert _sha(asked) != _sha(plain)
    found, wanted = api.analyze(asked).angles, api.analyze(recording).angles
    # The nominal rate is the tables' own, so the last bits may differ.
    np.testing.assert_allclose(found.angles_rad, wanted.angles_rad, atol=1e-9)
    np.testing.assert_allclose(found.sd_rad, wanted.sd_rad, atol=1e-9)
    told = call("analyze", tmp_path / "plain.mcap", "--magnetometer", "--json")
    assert json.loads(told.out)["result_sha256"] == _sha(asked)


def test_an_export_is_imported_as_its_recording_was_used(path: Path, recording: Recording, tmp_path: Path) -> None:
    assert call("export", path, "--to", "csv", "--out", tmp_path / "own").code == 0
    words = ["--pelvis", tmp_path / "own" / "pelvis.csv", "--thigh", tmp_path / "own" / "thigh.csv"]
    words += ["--marks", tmp_path / "own" / "marks.csv", "--exercise", "standing_dissociation", "--side", "left"]
    assert call("import", *words, "--out", tmp_path / "again.mcap").code == 0
    again = api.read(tmp_path / "again.mcap")
    assert again.setup.magnetometer
    found, wanted = api.analyze(again).angles, api.analyze(recording).angles
    for one, other in zip(found.angles_rad[found.valid][::50], wanted.angles_rad[wanted.valid][::50], strict=True):
        np.testing.assert_allclose(one, other, atol=np.radians(1e-3))
    (tmp_path / "own" / "about.json").unlink()
    assert call("import", *words, "--out", tmp_path / "bare.mcap").code == 0
    assert not api.read(tmp_path / "bare.mcap").setup.magnetometer


def test_a_recording_without_a_field_is_told_so_once_and_changes_in_nothing_else() -> None:
    plain, asked = (api.analyze(RECORDING, magnetometer=asked) for asked in (False, True))
    codes = [[e.code for e in result.events if isinstance(e, Warning)] for result in (plain, asked)]
    assert codes[1] == [*codes[0], "no_magnetometer"]
    np.testing.assert_array_equal(asked.angles.angles_rad, plain.angles.angles_rad)
    np.testing.assert_array_equal(asked.angles.sd_rad, plain.angles.sd_rad)


def test_virtual_sensors_send_their_field_and_live_is_analysis(tmp_path: Path) -> None:
    spec = exercise("standing_dissociation")
    worn, prompts = simulated_person(spec, Side.RIGHT, 4, 1, params=simulation_params(magnetometer=True))
    begin = prompts[: [prompt.label for prompt in prompts].index(MarkLabel.EXERCISE)]
    demo = Demo(spec, Side.RIGHT, worn, begin, out=tmp_path / "demo.mcap", speed=Speed(None), seed=4, magnetometer=True)
    demo.start()
    demo.finish()
    recording = api.read(demo.path)
    assert recording.setup.magnetometer
    result = api.analyze(recording)
    assert result.result_sha256 == demo.session.result_sha256 != _sha(recording, False)
    assert "no_magnetometer" not in {e.code for e in result.events if isinstance(e, Warning)}
