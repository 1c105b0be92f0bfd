"""Exports: another reader finds the same numbers, nothing is overwritten, nothing typed does harm."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from export_checks import CHECKS, checked, storage
from scipy.spatial.transform import Rotation

from imu_hip import api
from imu_hip.app.exporting import Format, contents_of, export
from imu_hip.app.reporting import write_report
from imu_hip.model.block import SampleState
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import Mark, MarkLabel
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports import fhir, opensim
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.tables import csv_text, write_folder
from imu_hip.session.exports.timeline import timeline
from imu_hip.session.recorder import Recorder
from imu_hip.session.recover import recover
from imu_hip.session.writer import write_recording
from tests.app.calling import RECORDING, call

RECORDINGS = RECORDING.parent
SLICE = ("supine_ere_left_flop", "arom_seated_right", "supine_ere_right_lost_samples")
"""A left side, a measurement, and lost samples."""
HOSTILE = ("=cmd()", "+1", "-1", "@x", "\tx", "\rx")


@pytest.fixture(scope="module")
def contents() -> Contents:
    return contents_of(api.read(RECORDING), "01", "")


@pytest.mark.parametrize("to", Format)
@pytest.mark.parametrize("name", SLICE)
def test_another_reader_finds_the_same_numbers(name: str, to: Format, tmp_path: Path) -> None:
    if to is Format.C3D:
        pytest.importorskip("ezc3d")
    file = RECORDINGS / f"{name}.mcap"
    assert list(checked(file, to, api.analyze(file), tmp_path)) == []


def test_a_wrong_number_is_found(tmp_path: Path) -> None:
    analysis = api.analyze(RECORDING)
    other = replace(analysis, angles=replace(analysis.angles, angles_rad=analysis.angles.angles_rad + 1e-4))
    for to in (Format.CSV, Format.PARQUET, Format.BIDS, Format.STO, Format.C3D, Format.MCAP):
        (tmp_path / to.value).mkdir()
        assert list(checked(RECORDING, to, other, tmp_path / to.value)) != []
    assert set(CHECKS) == set(Format)


def test_every_file_is_its_owners_and_says_where_it_is(tmp_path: Path) -> None:
    for to in Format:
        out = tmp_path / f"of.{to.value}"
        outcome = call("export", RECORDING, "--to", to.value, "--out", out)
        assert (outcome.code, outcome.out) == (0, ""), outcome
        assert f"{to.value}: {out}\n" in outcome.err
    if os.name == "posix":
        for path in tmp_path.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not [path for path in tmp_path.rglob("*") if ".part" in path.name or path.name.startswith("tmp")]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    for to in Format:
        out = tmp_path / f"of.{to.value}"
        assert call("export", RECORDING, "--to", to.value, "--out", out).code == 0
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert "exists already" in call("export", RECORDING, "--to", to.value, "--out", out).refusal
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        assert call("export", RECORDING, "--to", to.value, "--out", out, "--force").code == 0
        if to is not Format.C3D:  # its header says when it was written
            assert {path: path.read_bytes() for path in before} == before
    assert "is what is read from" in call("export", RECORDING, "--to", "c3d", "--out", RECORDING, "--force").refusal


def test_a_dataset_gains_sessions_and_persons_and_keeps_what_it_has(tmp_path: Path) -> None:
    out = tmp_path / "study"
    assert call("export", RECORDING, "--to", "bids", "--out", out).code == 0
    table = out / "participants.tsv"
    table.write_text("participant_id\tage\nsub-01\t44\n")
    (out / "README").write_text("ours\n")
    other = RECORDINGS / "arom_seated_right.mcap"
    assert call("export", other, "--to", "bids", "--out", out, "--session", "b").code == 0
    assert call("export", other, "--to", "bids", "--out", out, "--person", "02").code == 0
    assert table.read_text() == "participant_id\tage\nsub-01\t44\nsub-02\tn/a\n"
    assert (out / "README").read_text() == "ours\n"
    assert len(list(out.glob("sub-*/ses-*/motion/*_motion.tsv"))) == 3
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "letter.txt").write_text("dear")
    assert "no BIDS dataset" in call("export", other, "--to", "bids", "--out", tmp_path / "else").refusal
    assert "no folder" in call("export", other, "--to", "bids", "--out", table).refusal


@pytest.mark.parametrize("label", ["../x", "", "a b", "😀", "x" * 65, "=cmd()", "<script>", "a-b", "nul\0"])
def test_labels_are_letters_and_digits(label: str, tmp_path: Path) -> None:
    for option in ("--person", "--session"):
        refusal = call("export", RECORDING, "--to", "bids", "--out", tmp_path / "x", option, label).refusal
        assert "label" in refusal
    assert list(tmp_path.iterdir()) == []


def test_hostile_texts_are_no_formulas_and_no_new_cells(contents: Contents, tmp_path: Path) -> None:
    texts = [*HOSTILE, "a\tb\nc", 'quote"s, commas', "<script>", "nul\0"]
    marks = tuple(replace(contents.marks[0], detail=text) for text in texts)
    hostile = replace(contents, marks=marks)
    write_folder(tmp_path, hostile)
    for name in ("marks.csv", "events.csv"):
        rows = (tmp_path / name).read_text().splitlines()
        assert len(rows) >= len(texts) + 1
        cells = [cell for row in rows[1:] for cell in row.split(",")]
        assert not any(cell.lstrip('"').startswith(("=", "+", "@", "\t")) for cell in cells)
        assert "\0" not in "".join(rows)
    assert csv_text(("a",), [("=1",), (-1.5,), (None,)]) == 'a\n\'=1\n-1.5\n""\n'


@pytest.mark.parametrize("to", Format)
def test_a_name_too_long_is_refused_in_one_line(to: Format, tmp_path: Path) -> None:
    out = tmp_path / f"{'n' * 300}.sto"
    outcome = call("export", RECORDING, "--to", to.value, "--out", out)
    assert outcome.code == 2, outcome
    assert outcome.err.endswith("cannot be written (File name too long); choose another place\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["../x;rm -rf ~", "😀 =cmd()", "<script>", "two\nlines"])
def test_a_strange_name_is_only_a_name(out: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    assert call("export", RECORDING, "--to", "csv", "--out", inner / out).code == 0
    assert (inner / out / "about.json").is_file()


def test_the_folder_in_which_one_stands_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for to, made in (("csv", "angles.csv"), ("bids", "participants.tsv")):
        inside = tmp_path / to / "inside"
        inside.mkdir(parents=True)
        monkeypatch.chdir(inside)
        assert call("export", RECORDING, "--to", to, "--out", ".").code == 0
        assert (inside / made).is_file()
        assert call("export", RECORDING, "--to", to, "--out", "..", "--force").code == (0 if to == "csv" else 2)
        assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_table_of_participants_is_believed_only_as_text(tmp_path: Path) -> None:
    table = tmp_path / "participants.tsv"
    table.write_bytes(b"participant_id\tname\nsub-09\tJos\xe9\n")
    assert "not UTF-8" in call("export", RECORDING, "--to", "bids", "--out", tmp_path).refusal
    table.write_bytes("participant_id\tnote\r\nsub-09\ta\u2028b\r\n".encode())
    assert call("export", RECORDING, "--to", "bids", "--out", tmp_path).code == 0
    assert table.read_text("utf-8") == "participant_id\tnote\nsub-09\ta\u2028b\nsub-01\tn/a\n"


def test_what_happened_is_told_in_the_order_of_its_beginnings(contents: Contents) -> None:
    found = timeline(contents)
    assert [each.start_s for each in found] == sorted(each.start_s for each in found)
    counted = {kind: sum(each.kind == kind for each in found) for kind in ("hold", "exit", "block", "cycle", "mark")}
    part = contents.result["parts"][0]
    assert [counted["hold"], counted["exit"]] == [len(part["holds"]), len(part["exits"])]
    assert [counted["block"], counted["cycle"]] == [len(part["blocks"]), len(part["cycles"])]
    recording = api.read(RECORDING)
    begun = [each.item for each in recording.items if isinstance(each.item, Mark) and each.item.edge == "begin"]
    assert counted["mark"] == len(begun)
    assert {mark.label for mark in contents.marks} >= {MarkLabel.N_POSE, MarkLabel.EXERCISE}


def test_lost_samples_are_rows_that_are_not_there(tmp_path: Path) -> None:
    lossy = contents_of(api.read(RECORDINGS / "supine_ere_right_lost_samples.mcap"), "01", "")
    write_folder(tmp_path, lossy)
    thigh = (tmp_path / "thigh.csv").read_text().splitlines()[1:]
    assert len(thigh) == (lossy.sensors.thigh.state == SampleState.MEASURED).sum() < len(lossy.sensors.t_s)


@pytest.mark.parametrize("role", ["pelvis", "thigh"])
def test_a_sensor_that_was_silent_for_seconds_is_imported_as_it_was(
    contents: Contents, role: str, tmp_path: Path
) -> None:
    source, silent = tmp_path / "source", tmp_path / "silent.mcap"
    source.mkdir()
    write_folder(source, contents)
    rows = (source / f"{role}.csv").read_text().splitlines(keepends=True)
    (source / f"{role}.csv").write_text("".join(rows[:3000] + rows[3300:4000] + rows[4004:5000] + rows[5001:]))
    words = [word for name in ("pelvis", "thigh", "marks") for word in (f"--{name}", source / f"{name}.csv")]
    assert call("import", *words, "--exercise", "supine_ere", "--side", "right", "--out", silent).code == 0
    assert list(checked(silent, Format.CSV, api.analyze(silent), tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "axis", "up"),
    [
        ("supine_ere_right", 0, 1.0),  # lying on the back: the front is up
        ("prone_ir_right_pelvis_lifted", 0, -1.0),
        ("standing_dissociation_right", 1, 1.0),
        ("brettzel_right", 2, 1.0),  # the trained hip is the upper one
        ("brettzel_left_sagging", 2, -1.0),
    ],
)
def test_the_pelvis_lies_in_the_ground_as_the_person_does(name: str, axis: int, up: float) -> None:
    told = contents_of(api.read(RECORDINGS / f"{name}.mcap"), "01", "")
    t_s, pelvis, _ = opensim.ground_orientations(told)
    part = told.result["parts"][0]
    during = (t_s > part["start_s"]) & (t_s < part["end_s"])
    ground = Rotation.from_quat(pelvis[during], scalar_first=True).as_matrix()
    assert np.median(ground[:, 1, axis]) * up > 0.8


def test_opensim_reads_its_files(tmp_path: Path) -> None:
    opensim_library = pytest.importorskip("opensim")
    out = tmp_path / "x.sto"
    assert call("export", RECORDING, "--to", "sto", "--out", out).code == 0
    _, names, rows = storage(out)
    table = opensim_library.TimeSeriesTableQuaternion(str(out))
    assert [table.getNumRows(), list(table.getColumnLabels())] == [len(rows), names[1:]]
    first = table.getRowAtIndex(0).getElt(0, 1)
    assert [first.get(k) for k in range(4)] == pytest.approx([float(cell) for cell in rows[0][2].split(",")])
    assert opensim_library.Storage(str(out.with_suffix(".mot"))).isInDegrees()


def test_orientations_want_a_name_that_says_so(tmp_path: Path) -> None:
    assert "something.sto" in call("export", RECORDING, "--to", "sto", "--out", tmp_path / "x.txt").refusal
    (tmp_path / "y.mot").write_text("mine")
    assert "exists already" in call("export", RECORDING, "--to", "sto", "--out", tmp_path / "y.sto").refusal
    assert [path.name for path in tmp_path.iterdir()] == ["y.mot"]


def test_an_observation_has_the_time_of_its_own_part(tmp_path: Path) -> None:
    recording = api.read(RECORDING)
    live = tmp_path / "raw.mcap"
    write_recording(live, replace(recording.setup, start_utc="2026-11-22T23:59:30Z"), recording.items)
    assert call("export", live, "--to", "fhir", "--out", tmp_path / "o.json", "--person", "07").code == 0
    (entry,) = json.loads((tmp_path / "o.json").read_text())["entry"]
    (part,) = json.loads(call("analyze", live, "--json").out)["parts"]
    assert part["start_s"] > 30.0
    begun = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC) + timedelta(seconds=round(part["start_s"]))
    assert entry["resource"]["effectiveDateTime"] == begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert entry["resource"]["subject"] == {"display": "07"}


def test_a_name_that_no_file_can_have_is_refused_in_one_line(tmp_path: Path) -> None:
    nowhere = tmp_path / "a\0b.sto"
    for refused in (
        *(lambda to=to: export(RECORDING, to, nowhere) for to in Format),
        lambda: export(nowhere, Format.CSV, tmp_path / "x"),
        lambda: write_report(RECORDING, nowhere),
        lambda: recover(RECORDING, nowhere),
        lambda: Recorder(nowhere, api.read(RECORDING).setup),
    ):
        with pytest.raises(UnusableInputError, match="NUL"):
            refused()
    assert list(tmp_path.iterdir()) == []


def test_a_clinic_has_its_own_codes(tmp_path: Path) -> None:
    codes = tmp_path / "codes.toml"
    own = Path(fhir.__file__).with_name("codes.toml").read_text()
    coding = '[[internal_rotation.coding]]\nsystem = "urn:ours"\ncode = "7"\ndisplay = "Innenrotation"\n'
    codes.write_text(own.replace('text = "Internal rotation"', f'text = "Innenrotation"\n{coding}'))
    out = tmp_path / "o.json"
    assert call("export", RECORDING, "--to", "fhir", "--out", out, "--codes", codes).code == 0
    (entry,) = json.loads(out.read_text())["entry"]
    components = {each["code"]["text"]: each for each in entry["resource"]["component"]}
    concept = components["Direction"]["valueCodeableConcept"]
    assert concept == {
        "coding": [{"system": "urn:ours", "code": "7", "display": "Innenrotation"}],
        "text": "Innenrotation",
    }
    found = analysis_json(api.analyze(RECORDING))["range"]["internal_rotation_deg"]
    assert entry["resource"]["valueQuantity"]["value"] == pytest.approx(found, abs=0.01)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("x = [", "is no table of codes"),
        ("", "the file is empty"),
        ("movement = 1\ncoding = 1\n", "[movement] needs a text"),
        ("[movement]\ntext = 'a'\ncoding = 1\n", "[[movement.coding]] needs"),
        ("x = " + "[" * 900 + "]" * 90, "is no table of codes"),
        ("[movement]\ntext = 7\n", "[movement] needs a text"),
        ('[[movement.coding]]\ncode = "1"\n', "[movement] needs a text"),
    ],
)
def test_a_table_of_codes_that_is_none_is_refused(table: str, why: str, tmp_path: Path) -> None:
    codes = tmp_path / "codes.toml"
    codes.write_text(table)
    refusal = call("export", RECORDING, "--to", "fhir", "--out", tmp_path / "o.json", "--codes", codes).refusal
    assert why in refusal
    assert str(codes) in refusal
    own = Path(fhir.__file__).with_name("codes.toml").read_text()
    codes.write_text(f"{own}[moon]\ntext = 'x'\n")
    refusal = call("export", RECORDING, "--to", "fhir", "--out", tmp_path / "o.json", "--codes", codes).refusal
    assert "[moon] is none of" in refusal


def test_without_its_library_a_format_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("ezc3d", "pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    for to in ("c3d", "parquet"):
        assert "pip install" in call("export", RECORDING, "--to", to, "--out", tmp_path / "x").refusal
    for to in ("csv", "bids", "fhir"):
        assert call("export", RECORDING, "--to", to, "--out", tmp_path / to).code == 0


def test_a_recording_without_angles_is_exported_all_the_same(tmp_path: Path) -> None:
    header = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n"
    for role, up in (("pelvis", "9.81,0,0"), ("thigh", "0,9.81,0")):
        (tmp_path / f"{role}.csv").write_text(header + "".join(f"{k / 100},0,0,0,{up}\n" for k in range(500)))
    recording = tmp_path / "r.mcap"
    words = ["--pelvis", tmp_path / "pelvis.csv", "--thigh", tmp_path / "thigh.csv", "--exercise", "supine_ere"]
    assert call("import", *words, "--side", "left", "--out", recording).code == 0
    for to in Format:
        outcome = call("export", recording, "--to", to.value, "--out", tmp_path / f"of.{to.value}")
        assert outcome.code == 0, outcome
    assert storage(tmp_path / "of.sto")[2] == []
    assert json.loads((tmp_path / "of.fhir").read_text()) == {
        "resourceType": "Bundle", "id": json.loads((tmp_path / "of.fhir").read_text())["id"], "type": "collection",
    }  # fmt: skip
