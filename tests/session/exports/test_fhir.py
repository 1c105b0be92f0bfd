"""The bundle is valid FHIR, says side, direction and posture, names nobody, and uses the clinic's codes."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from imu_hip import api
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.fhir import write_fhir
from imu_hip.session.exports.fhir_codes import codes_in_use, read_codes, shipped_codes
from tests.session.exports.made import contents

RECORDINGS = Path(__file__).parents[3] / "recordings"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("IMU_HIP_HOME", str(folder))
    return folder


def observations(path: Path, made: Contents) -> list[dict[str, Any]]:
    """Write the bundle and return its observations, after somebody else's models of R4 have read them."""
    bundle = pytest.importorskip("fhir.resources.R4B.bundle")
    write_fhir(path, made)
    bundle.Bundle.model_validate_json(path.read_bytes())
    read = json.loads(path.read_bytes())
    assert read["type"] == "collection"
    urls = [entry["fullUrl"] for entry in read.get("entry", [])]
    assert len(set(urls)) == len(urls)
    return [entry["resource"] for entry in read.get("entry", [])]


def components(observation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {component["code"]["text"]: component for component in observation["component"]}


def test_each_part_has_an_observation_for_each_direction_that_is_known(tmp_path: Path) -> None:
    inward, outward = observations(tmp_path / "out.json", contents(Side.LEFT)[0])
    assert inward["code"]["text"] == "Active hip internal rotation, left, supine"
    assert outward["code"]["text"] == "Active hip external rotation, left, supine"
    degrees = {"unit": "deg", "system": "http://unitsofmeasure.org", "code": "deg"}
    assert inward["valueQuantity"] == {"value": 31.25, **degrees}
    assert outward["valueQuantity"] == {"value": 40.5, **degrees}
    assert components(inward)["standard deviation"]["valueQuantity"] == {"value": 1.5, **degrees}
    assert components(inward)["posture"]["valueCodeableConcept"]["text"] == "supine"
    assert inward["effectivePeriod"] == {"start": "2026-11-22T18:00:04+00:00", "end": "2026-11-22T18:00:06+00:00"}


@pytest.mark.parametrize(("side", "code"), [(Side.LEFT, "7771000"), (Side.RIGHT, "24028007")])
def test_side_is_coded(tmp_path: Path, side: Side, code: str) -> None:
    found = components(observations(tmp_path / "out.json", contents(side)[0])[0])["side"]
    assert [each["code"] for each in found["valueCodeableConcept"]["coding"]] == [code]


def test_measurement_says_its_trials(tmp_path: Path) -> None:
    analysis = api.analyze(RECORDINGS / "arom_prone_left.mcap")
    result = analysis_json(analysis)
    found = observations(tmp_path / "out.json", Contents(analysis, result, {}, (), "p1", "s1"))
    wanted = [result["range"][f"{direction}_rotation_deg"] for direction in ("internal", "external")]
    assert [each["valueQuantity"]["value"] for each in found] == pytest.approx(wanted, abs=1e-3)
    trials = components(found[0])["trials, of which the value is the mean"]["valueInteger"]
    assert trials == result["active_range"]["internal"]["trials"]


@pytest.mark.parametrize("start_utc", [None, "yesterday", "2026-11-22T18:00:00"])
def test_time_that_is_not_known_is_not_written(tmp_path: Path, start_utc: str | None) -> None:
    made, _ = contents()
    setup = replace(made.analysis.setup, start_utc=start_utc)
    first, _ = observations(tmp_path / "out.json", replace(made, analysis=replace(made.analysis, setup=setup)))
    assert not any(key.startswith("effective") for key in first)


def test_recording_without_any_range_is_an_empty_bundle(tmp_path: Path) -> None:
    assert observations(tmp_path / "out.json", contents(events=())[0]) == []


def test_nothing_names_a_person_and_no_loinc_code_is_printed(tmp_path: Path) -> None:
    write_fhir(tmp_path / "out.json", contents()[0])
    text = (tmp_path / "out.json").read_text()
    assert "loinc" not in text.lower()
    subjects = [entry["resource"]["subject"] for entry in json.loads(text)["entry"]]
    assert subjects == [{"identifier": {"value": "p1"}}] * 2
    assert "Not a medical device" in text


def test_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        write_fhir(tmp_path / name, contents()[0])
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_codes_of_a_clinic_take_the_place_of_the_shipped_ones(tmp_path: Path, home: Path) -> None:
    own = home / "fhir_codes.toml"
    own.write_text('[hip]\nsystem = "https://clinic.example/codes"\ncode = "H1"\ndisplay = "Hüfte"\n', encoding="utf-8")
    first, _ = observations(tmp_path / "out.json", contents()[0])
    assert first["bodySite"]["coding"] == [{"system": "https://clinic.example/codes", "code": "H1", "display": "Hüfte"}]
    assert first["code"] == {"text": "Active hip internal rotation, left, supine".replace("left", "right")}


def test_shipped_table_is_used_and_read_like_any_other(tmp_path: Path) -> None:
    shipped = files("imu_hip.session.exports") / "fhir_codes.toml"
    (tmp_path / "copy.toml").write_bytes(shipped.read_bytes())
    assert codes_in_use() == shipped_codes() == read_codes(tmp_path / "copy.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hip\n", "not a TOML table"),
        ("\xff", "not a TOML table"),
        ("hip = 3\n", r"\[hip\]: needs system, code, display"),
        ('[hip]\nsystem = "x"\ncode = 24136001\ndisplay = "y"\n', r"\[hip\]: needs system, code, display"),
        ('[hip]\nsystem = "x"\ncode = ""\ndisplay = "y"\n', r"\[hip\]: needs system, code, display"),
    ],
)
def test_wrong_table_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UnusableInputError, match=said) as refused:
        read_codes(path)
    assert refused.value.reason in {Reason.WRONG_FORMAT, Reason.WRONG_VALUE}
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("name", ["=cmd()", "<script>", "../../x", "long " * 60, "🦵\x00"])
def test_hostile_texts_stay_texts(tmp_path: Path, name: str) -> None:
    made, _ = contents()
    parts = [{**part, "exercise": name} for part in made.result["parts"]]
    first, _ = observations(tmp_path / "out.json", replace(made, result={**made.result, "parts": parts}))
    assert name in first["note"][1]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_file_is_the_owners_alone(tmp_path: Path) -> None:
    write_fhir(tmp_path / "out.json", contents()[0])
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600
