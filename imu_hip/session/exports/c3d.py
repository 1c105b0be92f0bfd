"""C3D: angles and sensors as analog channels with units, events with their times.

C3D knows neither missing values nor uneven times: frames stand at an even rate, what is not known is 0 with its channel
`valid` (of the angles), `pelvis_known` and `thigh_known` (of the sensors) at 0. Angles are no points: as such, readers
scale them like lengths.

Source: the C3D file format, c3d.org.
"""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import Phase
from imu_hip.model.item import Role
from imu_hip.session.exports.contents import Contents, angle_columns, measured, sensor_columns
from imu_hip.session.exports.tables import unit
from imu_hip.session.exports.timeline import Annotation, timeline

_LONGEST_TEXT = 127
_DESCRIPTIONS = {
    "valid": "1: the angles are known",
    "phase": ", ".join(f"{phase.value} {phase.name.lower()}" for phase in Phase),
}


def require_ezc3d() -> None:
    """Raise UsageError without the library for C3D."""
    try:
        import ezc3d  # noqa: F401
    except ImportError:
        raise UsageError(Reason.MISSING_EXTRA, "C3D needs an extra: pip install 'imu-hip[exports]'") from None


def write_c3d(path: Path, contents: Contents) -> None:
    """Write the file, over an empty one that is its owner's only. Raises UsageError where nothing was measured."""
    import ezc3d

    if len(contents.t_s) < 2:
        raise UsageError(Reason.WRONG_USAGE, "there are no samples: C3D has nothing to hold")
    channels = _channels(contents)
    frames = _frames(contents)
    analog = np.zeros((1, len(channels), int(frames[-1]) + 1))
    for k, values in enumerate(channels.values()):
        analog[0, k, frames] = np.nan_to_num(values, nan=0.0)
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [contents.rate_hz]
    file["parameters"]["ANALOG"]["RATE"]["value"] = [contents.rate_hz]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = list(channels)
    file["parameters"]["ANALOG"]["UNITS"]["value"] = [unit(name) for name in channels]
    file["parameters"]["ANALOG"]["DESCRIPTIONS"]["value"] = [_description(name) for name in channels]
    file["data"]["points"] = np.zeros((4, 0, analog.shape[2]))
    file["data"]["analogs"] = analog
    _tell_events(file, contents)
    _tell_origin(file, contents)
    with TemporaryDirectory(dir=path.parent) as folder:  # the library wants a name in .c3d, for all to read
        named = Path(folder) / "whole.c3d"
        file.write(str(named))
        copyfile(named, path)


def _channels(contents: Contents) -> dict[str, Floats]:
    shown = contents.shown
    out = angle_columns(contents)
    out["valid"] = contents.analysis.angles.valid[shown].astype(float)
    out["phase"] = contents.analysis.phases[shown].astype(float)
    for role in Role:
        out |= {f"{role.value}_{name}": values for name, values in sensor_columns(contents, role).items()}
        out[f"{role.value}_known"] = measured(contents, role).astype(float)
    return out


def _frames(contents: Contents) -> np.ndarray:
    """Return the frame of each row (n,): the one nearest to its time, never the same twice."""
    t_s = contents.t_s
    frames = np.round((t_s - t_s[0]) * contents.rate_hz).astype(int)
    steps = np.maximum(np.diff(frames), 1)
    return np.concatenate([[0], np.cumsum(steps)])


def _description(name: str) -> str:
    if name.endswith("_known"):
        return "1: this sensor was measured"
    return _DESCRIPTIONS.get(name, "sensor axes" if name.startswith(("pelvis_", "thigh_")) else "")


def _tell_events(file: Any, contents: Contents) -> None:
    """Write begin and end of everything that happened; times are since the first frame, as minutes and seconds."""
    side = contents.analysis.setup.side.value.capitalize()
    edges = [
        (at_s - float(contents.t_s[0]), begins, f"{each.kind} {'begin' if begins else 'end'}", _told(each))
        for each in timeline(contents)
        for at_s, begins in ((each.start_s, True), (each.end_s, False))
    ]
    moments = sorted(edges, key=lambda edge: edge[:2])  # at one time what ends comes before what begins
    labels, texts = [label for *_, label, _ in moments], [text for *_, text in moments]
    times = np.array([[0.0] * len(moments), [at_s for at_s, *_ in moments]])
    file.add_parameter("EVENT", "USED", [len(moments)])
    file.add_parameter("EVENT", "CONTEXTS", [side] * len(moments))
    file.add_parameter("EVENT", "LABELS", labels)
    file.add_parameter("EVENT", "DESCRIPTIONS", texts)
    file.add_parameter("EVENT", "TIMES", times)


def _tell_origin(file: Any, contents: Contents) -> None:
    result = contents.result
    for name, value in (
        ("NAMES", contents.person),
        ("SESSION", contents.session),
    ):
        file.add_parameter("SUBJECTS", name, [value])
    for name, value in (
        ("SOFTWARE", "imu_hip"),
        ("VERSION", str(result["software"]["imu_hip"])),
        ("RECORDING_SHA256", str(result["recording"]["sha256"])),
        ("RESULT_SHA256", str(result["result_sha256"])),
        ("EXERCISE", str(result["recording"]["exercise"])),
        ("SIDE", str(result["recording"]["side"])),
        ("START", str(result["recording"]["start"] or "")),
        ("FIRST_FRAME_S", repr(float(contents.t_s[0]))),
    ):
        file.add_parameter("MANUFACTURER", name, [value])


def _told(each: Annotation) -> str:
    return " ".join(part for part in (each.what, each.verdict) if part)[:_LONGEST_TEXT]
