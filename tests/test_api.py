"""The three lines of a notebook."""

from __future__ import annotations

import gc
import subprocess
import sys
from dataclasses import replace
from math import degrees, radians
from pathlib import Path

import numpy as np
import pytest

import imu_hip
from imu_hip import api
from imu_hip.model.analysis import Analysis
from imu_hip.model.errors import Reason, UnusableInputError, UsageError
from imu_hip.model.event import ActiveRange, Hold, Warning
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import Role
from imu_hip.model.setup import FilterName, Side
from imu_hip.session.reader import Recording

PATH = Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_right.mcap"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return api.read(PATH)


@pytest.fixture(scope="module")
def result(recording: Recording) -> api.Result:
    return api.analyze(recording)


def test_a_path_in_words_a_path_and_a_recording_are_the_same_source(recording: Recording, result: Analysis) -> None:
    assert api.analyze(str(PATH)).result_sha256 == api.analyze(PATH).result_sha256 == result.result_sha256
    assert result.recording_sha256 == recording.sha256


def test_every_row_has_its_angles_and_its_phase(result: Analysis) -> None:
    angles = result.angles
    assert angles.angles_rad.shape == angles.sd_rad.shape == (len(angles.t_s), 3)
    assert len(angles.valid) == len(result.phases) == len(angles.t_s)
    assert (np.diff(angles.t_s) > 0.0).all()
    assert np.isfinite(angles.angles_rad[angles.valid]).all()
    assert (angles.sd_rad[angles.valid] > 0.0).all()
    assert result.duration_s == pytest.approx(angles.t_s[-1] - angles.t_s[0])


def test_events_have_holds_and_the_link_both_sensors(result: Analysis) -> None:
    assert sum(isinstance(event, Hold) for event in result.events) == 2
    assert result.link.keys() == set(Role)
    assert all(link.lost == 0 for link in result.link.values())


def test_progress_rises_to_one(recording: Recording) -> None:
    shares: list[float] = []
    api.analyze(replace(recording, items=recording.items[:9000]), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_another_filter_is_another_result(recording: Recording, result: Analysis) -> None:
    other = api.analyze(recording, filter=FilterName.MAHONY)
    assert other.result_sha256 != result.result_sha256
    assert other.recording_sha256 == result.recording_sha256
    assert (other.setup.filter, result.setup.filter) == (FilterName.MAHONY, FilterName.VQF)


def test_a_recording_without_samples_has_no_duration_and_no_angles(recording: Recording) -> None:
    for items in ((), recording.items[:20]):
        result = api.analyze(replace(recording, items=items))
        assert result.duration_s is None
        assert len(result.angles.t_s) == len(result.phases) == 0
        assert "no_n_pose" in {event.code for event in result.events if isinstance(event, Warning)}


def test_items_that_were_lost_from_the_file_are_said(recording: Recording) -> None:
    result = api.analyze(replace(recording, items=recording.items[:2000] + recording.items[2010:]))
    (text,) = (e.text for e in result.events if isinstance(e, Warning) and e.code == "items_missing")
    assert text.startswith("10 items")


def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError) as refusal:
        api.read(tmp_path / "no.mcap")
    assert refusal.value.reason is Reason.NOT_FOUND


def measured(side: Side, inward_deg: float, exercise_id: str = "arom_prone") -> Analysis:
    found = api.analyze(PATH.with_name("arom_prone_left.mcap"))
    ranges = (ActiveRange(Direction.INTERNAL, 3, radians(inward_deg), radians(inward_deg), None, radians(1.5)),)
    return replace(found, setup=replace(found.setup, side=side, exercise_id=exercise_id), events=ranges)


def test_sides_are_compared_direction_by_direction_left_less_right() -> None:
    found = api.side_differences(measured(Side.RIGHT, 30.0), measured(Side.LEFT, 40.0))
    assert list(found) == [Direction.INTERNAL]
    assert degrees(found[Direction.INTERNAL].difference_rad) == pytest.approx(10.0)
    assert found[Direction.INTERNAL].is_real


@pytest.mark.parametrize(("after_deg", "real"), [(35.0, False), (37.0, True)])
def test_a_change_of_one_leg_is_real_from_six_degrees_on_lying(after_deg: float, real: bool) -> None:
    found = api.changes(measured(Side.LEFT, 30.0), measured(Side.LEFT, after_deg))
    assert found[Direction.INTERNAL].is_real is real


def test_what_cannot_be_compared_is_refused() -> None:
    right, left = measured(Side.RIGHT, 30.0), measured(Side.LEFT, 30.0)
    with pytest.raises(UsageError, match="right leg first"):
        api.side_differences(left, right)
    with pytest.raises(UsageError, match="the same leg"):
        api.changes(right, left)
    with pytest.raises(UsageError, match="different measurements"):
        api.side_differences(right, measured(Side.LEFT, 30.0, "arom_seated"))


def test_samples_are_the_analysis_itself_column_by_column(result: api.Result) -> None:
    samples = result.samples
    columns = samples.columns()
    owners = [result.angles.t_s, *3 * [result.angles.angles_rad], *3 * [result.angles.sd_rad],
              result.angles.valid, result.angles.on_sample, result.phases]  # fmt: skip
    assert all(np.shares_memory(column, owner) for column, owner in zip(columns.values(), owners, strict=True))
    assert all(column.flags.c_contiguous and not column.flags.writeable for column in columns.values())
    assert {len(column) for column in columns.values()} == {len(samples)}
    np.testing.assert_array_equal(samples.internal_rotation_rad, result.angles.angles_rad[:, 2])
    np.testing.assert_array_equal(samples.adduction_sd_rad, result.angles.sd_rad[:, 1])


def test_an_arrow_table_has_the_same_memory_and_nulls_where_nothing_is_known(result: api.Result) -> None:
    pa = pytest.importorskip("pyarrow")
    samples = result.samples
    table = pa.table(samples)
    table.validate(full=True)
    for name, values in samples.columns().items():
        assert table[name].chunk(0).buffers()[1].address == values.ctypes.data, name
        nulls = np.count_nonzero(~samples.valid) if name.endswith("_rad") else 0
        assert table[name].null_count == nulls, name
    known = table["flexion_rad"].to_numpy()
    np.testing.assert_array_equal(np.isnan(known), ~samples.valid)
    np.testing.assert_array_equal(known[samples.valid], samples.flexion_rad[samples.valid])


def test_arrow_without_pyarrow_says_which_extra_it_needs(result: api.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"imu-hip\[exports\]"):
        result.samples.arrow()


def test_a_table_outlives_the_result_it_is_of(recording: Recording) -> None:
    pytest.importorskip("pyarrow")
    table = api.analyze(recording).samples.arrow()
    gc.collect()
    assert np.nanmax(table["t_s"].to_numpy()) > 60.0


def test_the_package_alone_loads_nothing_and_has_both_calls() -> None:
    code = "import sys, imu_hip; print('numpy' in sys.modules, imu_hip.analyze.__name__, imu_hip.read.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "analyze", "read"]
    assert {"analyze", "read", "__version__"} <= set(dir(imu_hip))
    name = "analyse"
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        getattr(imu_hip, name)


def test_an_analysis_does_without_the_library_that_is_slow_to_load() -> None:
    code = f"import sys, imu_hip; imu_hip.analyze({str(PATH)!r}); sys.exit('scipy.signal' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PATH.parents[1], check=False).returncode == 0
