"""When the zero is set anew, what the filter starts from then, and which jumps are told."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import stage, zeroing
from imu_hip.kinematics.calibration import CalibrationState
from imu_hip.kinematics.slip import Slip
from imu_hip.kinematics.state import KinematicsState
from imu_hip.model.block import cut
from imu_hip.model.event import CalibrationStep, Warning
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.setup import Side
from imu_hip.quaternion import dot3, wrap_angle
from tests.kinematics.poser import Pose, Result, Script, exchanged, lost, params_of, run

NEUTRAL, N_POSE, POSTURE_NEUTRAL = MarkLabel.NEUTRAL, MarkLabel.N_POSE, MarkLabel.POSTURE_NEUTRAL


def _steps(result: Result, label: MarkLabel) -> list[CalibrationStep]:
    return [e for e in result.events if isinstance(e, CalibrationStep) and e.label is label]


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("degrees", [6.0, -6.0])
def test_a_pause_that_moves_the_shown_angles_is_told_with_the_change(side: Side, degrees: float) -> None:
    script = Script()
    script.calibrate()
    since_s = script.now_s
    script.slip(degrees)
    # Little is known behind a hole, so a pause moves the angle nearly all the way.
    script.turn(0.5, flexion=10.0)
    script.turn(0.5, flexion=0.0)
    script.told(NEUTRAL, 3.0)
    script.stay(1.0)
    recording = lost(script.record(side), since_s + 0.1, since_s + 0.8)
    result = run(recording, params_of(side=side))
    (told,) = result.re_zeros()
    before, after = (result.rotation_deg(told.t_s + d) for d in (-0.02, 0.02))
    # Standing, the thigh's long axis is the vertical: a heading that is wrong by so much shows as internal rotation on
    # the right, and mirrored with everything else as internal rotation on the left.
    assert before == pytest.approx(degrees, abs=0.05)
    assert abs(after) < 1.0
    assert math.degrees(told.change_rad) == pytest.approx(after - before, abs=0.02)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(("degrees", "told"), [(1.5, False), (-1.5, False), (3.0, True), (-3.0, True)])
def test_only_a_jump_of_more_than_two_degrees_is_told(side: Side, degrees: float, told: bool) -> None:
    script = Script()
    script.calibrate()
    script.stay(0.5)
    script.slip(degrees)
    script.told(N_POSE, 3.0)
    script.stay(1.0)
    result = run(script.record(side).without(NEUTRAL), params_of(side=side))
    assert bool(result.re_zeros()) is told


@pytest.mark.parametrize("side", list(Side))
def test_another_n_pose_sets_rotation_to_zero_however_far_it_was(side: Side) -> None:
    script = Script()
    script.calibrate()
    script.stay(0.5)
    script.slip(40.0)
    script.told(N_POSE, 3.0)
    end_s = script.now_s
    script.stay(1.0)
    result = run(script.record(side), params_of(side=side))
    assert abs(result.rotation_deg(end_s - 0.02)) == pytest.approx(40.0, abs=0.01)
    assert abs(result.rotation_deg(end_s + 0.02)) < 1.0
    (jump,) = result.re_zeros()
    change = result.rotation_deg(end_s + 0.02) - result.rotation_deg(end_s - 0.02)
    assert math.degrees(jump.change_rad) == pytest.approx(change, abs=0.01)
    assert result.sd_deg(end_s + 0.3) < 4.0


def test_another_n_pose_while_moving_is_refused_and_changes_nothing() -> None:
    script = Script()
    script.calibrate()
    script.begin(N_POSE)
    for _ in range(3):
        script.turn(0.5, flexion=40.0)
        script.turn(0.5, flexion=0.0)
    script.end(N_POSE)
    script.stay(0.5)
    recording = script.record()
    result, plain = run(recording), run(replace(recording, marks=recording.marks[:-2]))
    refused = _steps(result, N_POSE)[1]
    assert not refused.accepted
    assert "stand still with straight legs" in refused.text
    np.testing.assert_array_equal(result.angles.angles_rad, plain.angles.angles_rad)


# Alignment


def _one_axis_missing(movement: str, posture: Pose) -> Script:
    """Return who stands still, does one calibration movement only, and lies down to be neutral there."""
    script = Script()
    script.stand_still()
    script.swing_leg() if movement == "swings" else script.bow()
    script.lie_down(posture)
    script.stay(3.0)
    return script


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("movement", ["swings", "bows"])
@pytest.mark.parametrize(
    ("posture", "pose"),
    [(Posture.SUPINE, Pose(tilt=80.0, flexion=40.0)), (Posture.PRONE, Pose(tilt=-80.0, flexion=5.0))],
)
def test_the_axis_from_lying_gives_the_angles_and_uses_the_pause(
    side: Side, movement: str, posture: Posture, pose: Pose
) -> None:
    script = _one_axis_missing(movement, pose)
    recording = script.record(side)
    result = run(recording, params_of(posture, side))
    axis, pause = _steps(result, POSTURE_NEUTRAL)
    missing = "pelvis" if movement == "swings" else "thigh"
    assert axis.text == f"axis of the {missing} taken from standing and lying"
    assert (pause.accepted, pause.text) == (True, "neutral pause taken as zero")
    assert result.state.posture_anchored
    np.testing.assert_allclose(result.angles.angles_rad[-1], recording.truth_rad[-1], atol=1e-6)


def test_a_realignment_uses_the_pause_it_comes_from_again() -> None:
    # Walking gave a first alignment; then lying down shows the axis better.
    script = _one_axis_missing("swings", Pose(tilt=90.0, flexion=45.0))
    recording = script.record()
    full = run(recording).state.alignment
    lying_s = recording.marks[-2].t_s
    early = replace(recording, marks=tuple(m for m in recording.marks if m.t_s < lying_s))
    params = params_of()
    state = run(early, params).state
    walking = state.calibration.walking
    azimuths = []
    for levelled, sensor_from_segment in (
        (walking.thigh, full.sensor_from_thigh),
        (walking.pelvis, full.sensor_from_pelvis),
    ):
        across = Rotation.from_quat(sensor_from_segment, scalar_first=True).apply([0.0, 0.0, 1.0])
        azimuths.append(math.atan2(float(dot3(across, levelled.e1)), float(dot3(across, levelled.e2))))
    walked = replace(walking, answer=(*azimuths, math.radians(8.0), math.radians(12.0)), frozen=True)
    block, period_s = recording.block, 0.01
    first = int(np.searchsorted(block.t_s, lying_s)) - 100
    state, _, _ = stage.step(params, KinematicsState(), cut(block, 0, first), early.marks, period_s, 0.0)
    state = replace(state, calibration=replace(state.calibration, walking=walked))
    state, _ = zeroing.align(params, state, float(block.t_s[first]))
    assert state.alignment is not None
    rest = cut(block, first, len(block.t_s))
    state, _, events = stage.step(params, state, rest, recording.marks[-2:], period_s, 0.0)
    texts = [e.text for e in events if isinstance(e, CalibrationStep)]
    assert texts == [
        "neutral pause taken as zero",
        "axis of the pelvis taken from standing and lying",
        "neutral pause taken as zero",
    ]


def _heading_variance(wait_s: float, *, known: bool) -> tuple[float, float, float]:
    """Return the variance of the heading, rad², at the end of a calibration, that time and the N-pose's end, s."""
    script = Script()
    script.stand_still()
    script.swing_leg()
    script.turn(1.0, flexion=5.0)
    script.stay(wait_s)
    script.bow()
    recording = script.record()
    last = recording.marks[-1]
    script.stay(0.05)
    state = run(script.record(), known=known).state
    assert state.heading is not None
    return float(state.heading.covariance[0, 0]), last.t_s, recording.marks[1].t_s


def _of_a_slow_rate(from_s: float, to_s: float, sd_deg_s: float, at_rest_deg_s: float) -> float:
    """Return the variance, deg², of a heading whose rate was `at_rest_deg_s` at 0 s and goes to `sd_deg_s` in 300 s."""
    t_s = np.linspace(from_s, to_s, 400)
    stays = np.exp(-2.0 * t_s / 300.0)
    rate_variance = sd_deg_s**2 * (1.0 - stays) + at_rest_deg_s**2 * stays
    early = np.minimum(t_s[:, None], t_s)
    together = np.interp(early, t_s, rate_variance) * np.exp(-np.abs(t_s[:, None] - t_s) / 300.0)
    return float(np.mean(together)) * (to_s - from_s) ** 2


@pytest.mark.parametrize(("known", "sd_deg_s", "at_rest_deg_s"), [(True, 0.08, 0.01), (False, 0.3, 0.3)])
def test_the_filter_starts_in_the_n_pose_and_is_led_up_to_now(
    known: bool, sd_deg_s: float, at_rest_deg_s: float
) -> None:
    soon, soon_s, pose_s = _heading_variance(1.0, known=known)
    late, late_s, _ = _heading_variance(40.0, known=known)
    expected = [_of_a_slow_rate(pose_s, to_s, sd_deg_s, at_rest_deg_s) for to_s in (soon_s, late_s)]
    # Besides, there is what is random.
    assert math.degrees(math.degrees(late - soon)) == pytest.approx(expected[1] - expected[0], rel=0.15)


def test_nothing_is_shown_or_told_before_the_alignment() -> None:
    state = KinematicsState()
    assert zeroing.shown_angles(state) is None
    assert zeroing.align(params_of(), state, 1.0) == (state, [])
    assert zeroing.re_zero(params_of(), state, 1.0, None) == []
    assert not zeroing.walks(state)


def test_a_jump_across_half_a_turn_is_told_as_the_short_way() -> None:
    script = Script()
    script.calibrate()
    script.stay(0.1)
    state = run(script.record()).state
    now = zeroing.shown_angles(state)
    np.testing.assert_allclose(now, 0.0, atol=1e-9)
    before = np.array([0.0, 0.0, math.radians(359.0) - math.radians(10.0)])
    (event,) = zeroing.re_zero(params_of(), state, 5.0, before)
    assert event.change_rad == pytest.approx(math.radians(11.0))
    assert event.change_rad == pytest.approx(float(wrap_angle(-math.radians(349.0))))
    assert (event.flexion_change_rad, event.adduction_change_rad) == pytest.approx((0.0, 0.0), abs=1e-9)


@pytest.mark.parametrize(
    ("moved", "told"), [((2.5, 0.0, 0.0), True), ((0.0, -2.5, 0.0), True), ((1.9, 1.9, -1.9), False)]
)
def test_a_jump_of_any_shown_angle_is_told(moved: tuple[float, float, float], told: bool) -> None:
    script = Script()
    script.calibrate()
    script.stay(0.1)
    state = run(script.record()).state
    events = zeroing.re_zero(params_of(), state, 5.0, -np.radians(moved))
    assert bool(events) is told
    for event in events:
        changes = (event.flexion_change_rad, event.adduction_change_rad, event.change_rad)
        np.testing.assert_allclose(np.degrees(changes), moved, atol=1e-6)


def test_walking_is_asked_only_while_an_axis_is_missing_and_nothing_else_is_under_way() -> None:
    script = Script()
    script.stand_still()
    script.stay(0.5)
    standing = run(script.record()).state
    assert zeroing.walks(standing)
    assert not zeroing.walks(replace(standing, calibration=replace(standing.calibration, open_label=MarkLabel.BOWS)))
    script.swing_leg()
    script.stay(0.5)
    assert zeroing.walks(run(script.record()).state)
    script.bow()
    script.stay(0.5)
    assert not zeroing.walks(run(script.record()).state)
    assert not zeroing.walks(replace(standing, calibration=CalibrationState()))


def test_swapped_sensors_refuse_each_movement_that_shows_it_are_warned_of_once_and_give_no_angles() -> None:
    script = Script()
    script.calibrate()
    script.lie_down()
    recording = script.record()
    result = run(replace(recording, block=exchanged(recording.block)))
    for label in (MarkLabel.LEG_SWINGS, MarkLabel.BOWS):
        (step,) = _steps(result, label)
        assert not step.accepted
        assert step.text.startswith("the sensors seem to be swapped: ")
    assert [event.code for event in result.events if isinstance(event, Warning)] == ["sensors_swapped"]
    assert not result.angles.valid.any()


def _calibrated() -> KinematicsState:
    script = Script()
    script.calibrate()
    script.stay(0.1)
    return run(script.record()).state


@pytest.mark.parametrize("roles", [(Role.PELVIS,), (Role.THIGH,), tuple(Role)])
def test_only_the_axes_that_point_the_other_way_are_turned_round(roles: tuple[Role, ...]) -> None:
    before = _calibrated()
    after, _ = zeroing.turn_round(params_of(), before, before.next_tick_s, roles)
    for role, name in ((Role.PELVIS, "pelvis_axis"), (Role.THIGH, "thigh_axis")):
        was, now = getattr(before.calibration, name), getattr(after.calibration, name)
        np.testing.assert_array_equal(now.axis, -was.axis if role in roles else was.axis)
    assert after.alignment is not before.alignment


@pytest.mark.parametrize("role", Role)
def test_a_sensor_that_was_put_on_anew_needs_its_movement_again(role: Role) -> None:
    before = _calibrated()
    moved = Slip(role, 0.0, 1.0, math.radians(60.0), math.radians(60.0), True, "put on anew")
    after, events = zeroing.slipped(before, (moved,))
    assert [event.code for event in events if isinstance(event, Warning)] == [f"{role}_sensor_moved"]
    assert (after.alignment, after.heading) == (None, None)
    found = after.calibration
    assert [found.pelvis_axis is None, found.thigh_axis is None] == [role is Role.PELVIS, role is Role.THIGH]
    again, more = zeroing.slipped(after, (replace(moved, remounted=False),))
    assert again is after, "what is not aligned cannot be less sure"
    assert len(more) == 1
