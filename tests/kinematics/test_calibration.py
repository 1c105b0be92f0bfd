"""Calibration intervals: the sign and trust of the axes that they give, and why others are refused."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import calibration
from imu_hip.kinematics.alignment import SegmentAxis, from_axes
from imu_hip.kinematics.calibration import CalibrationParams, CalibrationState
from imu_hip.model.block import OrientationBlock, chosen
from imu_hip.model.event import CalibrationStep
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, TimedMark
from tests.kinematics.poser import PERIOD_S, PRONE, SUPINE, Pose, Recording, Script

PARAMS = CalibrationParams()
N_POSE, SWINGS, BOWS, LYING = MarkLabel.N_POSE, MarkLabel.LEG_SWINGS, MarkLabel.BOWS, MarkLabel.POSTURE_NEUTRAL
Turns = tuple[tuple[float, float], ...]


def _told(recording: Recording, label: MarkLabel) -> tuple[OrientationBlock, TimedMark, TimedMark]:
    begin, end = (mark for mark in recording.marks if mark.label is label)
    block = recording.block
    inside = (block.t_s >= begin.t_s) & (block.t_s < end.t_s)
    return chosen(block, inside), begin, end


def _after(
    recording: Recording, *labels: MarkLabel, posture: Posture = Posture.SUPINE
) -> tuple[CalibrationState, CalibrationStep | None]:
    """Return what is known after these intervals, and the last one's outcome."""
    state, outcome = CalibrationState(), None
    for label in labels:
        rows, begin, end = _told(recording, label)
        state = replace(state, open_label=label, open_since_s=begin.t_s, rows=(rows,))
        state, outcome = calibration.end_interval(PARAMS, state, end.t_s, posture, PERIOD_S)
    return state, outcome


def _moving(role: str, turns: Turns, *, late_s: float = 0.0, seed: int = 0) -> Recording:
    """Return standing, then either swings of the thigh (+ forward) or bows (+ forward) to these angles, degrees."""
    script = Script(seed)
    script.stand_still()
    label = SWINGS if role == "thigh" else BOWS
    script.begin(label)
    script.stay(late_s)
    for length_s, degrees in turns:
        if role == "thigh":
            script.turn(length_s, flexion=degrees)
        else:
            script.turn(length_s, tilt=-degrees, flexion=degrees)
    script.end(label)
    script.stay(0.1)
    return script.record()


def _true_axis(recording: Recording, role: str) -> np.ndarray:
    """Return the segment's z axis in sensor axes: the person turns about +z (thigh forward) or -z (bow) alone.

    So the rate while the true flexion grows fastest is along it.
    """
    gyr = recording.block.thigh_gyr if role == "thigh" else recording.block.pelvis_gyr
    flexion = recording.truth_rad[:, 0]
    fastest = int(np.argmax(np.diff(flexion))) + 1
    axis = gyr[fastest] / np.linalg.norm(gyr[fastest])
    return axis if role == "thigh" else -axis


MOVEMENTS: dict[str, Turns] = {
    "forward": ((0.6, 40.0), (0.8, -10.0), (0.8, 40.0), (0.6, 0.0)),
    "forward, never behind the body": ((0.8, 50.0), (0.8, 0.0), (0.8, 50.0), (0.8, 0.0)),
    "backward a little first": ((0.4, -8.0), (0.8, 45.0), (0.8, 0.0), (0.8, 45.0), (0.8, 0.0)),
    "swaying first": ((0.5, 3.0), (0.5, -3.0), (0.5, 2.0), (0.8, 45.0), (0.8, -10.0), (0.8, 45.0), (0.8, 0.0)),
    "growing": ((0.8, 20.0), (0.8, 0.0), (0.8, 60.0), (0.8, 0.0)),
}


@pytest.mark.parametrize("role", ["thigh", "pelvis"])
@pytest.mark.parametrize("movement", list(MOVEMENTS))
@pytest.mark.parametrize("late_s", [0.0, 2.5])
def test_the_axis_points_to_the_right_however_the_movement_begins(role: str, movement: str, late_s: float) -> None:
    recording = _moving(role, MOVEMENTS[movement], late_s=late_s, seed=len(movement))
    label = SWINGS if role == "thigh" else BOWS
    state, outcome = _after(recording, N_POSE, label)
    found = state.thigh_axis if role == "thigh" else state.pelvis_axis
    assert found is not None
    np.testing.assert_allclose(found.axis, _true_axis(recording, role), atol=1e-6)
    assert found.source == "movement"
    assert found.sd_rad == pytest.approx(CalibrationParams().movement.habit_sd_rad, rel=0.15)
    assert outcome is not None
    assert outcome.accepted
    assert outcome.quality > 0.85


@pytest.mark.parametrize("role", ["thigh", "pelvis"])
def test_a_single_turn_is_not_enough(role: str) -> None:
    recording = _moving(role, ((1.0, 35.0), (1.0, 0.0)))
    state, outcome = _after(recording, N_POSE, SWINGS if role == "thigh" else BOWS)
    assert (state.thigh_axis if role == "thigh" else state.pelvis_axis) is None
    assert outcome is not None
    assert not outcome.accepted


@pytest.mark.parametrize("role", ["thigh", "pelvis"])
def test_a_movement_that_began_backward_is_put_right_by_how_far_it_went(role: str) -> None:
    recording = _moving(role, ((0.6, -15.0), (0.8, 45.0), (0.8, -15.0), (0.8, 45.0), (0.8, 0.0)))
    state, _ = _after(recording, N_POSE, SWINGS if role == "thigh" else BOWS)
    found = state.thigh_axis if role == "thigh" else state.pelvis_axis
    assert found is not None
    np.testing.assert_allclose(found.axis, _true_axis(recording, role), atol=1e-6)


def _refused(script: Script, label: MarkLabel) -> str:
    script.stay(0.1)
    before, _ = _after(script.record(), N_POSE)
    state, outcome = _after(script.record(), N_POSE, label)
    assert outcome is not None
    assert not outcome.accepted
    assert outcome.quality == 0.0
    assert (state.thigh_axis, state.pelvis_axis) == (before.thigh_axis, before.pelvis_axis) == (None, None)
    assert (outcome.start_s, outcome.end_s) == tuple(m.t_s for m in script.marks if m.label is label)
    return outcome.text


def test_swings_about_two_axes_are_refused() -> None:
    script = Script()
    script.stand_still()
    script.begin(SWINGS)
    for _ in range(3):
        script.turn(0.6, flexion=30.0)
        script.turn(0.6, flexion=0.0)
        script.turn(0.6, adduction=-30.0)
        script.turn(0.6, adduction=0.0)
    script.end(SWINGS)
    assert "more than one axis" in _refused(script, SWINGS)


def test_turning_on_the_spot_is_no_bow() -> None:
    script = Script()
    script.stand_still()
    script.begin(BOWS)
    script.turn(1.0, yaw=60.0)
    script.turn(1.0, yaw=-60.0)
    script.end(BOWS)
    assert "did not move straight forward and back" in _refused(script, BOWS)


@pytest.mark.parametrize(("label", "what"), [(SWINGS, "thigh"), (BOWS, "pelvis")])
def test_not_moving_is_refused_with_what_to_do(label: MarkLabel, what: str) -> None:
    script = Script()
    script.stand_still()
    script.told(label, 4.0)
    text = _refused(script, label)
    assert text.startswith(f"the {what} did not move; move the ")
    assert text.endswith("forward and back three times")


def test_an_n_pose_while_moving_is_refused_and_the_one_before_is_kept() -> None:
    script = Script()
    script.stand_still()
    rows_of_first, begin, end = _told(script.record(), N_POSE)
    state = CalibrationState(open_label=N_POSE, open_since_s=begin.t_s, rows=(rows_of_first,))
    known, _ = calibration.end_interval(PARAMS, state, end.t_s, Posture.SUPINE, PERIOD_S)
    moving = _moving("thigh", MOVEMENTS["growing"])
    rows, begin, end = _told(moving, SWINGS)
    state = replace(known, open_label=N_POSE, open_since_s=begin.t_s, rows=(rows,))
    state, outcome = calibration.end_interval(PARAMS, state, end.t_s, Posture.SUPINE, PERIOD_S)
    assert outcome is not None
    assert not outcome.accepted
    assert outcome.text.startswith("you were still for ")
    assert state.pose is known.pose is not None
    assert state.open_label is None
    assert state.rows == ()


def test_movements_before_any_n_pose_serve_as_well() -> None:
    recording = _moving("thigh", MOVEMENTS["forward"])
    state, outcome = _after(recording, SWINGS)
    assert outcome is not None
    assert outcome.accepted
    assert calibration.alignment(state) is None  # without N-pose there is no up


def test_an_interval_without_rows_or_label_says_nothing() -> None:
    empty = CalibrationState(open_label=SWINGS, open_since_s=1.0)
    assert calibration.end_interval(PARAMS, empty, 2.0, Posture.SUPINE, PERIOD_S) == (
        CalibrationState(open_since_s=1.0),
        None,
    )
    rows = _told(_moving("thigh", MOVEMENTS["forward"]), SWINGS)[0]
    state, outcome = calibration.end_interval(PARAMS, CalibrationState(rows=(rows,)), 2.0, Posture.SUPINE, PERIOD_S)
    assert outcome is None
    assert state.rows == ()


@pytest.mark.parametrize("label", [N_POSE, SWINGS, BOWS, LYING])
def test_an_interval_of_missing_rows_is_refused_or_says_nothing(label: MarkLabel) -> None:
    recording = _moving("thigh", MOVEMENTS["forward"])
    pose, _ = _after(recording, N_POSE)
    rows = _told(recording, SWINGS)[0]
    unknown = {n: np.full_like(getattr(rows, n), np.nan) for n in OrientationBlock.__slots__[1:7]}
    state = replace(pose, open_label=label, open_since_s=float(rows.t_s[0]), rows=(replace(rows, **unknown),))
    state, outcome = calibration.end_interval(PARAMS, state, float(rows.t_s[-1]), Posture.SUPINE, PERIOD_S)
    assert outcome is None or not outcome.accepted
    assert (state.thigh_axis, state.pelvis_axis) == (None, None)


# Standing and lying


def _lying(pose: Pose, seed: int = 0) -> Recording:
    script = Script(seed)
    script.stand_still()
    script.swing_leg()
    script.bow()
    script.lie_down(pose)
    return script.record()


@pytest.mark.parametrize(
    ("posture", "pose"),
    [
        (Posture.SUPINE, SUPINE),
        (Posture.SUPINE, Pose(tilt=75.0, flexion=30.0)),
        (Posture.PRONE, PRONE),
        (Posture.PRONE, Pose(tilt=-100.0, flexion=10.0)),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_standing_and_lying_give_the_axes_that_movements_give(posture: Posture, pose: Pose, seed: int) -> None:
    recording = _lying(pose, seed)
    moved, _ = _after(recording, N_POSE, SWINGS, BOWS)
    lain, outcome = _after(recording, N_POSE, LYING, posture=posture)
    assert outcome is not None
    assert (outcome.accepted, outcome.text) == (True, "axis of the pelvis and thigh taken from standing and lying")
    for found, wanted in ((lain.pelvis_axis, moved.pelvis_axis), (lain.thigh_axis, moved.thigh_axis)):
        assert found is not None
        assert wanted is not None
        np.testing.assert_allclose(found.axis, wanted.axis, atol=1e-6)
        assert (found.source, found.sd_rad) == ("standing and lying", math.radians(8.0))


def test_what_a_movement_gave_is_not_replaced_by_lying() -> None:
    recording = _lying(SUPINE)
    moved, _ = _after(recording, N_POSE, SWINGS)
    both, outcome = _after(recording, N_POSE, SWINGS, LYING)
    assert both.thigh_axis is not None
    assert moved.thigh_axis is not None
    np.testing.assert_array_equal(both.thigh_axis.axis, moved.thigh_axis.axis)
    assert outcome is not None
    assert outcome.text == "axis of the pelvis taken from standing and lying"
    _, nothing = _after(recording, N_POSE, SWINGS, BOWS, LYING)
    assert nothing is None


@pytest.mark.parametrize("posture", sorted(set(Posture) - {Posture.SUPINE, Posture.PRONE}))
def test_only_lying_flat_shows_the_front_of_the_body(posture: Posture) -> None:
    state, outcome = _after(_lying(SUPINE), N_POSE, LYING, posture=posture)
    assert outcome is None
    assert state.pelvis_axis is None


@pytest.mark.parametrize(("tilt", "enough"), [(25.0, False), (35.0, True)])
def test_two_poses_that_are_nearly_the_same_tell_no_axis(tilt: float, enough: bool) -> None:
    state, outcome = _after(_lying(Pose(tilt=tilt, flexion=0.0)), N_POSE, LYING)
    assert (state.pelvis_axis is not None) is enough
    assert (outcome is not None) is enough


def test_lying_before_any_n_pose_says_nothing() -> None:
    state, outcome = _after(_lying(SUPINE), LYING)
    assert outcome is None
    assert state.pelvis_axis is None


# Alignment


@pytest.mark.parametrize("seed", range(3))
def test_an_alignment_needs_the_n_pose_and_both_axes(seed: int) -> None:
    recording = _lying(SUPINE, seed)
    for labels in ((N_POSE,), (N_POSE, SWINGS), (N_POSE, BOWS), (SWINGS, BOWS)):
        assert calibration.alignment(_after(recording, *labels)[0]) is None
    found = calibration.alignment(_after(recording, N_POSE, SWINGS, BOWS)[0])
    assert found is not None
    # In the N-pose, sensor from segment takes the segment's long axis to where the specific force points.
    standing = recording.block.pelvis_acc[100]
    y = Rotation.from_quat(found.sensor_from_pelvis, scalar_first=True).apply([0.0, 1.0, 0.0])
    np.testing.assert_allclose(y, standing / np.linalg.norm(standing), atol=1e-9)


@pytest.mark.parametrize(
    ("pelvis", "thigh", "shared"),
    [
        ("movement", "movement", False),
        ("walking", "walking", True),
        ("movement", "walking", False),
        ("walking", "movement", False),
        ("standing and lying", "standing and lying", False),
    ],
)
def test_axes_from_walking_share_their_error_and_no_others_do(pelvis: str, thigh: str, shared: bool) -> None:
    state, _ = _after(_lying(SUPINE), N_POSE, SWINGS, BOWS)
    assert state.pose is not None
    assert state.pelvis_axis is not None
    assert state.thigh_axis is not None
    found = from_axes(
        state.pose,
        SegmentAxis(state.pelvis_axis.axis, math.radians(12.0), pelvis),
        SegmentAxis(state.thigh_axis.axis, math.radians(7.0), thigh),
    )
    common = math.radians(7.0) ** 2 if shared else 0.0
    wanted = [[math.radians(7.0) ** 2, common], [common, math.radians(12.0) ** 2]]
    np.testing.assert_allclose(found.axial_covariance, wanted, rtol=1e-12)
    assert np.linalg.eigvalsh(found.axial_covariance)[0] > 0.0
