"""FHIR R4: the ranges of a recording as a Bundle of Observations in a local JSON file; nothing is sent anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from imu_hip import __version__
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.fhir_codes import Coding, codes_in_use
from imu_hip.session.output_file import create_file, make_durable

Json = dict[str, Any]
Codes = Mapping[str, Coding]

_DIRECTIONS = ("internal", "external")
_NOTE = (
    "For training, research and education. Not a medical device: not for diagnosis, monitoring or treatment. "
    "Angles of two inertial sensors strapped to the skin."
)


def write_fhir(path: Path, contents: Contents, codes: Codes | None = None) -> None:
    """Write a Bundle (collection) with an Observation for each part and direction whose range is known.

    Values are degrees, positive in their direction. `codes`: what to write beside texts; if not given, the user's
    own table, or else the shipped one.
    """
    bundle = _bundle(contents, codes_in_use() if codes is None else codes)
    with create_file(path) as stream:
        stream.write(json.dumps(bundle, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        make_durable(stream)


def _bundle(contents: Contents, codes: Codes) -> Json:
    name = f"urn:imu-hip:{contents.analysis.recording_sha256}:{contents.analysis.result_sha256}"
    entries = []
    for number, part in enumerate(contents.result["parts"]):
        for direction in _DIRECTIONS:
            if part["range"].get(f"{direction}_rotation_deg") is not None:
                url = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name}:{number}:{direction}')}"
                entries.append({"fullUrl": url, "resource": _observation(contents, codes, part, direction, url)})
    return {
        "resourceType": "Bundle",
        "identifier": _identifier(f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"),
        "type": "collection",
        **({"entry": entries} if entries else {}),
    }


def _observation(contents: Contents, codes: Codes, part: Json, direction: str, url: str) -> Json:
    side = contents.analysis.setup.side.value
    posture = part["posture"]
    what = f"Active hip {direction} rotation, {side}" + (f", {posture.replace('_', ' ')}" if posture else "")
    return {
        "resourceType": "Observation",
        "identifier": [_identifier(url)],
        "status": "final",
        "category": [_concept(codes, "category", "Exam")],
        "code": _concept(codes, f"{direction}_rotation", what),
        "subject": {"identifier": {"value": contents.person}},
        **_effective(contents, part),
        "valueQuantity": _degrees(part["range"][f"{direction}_rotation_deg"]),
        "bodySite": _concept(codes, "hip", f"{side} hip joint"),
        "method": {"text": "two inertial sensors, on pelvis and thigh"},
        "device": {"display": f"imu_hip {__version__}"},
        "note": [{"text": _NOTE}, {"text": _provenance(contents, part)}],
        "component": list(_components(codes, part, direction, side)),
    }


def _components(codes: Codes, part: Json, direction: str, side: str) -> Iterator[Json]:
    yield {"code": _concept(codes, "laterality", "side"), "valueCodeableConcept": _concept(codes, side, side)}
    if part["posture"]:
        text = part["posture"].replace("_", " ")
        yield {"code": _concept(codes, "posture", "posture"), "valueCodeableConcept": _concept(codes, text, text)}
    sd = part["range"].get(f"{direction}_rotation_sd_deg")
    if sd is not None:
        yield {"code": _concept(codes, "standard_deviation", "standard deviation"), "valueQuantity": _degrees(sd)}
    measured = part.get("active_range", {}).get(direction)
    if measured is not None:
        yield {
            "code": _concept(codes, "trials", "trials, of which the value is the mean"),
            "valueInteger": measured["trials"],
        }
        yield {"code": _concept(codes, "best", "best trial"), "valueQuantity": _degrees(measured["best_deg"])}


def _effective(contents: Contents, part: Json) -> Json:
    """Return when it was, if that is known at all; an import has no date."""
    start = _moment(contents.analysis.setup.start_utc)
    if start is None:
        return {}
    if part["start_s"] is None or part["end_s"] is None:
        return {"effectiveDateTime": start.isoformat()}
    bounds = {key: (start + timedelta(seconds=part[f"{key}_s"])).isoformat() for key in ("start", "end")}
    return {"effectivePeriod": bounds}


def _moment(text: str | None) -> datetime | None:
    """Return a time with its zone, which FHIR asks for; None if it is not known."""
    try:
        moment = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _provenance(contents: Contents, part: Json) -> str:
    analysis = contents.analysis
    how = "mean of the trials" if "trials" in part else "best plateau"
    return (
        f"{how}, exercise {part['exercise']}, session {contents.session}, filter {analysis.setup.filter.value}, "
        f"recording sha256 {analysis.recording_sha256}, result sha256 {analysis.result_sha256}"
    )


def _concept(codes: Codes, name: str, text: str) -> Json:
    coding = codes.get(name)
    return {**({} if coding is None else {"coding": [coding.as_json()]}), "text": text}


def _degrees(value: float) -> Json:
    return {"value": round(value, 3), "unit": "deg", "system": "http://unitsofmeasure.org", "code": "deg"}


def _identifier(url: str) -> Json:
    return {"system": "urn:ietf:rfc:3986", "value": url}
