"""Forward kinematics against scipy and the definition of the joint coordinate system."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.quaternion import rotate
from imu_hip.simulate.motion import BodyMotion
from imu_hip.simulate.skeleton import Pose, in_turn_zxy, pelvis_pose, thigh_pose

ZERO = np.zeros(1)


def still(tilt: float = 0.0, heading: float = 0.0) -> Pose:
    body = BodyMotion(
        heading_rad=ZERO + heading,
        tilt_rad=ZERO + tilt,
        list_rad=ZERO,
        turn_rad=ZERO,
        hip_m=np.zeros((1, 3)),
        flexion_rad=ZERO,
        adduction_rad=ZERO,
        rotation_rad=ZERO,
        effort=ZERO,
        shock=ZERO,
    )
    return pelvis_pose(body)


def test_angles_in_turn_agree_with_scipy() -> None:
    angles = np.random.default_rng(2).uniform(-1.5, 1.5, (200, 3))
    ours = Rotation.from_quat(in_turn_zxy(*angles.T), scalar_first=True)
    theirs = Rotation.from_euler("ZXY", angles)
    assert (ours * theirs.inv()).magnitude() == pytest.approx(0.0, abs=1e-12)


def test_a_standing_pelvis_has_its_long_axis_up_and_faces_its_heading() -> None:
    pelvis = still(heading=np.pi / 2).earth_from_body
    assert rotate(pelvis, [0.0, 1.0, 0.0])[0] == pytest.approx([0.0, 0.0, 1.0])
    assert rotate(pelvis, [1.0, 0.0, 0.0])[0] == pytest.approx([0.0, 1.0, 0.0])
    assert rotate(pelvis, [0.0, 0.0, 1.0])[0] == pytest.approx([1.0, 0.0, 0.0])


def test_a_bow_leans_the_trunk_forward() -> None:
    pelvis = still(tilt=-0.5).earth_from_body
    assert rotate(pelvis, [0.0, 1.0, 0.0])[0] == pytest.approx([np.sin(0.5), 0.0, np.cos(0.5)])


def test_a_supine_pelvis_looks_at_the_ceiling() -> None:
    pelvis = still(tilt=np.pi / 2).earth_from_body
    assert rotate(pelvis, [1.0, 0.0, 0.0])[0] == pytest.approx([0.0, 0.0, 1.0])


def test_flexion_brings_the_knee_forward_and_adduction_of_a_right_leg_to_the_left() -> None:
    knee = [0.0, -1.0, 0.0]
    flexed = thigh_pose(still(), ZERO + 0.5, ZERO, ZERO).earth_from_body
    adducted = thigh_pose(still(), ZERO, ZERO + 0.5, ZERO).earth_from_body
    assert rotate(flexed, knee)[0, 0] == pytest.approx(np.sin(0.5))
    assert rotate(adducted, knee)[0, 1] == pytest.approx(np.sin(0.5))


def test_internal_rotation_of_a_right_leg_turns_the_kneecap_to_the_left() -> None:
    turned = thigh_pose(still(), ZERO, ZERO, ZERO + 0.5).earth_from_body
    assert rotate(turned, [1.0, 0.0, 0.0])[0] == pytest.approx([np.cos(0.5), np.sin(0.5), 0.0])
