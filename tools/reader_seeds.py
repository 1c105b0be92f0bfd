"""Sound files of every kind that the program reads: written by the program itself, or as other makers' programs do."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from imu_hip import api
from imu_hip.app.preparing import prepare
from imu_hip.model.item import Role
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.expected_json import expected_json
from imu_hip.session.foreign_csv import MARK_COLUMNS, SENSOR_COLUMNS
from imu_hip.session.notes import add_note
from imu_hip.session.reader import read_recording
from imu_hip.session.user_library import KnownSensor, Library
from imu_hip.session.writer import write_recording

ROOT = Path(__file__).resolve().parents[1]
RECORDING = ROOT / "recordings" / "supine_ere_right.mcap"
EXERCISES = (ROOT / "docs" / "lift_off.toml", *sorted((ROOT / "imu_hip" / "exercise" / "catalog").glob("*.toml")))
CODES = ROOT / "imu_hip" / "session" / "exports" / "codes.toml"
_BEGINNING_S = 12.0


def beginning(folder: Path, *, imported: bool = False) -> Path:
    """Write the first seconds of a sample recording, or of one that was imported."""
    path = folder / "beginning.mcap"
    if imported:
        from imu_hip.app.catalogue import exercise
        from imu_hip.app.importing import import_tables
        from imu_hip.model.setup import Side

        pelvis, thigh, marks = (folder / f"{name}.csv" for name in ("pelvis", "thigh", "marks"))
        pelvis.write_bytes(sensor_table())
        thigh.write_bytes(sensor_table(0.3))
        marks.write_bytes(marks_table())
        import_tables(pelvis, thigh, marks, exercise("supine_ere"), Side.LEFT, path)
        return path
    whole = read_recording(RECORDING)
    first_ns = whole.items[0].item.t_ns
    near = [each for each in whole.items if (each.item.t_ns - first_ns) < _BEGINNING_S * 1e9]
    write_recording(path, whole.setup, near)
    return path


def cut_off(path: Path) -> bytes:
    """Return a recording as a crash leaves it."""
    data = path.read_bytes()
    return data[: len(data) * 2 // 3]


def expected(path: Path) -> tuple[bytes, bytes]:
    """Return what may lie beside a recording: its expected result, its analysis."""
    prepare()
    found = api.analyze(path)
    return json.dumps(expected_json(found)).encode(), json.dumps(analysis_json(found)).encode()


def _samples(phase: float, count: int = 300) -> list[list[float]]:
    rows = []
    for k in range(count):
        turn = math.sin(k / 20.0 + phase)
        rows.append([k / 100.0, 0.1 * turn, 0.01 * k % 0.3, -0.1 * turn, 0.2 * turn, 9.8, 0.3 - 0.1 * turn])
    return rows


def _table(names: Sequence[object], rows: Sequence[Sequence[object]], mark: str = ",") -> str:
    return "\n".join(mark.join(map(str, row)) for row in [names, *rows]) + "\n"


def sensor_table(phase: float = 0.0) -> bytes:
    """Return a table as `import` reads it."""
    return _table([*SENSOR_COLUMNS], [[*row] for row in _samples(phase)]).encode()


def marks_table() -> bytes:
    """Return a table of marks."""
    rows: list[list[object]] = [
        [0.0, 0.5, "table_rest", ""],
        [0.5, 1.0, "n_pose", ""],
        [1.0, 2.5, "exercise", "supine_ere"],
    ]
    return _table([*MARK_COLUMNS, "detail"], rows).encode()


def dot_table() -> bytes:
    """Return a table as Movella's program exports it."""
    head = "DeviceTag:,Xsens DOT 3\nFirmwareVersion:,2.0.0\nOutputRate:,60Hz\n\n"
    names = ["PacketCounter", "SampleTimeFine", *(f"{what}_{axis}" for what in ("Acc", "Gyr") for axis in "XYZ")]
    rows: list[list[object]] = [[k, round(t * 1e6), *row[3:], *row[:3]] for k, (t, *row) in enumerate(_samples(0.0))]
    return (head + _table(names, rows)).encode()


def xsens_table(*, fine: bool) -> bytes:
    """Return a table as MT Manager exports it."""
    head = "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Firmware Version: 4.0.2\n"
    names = ["PacketCounter", "SampleTimeFine", *(f"{what}_{axis}" for what in ("Acc", "Gyr") for axis in "XYZ")]
    rows: list[list[object]] = [
        [k, round(t * 1e4) if fine else "", *row[3:], *row[:3]] for k, (t, *row) in enumerate(_samples(0.0))
    ]
    return (head + _table(names, rows, "\t")).encode()


def ximu3_table() -> bytes:
    """Return a table as the x-IMU3's program exports it."""
    names = ["Timestamp (us)", *(f"Gyroscope {axis} (deg/s)" for axis in "XYZ")]
    names += [f"Accelerometer {axis} (g)" for axis in "XYZ"]
    rows: list[list[object]] = [
        [round(t * 1e6), *row[:3], *(a / 9.80665 for a in row[3:])] for t, *row in _samples(0.0)
    ]
    return _table(names, rows).encode()


def kept_sessions(home: Path, recording: Path, result: bytes) -> Library:
    """Make a library with one person, two sessions, results, notes, sensors, settings and an index."""
    from imu_hip.model.setup import Side

    made = Library(home)
    for k in range(2):
        path = made.new_recording("Anna", "supine_ere", Side.LEFT, f"2026-11-2{k}T07:00:00Z")
        shutil.copy(recording, path)
        made.keep_result(path, json.loads(result))
        add_note(path, "left knee", 3.0, "2026-11-22T18:00:00Z")
    for role in Role:
        made.assign(KnownSensor(f"SERIAL-{role}", role, "bip1", f"IMU {role}"))
    made.keep_settings({"person": "Anna", "exercise_id": "supine_ere", "side": "left", "volume": 0.5, "dark": True})
    made.sessions("Anna")
    return made


def old_library(home: Path, recording: Path, result: bytes) -> None:
    """Make a library of the first layout."""
    sessions = home / "persons" / "anna" / "sessions"
    sessions.mkdir(parents=True)
    (sessions.parent / "person.json").write_text(json.dumps({"name": "Anna"}))
    shutil.copy(recording, sessions / "2026-11-20T07-00-00_supine_ere_left.mcap")
    (sessions / "2026-11-20T07-00-00_supine_ere_left.result.json").write_bytes(result)
