"""Stream, orientation and kinematics together on simulated sessions: truth, sides, mountings, cuts, missing marks."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from imu_hip.model.block import AngleBlock
from imu_hip.model.event import RadioTrouble, ReZero, Trouble, Warning
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.quaternion import normalise, rotate
from imu_hip.simulate.person import PersonParams
from imu_hip.simulate.sensors import NO_SENSOR_ERRORS, SensorReadings
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.simulate.soft_tissue import SoftTissueParams
from tests.crossing.chain import Result, items_of, marks_of, run
from tests.scripts import script

SCRIPT = script("supine_ere", 1)
MARKS = marks_of(SCRIPT)
NONE = (0.0, 0.0)
PERFECT = SimulationParams(
    person=replace(
        PersonParams(),
        neutral_sd_rad=0.0,
        stance_sd_rad=0.0,
        axis_sd=0.0,
        coupling_sd=0.0,
        sway_rad=NONE,
        wobble_rad=0.0,
        tremor_rad=0.0,
        breath_rad=NONE,
    ),
    soft_tissue=replace(SoftTissueParams(), cross_talk=NONE, bulge_rad=0.0),
    sensor_errors=NO_SENSOR_ERRORS,
)


@cache
def _session(seed: int, side: Side = Side.RIGHT, perfect: bool = False) -> SimulatedSession:
    params = PERFECT if perfect else SimulationParams()
    return simulate_session(SCRIPT, side, np.random.default_rng(seed), params)


@cache
def _whole(seed: int, perfect: bool = False) -> Result:
    s = _session(seed, perfect=perfect)
    return run(items_of(s.t_s, s.pelvis, s.thigh, MARKS), Side.RIGHT)


def _same(found: Result, wanted: Result) -> None:
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(found.angles, name), getattr(wanted.angles, name), err_msg=name)
    assert found.events == wanted.events


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("seed", [0, 1])
def test_without_errors_the_angles_are_the_truth(seed: int, side: Side) -> None:
    s = _session(seed, side, perfect=True)
    angles = run(items_of(s.t_s, s.pelvis, s.thigh, MARKS), side).angles
    error_deg = np.degrees(angles.angles_rad - s.truth.angles_rad)[angles.valid]
    assert np.count_nonzero(angles.valid) > 0.6 * len(s.t_s)
    assert np.abs(error_deg).max() < 0.5
    assert np.sqrt(np.mean(error_deg**2)) < 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_any_mounting_gives_the_same_angles(seed: int) -> None:
    s, wanted = _session(seed, perfect=True), _whole(seed, perfect=True).angles
    turns = [*normalise(np.random.default_rng(seed).standard_normal((2, 4))), np.array([0.0, 1.0, 0.0, 0.0])]
    for of_pelvis, of_thigh in ((turns[0], turns[1]), (turns[2], turns[0])):
        pelvis, thigh = _turned(s.pelvis, of_pelvis), _turned(s.thigh, of_thigh)
        found = run(items_of(s.t_s, pelvis, thigh, MARKS), Side.RIGHT).angles
        np.testing.assert_array_equal(found.valid, wanted.valid)
        assert np.nanmax(np.abs(found.angles_rad - wanted.angles_rad)) < np.radians(0.02)


def _turned(readings: SensorReadings, q: np.ndarray) -> SensorReadings:
    return SensorReadings(rotate(q, readings.gyr), rotate(q, readings.acc))


def _mirrored(readings: SensorReadings) -> SensorReadings:
    return SensorReadings(readings.gyr * np.array([1.0, -1.0, -1.0]), readings.acc * np.array([-1.0, 1.0, 1.0]))


def test_a_mirrored_left_session_gives_the_angles_of_the_right_one_to_the_bit() -> None:
    s, right = _session(3), _whole(3)
    left = run(items_of(s.t_s, _mirrored(s.pelvis), _mirrored(s.thigh), MARKS), Side.LEFT)
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(left.angles, name), getattr(right.angles, name), err_msg=name)
    assert left.events == right.events


def _holes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    masks = []
    for _ in range(2):
        kept = rng.random(n) > 0.02
        for start in rng.integers(1200, n, 6):
            kept[start : start + rng.choice([3, 10, 40, 150, 300])] = False
        masks.append(kept)
    return masks[0], masks[1]


@pytest.mark.parametrize("seed", range(4))
def test_cutting_a_session_with_holes_changes_no_bit(seed: int) -> None:
    s, rng = _session(seed), np.random.default_rng(seed)
    without = () if seed == 0 else tuple(rng.choice(list(MarkLabel), 2))
    kept = _holes(len(s.t_s), seed)
    items = items_of(s.t_s, s.pelvis, s.thigh, marks_of(SCRIPT, without), rows=7, kept=kept)
    whole = run(items, Side.RIGHT)
    _same(run(items, Side.RIGHT, rng.integers(0, 60, 100)), whole)
    assert {e.kind for e in whole.events if isinstance(e, Trouble)} == {RadioTrouble.GAP}


def test_one_item_at_a_time_changes_no_bit() -> None:
    s = _session(5)
    kept = _holes(len(s.t_s), 5)
    items = items_of(s.t_s, s.pelvis, s.thigh, MARKS, kept=kept)
    _same(run(items, Side.RIGHT, [1] * len(items)), run(items, Side.RIGHT))


def test_rows_one_by_one_change_no_bit() -> None:
    s = _session(6)
    parts = []
    for rows, part in ((25, slice(0, 4400)), (1, slice(4400, 4700))):  # a neutral pause, taken as zero
        readings = [SensorReadings(r.gyr[part], r.acc[part]) for r in (s.pelvis, s.thigh)]
        first_ns, last_ns = round(s.t_s[part][0] * 1e9), round(s.t_s[part][-1] * 1e9)
        marks = [mark for mark in MARKS if first_ns <= mark.t_ns <= last_ns]
        parts.append(items_of(s.t_s[part], readings[0], readings[1], marks, rows=rows))
    before, after = parts
    whole = run([*before, *after], Side.RIGHT)
    assert len(whole.steps(MarkLabel.NEUTRAL)) == 1
    _same(run([*before, *after], Side.RIGHT, [len(before), *([1] * len(after))]), whole)


def _swung_backward_first(s: SimulatedSession) -> SensorReadings:
    """Return the thigh's readings with the leg swings turned round about the thigh, and all else as it was."""
    along = rotate(s.truth.thigh_from_sensor * np.array([1.0, -1.0, -1.0, -1.0]), np.array([0.0, 1.0, 0.0]))
    swings = next(prompt for prompt in SCRIPT if prompt.label is MarkLabel.LEG_SWINGS)
    inside = (s.t_s >= swings.start_s) & (s.t_s < swings.start_s + swings.duration_s + 0.5)

    def turned(vectors: np.ndarray) -> np.ndarray:
        return np.where(inside[:, None], 2.0 * along * (vectors @ along)[:, None] - vectors, vectors)

    return SensorReadings(turned(s.thigh.gyr), turned(s.thigh.acc))


def test_rows_before_an_axis_is_turned_round_keep_their_angles_however_they_are_cut() -> None:
    s = _session(7)
    items = items_of(s.t_s, s.pelvis, _swung_backward_first(s), MARKS)
    whole = run(items, Side.RIGHT)
    assert "axis_turned_round" in [e.code for e in whole.events if isinstance(e, Warning)]
    _same(run(items, Side.RIGHT, [1] * len(items)), whole)


@pytest.mark.parametrize("lengths", [(), (1,) * 10_000], ids=["whole", "one by one"])
def test_an_axis_that_was_turned_round_stays_so_for_whatever_is_aligned_next(lengths: tuple[int, ...]) -> None:
    s = _session(7)
    known = run(items_of(s.t_s, s.pelvis, _swung_backward_first(s), MARKS), Side.RIGHT, lengths).calibration
    to_the_right = rotate(s.truth.thigh_from_sensor * np.array([1.0, -1.0, -1.0, -1.0]), np.array([0.0, 0.0, 1.0]))
    assert known.thigh_axis is not None
    assert float(np.sum(known.thigh_axis.axis * to_the_right)) > 0.9


def test_a_hole_gives_no_angle_and_widens_what_comes_after() -> None:
    s, wanted = _session(7), _whole(7).angles
    kept = np.ones(len(s.t_s), bool)
    kept[6000:6300] = False
    found = run(items_of(s.t_s, s.pelvis, s.thigh, MARKS, kept=(np.ones(len(s.t_s), bool), kept)), Side.RIGHT).angles
    assert not np.any(found.valid[6000:6300])
    assert np.all(np.isnan(found.angles_rad[6000:6300]))
    np.testing.assert_array_equal(found.angles_rad[:6000], wanted.angles_rad[:6000])
    assert found.valid[6320]
    assert found.sd_rad[6320, 2] > wanted.sd_rad[6320, 2] + np.radians(5.0)


def test_a_bridged_loss_changes_next_to_nothing() -> None:
    s, wanted = _session(7), _whole(7).angles
    kept = np.random.default_rng(1).random(len(s.t_s)) > 0.03
    found = run(items_of(s.t_s, s.pelvis, s.thigh, MARKS, kept=(np.ones(len(s.t_s), bool), kept)), Side.RIGHT).angles
    both = found.valid & wanted.valid
    assert np.count_nonzero(both) > 0.99 * np.count_nonzero(wanted.valid)
    assert np.abs(found.angles_rad - wanted.angles_rad)[both].max() < np.radians(1.0)


@pytest.mark.parametrize("label", sorted({mark.label for mark in MARKS}))
@pytest.mark.parametrize("edge", ["both", "begin", "end"])
def test_a_missing_mark_is_a_warning_or_missing_angles_but_never_an_error(label: MarkLabel, edge: str) -> None:
    s = _session(8)
    marks = [m for m in MARKS if m.label is not label or edge not in ("both", m.edge)]
    assert len(marks) < len(MARKS)
    found = run(items_of(s.t_s, s.pelvis, s.thigh, marks), Side.RIGHT)
    known = found.angles.valid
    assert np.all(np.isfinite(found.angles.sd_rad[known]))
    assert np.all(np.isfinite(found.angles.angles_rad[known]))
    if label is MarkLabel.N_POSE:
        assert not np.any(known)
        assert found.steps(MarkLabel.N_POSE) == []
        return
    error_rad = (found.angles.angles_rad - s.truth.angles_rad)[:, 2][known & (found.angles.t_s > 50.0)]
    sd_rad = found.angles.sd_rad[:, 2][known & (found.angles.t_s > 50.0)]
    assert np.mean(np.abs(error_rad) < 2.0 * sd_rad) > 0.95
    if label is MarkLabel.TABLE_REST:
        assert "no_table_rest" in [e.code for e in found.events if isinstance(e, Warning)]
        assert np.median(sd_rad) > np.median(_whole(8).angles.sd_rad[found.angles.t_s > 50.0, 2])


def test_a_guided_session_accepts_every_step() -> None:
    events = _whole(9).events
    assert not [e for e in events if isinstance(e, Warning)]
    for label in (MarkLabel.TABLE_REST, MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS, MarkLabel.NEUTRAL):
        steps = _whole(9).steps(label)
        assert steps
        assert all(step.accepted for step in steps)
    assert _whole(9).steps(MarkLabel.TABLE_REST)[0].start_s == 0.0
    assert all(abs(e.change_rad) > np.radians(2.0) for e in events if isinstance(e, ReZero))


@pytest.mark.parametrize("seed", range(10, 16))
def test_internal_rotation_stays_within_its_standard_deviation(seed: int) -> None:
    s, angles = _session(seed), _whole(seed).angles
    rows = angles.valid & (angles.t_s > 50.0)
    error_rad = (angles.angles_rad - s.truth.angles_rad)[rows, 2]
    assert np.sqrt(np.mean(error_rad**2)) < np.radians(4.0)
    assert np.mean(np.abs(error_rad) < 2.5 * angles.sd_rad[rows, 2]) > 0.95
