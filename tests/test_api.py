"""The three lines of a notebook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imu_hip import api
from imu_hip.model.analysis import Analysis
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.event import Hold, Warning
from imu_hip.model.item import Role
from imu_hip.model.setup import FilterName
from imu_hip.session.reader import Recording

PATH = Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_right.mcap"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return api.read(PATH)


@pytest.fixture(scope="module")
def result(recording: Recording) -> Analysis:
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
