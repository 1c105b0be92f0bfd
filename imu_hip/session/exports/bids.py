"""BIDS-Motion: a dataset, or one more session of it.

Files of a session are new; of the dataset's own files `participants.tsv` gains a row, the others stay as they are.

Source: Brain Imaging Data Structure 1.10, motion; Jeung et al. 2024, doi:10.1038/s41597-024-03559-8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.item import Role
from imu_hip.session.exports.contents import Contents, angle_columns, sensor_columns
from imu_hip.session.exports.timeline import timeline
from imu_hip.session.output_file import write_text

PARTICIPANTS = "participants.tsv"
"""The only file of a dataset that is written anew."""
_VERSION = "1.10.0"
_NOT_KNOWN = "n/a"
_TYPES = {"gyr": ("GYRO", "rad/s"), "acc": ("ACCEL", "m/s^2"), "mag": ("MAGN", "uT")}
_MEANINGS = {
    "onset": "Begin, in seconds since the first sample",
    "duration": "How long it took, in seconds",
    "trial_type": "mark: what was asked for; pain and note: what the person told; the others: what was found",
    "what": "Label of a mark with its detail, direction of a movement, kind of a compensation, steps of a cycle, "
    "score of a pain (0 to 10), text of a note",
    "verdict": "What the program judged",
    "angle": "Angle of a hold or trial, largest angle of a compensation",
}
_README = """Hip rotation from two inertial sensors, on the pelvis and on the thigh, written by imu_hip.

Angles: flexion, adduction and internal rotation are positive, on both sides; joint coordinate system of the hip as the
ISB recommends (Wu et al. 2002). Each angle has its standard deviation. Sensors: in their own axes. Samples that were
lost are missing rows; the times of the others are in the channel LATENCY.

Training, research and education. Not a medical device.
"""


def write_session(folder: Path, contents: Contents, dataset: Path) -> None:
    """Write the files of a session, and those that the `dataset` has not yet, into an empty folder.

    Raises UsageError where `dataset` is a folder with something else in it.
    """
    known = _participants(dataset)
    for name, text in (
        ("dataset_description.json", _json(_description(contents))),
        ("README", _README),
        ("participants.json", _json({"participant_id": {"Description": "Pseudonym of a person"}})),
    ):
        if not (dataset / name).exists():
            write_text(folder / name, text)
    participant = f"sub-{contents.person}"
    if all(row.split("\t")[0] != participant for row in known[1:]):
        known = [*known, "\t".join([participant, *[_NOT_KNOWN] * known[0].count("\t")])]
    write_text(folder / PARTICIPANTS, "\n".join(known) + "\n")
    session = folder / participant / f"ses-{contents.session}"
    motion = session / "motion"
    for made in (folder / participant, session, motion):
        made.mkdir(mode=0o700)
    recording = contents.result["recording"]
    task = "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", recording["exercise"])) or "Exercise"
    task = task[:1].lower() + task[1:] + recording["side"].capitalize()
    stem = f"{participant}_ses-{contents.session}_task-{task}"
    channels = _channels(contents)
    t_s = contents.t_s
    table = np.column_stack([channel.values for channel in channels])
    write_text(motion / f"{stem}_tracksys-imu_motion.tsv", _rows(table))
    write_text(motion / f"{stem}_tracksys-imu_motion.json", _json(_sidecar(contents, task, channels, t_s)))
    write_text(motion / f"{stem}_tracksys-imu_channels.tsv", _channel_text(channels))
    write_text(motion / f"{stem}_events.tsv", _event_text(contents, float(t_s[0]) if len(t_s) else 0.0))
    write_text(motion / f"{stem}_events.json", _json(_event_sidecar()))
    started = recording["start"] or _NOT_KNOWN
    scans = f"filename\tacq_time\nmotion/{stem}_tracksys-imu_motion.tsv\t{started.removesuffix('Z')}\n"
    write_text(session / f"{participant}_ses-{contents.session}_scans.tsv", scans)


class _Channel:
    """A column of the table, and what `channels.tsv` says of it."""

    def __init__(self, name: str, component: str, kind: str, point: str, units: str, values: Floats) -> None:
        self.told = (name, component, kind, point, units)
        self.values = values


def _channels(contents: Contents) -> list[_Channel]:
    t_s = contents.t_s
    latency = t_s - t_s[0] if len(t_s) else t_s
    out = [_Channel("latency", _NOT_KNOWN, "LATENCY", _NOT_KNOWN, "s", latency)]
    for name, values in angle_columns(contents).items():
        angle = name.removesuffix("_deg")
        kind = "MISC" if angle.endswith("_sd") else "JNTANG"
        out.append(_Channel(angle, _NOT_KNOWN, kind, "hip", "deg", values))
    for role in Role:
        for name, values in sensor_columns(contents, role).items():
            quantity, axis = name.split("_")[:2]
            kind, units = _TYPES[quantity]
            out.append(_Channel(f"{role.value}_{quantity}_{axis}", axis, kind, role.value, units, values))
    return out


def _rows(table: Floats) -> str:
    """Return the table without a header; numbers read back exactly."""
    lines = ("\t".join(_NOT_KNOWN if value != value else repr(value) for value in row) for row in table.tolist())
    return "".join(f"{line}\n" for line in lines)


def _channel_text(channels: Sequence[_Channel]) -> str:
    return "\n".join("\t".join(row) for row in (("name", "component", "type", "tracked_point", "units"),
                                                *(channel.told for channel in channels))) + "\n"  # fmt: skip


def _sidecar(contents: Contents, task: str, channels: Sequence[_Channel], t_s: Floats) -> dict[str, Any]:
    kinds = [channel.told[2] for channel in channels]
    link, recording = contents.result["link"], contents.result["recording"]
    duration_s = float(t_s[-1] - t_s[0]) if len(t_s) else 0.0
    out: dict[str, Any] = {
        "TaskName": task,
        "TaskDescription": f"{recording['exercise']}, {recording['side']} hip",
        "SamplingFrequency": round(contents.rate_hz, 6),
        "SamplingFrequencyEffective": (len(t_s) - 1) / duration_s if duration_s > 0.0 else 0.0,
        "RecordingDuration": duration_s,
        "RecordingType": "continuous",
        "TrackingSystemName": "imu",
        "TrackedPointsCount": 2,
        "MotionChannelCount": len(channels),
        "MissingValues": f"{_NOT_KNOWN}; rows of lost samples of the pelvis sensor are missing",
        "SoftwareVersions": "; ".join(f"{name} {version}" for name, version in contents.result["software"].items()),
        "DeviceSerialNumber": ", ".join(str(link[role.value].get("serial") or _NOT_KNOWN) for role in Role),
        "RecordingSha256": recording["sha256"],
        "ResultSha256": contents.result["result_sha256"],
    }
    return out | {f"{kind}ChannelCount": kinds.count(kind) for kind in dict.fromkeys(kinds)}


def _event_text(contents: Contents, first_s: float) -> str:
    lines = ["\t".join(_MEANINGS)]
    for each in timeline(contents):
        cells = (each.what, each.verdict, "" if each.angle_deg is None else repr(each.angle_deg))
        times = (repr(each.start_s - first_s), repr(max(0.0, each.end_s - each.start_s)))
        lines.append("\t".join((*times, each.kind, *(_cell(cell) for cell in cells))))
    return "\n".join(lines) + "\n"


def _event_sidecar() -> dict[str, Any]:
    units = {"onset": "s", "duration": "s", "angle": "deg"}
    return {
        name: {"Description": text} | ({"Units": units[name]} if name in units else {})
        for name, text in _MEANINGS.items()
    }


def _description(contents: Contents) -> dict[str, Any]:
    version = contents.result["software"]["imu_hip"]
    return {
        "Name": "Hip rotation from two inertial sensors",
        "BIDSVersion": _VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "imu_hip", "Version": version}],
    }


def _participants(dataset: Path) -> list[str]:
    """Return the lines of the dataset's table of participants, a header alone for a new one."""
    table = dataset / PARTICIPANTS
    if table.is_file():
        lines = _text(table).replace("\r\n", "\n").split("\n")
        if lines[0].split("\t")[0] == "participant_id":
            return [line for line in lines if line.strip()]
    elif not dataset.exists() or (dataset.is_dir() and not any(dataset.iterdir())):
        return ["participant_id"]
    raise UsageError(
        Reason.OUTPUT_EXISTS,
        f"{dataset}: is there and no BIDS dataset: no {PARTICIPANTS} that begins with participant_id",
    )


def _text(table: Path) -> str:
    try:
        return table.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(Reason.WRONG_USAGE, f"{table}: not UTF-8 text; save the table in UTF-8") from error


def _cell(text: str) -> str:
    return " ".join(text.replace("\0", "").split()) or _NOT_KNOWN


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
