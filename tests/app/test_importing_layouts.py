"""`import --from`: a session as another sensor's program would have exported it gives the same angles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from vqf import VQF

from imu_hip import api
from imu_hip.app.exporting import contents_of
from imu_hip.model.event import Warning
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Origin
from imu_hip.session.exports.contents import measured
from imu_hip.session.exports.tables import write_folder
from tests.app.calling import RECORDING, call
from tests.session.test_foreign_layouts import dot, ximu3, xsens
from tests.session.test_opensense import sto


@pytest.mark.parametrize(("layout", "write"), [("dot", dot), ("ximu3", ximu3), ("xsens", xsens)])
def test_the_angles_are_the_same(layout: str, write: object, tmp_path: Path) -> None:
    contents = contents_of(api.read(RECORDING), "01", "")
    write_folder(tmp_path, contents)
    for role, sensor in ((Role.PELVIS, contents.sensors.pelvis), (Role.THIGH, contents.sensors.thigh)):
        known = measured(contents, role)
        of = TimedSamples(
            contents.t_s[known], sensor.gyr[contents.shown][known], sensor.acc[contents.shown][known], None
        )
        (tmp_path / f"{role.value}.csv").write_text(write(of))  # type: ignore[operator]
    files = ["--pelvis", tmp_path / "pelvis.csv", "--thigh", tmp_path / "thigh.csv", "--marks", tmp_path / "marks.csv"]
    words = [*files, "--exercise", "supine_ere", "--side", "right"]
    assert f"add --from {layout}" in call("import", *words, "--out", tmp_path / "no.mcap").refusal
    assert call("import", *words, "--from", layout, "--out", tmp_path / "again.mcap").code == 0
    again, first = api.analyze(tmp_path / "again.mcap"), contents.analysis
    both = again.angles.valid & first.angles.valid
    assert both.sum() > 0.99 * first.angles.valid.sum()
    difference = np.degrees(again.angles.angles_rad - first.angles.angles_rad)[both]
    # Times are rounded to a microsecond, of MT Manager to a tenth of a millisecond.
    assert np.abs(difference).max() < (0.1 if layout == "xsens" else 0.01)


def test_orientations_come_to_nearly_the_same_angles_and_say_what_they_are(tmp_path: Path) -> None:
    contents = contents_of(api.read(RECORDING), "01", "")
    write_folder(tmp_path, contents)
    both = measured(contents, Role.PELVIS) & measured(contents, Role.THIGH)
    sensors = {
        name: Rotation.from_quat(
            VQF(0.01).updateBatch(sensor.gyr[contents.shown][both].copy(), sensor.acc[contents.shown][both].copy())[
                "quat6D"
            ],
            scalar_first=True,
        )
        for name, sensor in (("pelvis_imu", contents.sensors.pelvis), ("femur_r_imu", contents.sensors.thigh))
    }
    file = tmp_path / "imu.sto"
    file.write_text(sto(contents.t_s[both], **sensors))
    words = ["--pelvis", file, "--thigh", file, "--marks", tmp_path / "marks.csv", "--exercise", "supine_ere"]
    words += ["--side", "right", "--out", tmp_path / "again.mcap"]
    assert "add --from opensense" in call("import", *words).refusal
    assert "which axis of its ground points up: add --up" in call("import", *words, "--from", "opensense").refusal
    assert "--up goes with --from opensense" in call("import", *words, "--up", "z").refusal
    assert call("import", *words, "--from", "opensense", "--up", "z").code == 0
    again, first = api.analyze(tmp_path / "again.mcap"), contents.analysis
    at = {t: k for k, t in enumerate(first.angles.t_s.round(6).tolist())}
    pairs = [(k, at[t]) for k, t in enumerate(again.angles.t_s.round(6).tolist()) if t in at]
    here, there = (np.array(rows) for rows in zip(*pairs, strict=True))
    known = again.angles.valid[here] & first.angles.valid[there]
    assert known.sum() > 0.95 * first.angles.valid.sum()
    off_rad = (again.angles.angles_rad[here] - first.angles.angles_rad[there])[known]
    assert np.degrees(np.sqrt((off_rad**2).mean(axis=0))).max() < 1.5
    assert again.setup.origin is Origin.ORIENTATIONS
    assert "from_orientations" in {event.code for event in again.events if isinstance(event, Warning)}


def test_the_largest_time_that_is_read_can_be_recorded(tmp_path: Path) -> None:
    names = "Timestamp (us)," + ",".join(f"Gyroscope {axis} (deg/s)" for axis in "XYZ")
    names += "," + ",".join(f"Accelerometer {axis} (g)" for axis in "XYZ")
    for name, first in (("p", 1), ("t", 2)):
        rows = [f"{9_999_999_990_000_000 + 10_000 * k // 10},{first},{k},0,0,0,1" for k in range(5)]
        (tmp_path / name).write_text("\n".join([names, *rows]) + "\n")
    files = ["--pelvis", tmp_path / "p", "--thigh", tmp_path / "t", "--exercise", "supine_ere", "--side", "left"]
    assert call("import", *files, "--from", "ximu3", "--out", tmp_path / "x.mcap").code == 0


def test_times_that_span_more_than_a_recording_can_hold_are_refused(tmp_path: Path) -> None:
    names = "t_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z"
    for name, first in (("p", 1), ("t", 2)):
        rows = [f"{t!r},{first},{k},0,0,0,9.8" for k, t in enumerate((-9.9e9, -9.8e9, 9.9e9))]
        (tmp_path / name).write_text("\n".join([names, *rows]) + "\n")
    files = ["--pelvis", tmp_path / "p", "--thigh", tmp_path / "t", "--exercise", "supine_ere", "--side", "left"]
    assert "more than a recording can hold" in call("import", *files, "--out", tmp_path / "x.mcap").refusal
    assert not (tmp_path / "x.mcap").exists()
