"""Calibrating on the back: every way to it gives the true angles, and what does not fit is refused with its reason."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.kinematics import lying_alignment
from imu_hip.kinematics.lying_alignment import LyingParams, LyingState
from imu_hip.kinematics.shortfall import shortfalls
from imu_hip.model.event import CalibrationStep
from imu_hip.model.item import MarkLabel
from imu_hip.model.setup import Side
from imu_hip.quaternion import conjugate, rotate
from tests.kinematics.lier import BRIDGE, HOOK, HOOK_LYING, KNEE_ROCKS, STRAIGHT, Lier
from tests.kinematics.poser import STANDING, Pose, Recording, Result, params_of, run

N_POSE = MarkLabel.N_POSE
PARAMS = LyingParams()


def _steps(result: Result) -> list[tuple[MarkLabel, bool]]:
    return [(e.label, e.accepted) for e in result.events if isinstance(e, CalibrationStep)]


def _refusal(result: Result) -> str:
    (step,) = (e for e in result.events if isinstance(e, CalibrationStep) and not e.accepted)
    assert step.quality == 0.0
    return step.text


def _error_deg(result: Result, recording: Recording) -> float:
    """Return the largest error of any angle in the last half second."""
    return float(np.degrees(np.abs(result.angles.angles_rad - recording.truth_rad)[-50:]).max())


def _lain(*does: str, seed: int = 0, hook: Pose = HOOK, straight: Pose = STRAIGHT) -> Lier:
    person = Lier(seed, hook, straight)
    for what in does:
        getattr(person, what)()
    person.turn(1.0, rotation=20.0)
    person.stay(1.0)
    return person


WAYS = {
    "all": ("lie_straight", "draw_up", "lift", "rock"),
    "no rocks": ("lie_straight", "draw_up", "lift"),
    "no bridge": ("lie_straight", "draw_up", "rock"),
    "rocks before the bridge": ("lie_straight", "draw_up", "rock", "lift"),
    "straight legs last": ("draw_up", "lift", "rock", "lie_straight"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("side", list(Side))
def test_every_way_through_the_calibration_gives_the_true_angles(way: str, side: Side) -> None:
    recording = _lain(*WAYS[way], seed=len(way)).record(side)
    result = run(recording, params_of(side=side))
    assert all(accepted for _, accepted in _steps(result))
    assert result.angles.valid[-1]
    assert _error_deg(result, recording) < 0.5
    assert shortfalls(params_of(), result.state)[0].code == "no_posture_neutral"
    assert len(shortfalls(params_of(), result.state)) == 1


def test_before_the_last_step_that_is_needed_no_angle_is_known() -> None:
    recording = _lain(*WAYS["all"]).record()
    result = run(recording)
    lifted_s = next(mark.t_s for mark in recording.marks if mark.label is KNEE_ROCKS)
    first = int(np.flatnonzero(result.angles.valid)[0])
    assert result.angles.t_s[first] == pytest.approx(lifted_s, abs=0.011)
    assert np.all(result.angles.valid[first:])


@pytest.mark.parametrize("slope", [38.0, 45.0, 55.0])
@pytest.mark.parametrize("tip", [-5.0, 8.0])
def test_straight_legs_tell_how_steep_the_thighs_are_and_nothing_else_does(slope: float, tip: float) -> None:
    hook = Pose(tilt=90.0 + tip, flexion=slope - tip)
    recording = _lain(*WAYS["all"], hook=hook).record()
    assert _error_deg(run(recording), recording) < 0.5
    recording = _lain("draw_up", "lift", "rock", hook=hook).record()
    result = run(recording)
    flexion = np.degrees(result.angles.angles_rad[-1, 0] - recording.truth_rad[-1, 0])
    # Lying on its back the pelvis is taken to be level, the thigh to slope by 45°.
    assert flexion == pytest.approx(45.0 - slope + tip, abs=1.5)
    codes = [warning.code for warning in shortfalls(params_of(), result.state)]
    assert codes == ["no_legs_straight", "no_posture_neutral"]


def test_flexion_is_as_uncertain_as_its_zero_is() -> None:
    guessed = run(_lain("draw_up", "lift", "rock").record())
    known = run(_lain(*WAYS["all"]).record())
    for result, least_deg in (
        (known, math.hypot(4.0, 4.0)),
        (guessed, math.hypot(6.0, 8.0 * math.cos(math.radians(20.0)))),
    ):
        assert least_deg < math.degrees(result.angles.sd_rad[-1, 0]) < least_deg + 2.0
    assert guessed.angles.sd_rad[-1, 1] > known.angles.sd_rad[-1, 1]
    np.testing.assert_allclose(guessed.angles.sd_rad[-1, 2], known.angles.sd_rad[-1, 2], rtol=0.1)


@pytest.mark.parametrize("first", [1.0, -1.0])
def test_it_does_not_matter_to_which_side_the_knees_go_first(first: float) -> None:
    person = Lier()
    person.lie_straight()
    person.draw_up()
    person.rock(first=first)
    person.stay(1.0)
    recording = person.record()
    assert _error_deg(run(recording), recording) < 0.5


def test_a_pelvis_that_does_not_roll_along_leaves_its_axis_to_the_bridge() -> None:
    person = Lier()
    person.lie_straight()
    person.draw_up()
    person.rock(rolling=0.02)
    person.stay(0.5)
    result = run(person.record())
    assert all(accepted for _, accepted in _steps(result))
    assert not np.any(result.angles.valid)
    assert [w.code for w in shortfalls(params_of(), result.state)] == ["not_aligned"]
    assert "lift the pelvis twice" in shortfalls(params_of(), result.state)[0].text
    person.lift()
    person.stay(1.0)
    recording = person.record()
    assert _error_deg(run(recording), recording) < 0.5


def test_sources_that_disagree_are_averaged_and_trusted_less() -> None:
    person = Lier()
    person.draw_up()
    person.lift(roll=0.0, twist=12.0)
    person.stay(0.5)
    bridged = run(person.record()).state.calibration.lying
    straight = run(_lain("draw_up", "lift").record()).state.calibration.lying
    agreeing = run(_lain("draw_up", "lift", "rock").record()).state.calibration.lying
    (alone, _), (both, _) = (lying_alignment.axes(PARAMS, state) for state in (straight, agreeing))
    assert math.degrees(alone.sd_rad) == pytest.approx(math.hypot(6.0, 3.0))
    assert math.degrees(both.sd_rad) == pytest.approx(math.hypot(6.0 / math.sqrt(2.0), 3.0), abs=0.01)
    mixed = lying_alignment.axes(PARAMS, replace(bridged, along=agreeing.along))
    assert mixed is not None
    # Half of what lies between the two is more than either is trusted to.
    assert mixed[0].sd_rad > both.sd_rad
    halves = [math.acos(np.clip(np.sum(mixed[0].axis * a), -1, 1)) for a in (alone.axis, bridged.across.pelvis)]
    assert halves[0] == pytest.approx(halves[1], abs=1e-3)
    assert math.degrees(halves[0]) > 6.0


# Refusals


def test_moving_during_the_pose_is_refused() -> None:
    person = Lier()
    person.go(1.0, HOOK)
    person.begin(HOOK_LYING)
    for _ in range(4):
        person.turn(0.5, flexion=70.0)
        person.turn(0.5, flexion=45.0)
    person.end(HOOK_LYING)
    person.stay(0.1)
    result = run(person.record())
    assert "lie still on your back" in _refusal(result)
    assert result.state.calibration.lying == LyingState()


@pytest.mark.parametrize("label", [BRIDGE, KNEE_ROCKS])
def test_a_movement_before_hook_lying_is_refused(label: MarkLabel) -> None:
    person = Lier()
    person.go(1.0, HOOK)
    person.lift() if label is BRIDGE else person.rock()
    person.stay(0.1)
    assert "lie still with the feet on the floor first" in _refusal(run(person.record()))


@pytest.mark.parametrize("lift", [{"pelvis": 3.0}, {"thigh": 3.0}])
def test_a_pelvis_that_stays_down_is_no_bridge(lift: dict[str, float]) -> None:
    person = Lier()
    person.draw_up()
    person.lift(**lift)
    person.stay(0.1)
    result = run(person.record())
    assert "lift the pelvis off the floor" in _refusal(result)
    assert result.state.alignment is None


def test_rocking_the_pelvis_to_and_fro_is_no_bridge() -> None:
    person = Lier()
    person.draw_up()
    person.begin(BRIDGE)
    for tilt in (110.0, 80.0, 110.0, 95.0):
        person.turn(1.0, tilt=tilt)
    person.end(BRIDGE)
    person.stay(0.1)
    assert "went both ways from where it lay" in _refusal(run(person.record()))


def test_knees_that_stay_up_do_not_rock() -> None:
    person = Lier()
    person.draw_up()
    person.rock(most=6.0)
    person.stay(0.1)
    assert "the knees did not rock" in _refusal(run(person.record()))


@pytest.mark.parametrize("known_from", ["lift", "lie_straight"])
def test_knees_that_go_toward_the_head_are_no_rocks(known_from: str) -> None:
    person = Lier()
    if known_from == "lie_straight":
        person.lie_straight()
    person.draw_up()
    if known_from == "lift":
        person.lift()
    person.begin(KNEE_ROCKS)
    for _ in range(3):
        person.turn(1.0, flexion=90.0)
        person.turn(1.0, flexion=48.0)
    person.end(KNEE_ROCKS)
    person.stay(0.1)
    assert "the knees did not go to the side" in _refusal(run(person.record()))


def test_standing_up_between_the_poses_is_not_lying() -> None:
    person = Lier(straight=STANDING)
    person.lie_straight()
    person.draw_up()
    person.stay(0.1)
    result = run(person.record())
    assert _refusal(result).startswith("the pelvis turned by 95° between straight and drawn-up legs")
    assert result.state.calibration.lying.hook is None


@pytest.mark.parametrize(("hook", "rose"), [(Pose(tilt=90.0, flexion=5.0), 5), (Pose(tilt=90.0, flexion=100.0), 100)])
def test_feet_that_were_not_drawn_up_or_knees_on_the_chest_are_no_hook_lying(hook: Pose, rose: int) -> None:
    person = Lier(hook=hook)
    person.lie_straight()
    person.draw_up()
    person.stay(0.1)
    assert _refusal(run(person.record())).startswith(f"the thigh rose by {rose}° from straight to drawn-up legs")


def test_missing_samples_are_refused_and_never_an_error() -> None:
    for label in (HOOK_LYING, BRIDGE, KNEE_ROCKS):
        recording = _lain("draw_up", "lift", "rock").record()
        begin, end = (mark.t_s for mark in recording.marks if mark.label is label)
        block = recording.block
        hole = (block.t_s >= begin) & (block.t_s < end)
        gone = {n: np.where(hole[:, None], np.nan, getattr(block, n)) for n in block.__slots__[1:7]}
        result = run(replace(recording, block=replace(block, **gone)))
        assert (label, False) in _steps(result)


# Together with standing


def test_a_later_n_pose_replaces_the_zero_and_needs_no_swings() -> None:
    person = Lier()
    person.calibrate_lying()
    person.go(2.0, STANDING)
    person.stay(0.3)
    person.told(N_POSE, 3.0)
    person.turn(1.0, flexion=30.0, rotation=15.0)
    person.stay(1.0)
    recording = person.record()
    result = run(recording)
    assert (N_POSE, True) in _steps(result)
    assert _error_deg(result, recording) < 0.5
    assert shortfalls(params_of(), result.state)[0].code == "no_posture_neutral"
    alignment = result.state.alignment
    assert alignment is not None
    assert alignment.sagittal_sd_rad == (0.0, 0.0)
    end = int(np.searchsorted(recording.block.t_s, recording.marks[-1].t_s)) - 50
    up = recording.block.thigh_acc[end] / np.linalg.norm(recording.block.thigh_acc[end])
    np.testing.assert_allclose(rotate(conjugate(alignment.sensor_from_thigh), up), [0.0, 1.0, 0.0], atol=1e-9)


def test_calibrating_lying_after_standing_changes_no_angle() -> None:
    person = Lier()
    person.go(1.0, STANDING)
    person.calibrate()
    # From here on only prompted pauses count, in both runs.
    person.told(MarkLabel.NEUTRAL, 2.0)
    person.calibrate_lying()
    recording = person.record()
    result, plain = run(recording), run(recording.without(HOOK_LYING, BRIDGE, KNEE_ROCKS))
    assert all(accepted for _, accepted in _steps(result))
    np.testing.assert_array_equal(result.angles.angles_rad, plain.angles.angles_rad)
    np.testing.assert_array_equal(result.angles.sd_rad, plain.angles.sd_rad)


def test_after_an_n_pose_without_movements_lying_gives_the_axes() -> None:
    person = Lier()
    person.go(1.0, STANDING)
    person.stand_still()
    person.calibrate_lying()
    person.turn(1.0, rotation=20.0)
    person.stay(1.0)
    recording = person.record()
    result = run(recording)
    assert result.state.alignment is not None
    assert result.state.alignment.sagittal_sd_rad == (0.0, 0.0)
    assert _error_deg(result, recording) < 0.5


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=12))
def test_cutting_the_rows_changes_no_bit(lengths: list[int]) -> None:
    whole, cut = run(RECORDED), run(RECORDED, lengths=lengths)
    np.testing.assert_array_equal(cut.angles.angles_rad, whole.angles.angles_rad)
    np.testing.assert_array_equal(cut.angles.sd_rad, whole.angles.sd_rad)
    assert cut.events == whole.events


RECORDED = _lain(*WAYS["all"], seed=4).record()
