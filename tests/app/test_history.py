"""Sessions over the weeks: rows from kept figures, trends, both sides, words and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from imu_hip import api
from imu_hip.app.history import History, history_of
from imu_hip.app.history_json import history_json
from imu_hip.app.history_words import bands, changes, history_lines, programme_words
from imu_hip.app.results import result_view, timeline
from imu_hip.exercise.progress import Programme, Verdict
from imu_hip.model.event import Cycle, Hold, Trial
from imu_hip.model.exercise_spec import Direction
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.kept_session import KeptSession, PartSummary, Summary, summary_of
from tests.app.calling import RECORDING, call

TODAY = date(2026, 11, 22).toordinal()
NAMES = {"arom_prone": "Prone active range of motion"}
SUPINE = PartSummary("supine_ere", "supine", False, 30.0, 1.5, None, None, 4, 3, 36.0)
PRONE = PartSummary("arom_prone", "prone", True, 30.0, 1.5, 40.0, 1.5, 0, 0, 0.0)


def session(day: int, *parts: PartSummary, side: str = "left", version: str = "0.1.0") -> KeptSession:
    start = f"2026-11-{day:02d}T12:00:00Z"
    folder = f"2026-11-{day:02d}T12-00-00_{parts[0].exercise}_{side}" if parts else "empty"
    summary = Summary("0" * 64, "1" * 64, version, parts)
    return KeptSession(Path(folder) / "raw.mcap", start, side, parts[0].exercise if parts else None, summary)


def history(*sessions: KeptSession) -> History:
    return history_of(sorted(sessions, key=lambda kept: kept.start or "", reverse=True), TODAY, NAMES)


def test_figures_of_a_result_are_a_row() -> None:
    result = json.loads(json.dumps(analysis_json(api.analyze(RECORDING))))
    kept = replace(session(1), side="right", summary=summary_of(result))
    (row,) = history(kept).rows
    assert (row.exercise_id, row.side, row.posture, row.measurement) == ("supine_ere", "right", "supine", False)
    assert row.internal_deg == result["range"]["internal_rotation_deg"]
    assert row.internal_sd_deg == result["range"]["internal_rotation_sd_deg"]
    assert row.holds == len(result["holds"])
    assert row.hold_s == pytest.approx(sum(hold["duration_s"] for hold in result["holds"]))


def test_an_exercise_goes_by_its_name_where_it_has_one() -> None:
    assert [row.exercise for row in history(session(1, SUPINE, PRONE)).rows] == ["supine ere", NAMES["arom_prone"]]


def test_a_routine_has_a_row_for_each_exercise() -> None:
    rows = history(session(1, SUPINE, PRONE, replace(SUPINE, internal_deg=33.0, holds=2, hold_s=10.0))).rows
    assert [(row.exercise_id, row.internal_deg, row.holds, row.hold_s) for row in rows] == [
        ("supine_ere", 33.0, 6, 46.0),
        ("arom_prone", 30.0, 0, 0.0),
    ]


@pytest.mark.parametrize("changed", [{"summary": None}, {"start": None}, {"start": "yesterday"}, {"side": "middle"}])
def test_a_session_of_which_day_side_or_result_is_not_known_counts_and_has_no_row(changed: dict[str, Any]) -> None:
    found = history(replace(session(1, SUPINE), **changed))
    assert (found.rows, found.recordings, found.programme) == ((), 1, None)


def test_postures_sides_exercises_and_directions_are_never_mixed() -> None:
    found = history(
        session(1, PRONE),
        session(2, PRONE, side="right"),
        session(3, SUPINE),
        session(4, replace(PRONE, posture="seated")),
    )
    assert all(of.trend.verdict is Verdict.ONE_DAY for of in found.trends)
    assert len(found.trends) == 7
    assert changes(found) == ()


def test_measurements_stand_before_training() -> None:
    found = history(session(1, SUPINE), session(2, PRONE))
    assert [of.measurement for of in found.trends] == [True, True, False]


@pytest.mark.parametrize(
    ("newest_deg", "words"),
    [
        (33.0, "left, in: +3° since 2026-11-01, no real change yet (6°)"),
        (40.0, "left, in: +10° since 2026-11-01, beyond error, once: repeat it (6°)"),
        (29.9, "left, in: 0° since 2026-11-01, no real change yet (6°)"),
    ],
)
def test_changes_are_told_against_the_error(newest_deg: float, words: str) -> None:
    found = history(session(1, SUPINE), session(21, replace(SUPINE, internal_deg=newest_deg)))
    assert [change.text for change in changes(found)] == [words]


def test_the_band_lies_around_the_first_session() -> None:
    (band,) = bands(history(session(1, SUPINE), session(21, replace(SUPINE, internal_deg=50.0))))
    assert (band.low_deg, band.high_deg) == pytest.approx((24.0, 36.0))


def test_sides_are_compared_where_both_were_measured_within_a_week() -> None:
    right = session(8, replace(PRONE, internal_deg=21.0), side="right")
    (inward, outward) = history(session(1, PRONE), right).sides
    assert inward.compared.is_real
    assert not outward.compared.is_real
    assert history(session(1, PRONE), replace(right, start="2026-11-09T12:00:00Z")).sides == ()
    assert history(session(1, SUPINE), session(1, SUPINE, side="right")).sides == ()


def test_internal_to_external_is_of_the_newest_measurement_of_both() -> None:
    found = history(session(1, PRONE), session(2, replace(PRONE, external_deg=None)), session(3, SUPINE))
    (ratio,) = found.ratios
    assert ratio.ratio == pytest.approx(0.75)
    assert ratio.sd == pytest.approx(0.75 * (0.05**2 + 0.0375**2) ** 0.5)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, ""),
        (Programme(1, 12, 9, 0), "day 12, practised on 9 days; the programme takes 14 to 21 days"),
        (Programme(1, 1, 1, 0), "day 1, practised on 1 day; the programme takes 14 to 21 days"),
        (Programme(1, 25, 17, 1), "the 21 days are over (day 25): practised on 17 days of them"),
        (Programme(1, 25, 7, 8), "last practised 8 days ago; the next session begins the 14 to 21 days anew"),
    ],
)
def test_the_programme_in_words(found: Programme | None, words: str) -> None:
    assert programme_words(found) == words


def test_the_table_fits_into_eighty_columns() -> None:
    wide = replace(PRONE, internal_sd_deg=4.9, external_sd_deg=4.9)
    sessions = [session(day, replace(wide, internal_deg=30.0 + 2 * day)) for day in (1, 9, 21)]
    standing = replace(
        SUPINE, exercise="standing_dissociation", posture="standing", external_deg=40.0, external_sd_deg=1.0
    )
    sessions += [session(day, replace(standing, internal_deg=10.0 + 2 * day), side="right") for day in (1, 9, 21)]
    lines = list(history_lines(history(*sessions), "Anna", NAMES))
    assert any("more than the measurement error" in line for line in lines)
    assert any("no real change yet" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_results_of_two_versions_are_said() -> None:
    found = history(session(1, SUPINE), session(2, SUPINE, version="0.2.0"))
    assert list(history_lines(found, "me", {}))[-1].startswith("results of imu_hip 0.1.0 and 0.2.0")


@pytest.mark.parametrize("name", ["=cmd()", "<script>alert(1)</script>", "[red]x", "🦵🦵", "../../etc"])
def test_a_hostile_name_is_printed_as_it_is_and_no_more(name: str) -> None:
    assert next(iter(history_lines(history(session(1, SUPINE)), name, {}))).startswith(f"{name}: ")
    steering = next(iter(history_lines(history(session(1, SUPINE)), "a\x1b[2Jb\0", {})))
    assert steering.isprintable()


def test_the_json_has_every_trend_and_day() -> None:
    found = history(session(1, PRONE), session(21, replace(PRONE, internal_deg=38.0)))
    plain = json.loads(json.dumps(history_json(found, "Anna", "p-abcdefgh", changes(found)), allow_nan=False))
    inward = plain["trends"][0]
    assert (inward["direction"], inward["verdict"], inward["least_change_deg"]) == (
        "internal", "more_than_error_once", pytest.approx(6.0),
    )  # fmt: skip
    assert inward["change_deg"] == pytest.approx(8.0)
    assert [day["day"] for day in inward["days"]] == ["2026-11-01", "2026-11-21"]
    assert plain["programme"]["days_practised"] == 1


def test_an_empty_history_says_how_to_begin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMU_HIP_HOME", str(tmp_path))
    outcome = call("history")
    assert (outcome.code, outcome.err) == (0, "")
    assert "imu-hip run" in outcome.out
    plain = json.loads(call("history", "--json").out)
    assert (plain["schema"], plain["person"], plain["pseudonym"]) == ("imu-hip/history/1", "me", None)
    assert (plain["sessions"], plain["trends"], plain["programme"]) == ([], [], None)
    assert list(tmp_path.iterdir()) == []


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


def test_the_result_page_of_a_measurement_has_each_trial_and_no_holds() -> None:
    analysis = api.analyze(RECORDING.with_name("arom_seated_right.mcap"))
    shown = result_view(analysis, RECORDING)
    assert shown.measures_only
    assert shown.holds == ()
    trials = [event for event in analysis.events if isinstance(event, Trial) and event.direction is Direction.INTERNAL]
    wanted = " ".join(f"{math.degrees(trial.angle_rad):.0f}°" for trial in trials)
    assert dict(shown.figures)["Internal rotation, each trial"] == wanted
    assert not result_view(api.analyze(RECORDING), RECORDING).measures_only


def test_the_timeline_is_in_seconds_since_the_first_item() -> None:
    recording = api.read(RECORDING)
    marks, events = timeline(recording, api.analyze(recording).events)
    length_s = (recording.items[-1].item.t_ns - recording.items[0].item.t_ns) / 1e9
    assert [span.start_s for span in marks] == sorted(span.start_s for span in marks)
    assert all(0.0 <= span.start_s <= span.end_s <= length_s for span in (*marks, *events))
    exercise = next(span for span in marks if span.kind == "exercise")
    holds = [span for span in events if span.kind == "hold"]
    assert all(exercise.start_s < span.start_s < exercise.end_s for span in holds)


@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0999-06-01T00:00:00Z"]
)
def test_a_day_at_the_ends_of_the_calendar_is_a_day_or_none(start: str) -> None:
    found = history(replace(session(1, SUPINE), start=start))
    json.dumps(history_json(found, "me", None, changes(found)))
    assert list(history_lines(found, "me", {}))


def test_a_session_stopped_while_calibrating_is_listed_with_its_pain_and_counts_nowhere() -> None:
    stopped = session(2)
    assert stopped.summary is not None
    stopped = replace(stopped, exercise="supine_ere", summary=replace(stopped.summary, pain=4))
    found = history(session(1, SUPINE), stopped)
    assert (found.recordings, len(found.trends), found.left_out) == (2, 1, ())
    assert found.programme == history(session(1, SUPINE)).programme
    row, _ = found.rows
    assert (row.stopped, row.pain, row.holds, row.internal_deg) == (True, 4, 0, None)
    (said,) = [line for line in history_lines(found, "Anna", NAMES) if "supine_ere, stopped" in line]
    assert len(said) <= 80


def test_a_result_without_an_exercise_interval_has_no_figures() -> None:
    result = json.loads(json.dumps(analysis_json(api.analyze(RECORDING))))
    assert summary_of(result).parts
    assert summary_of({**result, "warnings": [{"code": "no_exercise_mark", "text": ""}]}).parts == ()
