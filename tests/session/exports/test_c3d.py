"""A C3D file keeps its times, its gaps and its events, however uneven, long or busy the recording was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imu_hip.model.analysis import Analysis
from imu_hip.model.block import AlignedBlock, AngleBlock, SampleState, SensorBlock
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports.c3d import write_c3d
from imu_hip.session.exports.contents import Contents
from imu_hip.session.foreign_csv import MarkedInterval
from tests.session.examples import SETUP

ezc3d = pytest.importorskip("ezc3d")
Floats = NDArray[np.float64]
EVEN = 3.0 + 0.01 * np.arange(800.0)
UNEVEN = 3.0 + np.floor(np.arange(3000) * 1000.0 / 60.0) / 1000.0
"""60 Hz in whole milliseconds: their usual period, 17 ms, is not their rate."""


def told(t_s: Floats, *, side: Side = Side.RIGHT, exercise: str = "supine_ere", marks: int = 1) -> Contents:
    """Return contents in which everything is linear in time, with a gap of the angles and one of the thigh."""
    n = len(t_s)
    valid, seen = np.ones(n, dtype=bool), np.full(n, SampleState.MEASURED, dtype=np.uint8)
    valid[400:440], lost = False, seen.copy()
    lost[100:120] = SampleState.MISSING
    ramp = np.stack([t_s, -t_s, 2.0 * t_s], axis=1)
    hidden = np.where(valid[:, None], 0.0, np.nan)
    still = np.zeros(n)
    shown = np.ones(n, dtype=bool)
    angles = AngleBlock(
        t_s, np.radians(ramp) + hidden, np.radians(ramp) + hidden, valid, still, still, still, ramp, shown
    )
    sensors = AlignedBlock(t_s, SensorBlock(ramp, ramp, seen), SensorBlock(ramp, ramp, lost), shown)
    setup = replace(SETUP, side=side, exercise_id=exercise, start_utc=None)
    analysis = Analysis(setup, "ab" * 32, n / 100, angles, np.full(n, 3, dtype=np.uint8), (), {}, "cd" * 32)
    intervals = tuple(MarkedInterval(3.5 + 0.01 * k, 4.0 + 0.01 * k, MarkLabel.NEUTRAL) for k in range(marks))
    return Contents(analysis, analysis_json(analysis), sensors, intervals, "01", "s1")


def read(tmp_path: Path, contents: Contents) -> tuple[Any, dict[str, Floats]]:
    path = tmp_path / "out.c3d"
    path.touch()
    write_c3d(path, contents)
    file = ezc3d.c3d(str(path))
    names = file["parameters"]["ANALOG"]["LABELS"]["value"]
    return file, dict(zip(names, file["data"]["analogs"][0], strict=True))


@pytest.mark.parametrize("t_s", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_values_stand_at_their_times(tmp_path: Path, t_s: Floats) -> None:
    file, found = read(tmp_path, told(t_s))
    times = 3.0 + np.arange(len(found["valid"])) / file["parameters"]["ANALOG"]["RATE"]["value"][0]
    assert times[-1] == pytest.approx(t_s[-1], abs=0.02)
    for name, flag in (
        ("flexion_deg", "valid"),
        ("pelvis_gyr_x_rad_s", "pelvis_known"),
        ("thigh_acc_x_m_s2", "thigh_known"),
    ):
        known = found[flag] > 0.0
        np.testing.assert_allclose(found[name][known], times[known], atol=1e-4)
        assert not found[name][~known].any()
    hidden = (times > t_s[400] - 1e-6) & (times < t_s[439] + 1e-6)
    assert not found["valid"][hidden].any()
    assert found["valid"][(times < t_s[398]) | ((times > t_s[442]) & (times < t_s[-2]))].all()


@pytest.mark.parametrize("side", Side)
def test_angles_are_a_point_in_degrees_not_measured_in_gaps(tmp_path: Path, side: Side) -> None:
    file, found = read(tmp_path, told(EVEN, side=side))
    point = file["parameters"]["POINT"]
    assert point["LABELS"]["value"] == point["ANGLES"]["value"] == [f"{side.value[0].upper()}HipAngles"]
    assert point["UNITS"]["value"] == point["ANGLE_UNITS"]["value"] == ["deg"]
    known = found["valid"] > 0.0
    angles = file["data"]["points"][:3, 0]
    np.testing.assert_allclose(angles[2, known], found["internal_rotation_deg"][known])
    assert np.isnan(angles[:, ~known]).all()
    np.testing.assert_array_equal(file["data"]["meta_points"]["residuals"][0, 0], np.where(known, 0.0, -1.0))


def test_long_recording_keeps_the_rate_of_its_channels(tmp_path: Path) -> None:
    t_s = 3.0 + 0.01 * np.arange(70_000.0)
    file, found = read(tmp_path, told(t_s))
    assert file["parameters"]["POINT"]["RATE"]["value"] == [50.0]
    assert file["parameters"]["ANALOG"]["RATE"]["value"] == [100.0]
    assert file["data"]["points"].shape[2] == 35_000
    known = found["valid"] > 0.0
    assert known.sum() == 70_000 - 40
    np.testing.assert_allclose(found["flexion_deg"][known], t_s[known], rtol=1e-6)
    np.testing.assert_allclose(file["data"]["points"][0, 0, 1000:], t_s[2000::2], rtol=1e-6)


def test_more_events_than_a_parameter_holds_go_to_the_next(tmp_path: Path) -> None:
    file, _ = read(tmp_path, told(EVEN, marks=200))
    event = file["parameters"]["EVENT"]
    assert [len(event["LABELS"]["value"]), len(event["LABELS2"]["value"])] == [255, 145]
    minutes, seconds = np.hstack([event["TIMES"]["value"], event["TIMES2"]["value"]])
    wanted = np.sort(np.concatenate([0.5 + 0.01 * np.arange(200), 1.0 + 0.01 * np.arange(200)]))
    np.testing.assert_allclose(60.0 * minutes + seconds, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["=cmd()", "<script>", "../../x", "long " * 60, "🦵" * 127, "a\x00b"])
def test_hostile_texts_do_no_harm(tmp_path: Path, name: str) -> None:
    file, _ = read(tmp_path, told(EVEN, exercise=name))
    kept = file["parameters"]["MANUFACTURER"]["EXERCISE"]["value"][0]
    assert kept.isascii()
    assert len(kept) <= 127


def test_file_that_a_full_disk_cut_off_is_not_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ezc3d.c3d.write

    def cut_off(file: Any, path: str) -> None:
        whole(file, path)
        Path(path).write_bytes(Path(path).read_bytes()[:20_000])

    monkeypatch.setattr(ezc3d.c3d, "write", cut_off)
    with pytest.raises(OSError, match="space"):
        read(tmp_path, told(EVEN))
