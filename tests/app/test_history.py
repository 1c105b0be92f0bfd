"""Sessions over the weeks: rows from kept results, and changes that are more than error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imu_hip import api
from imu_hip.app.catalogue import catalogue
from imu_hip.app.history import changes, history_rows
from imu_hip.app.results import result_view, timeline
from imu_hip.model.app_state import HistoryRow
from imu_hip.model.event import Cycle, Hold
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.user_library import KeptSession
from tests.app.calling import RECORDING, call


def row(day: int, internal_deg: float | None, side: str = "left", exercise: str = "arom_prone") -> HistoryRow:
    return HistoryRow(f"2026-11-{day:02d} 08:00", day, exercise, exercise, side, internal_deg, 1.0, None, 3, "x.mcap")


def kept(**changed: Any) -> KeptSession:
    result = {**analysis_json(api.analyze(RECORDING)), **changed}
    return KeptSession(Path("a.mcap"), json.loads(json.dumps(result)))


def test_a_kept_result_is_a_row_with_its_best_range() -> None:
    session = kept()
    assert session.result is not None
    (found,) = history_rows([session])
    assert found.exercise_id == "supine_ere"
    assert found.side == "right"
    assert found.internal_deg == session.result["range"]["internal_rotation_deg"]
    assert found.internal_sd_deg == session.result["range"]["internal_rotation_sd_deg"]
    assert found.holds == len(session.result["holds"])


def test_a_recording_without_a_readable_result_has_no_row() -> None:
    broken = [KeptSession(Path("a.mcap"), None), kept(parts="x"), kept(recording={}), kept(parts=[{"range": None}])]
    assert history_rows(broken) == ()


@pytest.mark.parametrize(
    ("now_deg", "words"),
    [(40.0, "+10° since 2026-11-01 (a real change)"), (33.0, "+3° since 2026-11-01 (within what error can do, 6°)"),
     (21.0, "−9° since 2026-11-01 (a real change)")],
)  # fmt: skip
def test_a_change_is_real_beyond_what_error_can_do(now_deg: float, words: str) -> None:
    (said,) = changes([row(21, now_deg), row(10, 12.0), row(1, 30.0)], catalogue())
    assert said.endswith(words)


def test_sides_and_exercises_are_never_compared_with_each_other() -> None:
    rows = [row(21, 40.0), row(20, 30.0, "right"), row(19, 30.0, exercise="arom_seated"), row(18, None)]
    assert changes(rows, catalogue()) == ()


def test_an_empty_history_says_how_to_begin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path))
    outcome = call("history")
    assert (outcome.code, outcome.err) == (0, "")
    assert "imu-hip run" in outcome.out
    assert json.loads(call("history", "--json").out) == {
        "schema": "imu-hip/history/1",
        "person": "me",
        "sessions": [],
        "changes": [],
    }


def test_who_is_not_there_cannot_be_forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path))
    assert "nobody called 'Anna'" in call("forget", "Anna").refusal


def test_the_result_page_has_every_hold_and_the_cycles() -> None:
    analysis = api.analyze(RECORDING)
    shown = result_view(analysis, RECORDING)
    assert len(shown.holds) == sum(isinstance(event, Hold) for event in analysis.events) > 0
    cycles = [event for event in analysis.events if isinstance(event, Cycle)]
    figures = dict(shown.figures)
    assert figures["Cycles complete"] == f"{sum(cycle.complete for cycle in cycles)} of {len(cycles)}"
    assert "±" in figures["Internal rotation, best held"]
    assert shown.title.endswith("right side")


def test_the_timeline_is_in_seconds_since_the_first_item() -> None:
    recording = api.read(RECORDING)
    marks, events = timeline(recording, api.analyze(recording).events)
    length_s = (recording.items[-1].item.t_ns - recording.items[0].item.t_ns) / 1e9
    assert [span.start_s for span in marks] == sorted(span.start_s for span in marks)
    assert all(0.0 <= span.start_s <= span.end_s <= length_s for span in (*marks, *events))
    exercise = next(span for span in marks if span.kind == "exercise")
    holds = [span for span in events if span.kind == "hold"]
    assert all(exercise.start_s < span.start_s < exercise.end_s for span in holds)
