"""Tables of other people's sensors: worn any way, with holes, at any rate, on any clock, with marks missing."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import vqf
from scipy.spatial.transform import Rotation

from imu_hip import api
from imu_hip.app.replaying import Replay
from imu_hip.model.analysis import Analysis
from imu_hip.model.event import CalibrationStep, Cycle, Exit, Hold, HoldVerdict, Warning
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.setup import Side
from imu_hip.orientation import vqf_filter
from tests.app.calling import call
from tests.crossing.tables import Floats, Samples, Session, analyzed, session, write_tables

WORN = session()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Give the result of the tables as they are."""
    return analyzed(tmp_path_factory.mktemp("plain"), WORN)


def difference_deg(a: Analysis, b: Analysis) -> Floats:
    """Return the largest angle between rows of the same number; but for one at an end, they are known in both."""
    assert (a.angles.valid != b.angles.valid).sum() <= 1
    both = a.angles.valid & b.angles.valid
    return np.asarray(np.degrees(np.abs(a.angles.angles_rad - b.angles.angles_rad)[both].max(axis=1)))


def holds(of: Analysis) -> list[Hold]:
    return [event for event in of.events if isinstance(event, Hold)]


def judged(of: Analysis) -> tuple[int, list[str], list[bool]]:
    """Return the number of holds, the verdicts on exits, and which cycles are complete."""
    exits = [event.verdict.value for event in of.events if isinstance(event, Exit) and event.verdict]
    return len(holds(of)), exits, [event.complete for event in of.events if isinstance(event, Cycle)]


def codes(of: Analysis) -> set[str]:
    return {event.code for event in of.events if isinstance(event, Warning)}


def lost(of: Analysis) -> tuple[int, int]:
    return of.link[Role.PELVIS].lost, of.link[Role.THIGH].lost


def with_hole(role: str, start_s: float, end_s: float) -> Session:
    def kept(samples: Samples) -> Samples:
        return samples.kept((samples.t_s < start_s) | (samples.t_s >= end_s))

    if role == "pelvis":
        return replace(WORN, pelvis=kept(WORN.pelvis))
    return replace(WORN, thigh=kept(WORN.thigh))


# ---------------------------------------------------------------- how the sensors sit


def turned(seed: int) -> Session:
    pelvis, thigh = Rotation.random(2, random_state=seed).as_matrix()
    return replace(WORN, pelvis=WORN.pelvis.turned(pelvis), thigh=WORN.thigh.turned(thigh))


@pytest.mark.parametrize("seed", range(3))
def test_how_the_sensors_sit_changes_nothing_that_matters(tmp_path: Path, plain: Analysis, seed: int) -> None:
    other = analyzed(tmp_path, turned(seed))
    # VQF limits what disagreement of the gravity direction may teach it about the bias axis by axis, and so it is not
    # quite the same for axes that are turned. It stays far below the standard deviation of 2.5 degrees.
    assert difference_deg(plain, other).max() < 0.4
    assert judged(other) == judged(plain) == (2, ["controlled"], [True])


def test_how_the_sensors_sit_changes_no_angle_where_the_filter_is_the_same_for_all_axes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(_: object, period_s: float, *, known: bool) -> vqf.VQF:
        return vqf.VQF(period_s, motionBiasEstEnabled=False)

    monkeypatch.setattr(vqf_filter, "_make", blind)
    assert difference_deg(analyzed(tmp_path, WORN), analyzed(tmp_path, turned(0))).max() < 1e-6


def test_a_left_leg_that_mirrors_a_right_one_gives_the_same_angles(tmp_path: Path, plain: Analysis) -> None:
    left = analyzed(tmp_path, session(Side.LEFT), side=Side.LEFT)
    # What remains is VQF's limit again: mirrored sensors start with another heading.
    assert difference_deg(plain, left).max() < 0.05
    assert judged(left) == judged(plain)


# ---------------------------------------------------------------- missing rows


def test_one_sample_in_twenty_may_be_missing(tmp_path: Path, plain: Analysis) -> None:
    rng = np.random.default_rng(4)
    kept_pelvis, kept_thigh = (rng.random(len(WORN.pelvis.t_s)) >= 0.05 for _ in range(2))
    result = analyzed(tmp_path, replace(WORN, pelvis=WORN.pelvis.kept(kept_pelvis), thigh=WORN.thigh.kept(kept_thigh)))
    assert judged(result) == judged(plain)
    # Rows lost at either end leave no trace.
    assert lost(result) == pytest.approx(((~kept_pelvis).sum(), (~kept_thigh).sum()), abs=3)
    assert holds(result)[0].angle_rad == pytest.approx(holds(plain)[0].angle_rad, abs=np.radians(0.5))
    np.testing.assert_array_equal(result.angles.t_s[result.angles.on_sample], WORN.pelvis.t_s[kept_pelvis])


@pytest.mark.parametrize("role", ["pelvis", "thigh"])
def test_a_hole_of_a_third_of_a_second_takes_its_angles_but_not_the_hold(
    tmp_path: Path, plain: Analysis, role: str
) -> None:
    start_s, end_s = 58.0, 58.3
    result = analyzed(tmp_path, with_hole(role, start_s, end_s))
    assert judged(result) == judged(plain)
    assert sorted(lost(result)) == [0, 30]
    inside = (result.angles.t_s >= start_s) & (result.angles.t_s < end_s - 0.005)
    assert inside.sum() == 30
    assert not result.angles.valid[inside].any()
    assert np.isnan(result.angles.angles_rad[inside]).all()


@pytest.mark.parametrize("role", ["pelvis", "thigh"])
def test_a_hole_of_three_seconds_breaks_the_hold_and_is_said(tmp_path: Path, plain: Analysis, role: str) -> None:
    result = analyzed(tmp_path, with_hole(role, 58.0, 61.0))
    first, second, third = holds(result)
    assert first.end_s <= 58.02
    assert second.start_s >= 60.98
    assert HoldVerdict.COMPLETE not in (first.verdict, second.verdict)
    assert third.verdict is HoldVerdict.COMPLETE
    assert sorted(lost(result)) == [0, 300]
    assert not result.angles.valid[(result.angles.t_s > 58.01) & (result.angles.t_s < 60.98)].any()


@pytest.mark.parametrize(("start_s", "end_s"), [(5.0, np.inf), (0.0, 60.0), (5.0, 60.0)])
def test_a_thigh_file_may_begin_later_and_end_earlier(tmp_path: Path, start_s: float, end_s: float) -> None:
    thigh = WORN.thigh.kept((WORN.thigh.t_s >= start_s) & (WORN.thigh.t_s < end_s))
    result = analyzed(tmp_path, replace(WORN, thigh=thigh))
    np.testing.assert_array_equal(result.angles.t_s, WORN.pelvis.t_s)
    known_s = result.angles.t_s[result.angles.valid]
    assert known_s[0] < 40.0
    assert known_s[-1] == pytest.approx(min(end_s, WORN.pelvis.t_s[-1]), abs=0.02)
    assert holds(result)[0].start_s == pytest.approx(54.6, abs=0.1)


def test_a_thigh_file_that_begins_after_the_n_pose_gives_no_angles_and_says_so(tmp_path: Path) -> None:
    result = analyzed(tmp_path, replace(WORN, thigh=WORN.thigh.kept(WORN.thigh.t_s > 40.0)))
    assert not result.angles.valid.any()
    assert "no_n_pose" in codes(result)
    assert judged(result) == (0, [], [])


# ---------------------------------------------------------------- rates and clocks


@pytest.mark.parametrize(("pelvis_hz", "thigh_hz"), [(60.0, 200.0), (200.0, 60.0), (100.0, 200.0), (60.0, 60.0)])
def test_each_file_has_its_own_rate_and_rows_are_the_pelvis_files(
    tmp_path: Path, pelvis_hz: float, thigh_hz: float
) -> None:
    worn = session(pelvis_hz=pelvis_hz, thigh_hz=thigh_hz)
    result = analyzed(tmp_path, worn)
    np.testing.assert_array_equal(result.angles.t_s, worn.pelvis.t_s)
    assert judged(result) == (2, ["controlled"], [True])
    assert lost(result) == (0, 0)
    assert result.link[Role.PELVIS].rate_hz == pytest.approx(pelvis_hz)
    assert result.link[Role.THIGH].rate_hz == pytest.approx(thigh_hz)
    assert holds(result)[0].start_s == pytest.approx(54.6, abs=0.1)
    assert np.degrees(holds(result)[0].angle_rad) == pytest.approx(30.0, abs=1.5)


@pytest.mark.parametrize("offset_s", [1_700_000_000.0, -500.25, 9_000_000_000.125])
def test_times_of_the_files_are_times_of_the_result(tmp_path: Path, plain: Analysis, offset_s: float) -> None:
    moved = WORN.moved(offset_s)
    result = analyzed(tmp_path, moved)
    np.testing.assert_array_equal(result.angles.t_s, moved.pelvis.t_s)
    assert judged(result) == judged(plain)
    for hold, same in zip(holds(result), holds(plain), strict=True):
        assert hold.start_s - offset_s == pytest.approx(same.start_s, abs=0.03)
        assert hold.end_s - hold.start_s == pytest.approx(same.end_s - same.start_s, abs=0.03)
        assert hold.angle_rad == pytest.approx(same.angle_rad, abs=np.radians(0.1))


def test_a_replay_of_an_import_shows_the_angle_of_its_own_time(tmp_path: Path) -> None:
    analyzed(tmp_path, WORN.moved(1_700_000_000.0))
    recording = api.read(tmp_path / "imported.mcap")
    until_ns = recording.setup.zero_ns or 0
    items = tuple(i for i in recording.items if i.item.t_ns < until_ns + 1_700_000_060 * 10**9)
    replay = Replay(replace(recording, items=items), "imported.mcap", None)
    replay.start()
    replay.finish()
    state = replay.session.view_state()
    assert state.t_s == pytest.approx(1_700_000_060.0, abs=0.5)
    assert state.angle_deg == pytest.approx(29.8, abs=1.0)


@pytest.mark.parametrize(("offset_s", "rate"), [(0.0, 0.0), (1234.5, 50e-6), (-17.3, -50e-6), (1.7e9, 50e-6)])
def test_independent_clocks_are_matched_by_the_movements(
    tmp_path: Path, plain: Analysis, offset_s: float, rate: float
) -> None:
    result = analyzed(tmp_path, replace(WORN, thigh=WORN.thigh.moved(offset_s, rate)), independent=True)
    np.testing.assert_array_equal(result.angles.t_s, WORN.pelvis.t_s)
    assert judged(result) == judged(plain)
    # 10 ms of doubt about the clock is 0.5 degrees while a leg swings at 50 degrees per second.
    assert np.median(difference_deg(plain, result)) < 0.1
    assert difference_deg(plain, result).max() < 1.0


def test_jitter_of_the_time_stamps_is_harmless(tmp_path: Path, plain: Analysis) -> None:
    rng = np.random.default_rng(3)

    def jittered(samples: Samples) -> Samples:
        return Samples(samples.t_s + rng.uniform(-0.002, 0.002, len(samples.t_s)), samples.values)

    worn = replace(WORN, pelvis=jittered(WORN.pelvis), thigh=jittered(WORN.thigh))
    result = analyzed(tmp_path, worn)
    np.testing.assert_array_equal(result.angles.t_s, worn.pelvis.t_s)
    assert judged(result) == judged(plain)
    assert lost(result) == (0, 0)
    assert holds(result)[0].angle_rad == pytest.approx(holds(plain)[0].angle_rad, abs=np.radians(0.5))


# ---------------------------------------------------------------- marks

SAID = {
    MarkLabel.TABLE_REST: ("no_table_rest", "drifts faster"),
    MarkLabel.N_POSE: ("no_n_pose", "no hip angles"),
    MarkLabel.LEG_SWINGS: ("no_leg_swings", "less exact"),
    MarkLabel.BOWS: ("no_bows", "less exact"),
    MarkLabel.MAX_REP: ("no_max_rep", "less sure"),
    MarkLabel.EXERCISE: ("no_exercise_mark", "judged as supine_ere"),
}


@pytest.mark.parametrize("label", SAID)
def test_a_missing_mark_is_a_warning_with_its_consequence(tmp_path: Path, plain: Analysis, label: MarkLabel) -> None:
    code, consequence = SAID[label]
    result = analyzed(tmp_path, WORN.without(label))
    (text,) = (event.text for event in result.events if isinstance(event, Warning) and event.code == code)
    assert consequence in text
    assert judged(result) == ((0, [], []) if label is MarkLabel.N_POSE else judged(plain))


@pytest.mark.parametrize("label", [MarkLabel.NEUTRAL, MarkLabel.POSTURE_NEUTRAL])
def test_either_kind_of_neutral_pause_serves_alone(tmp_path: Path, plain: Analysis, label: MarkLabel) -> None:
    result = analyzed(tmp_path, WORN.without(label))
    assert judged(result) == judged(plain)
    assert holds(result)[0].angle_rad == pytest.approx(holds(plain)[0].angle_rad, abs=np.radians(3.0))


def test_without_any_marked_neutral_pause_angles_stay_within_their_standard_deviations(
    tmp_path: Path, plain: Analysis
) -> None:
    result = analyzed(tmp_path, WORN.without(MarkLabel.NEUTRAL).without(MarkLabel.POSTURE_NEUTRAL))
    assert len(holds(result)) == 2
    assert within(3.0, result, plain) > 0.95


def within(factor: float, result: Analysis, plain: Analysis) -> float:
    """Return the share of angles that differ by less than so many of the result's standard deviations."""
    both = plain.angles.valid & result.angles.valid
    difference = np.abs(result.angles.angles_rad - plain.angles.angles_rad)[both]
    return float((difference < factor * result.angles.sd_rad[both]).mean())


def test_a_table_without_marks_gives_no_angles_but_says_why(tmp_path: Path) -> None:
    result = analyzed(tmp_path, WORN, marked=False)
    assert not result.angles.valid.any()
    assert {"no_n_pose", "no_exercise_mark"} <= codes(result)


def test_an_n_pose_alone_gives_angles_that_are_honestly_less_sure(tmp_path: Path, plain: Analysis) -> None:
    only = replace(WORN, marks=tuple(mark for mark in WORN.marks if mark.label is MarkLabel.N_POSE))
    result = analyzed(tmp_path, only)
    both = plain.angles.valid & result.angles.valid
    assert both.sum() > 4000
    sd, plain_sd = (np.median(of.angles.sd_rad[both, 2]) for of in (result, plain))
    assert sd > 1.15 * plain_sd
    assert within(3.0, result, plain) > 0.95


def test_marks_in_any_order_of_rows_are_the_same_marks(tmp_path: Path, plain: Analysis) -> None:
    assert analyzed(tmp_path, replace(WORN, marks=WORN.marks[::-1])).result_sha256 == plain.result_sha256


def test_a_calibration_that_is_repeated_is_used_again(tmp_path: Path) -> None:
    (pose,) = (mark for mark in WORN.marks if mark.label is MarkLabel.N_POSE)
    middle_s = 0.5 * (pose.start_s + pose.end_s)
    twice = (replace(pose, end_s=middle_s), replace(pose, start_s=middle_s))
    result = analyzed(tmp_path, replace(WORN.without(MarkLabel.N_POSE), marks=(*WORN.without("n_pose").marks, *twice)))
    poses = [e for e in result.events if isinstance(e, CalibrationStep) and e.label is MarkLabel.N_POSE]
    assert [pose.accepted for pose in poses] == [True, True]
    assert len(holds(result)) == 2


# ---------------------------------------------------------------- the commands


def test_the_table_of_samples_is_the_contracts(tmp_path: Path) -> None:
    worn = WORN.moved(1_700_000_000.0)
    kept = np.random.default_rng(1).random(len(worn.pelvis.t_s)) > 0.02
    worn = replace(worn, pelvis=worn.pelvis.kept(kept))
    pelvis, thigh, marks = write_tables(tmp_path, worn)
    out, samples = tmp_path / "a.mcap", tmp_path / "a.csv"
    imported = call(
        "import", "--pelvis", pelvis, "--thigh", thigh, "--marks", marks,
        "--exercise", "supine_ere", "--side", "right", "--out", out,
    )  # fmt: skip
    assert (imported.code, imported.out) == (0, "")
    outcome = call("analyze", out, "--json", "--samples", samples)
    assert (outcome.code, outcome.err) == (0, "")
    result = json.loads(outcome.out)
    assert result["recording"]["start"] is None
    assert result["link"]["pelvis"]["lost"] == (~kept[1:-1]).sum()
    with samples.open(newline="") as stream, pelvis.open(newline="") as source:
        rows, given = list(csv.DictReader(stream)), list(csv.DictReader(source))
    angles = ["flexion_deg", "adduction_deg", "internal_rotation_deg"]
    spreads = ["flexion_sd_deg", "adduction_sd_deg", "internal_rotation_sd_deg"]
    assert list(rows[0]) == ["t_s", *angles, *spreads, "valid", "phase"]
    assert [row["t_s"] for row in rows] == [row["t_s"] for row in given]
    for row in rows:
        assert row["valid"] in ("0", "1")
        assert all((row[name] != "") == (row["valid"] == "1") for name in (*angles, *spreads))
    assert {"hold", "approach", "exit", "neutral", "unknown"} <= {row["phase"] for row in rows}
    in_hold_s = [float(row["t_s"]) for row in rows if row["phase"] == "hold"]
    # A phase is known as long after the movement as the smoothing of the angle takes.
    assert all(any(h["start_s"] <= t < h["end_s"] + 0.5 for h in result["holds"]) for t in in_hold_s)


def test_a_mark_beside_the_samples_is_said(tmp_path: Path) -> None:
    pelvis, thigh, marks = write_tables(tmp_path, WORN)
    with marks.open("a") as stream:
        stream.write("5000,5001,neutral,\n")
    outcome = call(
        "import", "--pelvis", pelvis, "--thigh", thigh, "--marks", marks,
        "--exercise", "supine_ere", "--side", "right", "--out", tmp_path / "a.mcap",
    )  # fmt: skip
    assert outcome.code == 0
    assert "warning: " in outcome.err
    assert "neutral (5000 to 5001 s)" in outcome.err
