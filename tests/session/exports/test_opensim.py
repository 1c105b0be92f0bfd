"""What OpenSim is given are the segments as they lay and the angles between them, with its own names and signs."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip import api
from imu_hip.model.block import cut
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.opensim import CALIBRATION, MOTION, ORIENTATIONS, write_sto
from tests.session.exports.made import contents

Floats = NDArray[np.float64]
RECORDINGS = Path(__file__).parents[3] / "recordings"
HIP = {Side.RIGHT: (1, 1, 1), Side.LEFT: (1, -1, -1)}
"""Coefficients of hip_flexion, hip_adduction, hip_rotation about z, x, y in OpenSim's models."""


def read_quaternions(path: Path) -> tuple[dict[str, str], Floats, dict[str, Rotation]]:
    """Read a table of quaternions as strictly as OpenSim's STOFileAdapter."""
    keys, columns, rows = read(path)
    assert keys["DataType"] == "Quaternion"
    assert keys["version"] == "3"
    tables: dict[str, list[list[float]]] = {name: [] for name in columns[1:]}
    for row in rows:
        for name, cell in zip(columns[1:], row[1:], strict=True):
            quaternion = [float(part) for part in cell.split(",")]
            assert len(quaternion) == 4
            assert np.sqrt(np.sum(np.square(quaternion))) == pytest.approx(1.0, abs=1e-9)
            tables[name].append(quaternion)
    found = {name: Rotation.from_quat(np.roll(np.array(table), -1, axis=1)) for name, table in tables.items()}
    return keys, np.array([float(row[0]) for row in rows]), found


def read_motion(path: Path) -> dict[str, Floats]:
    """Read a motion: as many rows and columns as the header says."""
    keys, columns, rows = read(path)
    assert path.read_text().startswith("Coordinates\nversion=1\n")
    assert keys["inDegrees"] == "yes"
    assert (int(keys["nRows"]), int(keys["nColumns"])) == (len(rows), len(columns))
    table = np.array([[float(cell) for cell in row] for row in rows])
    return dict(zip(columns, table.T, strict=True))


def read(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    head, _, body = path.read_text(encoding="ascii").partition("\nendheader\n")
    keys = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    columns, *rows = [line.split("\t") for line in body.splitlines()]
    assert columns[0] == "time"
    assert all(len(row) == len(columns) for row in rows)
    times = [float(row[0]) for row in rows]
    assert times == sorted(set(times))
    return keys, columns, rows


def hip_of(pelvis: Rotation, thigh: Rotation, side: Side) -> Floats:
    """Return the hip's coordinates in degrees as OpenSim's models define them."""
    return np.asarray((pelvis.inv() * thigh).as_euler("ZXY", degrees=True) * HIP[side])


@pytest.mark.parametrize(("side", "letter"), [(Side.RIGHT, "r"), (Side.LEFT, "l")])
def test_segments_lie_as_they_lay(tmp_path: Path, side: Side, letter: str) -> None:
    made, truth = contents(side)
    write_sto(tmp_path / "out", made)
    angles = made.analysis.angles
    shown = angles.valid & angles.on_sample
    keys, t_s, found = read_quaternions(tmp_path / "out" / ORIENTATIONS)
    assert float(keys["DataRate"]) == pytest.approx(100.0)
    assert list(found) == ["pelvis_imu", f"femur_{letter}_imu"]
    np.testing.assert_array_equal(t_s, angles.t_s[shown])
    for name, real in (("pelvis_imu", truth.pelvis), (f"femur_{letter}_imu", truth.thigh)):
        off = (found[name].inv() * real[np.flatnonzero(shown)]).magnitude()
        # In the gap the turn is a sum only of what was seen at its ends.
        assert np.degrees(off[t_s < angles.t_s[400]]).max() < 0.02
        assert np.degrees(off).max() < 2.0


@pytest.mark.parametrize("side", Side)
def test_hip_angles_are_the_angles_of_the_result(tmp_path: Path, side: Side) -> None:
    made, _ = contents(side)
    write_sto(tmp_path / "out", made)
    letter = side.value[0]
    motion = read_motion(tmp_path / "out" / MOTION)
    angles = made.analysis.angles
    wanted = np.degrees(angles.angles_rad[angles.valid & angles.on_sample])
    names = [f"hip_{name}_{letter}" for name in ("flexion", "adduction", "rotation")]
    np.testing.assert_allclose(np.stack([motion[name] for name in names], axis=1), wanted, atol=1e-6)
    assert list(motion)[1:4] == ["pelvis_tilt", "pelvis_list", "pelvis_rotation"]
    _, _, found = read_quaternions(tmp_path / "out" / ORIENTATIONS)
    pelvis = np.stack([motion[name] for name in list(motion)[1:4]], axis=1)
    off = (Rotation.from_euler("ZXY", pelvis, degrees=True).inv() * found["pelvis_imu"]).magnitude()
    assert np.degrees(off).max() < 1e-4


@pytest.mark.parametrize("name", ["supine_ere_left_flop", "brettzel_right", "supine_ere_right_lost_samples"])
def test_quaternions_of_a_recording_give_its_angles_back(tmp_path: Path, name: str) -> None:
    analysis = api.analyze(RECORDINGS / f"{name}.mcap")
    write_sto(tmp_path / "out", Contents(analysis, analysis_json(analysis), {}, (), "p1", "s1"))
    _, t_s, found = read_quaternions(tmp_path / "out" / ORIENTATIONS)
    angles, side = analysis.angles, analysis.setup.side
    shown = angles.valid & angles.on_sample
    np.testing.assert_array_equal(t_s, angles.t_s[shown])
    hip = hip_of(found["pelvis_imu"], found[f"femur_{side.value[0]}_imu"], side)
    np.testing.assert_allclose(hip, np.degrees(angles.angles_rad[shown]), atol=1e-3)
    up = found["pelvis_imu"].inv().apply([0.0, 1.0, 0.0])
    across = 1.0 if side is Side.RIGHT else -1.0
    np.testing.assert_allclose(np.arctan2(-up[:, 0], up[:, 1]), angles.pelvis_tilt_rad[shown], atol=1e-6)
    np.testing.assert_allclose(np.arcsin(across * up[:, 2]), angles.pelvis_list_rad[shown], atol=1e-6)


def test_calibration_is_the_neutral_pose(tmp_path: Path) -> None:
    made, _ = contents()
    write_sto(tmp_path / "out", made)
    _, t_s, found = read_quaternions(tmp_path / "out" / CALIBRATION)
    assert t_s.tolist() == [0.0]
    assert [q.magnitude().max() for q in found.values()] == [0.0, 0.0]


def test_recording_without_angles_is_refused(tmp_path: Path) -> None:
    made, _ = contents()
    nothing = replace(made.analysis, angles=cut(made.analysis.angles, 400, 440))
    with pytest.raises(UnusableInputError, match="has no angles") as refused:
        write_sto(tmp_path / "out", replace(made, analysis=nothing))
    assert refused.value.reason is Reason.EMPTY
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_files_are_the_owners_alone(tmp_path: Path) -> None:
    made, _ = contents()
    write_sto(tmp_path / "out", made)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()} == {0o600}


def test_opensim_reads_what_was_written(tmp_path: Path) -> None:
    opensim = pytest.importorskip("opensim")
    made, _ = contents(Side.LEFT)
    write_sto(tmp_path / "out", made)
    rows = int((made.analysis.angles.valid & made.analysis.angles.on_sample).sum())
    for name in (ORIENTATIONS, CALIBRATION):
        table = opensim.TimeSeriesTableQuaternion(str(tmp_path / "out" / name))
        assert table.getColumnLabels() == ("pelvis_imu", "femur_l_imu")
        assert table.getNumRows() == (rows if name == ORIENTATIONS else 1)
    motion = opensim.Storage(str(tmp_path / "out" / MOTION))
    assert motion.isInDegrees()
    assert motion.getSize() == rows
