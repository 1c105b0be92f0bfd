"""C3D: angles and sensors as analog channels with units, events with their times.

C3D knows neither missing values nor uneven times: frames stand at an even rate, values are linear between rows and
never across a lost one; what is not known is 0 with its channel `valid` (of the angles), `pelvis_known` and
`thigh_known` (of the sensors) at 0. The angles are also a point of the group ANGLES, not measured where not known. The
unit of points is degrees, since no length is in the file: readers that scale lengths leave them alone.

Source: the C3D file format, c3d.org.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import Phase
from imu_hip.model.extras import missing_extra
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.exports.contents import Contents, angle_columns, measured, sensor_columns
from imu_hip.session.exports.even_grid import even_times, on_grid
from imu_hip.session.exports.tables import unit
from imu_hip.session.exports.timeline import Annotation, timeline

_LONGEST_TEXT = 127
_MOST_FRAMES = 65_000
_MOST_EVENTS = 255
"""More than a parameter holds goes to LABELS2, TIMES2, …, as C3D does it with the names of points."""
_DESCRIPTIONS = {
    "valid": "1: the angles are known",
    "phase": ", ".join(f"{phase.value} {phase.name.lower()}" for phase in Phase),
}


def require_ezc3d() -> None:
    """Raise UsageError without the library for C3D."""
    try:
        import ezc3d  # noqa: F401
    except ImportError:
        raise missing_extra("C3D needs an extra", "exports") from None


def write_c3d(path: Path, contents: Contents) -> None:
    """Write the file, over an empty one that is its owner's only. Raises UsageError where nothing was measured."""
    import ezc3d

    if len(contents.t_s) < 2:
        raise UsageError(Reason.WRONG_USAGE, "there are no samples: C3D has nothing to hold")
    # At the whole number of Hz: the median period of times in whole milliseconds is no rate.
    rate_hz = max(1.0, round(contents.rate_hz))
    times = even_times(float(contents.t_s[0]), float(contents.t_s[-1]), rate_hz)
    # Frames are counted in 16 bits. Long recordings have several analog samples in a frame.
    in_a_frame = -(-len(times) // _MOST_FRAMES)
    times = times[0] + np.arange(-(-len(times) // in_a_frame) * in_a_frame) / rate_hz
    channels = _channels(contents, times)
    file = ezc3d.c3d()
    file["parameters"]["ANALOG"]["RATE"]["value"] = [rate_hz]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = list(channels)
    file["parameters"]["ANALOG"]["UNITS"]["value"] = [unit(name) for name in channels]
    file["parameters"]["ANALOG"]["DESCRIPTIONS"]["value"] = [_description(name) for name in channels]
    file["data"]["analogs"] = np.stack(list(channels.values()))[None]
    in_frames = {name: values[::in_a_frame] for name, values in channels.items()}
    _tell_point(file, in_frames, contents.analysis.setup.side, rate_hz / in_a_frame)
    _tell_events(file, contents)
    _tell_origin(file, contents)
    with TemporaryDirectory(dir=path.parent) as folder:  # the library wants a name in .c3d, for all to read
        named = Path(folder) / "whole.c3d"
        file.write(str(named))
        # ezc3d says nothing of a full disk. Every value has four bytes.
        if named.stat().st_size < 4 * len(channels) * len(times):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copyfile(named, path)


def _channels(contents: Contents, times: Floats) -> dict[str, Floats]:
    """Return every channel at even times; 0 where not known."""
    t_s, valid = contents.t_s, contents.analysis.angles.valid[contents.shown]
    out = _on_times(times, t_s, angle_columns(contents), valid, "valid")
    latest = np.clip(np.searchsorted(t_s, times + 1e-9, side="right") - 1, 0, None)
    out["phase"] = contents.analysis.phases[contents.shown][latest].astype(float)
    for role in Role:
        columns = {f"{role.value}_{name}": values for name, values in sensor_columns(contents, role).items()}
        out |= _on_times(times, t_s, columns, measured(contents, role), f"{role.value}_known")
    return out


def _on_times(
    times: Floats, t_s: Floats, columns: dict[str, Floats], known: NDArray[np.bool_], flag: str
) -> dict[str, Floats]:
    values, seen = on_grid(times, t_s, np.column_stack(list(columns.values())), known)
    return {**dict(zip(columns, values.T, strict=True)), flag: seen.astype(float)}


def _tell_point(file: Any, channels: dict[str, Floats], side: Side, rate_hz: float) -> None:
    name = f"{side.value[0].upper()}HipAngles"
    known = channels["valid"] > 0.0
    angles = np.stack([channels[f"{axis}_deg"] for axis in ("flexion", "adduction", "internal_rotation")])
    file["parameters"]["POINT"]["RATE"]["value"] = [rate_hz]
    file["parameters"]["POINT"]["LABELS"]["value"] = [name]
    file["parameters"]["POINT"]["DESCRIPTIONS"]["value"] = ["x flexion, y adduction, z internal rotation"]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["deg"]
    file.add_parameter("POINT", "TYPE_GROUPS", ["ANGLES"])
    file.add_parameter("POINT", "ANGLES", [name])
    file.add_parameter("POINT", "ANGLE_UNITS", ["deg"])
    file["data"]["points"] = np.where(known, angles, np.nan)[:, None, :]
    file["data"]["meta_points"] = {
        "residuals": np.where(known, 0.0, -1.0)[None, None, :],  # below 0: not measured
        "camera_masks": np.zeros((7, 1, len(known)), dtype=bool),
    }


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
    for first in range(0, max(len(moments), 1), _MOST_EVENTS):
        page = moments[first : first + _MOST_EVENTS]
        suffix = str(first // _MOST_EVENTS + 1) if first else ""
        since_s = np.array([at_s for at_s, *_ in page])
        file.add_parameter("EVENT", f"USED{suffix}", [len(page)])
        file.add_parameter("EVENT", f"CONTEXTS{suffix}", [side] * len(page))
        file.add_parameter("EVENT", f"LABELS{suffix}", [_plain(label) for *_, label, _ in page])
        file.add_parameter("EVENT", f"DESCRIPTIONS{suffix}", [_plain(text) for *_, text in page])
        file.add_parameter("EVENT", f"TIMES{suffix}", np.array([since_s // 60.0, since_s % 60.0]))


def _tell_origin(file: Any, contents: Contents) -> None:
    result = contents.result
    for name, value in (
        ("NAMES", contents.person),
        ("SESSION", contents.session),
    ):
        file.add_parameter("SUBJECTS", name, [_plain(value)])
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
        file.add_parameter("MANUFACTURER", name, [_plain(value)])


def _told(each: Annotation) -> str:
    return " ".join(part for part in (each.what, each.verdict) if part)


def _plain(text: str) -> str:
    """Return what one byte for each character, and one for the length, leave of a text."""
    return text.encode("ascii", "replace").decode()[:_LONGEST_TEXT]
