"""A C3D file read by ezc3d says what the recording says: angles, sensors, gaps, units, events."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imu_hip import api
from imu_hip.model.errors import Reason, RecordingError, UnusableInputError, UsageError
from imu_hip.model.event import Event, PartEnded, PartStarted
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Side
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports import c3d
from imu_hip.session.exports.c3d import write_c3d
from imu_hip.session.exports.contents import Contents
from tests.session.exports.made import GAP, PERIOD_S, START_S, contents, hold, measured

ezc3d = pytest.importorskip("ezc3d")
RECORDINGS = Path(__file__).parents[3] / "recordings"
FLOAT32 = 2e-6


def written(path: Path, made: Contents) -> Any:
    write_c3d(path, made)
    return ezc3d.c3d(str(path))


def channels(file: Any) -> dict[str, NDArray[np.float64]]:
    names = file["parameters"]["ANALOG"]["LABELS"]["value"]
    return dict(zip(names, file["data"]["analogs"][0], strict=True))


def units(file: Any) -> dict[str, str]:
    parameters = file["parameters"]["ANALOG"]
    return dict(zip(parameters["LABELS"]["value"], parameters["UNITS"]["value"], strict=True))


@pytest.mark.parametrize("side", Side)
def test_angles_are_degrees_and_gaps_are_not_measured(tmp_path: Path, side: Side) -> None:
    made, _ = contents(side)
    file = written(tmp_path / "out.c3d", made)
    angles = made.analysis.angles
    points = file["parameters"]["POINT"]
    assert points["LABELS"]["value"] == points["ANGLES"]["value"] == [f"{side.value[0].upper()}HipAngles"]
    assert points["UNITS"]["value"] == points["ANGLE_UNITS"]["value"] == ["deg"]
    assert points["RATE"]["value"] == [100.0]
    known = angles.valid & angles.on_sample
    found = file["data"]["points"][:3, 0, :].T
    np.testing.assert_allclose(found[known], np.degrees(angles.angles_rad[known]), rtol=FLOAT32, atol=1e-4)
    assert np.isnan(found[~known]).all()
    residuals = file["data"]["meta_points"]["residuals"][0, 0]
    assert (residuals[~known] == -1.0).all()
    assert (residuals[known] == 0.0).all()


def test_analog_channels_hold_everything_with_units(tmp_path: Path) -> None:
    made, _ = contents()
    file = written(tmp_path / "out.c3d", made)
    found = channels(file)
    angles = made.analysis.angles
    known = angles.valid & angles.on_sample
    np.testing.assert_array_equal(found["hip_known"], known)
    for k, name in enumerate(("flexion", "adduction", "internal_rotation")):
        np.testing.assert_allclose(found[f"hip_{name}"][known], np.degrees(angles.angles_rad[known, k]), atol=1e-4)
        np.testing.assert_allclose(found[f"hip_{name}_sd"][known], np.degrees(0.03), rtol=FLOAT32)
        assert not found[f"hip_{name}"][~known].any()
    unit = units(file)
    assert (unit["pelvis_gyr_x"], unit["thigh_acc_z"], unit["hip_flexion_sd"]) == ("rad/s", "m/s^2", "deg")
    assert (found["phase"] == 3.0).all()


def test_sensor_values_are_on_the_common_clock_and_lost_samples_stay_lost(tmp_path: Path) -> None:
    made, _ = contents()
    found = channels(written(tmp_path / "out.c3d", made))
    t_s = START_S + PERIOD_S * np.arange(len(found["phase"]))
    for role in ("pelvis", "thigh"):
        known = found[f"{role}_known"] == 1.0
        np.testing.assert_allclose(found[f"{role}_acc_x"][known], t_s[known], rtol=FLOAT32)
        np.testing.assert_allclose(found[f"{role}_gyr_y"][known], -0.1 * t_s[known], rtol=FLOAT32)
        assert not found[f"{role}_acc_x"][~known].any()
    assert np.flatnonzero(found["pelvis_known"] == 0.0).tolist() == [700, 701, 702]
    # One lost sample of the thigh, taken between two frames, leaves both frames beside it unknown.
    assert found["thigh_known"][56:60].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_events_are_at_their_times_on_the_side(tmp_path: Path) -> None:
    made, _ = contents(Side.LEFT)
    event = written(tmp_path / "out.c3d", made)["parameters"]["EVENT"]
    minutes, seconds = event["TIMES"]["value"]
    found = dict(zip(event["LABELS"]["value"], START_S + 60.0 * minutes + seconds, strict=True))
    assert found["told_n_pose_start"] == pytest.approx(3.5)
    starts = [START_S + s for label, s in zip(event["LABELS"]["value"], seconds, strict=True) if label == "hold_start"]
    assert starts == pytest.approx([4.5, 8.5], abs=1e-5)
    assert event["USED"]["value"] == [len(event["LABELS"]["value"])]
    assert set(event["CONTEXTS"]["value"]) == {"Left"}
    assert "internal complete" in event["DESCRIPTIONS"]["value"]
    assert event["LABELS"]["value"].count("part_start") == 2


def test_more_events_than_a_parameter_holds_go_to_the_next(tmp_path: Path) -> None:
    holds: list[Event] = [hold(4.0 + 0.01 * k) for k in range(200)]
    made, _ = contents(events=(PartStarted(4.0, "supine_ere"), *holds, PartEnded(9.0, "supine_ere")))
    event = written(tmp_path / "out.c3d", made)["parameters"]["EVENT"]
    labels = event["LABELS"]["value"] + event["LABELS2"]["value"]
    assert len(event["LABELS"]["value"]) == 255
    assert labels.count("hold_start") == labels.count("hold_end") == 200
    times = np.hstack([event["TIMES"]["value"][1], event["TIMES2"]["value"][1]])
    assert (np.diff(times) >= 0.0).all()


def test_long_recording_keeps_its_rate_in_the_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c3d, "MOST_FRAMES", 300)
    made, _ = contents()
    file = written(tmp_path / "out.c3d", made)
    assert file["parameters"]["POINT"]["RATE"]["value"] == [pytest.approx(100.0 / 3.0, rel=1e-6)]
    assert file["parameters"]["ANALOG"]["RATE"]["value"] == [pytest.approx(100.0, rel=1e-6)]
    found = channels(file)
    flexion = np.degrees(made.analysis.angles.angles_rad[:, 0])
    np.testing.assert_allclose(found["hip_flexion"][:400], flexion[:400], atol=1e-4)
    np.testing.assert_allclose(file["data"]["points"][0, 0, :134], flexion[:400:3], atol=1e-4)
    assert not found["hip_known"][GAP].any()


def test_provenance_is_in_the_file(tmp_path: Path) -> None:
    made, _ = contents()
    parameters = written(tmp_path / "out.c3d", made)["parameters"]
    assert parameters["IMU_HIP"]["RECORDING_SHA256"]["value"] == ["ab" * 32]
    assert parameters["IMU_HIP"]["FIRST_FRAME_S"]["value"] == ["3.0"]
    assert parameters["SUBJECTS"]["NAMES"]["value"] == ["p1"]


@pytest.mark.parametrize("name", ["=cmd()", "<script>", "../../x", "kein Ende " * 30, "🦵\x00"])
def test_hostile_texts_and_names_do_no_harm(tmp_path: Path, name: str) -> None:
    made, _ = contents()
    setup = replace(made.analysis.setup, exercise_id=name)
    path = tmp_path / "🦵 no ending"
    write_c3d(path, replace(made, analysis=replace(made.analysis, setup=setup)))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    copy = tmp_path / "copy.c3d"
    copy.write_bytes(path.read_bytes())
    kept = ezc3d.c3d(str(copy))["parameters"]["IMU_HIP"]["EXERCISE"]["value"][0]
    assert kept.isascii()
    assert len(kept) <= 127


def test_recording_without_a_start_time_and_a_sensor_without_samples(tmp_path: Path) -> None:
    made, _ = contents()
    none = np.empty((0, 3))
    samples = {**made.samples, Role.THIGH: TimedSamples(np.empty(0), none, none, none)}
    analysis = replace(made.analysis, setup=replace(made.analysis.setup, start_utc=None))
    file = written(tmp_path / "out.c3d", replace(made, analysis=analysis, samples=samples))
    assert not channels(file)["thigh_known"].any()
    assert units(file)["thigh_mag_z"] == "uT"
    with pytest.raises(UnusableInputError) as refused:
        write_c3d(tmp_path / "none.c3d", replace(made, samples={Role.THIGH: samples[Role.THIGH]}))
    assert refused.value.reason is Reason.EMPTY


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_file_is_the_owners_alone(tmp_path: Path) -> None:
    write_c3d(tmp_path / "out.c3d", contents()[0])
    assert stat.S_IMODE((tmp_path / "out.c3d").stat().st_mode) == 0o600


def test_file_that_was_cut_off_on_a_full_disk_is_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ezc3d.c3d.write

    def cut_off(file: Any, path: str) -> None:
        whole(file, path)
        Path(path).write_bytes(Path(path).read_bytes()[:20_000])

    monkeypatch.setattr(ezc3d.c3d, "write", cut_off)
    with pytest.raises(RecordingError, match="full") as refused:
        write_c3d(tmp_path / "out.c3d", contents()[0])
    assert refused.value.reason is Reason.DISK_FULL
    assert not (tmp_path / "out.c3d").exists()


def test_missing_package_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ezc3d", None)
    with pytest.raises(UsageError, match=r"pip install imu-hip\[exports\]") as refused:
        write_c3d(tmp_path / "out.c3d", contents()[0])
    assert refused.value.reason is Reason.MISSING_EXTRA


def test_angles_of_a_recording_with_lost_samples(tmp_path: Path) -> None:
    analysis = api.analyze(RECORDINGS / "supine_ere_right_lost_samples.mcap")
    angles = analysis.angles
    samples = {Role.PELVIS: measured(angles.t_s[angles.on_sample])}
    file = written(tmp_path / "out.c3d", Contents(analysis, analysis_json(analysis), samples, (), "p1", "s1"))
    t_s = samples[Role.PELVIS].t_s[0] + np.arange(file["data"]["points"].shape[2]) / 100.0
    rows = angles.on_sample & angles.valid
    rotation = np.interp(t_s, angles.t_s[rows], np.degrees(angles.angles_rad[rows, 2]))
    found = file["data"]["points"][2, 0]
    seen = np.isfinite(found)
    assert 0.95 * rows.sum() < seen.sum() <= rows.sum() + 1
    np.testing.assert_allclose(found[seen], rotation[seen], atol=1e-3)
