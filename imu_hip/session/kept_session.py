"""One session of the library: a folder with its recording, what it is, and what was derived from it.

`raw.mcap` (and `raw.2.mcap`, … where a crash cut it) is what was recorded, `session.json` says what it is and holds
the figures that a history needs, `derived/` the whole results, one for each recording and software.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imu_hip.model.errors import UnusableInputError
from imu_hip.model.stopped import NO_EXERCISE
from imu_hip.session.json_file import make_folder, read_object, write_object
from imu_hip.session.typed_json import to_json

SCHEMA = "imu-hip/session/1"
RAW = "raw.mcap"
SIDECAR = "session.json"
DERIVED = "derived"
NO_RESULT = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What comes of taking something else for the JSON of an analysis."""
_NAMES_A_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,80}", re.ASCII)
_ANGLES = ("internal_deg", "internal_sd_deg", "external_deg", "external_sd_deg")


@dataclass(frozen=True, slots=True)
class PartSummary:
    """The figures of one judged part. `hold_s`: time at end range, of all `holds` together."""

    exercise: str
    posture: str | None
    measurement: bool
    internal_deg: float | None
    internal_sd_deg: float | None
    external_deg: float | None
    external_sd_deg: float | None
    holds: int
    full_holds: int
    hold_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a session, and which result they are from.

    `pain`: the highest score, None where none was told; `notes`: how many texts were told while it was recorded.
    """

    recording_sha256: str
    result_sha256: str
    imu_hip: str
    parts: tuple[PartSummary, ...]
    pain: int | None = None
    notes: int = 0


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session in the library; None is what its `session.json` does not say. `path` is its (first) recording.

    `notes`: how many texts were told about it, while it was recorded or later.
    """

    path: Path
    start: str | None
    side: str | None
    exercise: str | None
    summary: Summary | None
    notes: int = 0

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.parent.name


def recording_at(path: Path) -> Path:
    """Return the recording that a path means: of a session's folder its first one."""
    return path / RAW if path.is_dir() else path


def segments_of(recording: Path) -> tuple[Path, ...]:
    """Return the files of a recording in their order: `raw.mcap` means all of its session, any other only itself."""
    found = [recording]
    while recording.name == RAW and (following := recording.with_name(segment_name(len(found) + 1))).exists():
        found.append(following)
    return tuple(found)


def next_segment(recording: Path) -> Path:
    """Return the file in which the session of a `raw.mcap` goes on."""
    return recording.with_name(segment_name(len(segments_of(recording)) + 1))


def segment_name(number: int) -> str:
    """Return what the files of a session are called: the first, 1, and those in which it went on after a crash."""
    stem, ending = RAW.split(".")
    return RAW if number == 1 else f"{stem}.{number}.{ending}"


def shown_name(recording: Path) -> str:
    """Return what to call a recording: in the library all are called alike, their folders are not."""
    return recording.parent.name if recording.name == RAW else recording.name


def is_session(recording: Path) -> bool:
    """Tell whether a recording is the first file of a session's folder."""
    return recording.name == RAW and recording.with_name(SIDECAR).exists()


def recover_command(recording: Path) -> str:
    """Return the command that saves what is left of a recording: of a session it stays in its folder."""
    if is_session(recording):
        return shlex.join(["imu-hip", "recover", str(recording.parent)])
    return shlex.join(["imu-hip", "recover", str(recording), "--out", f"{recording.stem}-recovered.mcap"])


def describe(folder: Path, start: str | None, side: str, exercise: str) -> None:
    """Write what a session is, before there is anything else of it."""
    write_object(folder / SIDECAR, {"schema": SCHEMA, "start": start, "side": side, "exercise": exercise})


def session_in(folder: Path) -> KeptSession:
    """Return the session in a folder; where `session.json` is gone or not readable, of its newest result."""
    about = _object_or_none(folder / SIDECAR)
    if about is None:
        results = results_in(folder)
        about = _described_by(results[-1]) if results else {}
    start, side, exercise = (_text_or_none(about.get(key)) for key in ("start", "side", "exercise"))
    summary, later = _summary_or_none(about.get("result")), about.get("notes")
    notes = (0 if summary is None else summary.notes) + (len(later) if isinstance(later, list) else 0)
    return KeptSession(folder / RAW, start, side, exercise, summary, notes)


def keep_result(folder: Path, result: Mapping[str, Any]) -> None:
    """Keep an analysis (as its JSON), and its figures in `session.json`; what else stands there stays."""
    make_folder(folder / DERIVED)
    write_object(folder / DERIVED / result_name(result), result)
    about = _object_or_none(folder / SIDECAR) or {}
    write_object(folder / SIDECAR, {**_described_by(result), **about, "result": to_json(summary_of(result))})


def results_in(folder: Path) -> list[dict[str, Any]]:
    """Return the readable results of a session, the one kept last at the end."""
    paths = sorted((folder / DERIVED).glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    return [result for path in paths if (result := _object_or_none(path)) is not None]


def result_name(result: Mapping[str, Any]) -> str:
    """Return the name of a result's file: the recording's hash, and the software that derived it.

    Libraries count as software, too: another numpy may give other last bits. Raises one of `NO_RESULT` where what is
    none would lead to a file elsewhere.
    """
    software = result["software"]
    if not all(_NAMES_A_FILE.fullmatch(part) for part in (result["recording"]["sha256"], software["imu_hip"])):
        raise ValueError("neither a hash nor a version")
    all_of_it = hashlib.sha256(json.dumps(software, sort_keys=True).encode()).hexdigest()[:8]
    return f"{result['recording']['sha256']}.{software['imu_hip']}-{all_of_it}.json"


def summary_of(result: Mapping[str, Any]) -> Summary:
    """Return the figures of an analysis. Raises KeyError, TypeError or ValueError where it is none.

    Without an exercise interval (stopped in the calibration) there are no parts: nothing in it was asked for.
    """
    notes = result.get("notes", ())
    asked = all(warning["code"] != NO_EXERCISE for warning in result.get("warnings", ()))
    return Summary(
        result["recording"]["sha256"],
        result["result_sha256"],
        result["software"]["imu_hip"],
        tuple(_part(part) for part in result["parts"]) if asked else (),
        max((note["score"] for note in notes if note.get("score") is not None), default=None),
        sum("text" in note and note["written"] is None for note in notes),
    )


def _summary_or_none(data: Any) -> Summary | None:
    """Read figures back; None where they make no sense. Ten thousand are read at once, so it is done by hand."""
    try:
        texts = (data["recording_sha256"], data["result_sha256"], data["imu_hip"])
        if not all(isinstance(text, str) for text in texts) or not all(_makes_sense(part) for part in data["parts"]):
            return None
        recording, result, version = texts
        pain, notes = data.get("pain"), data.get("notes", 0)
        if not (pain is None or type(pain) is int) or type(notes) is not int:
            return None
        return Summary(recording, result, version, tuple(PartSummary(**part) for part in data["parts"]), pain, notes)
    except (KeyError, TypeError, OverflowError):
        return None


def _makes_sense(part: Mapping[str, Any]) -> bool:
    return (
        isinstance(part["exercise"], str)
        and isinstance(part["posture"], str | None)
        and isinstance(part["measurement"], bool)
        and all(part[name] is None or math.isfinite(part[name]) for name in _ANGLES)
        and all(math.isfinite(part[name]) for name in ("holds", "full_holds", "hold_s"))
    )


def _part(part: Mapping[str, Any]) -> PartSummary:
    found, holds = part["range"], part["holds"]
    return PartSummary(
        exercise=part["exercise"],
        posture=part["posture"],
        measurement="trials" in part,
        internal_deg=found["internal_rotation_deg"],
        internal_sd_deg=found["internal_rotation_sd_deg"],
        external_deg=found["external_rotation_deg"],
        external_sd_deg=found["external_rotation_sd_deg"],
        holds=len(holds),
        full_holds=sum(hold["verdict"] == "complete" for hold in holds),
        hold_s=float(sum(hold["duration_s"] for hold in holds)),
    )


def _described_by(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a result says of its session, in the form of `session.json`."""
    try:
        about = result["recording"]
        known = {key: about[key] for key in ("start", "side", "exercise")}
        return {"schema": SCHEMA, **known, "result": to_json(summary_of(result))}
    except NO_RESULT:
        return {}


def _object_or_none(path: Path) -> dict[str, Any] | None:
    """Return what is in a file; nobody misses one that is not there, and the recording is the truth."""
    try:
        return read_object(path) if path.exists() else None
    except UnusableInputError:
        return None


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
