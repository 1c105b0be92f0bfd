"""FHIR R4: a Bundle of Observations, one for each part and direction, as a file that is sent nowhere.

Source: HL7 FHIR R4 (4.0.1), Observation and Bundle; units by UCUM.
"""

from __future__ import annotations

import json
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.exercise_spec import Direction
from imu_hip.session.exports.contents import Contents
from imu_hip.session.input_file import small_text

Json = dict[str, Any]

_NAMES = ("movement", "joint", "left", "right", "internal_rotation", "external_rotation")
_OF_A_CODING = {"system", "code", "display", "version"}
_DEGREES = {"unit": "deg", "system": "http://unitsofmeasure.org", "code": "deg"}
_NOT_A_DEVICE = "Training, research and education. Not a medical device."


def read_codes(path: Path | None) -> dict[str, Json]:
    """Return the coded concepts of a table by name; of the program's own without a path.

    Raises
    ------
    UnusableInputError
        The table is not one: names file and key.
    """
    name = "codes.toml" if path is None else str(path)
    try:
        own = resources.files(__package__).joinpath("codes.toml")
        table = tomllib.loads(own.read_text("utf-8") if path is None else small_text(path))
    except (ValueError, RecursionError) as error:
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{name}: is no table of codes ({error})") from error
    for key in _NAMES:
        concept = table.get(key)
        if not isinstance(concept, dict) or not isinstance(concept.get("text"), str) or not concept["text"].strip():
            raise UnusableInputError(Reason.WRONG_FORMAT, f"{name}: [{key}] needs a text")
        codings = concept.get("coding", [])
        if not isinstance(codings, list) or not all(_is_coding(each) for each in codings):
            raise UnusableInputError(
                Reason.WRONG_FORMAT, f"{name}: [[{key}.coding]] needs system, code and display, all text"
            )
    unknown = set(table) - set(_NAMES)
    if unknown:
        raise UnusableInputError(Reason.WRONG_FORMAT, f"{name}: [{min(unknown)}] is none of {', '.join(_NAMES)}")
    return table


def write_bundle(path: Path, contents: Contents, codes: Mapping[str, Json]) -> None:
    """Write the Bundle into an empty file."""
    text = json.dumps(bundle(contents, codes), ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(f"{text}\n", "utf-8")


def bundle(contents: Contents, codes: Mapping[str, Json]) -> Json:
    """Return a Bundle of all ranges that are known; the same recording and result give the same ids."""
    empty: Json = {"resourceType": "Bundle", "id": _id(contents, "bundle"), "type": "collection"}
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in _observations(contents, codes)]
    return {**empty, "entry": entries} if entries else empty  # FHIR knows no empty list


def _observations(contents: Contents, codes: Mapping[str, Json]) -> Iterator[Json]:
    for number, part in enumerate(contents.result["parts"], 1):
        for direction in Direction:
            name = f"{direction.value}_rotation"
            angle_deg, sd_deg = part["range"][f"{name}_deg"], part["range"][f"{name}_sd_deg"]
            if angle_deg is not None and sd_deg is not None:
                yield _observation(contents, codes, part, number, name, (angle_deg, sd_deg))


def _observation(
    contents: Contents,
    codes: Mapping[str, Json],
    part: Mapping[str, Any],
    number: int,
    name: str,
    found: tuple[float, float],
) -> Json:
    result = contents.result
    recording = result["recording"]
    posture = (part["posture"] or "").replace("_", " ")
    side = codes[recording["side"]]
    movement, rotation = codes["movement"], codes[name]
    measurement = "trials" in part
    what = "mean of the trials" if measurement else "best angle held in training"
    observation: Json = {
        "resourceType": "Observation",
        "id": _id(contents, f"{number} {name}"),
        "status": "final",
        "category": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "exam"}
                ]
            }
        ],
        "code": _concept(movement, f"{movement['text']}: {rotation['text'].lower()}{', ' * bool(posture)}{posture}"),
        "subject": {"display": contents.person},
        "bodySite": _concept(codes["joint"], f"{codes['joint']['text']}, {side['text'].lower()}"),
        "valueQuantity": _degrees(found[0]),
        "method": {"text": "Two inertial sensors, on the pelvis and on the thigh"},
        "device": {"display": f"imu_hip {result['software']['imu_hip']}"},
        "note": [
            {"text": _NOT_A_DEVICE},
            {"text": f"{what}; degrees from the neutral pose; recording sha256 {recording['sha256']}, "
                     f"result sha256 {result['result_sha256']}"},
        ],
        "component": [
            {"code": {"text": "Standard deviation of the measurement"}, "valueQuantity": _degrees(found[1])},
            {"code": {"text": "Direction"}, "valueCodeableConcept": _concept(rotation, rotation["text"])},
            {"code": {"text": "Side"}, "valueCodeableConcept": _concept(side, side["text"])},
            *([{"code": {"text": "Posture"}, "valueString": posture}] if posture else []),  # FHIR knows no empty text
            {"code": {"text": "Exercise"}, "valueString": str(part["exercise"])},
        ],
    }  # fmt: skip
    if measurement:
        trials = sum(f"{trial['direction']}_rotation" == name for trial in part["trials"])
        observation["component"].append({"code": {"text": "Trials"}, "valueInteger": trials})
    if recording["start"] is not None:
        observation["effectiveDateTime"] = _moment(recording["start"], part["start_s"])
    return observation


def _moment(start: str, after_s: float | None) -> str:
    """Return when a part began, to the second; the recording's own time where that cannot be told."""
    try:
        begun = datetime.fromisoformat(start)
    except ValueError:
        return start
    if begun.tzinfo is None or after_s is None:
        return start
    return (begun + timedelta(seconds=round(after_s))).isoformat().replace("+00:00", "Z")


def _concept(concept: Json, text: str) -> Json:
    """Return a concept with its codes; the text may say more than they do."""
    coding = [dict(each) for each in concept.get("coding", [])]
    return {"coding": coding, "text": text} if coding else {"text": text}


def _degrees(value: float) -> Json:
    return {"value": round(value, 2), **_DEGREES}


def _is_coding(each: object) -> bool:
    return (
        isinstance(each, dict)
        and {"system", "code", "display"} <= set(each) <= _OF_A_CODING
        and all(isinstance(value, str) and value.strip() for value in each.values())
    )


def _id(contents: Contents, what: str) -> str:
    result = contents.result
    name = f"imu_hip {result['recording']['sha256']} {result['result_sha256']} {contents.person} {what}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))
