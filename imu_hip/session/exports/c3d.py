"""C3D: hip angles as an angle group, everything as analog channels, what happened as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imu_hip import __version__
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.errors import Reason, RecordingError, UnusableInputError, UsageError
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Side
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.even_grid import even_times, on_grid, rate_of
from imu_hip.session.exports.happenings import Happening, happenings
from imu_hip.session.output_file import create_file, make_durable

MOST_FRAMES = 65_000
"""Frames are counted in 16 bits, and not every reader uses the last of them."""
MOST_EVENTS = 255
"""Parameters count in 8 bits; the rest goes to LABELS2, TIMES2, … as C3D does it with the names of points."""
NOT_KNOWN = -1.0
"""Residual of a point that was not measured."""

_LETTER = {Side.LEFT: "L", Side.RIGHT: "R"}
_ANGLES = ("flexion", "adduction", "internal_rotation")


@dataclass(frozen=True, slots=True)
class Channel:
    """One analog channel: name, unit, what it is, and its values (n,)."""

    name: str
    unit: str
    text: str
    values: Floats


def write_c3d(path: Path, contents: Contents) -> None:
    """Write one C3D file.

    Analog channels at the whole Hz nearest to the pelvis sensor's rate: both sensors (rad/s, m/s², µT), hip angles and
    their standard deviations (deg), phase, and for each whether it is known, because C3D has no NaN: what is not known
    is 0 there. The angles are also the point `RHipAngles` or `LHipAngles` (x flexion, y adduction, z internal rotation,
    deg), not measured where not known. Raises UsageError without ezc3d, UnusableInputError when nothing was measured,
    RecordingError when the disk is full.
    """
    ezc3d = _ezc3d(path)
    angles, pelvis = contents.analysis.angles, contents.samples.get(Role.PELVIS)
    measured = [each.t_s for each in contents.samples.values() if len(each.t_s)]
    if not measured:
        raise UnusableInputError(Reason.EMPTY, f"{path}: no sensor has any sample; there is nothing to export")
    rate_hz = max(1.0, round(rate_of(measured[0] if pelvis is None or not len(pelvis.t_s) else pelvis.t_s)))
    start_s, end_s = min(float(t[0]) for t in measured), max(float(t[-1]) for t in measured)
    times = even_times(start_s, end_s, rate_hz)
    # Points are counted in frames, analog samples in frames times samples for each: long recordings have several.
    per_frame = -(-len(times) // MOST_FRAMES)
    times = start_s + np.arange(-(-len(times) // per_frame) * per_frame) / rate_hz
    hip, known = _hip(angles, times)
    channels = [*_sensors(contents, times), *_angles(hip, known), _phase(contents, times)]
    file = ezc3d.c3d()
    _points(file, _LETTER[contents.analysis.setup.side], hip[::per_frame, :3], known[::per_frame], rate_hz / per_frame)
    _analogs(file, channels, rate_hz)
    inside = [e for e in happenings(contents) if start_s <= e.t_s <= end_s]
    _events(file, inside, start_s, contents.analysis.setup.side)
    _provenance(file, contents, start_s)
    data = _written(file)
    # ezc3d says nothing when the disk is full. Every value has four bytes, and a point has four values.
    if len(data) < 4 * (len(channels) * len(times) + 4 * (len(times) // per_frame)):
        raise RecordingError(Reason.DISK_FULL, f"{path}: the folder for temporary files is full; make room on its disk")
    with create_file(path) as stream:
        stream.write(data)
        make_durable(stream)


def _written(file: Any) -> bytes:
    """Return what ezc3d writes, which adds .c3d to names and knows neither permissions nor all names of files."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "export.c3d"
        file.write(str(made))
        return made.read_bytes()


def _ezc3d(path: Path) -> Any:
    try:
        import ezc3d
    except ImportError:
        raise UsageError(Reason.MISSING_EXTRA, f"{path}: C3D needs an extra: pip install imu-hip[exports]") from None
    return ezc3d


def _hip(angles: AngleBlock, times: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return angles and standard deviations in degrees (n, 6), and where they are known (n,)."""
    rows = angles.on_sample
    both = np.degrees(np.hstack([angles.angles_rad, angles.sd_rad])[rows])
    return on_grid(times, angles.t_s[rows], both, angles.valid[rows])


def _angles(hip: Floats, known: NDArray[np.bool_]) -> Iterator[Channel]:
    for k, name in enumerate(_ANGLES):
        yield Channel(f"hip_{name}", "deg", f"hip {name.replace('_', ' ')}, 0 where hip_known is 0", hip[:, k])
    for k, name in enumerate(_ANGLES):
        yield Channel(f"hip_{name}_sd", "deg", f"standard deviation of hip_{name}", hip[:, 3 + k])
    yield Channel("hip_known", "", "1 where the hip angles are known", known.astype(float))


def _phase(contents: Contents, times: Floats) -> Channel:
    angles = contents.analysis.angles
    rows = angles.on_sample
    t_s, phases = angles.t_s[rows], contents.analysis.phases[rows]
    values = np.zeros(len(times))
    if len(t_s):
        latest = np.searchsorted(t_s, times + 1e-9, side="right") - 1
        seen = (latest >= 0) & (times <= t_s[-1] + 1e-9)
        values[seen] = phases[latest[seen]]
    return Channel("phase", "", "0 unknown 1 neutral 2 approach 3 hold 4 block 5 exit", values)


def _sensors(contents: Contents, times: Floats) -> Iterator[Channel]:
    for role, samples in contents.samples.items():
        for quantity, unit, text, rows in _quantities(samples):
            values, _ = on_grid(times, samples.t_s, rows, np.ones(len(rows), dtype=bool))
            for axis, column in zip("xyz", values.T, strict=True):
                yield Channel(f"{role.value}_{quantity}_{axis}", unit, f"{role.value} sensor, {text}", column)
        _, known = on_grid(times, samples.t_s, samples.gyr, np.ones(len(samples.t_s), dtype=bool))
        yield Channel(
            f"{role.value}_known", "", f"1 where the {role.value} sensor's values are known", known.astype(float)
        )


def _quantities(samples: TimedSamples) -> Iterator[tuple[str, str, str, Floats]]:
    yield "gyr", "rad/s", "angular rate", samples.gyr
    yield "acc", "m/s^2", "specific force", samples.acc
    if samples.mag is not None:
        yield "mag", "uT", "magnetic field", samples.mag


def _points(file: Any, letter: str, hip_deg: Floats, known: NDArray[np.bool_], rate_hz: float) -> None:
    name = f"{letter}HipAngles"
    parameters = file["parameters"]["POINT"]
    parameters["RATE"]["value"] = [rate_hz]
    parameters["LABELS"]["value"] = [name]
    parameters["DESCRIPTIONS"]["value"] = ["x flexion, y adduction, z internal rotation"]
    # No length is in this file, so that nobody can take the angles for millimetres.
    parameters["UNITS"]["value"] = ["deg"]
    file.add_parameter("POINT", "TYPE_GROUPS", ["ANGLES"])
    file.add_parameter("POINT", "ANGLES", [name])
    file.add_parameter("POINT", "ANGLE_UNITS", ["deg"])
    file["data"]["points"] = np.where(known, hip_deg.T, np.nan)[:, None, :]
    file["data"]["meta_points"] = {
        "residuals": np.where(known, 0.0, NOT_KNOWN)[None, None, :],
        "camera_masks": np.zeros((7, 1, len(known)), dtype=bool),
    }


def _analogs(file: Any, channels: Sequence[Channel], rate_hz: float) -> None:
    parameters = file["parameters"]["ANALOG"]
    parameters["RATE"]["value"] = [rate_hz]
    parameters["LABELS"]["value"] = [channel.name for channel in channels]
    parameters["DESCRIPTIONS"]["value"] = [channel.text for channel in channels]
    parameters["UNITS"]["value"] = [channel.unit for channel in channels]
    file["data"]["analogs"] = np.stack([channel.values for channel in channels])[None]


def _events(file: Any, found: Sequence[Happening], start_s: float, side: Side) -> None:
    pages = groupby(enumerate(found), lambda numbered: numbered[0] // MOST_EVENTS)
    for page, numbered in pages:
        events = [event for _, event in numbered]
        suffix = str(page + 1) if page else ""
        since_s = np.array([event.t_s - start_s for event in events])
        file.add_parameter("EVENT", f"USED{suffix}", [len(events)])
        file.add_parameter("EVENT", f"CONTEXTS{suffix}", [side.value.capitalize()] * len(events))
        file.add_parameter("EVENT", f"LABELS{suffix}", [_plain(event.label) for event in events])
        file.add_parameter("EVENT", f"DESCRIPTIONS{suffix}", [_plain(event.text) for event in events])
        file.add_parameter("EVENT", f"TIMES{suffix}", np.stack([since_s // 60.0, since_s % 60.0]))


def _provenance(file: Any, contents: Contents, start_s: float) -> None:
    setup = contents.analysis.setup
    for name, text in (
        ("SOFTWARE", "imu_hip"),
        ("VERSION_LABEL", __version__),
    ):
        file.add_parameter("MANUFACTURER", name, [text])
    file.add_parameter("SUBJECTS", "USED", [1])
    file.add_parameter("SUBJECTS", "NAMES", [_plain(contents.person)])
    for name, text in (
        ("SESSION", contents.session),
        ("SIDE", setup.side.value),
        ("EXERCISE", setup.exercise_id),
        ("FILTER", setup.filter.value),
        ("START", setup.start_utc or ""),
        ("FIRST_FRAME_S", repr(start_s)),
        ("RECORDING_SHA256", contents.analysis.recording_sha256),
        ("RESULT_SHA256", contents.analysis.result_sha256),
    ):
        file.add_parameter("IMU_HIP", name, [_plain(text)])


def _plain(text: str) -> str:
    """Return what C3D's one byte for each character and one byte for the length leave of a text."""
    return text.encode("ascii", "replace").decode()[:127]
