"""`import --from`: a session as another sensor's program would have exported it gives the same angles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imu_hip import api
from imu_hip.app.exporting import contents_of
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.session.exports.contents import measured
from imu_hip.session.exports.tables import write_folder
from tests.app.calling import RECORDING, call
from tests.session.test_foreign_layouts import dot, ximu3, xsens


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
