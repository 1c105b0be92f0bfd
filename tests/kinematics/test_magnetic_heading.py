"""Two magnetometers in one field: the drift that they show, and when they are not asked."""

import math
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.kinematics import heading_filter, magnetic_heading
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.magnetic_heading import MagneticParams, MagneticReading, MagneticReference, MagneticState
from imu_hip.kinematics.shortfall import shortfalls
from imu_hip.kinematics.unknowns import HEADING, MAGNETIC_OFF
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Warning
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.quaternion import about_vertical, from_axis_angle, multiply, rotate
from tests.kinematics.poser import PERIOD_S, SUPINE, Field, Recording, Result, Script, lost, params_of, run

PARAMS = MagneticParams()
HEADING_PARAMS = HeadingParams()
EARTH_UT = np.array([20.0, 0.0, -44.0])
ASKED = replace(params_of(Posture.STANDING), magnetic=PARAMS)
NOT_ASKED = params_of(Posture.STANDING)
STANDS = MarkLabel.EXERCISE


def _even(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the earth's field, everywhere."""
    field_ut = np.tile(EARTH_UT, (len(t_s), 1))
    return field_ut, field_ut


def _thigh_sees(turn_deg: float = 0.0, times: float = 1.0, since_s: float = 0.0) -> Field:
    """Return a room in which the field at the thigh is turned about the vertical and stronger from some time on."""

    def field_ut(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bent = times * rotate(about_vertical(math.radians(turn_deg)), EARTH_UT)
        return _even(t_s)[0], np.where((t_s >= since_s)[:, None], bent, EARTH_UT)

    return field_ut


def _standing(drift_deg: float = 0.0, length_s: float = 60.0) -> Script:
    """Return a person who was calibrated and neutral, and stands still with the leg turned in while heading drifts."""
    script = Script()
    script.calibrate()
    script.begin(STANDS, "stand")
    script.told(MarkLabel.NEUTRAL, 2.0)
    script.turn(1.0, rotation=15.0)
    for _ in range(round(length_s)):
        script.slip(drift_deg / length_s)
        script.stay(1.0)
    return script


def _same(a: Result, b: Result) -> None:
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(a.angles, name), getattr(b.angles, name), err_msg=name)
    assert a.events == b.events


def _error_deg(recording: Recording, result: Result) -> float:
    error = result.angles.angles_rad[-1, 2] - recording.truth_rad[-1, 2]
    return float(np.degrees(error))


# In the stage


@pytest.mark.parametrize("side", list(Side))
def test_drift_that_nobody_else_sees_is_followed(side: Side) -> None:
    recording = _standing(drift_deg=5.0).record(side, _even)
    blind, seeing = (run(recording, replace(p, side=side)) for p in (NOT_ASKED, ASKED))
    assert abs(_error_deg(recording, blind)) > 4.0
    assert abs(_error_deg(recording, seeing)) < 3.0
    assert abs(_error_deg(recording, seeing)) < 2.0 * np.degrees(seeing.angles.sd_rad[-1, 2])
    assert seeing.angles.sd_rad[-1, 2] < 0.85 * blind.angles.sd_rad[-1, 2]


def test_a_heading_lost_in_a_gap_comes_back_and_is_said() -> None:
    script = _standing(length_s=20.0)
    recording = lost(script.record(field_ut=_even), script.now_s - 12.0, script.now_s - 9.5, restart_deg=70.0)
    # Behind the gap the filter has a heading of its own, and the person stands as before: nothing is to be put right.
    assert abs(_error_deg(recording, run(recording, ASKED))) < 2.0
    turned = _standing(length_s=8.0)
    turned.slip(25.0)
    turned.stay(12.0)
    moved = turned.record(field_ut=_even)
    moved = lost(moved, turned.now_s - 12.5, turned.now_s - 10.0)
    blind, seeing = run(moved, NOT_ASKED), run(moved, ASKED)
    assert abs(_error_deg(moved, blind)) > 20.0
    assert abs(_error_deg(moved, seeing)) < 4.0
    assert abs(math.degrees(seeing.re_zeros(turned.now_s - 10.0)[0].change_rad)) > 15.0
    assert not blind.re_zeros(turned.now_s - 10.0)


def test_lying_it_is_never_asked() -> None:
    script = Script()
    script.calibrate()
    script.begin(STANDS, "supine_ere")
    script.lie_down(SUPINE)
    script.slip(8.0)
    script.stay(20.0)
    recording = script.record(field_ut=_even)
    _same(run(recording, replace(params_of(), magnetic=PARAMS)), run(recording, params_of()))
    # Gravity, not the exercise, says that somebody lies.
    _same(run(recording, ASKED), run(recording, NOT_ASKED))


def test_standing_up_for_an_exercise_that_is_done_lying_it_is_not_asked_either() -> None:
    recording = _standing(drift_deg=5.0, length_s=20.0).record(field_ut=_even).without(STANDS)
    _same(run(recording, replace(params_of(), magnetic=PARAMS)), run(recording, params_of()))


@pytest.mark.parametrize("times", [0.85, 1.2])
def test_another_field_than_that_of_the_n_pose_is_not_asked(times: float) -> None:
    recording = _standing(drift_deg=5.0, length_s=20.0).record(field_ut=_thigh_sees(times=times, since_s=6.0))
    _same(run(recording, ASKED), run(recording, NOT_ASKED))


def test_iron_that_bends_the_field_at_once_is_not_believed() -> None:
    recording = _standing().record(field_ut=_thigh_sees(turn_deg=30.0, since_s=40.0))
    assert abs(_error_deg(recording, run(recording, ASKED))) < 2.0


def test_iron_by_which_the_person_stands_from_the_n_pose_on_cancels() -> None:
    recording = _standing(drift_deg=5.0).record(field_ut=_thigh_sees(turn_deg=30.0))
    assert abs(_error_deg(recording, run(recording, ASKED))) < 3.0


def test_a_leg_that_moves_all_the_time_is_not_asked() -> None:
    script = _standing(length_s=1.0)
    for _ in range(15):
        script.turn(0.7, rotation=-15.0)
        script.turn(0.7, rotation=15.0)
    script.slip(8.0)
    recording = script.record(field_ut=_even)
    _same(run(recording, ASKED), run(recording, NOT_ASKED))


def test_cutting_changes_no_bit() -> None:
    script = _standing(drift_deg=5.0, length_s=25.0)
    recording = lost(script.record(field_ut=_even), script.now_s - 12.0, script.now_s - 10.0, restart_deg=70.0)
    whole = run(recording, ASKED)
    for seed in range(3):
        lengths = np.random.default_rng(seed).integers(0, 90, 80).tolist()
        _same(run(recording, ASKED, lengths=lengths), whole)


def test_a_left_leg_in_the_mirrored_field_gives_the_same_angles() -> None:
    right, left = (
        run(_standing(drift_deg=5.0, length_s=25.0).record(side, _even), replace(ASKED, side=side)) for side in Side
    )
    np.testing.assert_allclose(left.angles.angles_rad, right.angles.angles_rad, atol=1e-9)
    np.testing.assert_allclose(left.angles.sd_rad, right.angles.sd_rad, atol=1e-9)


def test_rows_without_a_field_are_left_out_and_those_with_one_are_enough() -> None:
    recording = _standing(drift_deg=5.0).record(field_ut=_even)
    assert recording.block.thigh_mag is not None
    sparse = recording.block.thigh_mag.copy()
    sparse[np.arange(len(sparse)) % 3 > 0] = np.nan
    rare = replace(recording, block=replace(recording.block, thigh_mag=sparse))
    assert abs(_error_deg(rare, run(rare, ASKED))) < 3.0


@pytest.mark.parametrize("silent", [("pelvis",), ("thigh",), ("pelvis", "thigh")])
@pytest.mark.parametrize("value", [None, np.nan])
def test_a_sensor_without_a_field_is_named_once_and_nothing_changes(
    silent: tuple[str, ...], value: float | None
) -> None:
    recording = _standing(drift_deg=5.0, length_s=15.0).record(field_ut=_even)
    none = value if value is None else np.full((len(recording.block.t_s), 3), value)
    deaf = replace(recording, block=replace(recording.block, **{f"{role}_mag": none for role in silent}))
    blind, asked = run(deaf, NOT_ASKED), run(deaf, ASKED)
    _same(asked, blind)
    assert "no_magnetometer" not in {w.code for w in shortfalls(NOT_ASKED, blind.state)}
    (warning,) = (w for w in shortfalls(ASKED, asked.state) if w.code == "no_magnetometer")
    assert f"no magnetic field of the {' and '.join(silent)} sensor" in warning.text


def test_nothing_is_said_when_both_sensors_have_a_field() -> None:
    recording = _standing(length_s=2.0).record(field_ut=_even)
    result = run(recording, ASKED)
    assert not [w for w in shortfalls(ASKED, result.state) if w.code == "no_magnetometer"]
    assert not [e for e in result.events if isinstance(e, Warning)]


def test_an_n_pose_by_iron_is_said_and_the_field_is_not_asked_until_another() -> None:
    def field_ut(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pelvis, thigh = _even(t_s)
        return pelvis, np.where((t_s < 20.0)[:, None], 1.3 * thigh, thigh)

    recording = _standing(drift_deg=5.0).record(field_ut=field_ut)
    blind, seeing = run(recording, NOT_ASKED), run(recording, ASKED)
    (warning,) = (e for e in seeing.events if isinstance(e, Warning))
    assert warning.code == "magnetic_field_disturbed"
    assert "another at the pelvis than at the thigh" in warning.text
    assert "keep away from steel" in warning.text
    np.testing.assert_array_equal(seeing.angles.angles_rad, blind.angles.angles_rad)
    again = Script()
    again.calibrate()
    again.begin(STANDS, "stand")
    again.stay(20.0)
    again.told(MarkLabel.N_POSE, 3.0)
    again.told(MarkLabel.NEUTRAL, 2.0)
    again.turn(1.0, rotation=15.0)
    for _ in range(60):
        again.slip(5.0 / 60.0)
        again.stay(1.0)
    recording = again.record(field_ut=field_ut)
    assert abs(_error_deg(recording, run(recording, ASKED))) < 3.0


# The N-pose


def _rows(field_ut: np.ndarray, noise_ut: float = 0.3) -> np.ndarray:
    return field_ut + np.random.default_rng(0).normal(0.0, noise_ut, (300, 3))


def test_the_field_of_an_n_pose_is_its_norm_and_dip_whatever_a_first_step_did() -> None:
    seen = _rows(EARTH_UT)
    seen[:80] += [15.0, -20.0, 10.0]
    found = magnetic_heading.reference(PARAMS, seen, _rows(rotate(about_vertical(2.0), EARTH_UT)))
    assert isinstance(found, MagneticReference)
    assert found.norm_ut == pytest.approx([48.33, 48.33], abs=0.5)
    assert np.degrees(found.dip_rad) == pytest.approx([65.56, 65.56], abs=0.7)


@pytest.mark.parametrize(
    ("pelvis_ut", "thigh_ut", "noise_ut", "why"),
    [
        (EARTH_UT, 1.2 * EARTH_UT, 0.3, "another at the pelvis"),
        (EARTH_UT, [30.0, 0.0, -38.0], 0.3, "another at the pelvis"),
        (2.0 * EARTH_UT, 2.0 * EARTH_UT, 0.3, "the earth's has 20 to 70"),
        (0.01 * EARTH_UT, 0.01 * EARTH_UT, 0.003, "the earth's has 20 to 70"),
        ([3.0, 0.0, -48.0], [3.0, 0.0, -48.0], 0.3, "no direction"),
        (EARTH_UT, EARTH_UT, 6.0, "changed while you stood still"),
    ],
)
def test_an_n_pose_in_another_field_is_refused_with_the_reason(
    pelvis_ut: np.ndarray, thigh_ut: np.ndarray, noise_ut: float, why: str
) -> None:
    found = magnetic_heading.reference(
        PARAMS, _rows(np.array(pelvis_ut), noise_ut), _rows(np.array(thigh_ut), noise_ut)
    )
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("field_ut", "believed"),
    [
        (EARTH_UT, True),
        (1.08 * EARTH_UT, True),
        (1.15 * EARTH_UT, False),
        (np.array([32.0, 0.0, -36.0]), False),  # same norm, another dip
        (np.array([20.0, 0.0, 44.0]), False),
    ],
)
def test_another_field_at_either_sensor_does_not_agree(field_ut: np.ndarray, believed: bool) -> None:
    found = magnetic_heading.reference(PARAMS, _rows(EARTH_UT), _rows(EARTH_UT))
    assert isinstance(found, MagneticReference)
    turned = rotate(about_vertical(0.7), EARTH_UT)
    assert magnetic_heading.agrees(PARAMS, found, np.stack([field_ut, turned])) is believed
    assert magnetic_heading.agrees(PARAMS, found, np.stack([turned, field_ut])) is believed


# What it shows, and how well


@pytest.mark.parametrize("heading_rad", [-3.0, -0.4, 0.0, 1.2, 3.1])
def test_the_heading_is_that_which_turns_the_thigh_s_world_into_the_pelvis(heading_rad: float) -> None:
    pelvis = rotate(about_vertical(0.9), EARTH_UT)
    thigh = rotate(about_vertical(0.9 - heading_rad), EARTH_UT)
    assert magnetic_heading.shown(np.stack([pelvis, thigh])) == pytest.approx(heading_rad)


def _reading(turned_rad: float = 0.0, field_ut: np.ndarray = EARTH_UT) -> MagneticReading:
    level = np.array([1.0, 0.0, 0.0, 0.0])
    turned = from_axis_angle(np.array([0.0, 0.0, 1.0]), turned_rad)
    return MagneticReading(np.stack([level, turned]), np.stack([EARTH_UT, field_ut]))


def test_the_variance_of_iron_is_what_iron_in_the_sensor_makes_of_a_turn() -> None:
    rng = np.random.default_rng(3)
    for turn_rad in (0.2, 1.0, 2.5):
        back = about_vertical(turn_rad)
        iron = rng.normal(0.0, PARAMS.iron_ut, (20_000, 3))
        # In the world iron turns with the sensor, and the field does not.
        before, after = EARTH_UT + iron, EARTH_UT + rotate(back, iron)
        change = np.arctan2(after[:, 1], after[:, 0]) - np.arctan2(before[:, 1], before[:, 0])
        told = math.sqrt(magnetic_heading.changed_rad2(PARAMS, 0.0, _reading(), _reading(turn_rad)))
        assert told == pytest.approx(np.std(change), rel=0.25)


def test_a_room_that_changes_what_can_be_seen_is_taken_to_change_what_cannot() -> None:
    rng = np.random.default_rng(4)
    told, true = [], []
    for _ in range(2000):
        bent = EARTH_UT + rng.normal(0.0, 1.5, 3)
        told.append(magnetic_heading.changed_rad2(PARAMS, 0.03, _reading(), _reading(field_ut=bent)))
        true.append(math.atan2(bent[1], bent[0]) ** 2)
    assert np.mean(told) == pytest.approx(np.mean(true), rel=0.2)


def _walked(length_s: float, drift_rad_s: float = 0.0) -> tuple[HeadingState, HeadingState]:
    """Return the heading filter with its first reading, and after as long as it takes in one stance."""
    upright = from_axis_angle(np.array([1.0, 0.0, 0.0]), math.pi / 2.0)
    alignment = Alignment(np.array([1.0, 0.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0]), 0.0, 0.01 * np.eye(2))
    heading = heading_filter.start(HEADING_PARAMS, 0.0, 0.01 * np.eye(2), 1e6)
    heading = heading_filter.update(HEADING_PARAMS, heading, 0.0, np.eye(14)[HEADING], math.radians(6.0))[0]
    script = Script()
    script.stay(length_s)
    block = script.record(field_ut=_even).block
    t_s = block.t_s
    drifted = about_vertical(-drift_rad_s * t_s)
    thigh = multiply(drifted, np.tile(upright, (len(t_s), 1)))
    block = replace(
        block,
        earth_from_pelvis_sensor=np.tile(upright, (len(t_s), 1)),
        earth_from_thigh_sensor=thigh,
        pelvis_mag=rotate(upright * [1, -1, -1, -1], np.tile(EARTH_UT, (len(t_s), 1))),
        thigh_mag=rotate(upright * [1, -1, -1, -1], np.tile(EARTH_UT, (len(t_s), 1))),
    )
    state = MagneticState((True, True), MagneticReference(np.full(2, 48.33), np.full(2, math.radians(65.56))))
    first: HeadingState | None = None
    for row in range(0, len(t_s), 10):
        heading = heading_filter.predict(HEADING_PARAMS, heading, 10 * PERIOD_S, 0.0, 0.0)
        state, heading = magnetic_heading.step(
            PARAMS, HEADING_PARAMS, state, heading, alignment, block, row, may_ask=True
        )
        if first is None and heading.covariance[MAGNETIC_OFF, MAGNETIC_OFF] > 0.0:
            first = heading
    assert first is not None
    return first, heading


def test_the_first_reading_tells_nothing_of_the_heading() -> None:
    first, _ = _walked(3.0)
    assert first.x[HEADING] == 0.0
    assert math.degrees(math.sqrt(first.covariance[HEADING, HEADING])) == pytest.approx(6.0, abs=0.2)


def test_many_readings_show_drift_but_not_what_the_first_did_not_know() -> None:
    first, last = _walked(300.0, drift_rad_s=math.radians(0.03))
    # A drift of 9° in five minutes is followed, and the heading is as well known as at the beginning, not better.
    assert math.degrees(last.x[HEADING]) == pytest.approx(9.0, abs=1.5)
    sd, sd_at_first = (math.degrees(math.sqrt(h.covariance[HEADING, HEADING])) for h in (last, first))
    assert 0.99 * sd_at_first < sd < 1.1 * sd_at_first


def test_the_covariance_stays_one() -> None:
    for heading in _walked(60.0):
        np.testing.assert_allclose(heading.covariance, heading.covariance.T, atol=1e-15)
        assert np.min(np.linalg.eigvalsh(heading.covariance)) > -1e-12
