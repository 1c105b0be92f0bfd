"""Standard deviations: nothing but the floor when all is known, and the covariance through the angles otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.uncertainty import UncertaintyParams, standard_deviations
from imu_hip.kinematics.unknowns import HEADING, PELVIS_AXIAL, THIGH_AXIAL, UNKNOWNS, corrected

PARAMS = UncertaintyParams()
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def _q(rotation: Rotation) -> np.ndarray:
    return np.asarray(rotation.as_quat(scalar_first=True))[None, :]


def _supine() -> tuple[np.ndarray, np.ndarray]:
    pelvis = STANDING * Rotation.from_euler("z", np.pi / 2)
    return _q(pelvis), _q(pelvis * Rotation.from_euler("ZXY", [np.pi / 4, 0.05, 0.3]))


IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
ALIGNED = Alignment(IDENTITY, IDENTITY, 0.0, np.zeros((2, 2)))
"""Sensors that sit as their segments do."""
X = np.zeros((1, UNKNOWNS))
KNOWN = np.zeros((1, UNKNOWNS, UNKNOWNS))
ONE, NONE = np.ones(1), np.zeros(1)
STILL = (np.zeros((1, 3)), np.zeros((1, 3)))


def test_a_filter_that_knows_everything_leaves_more_than_nothing() -> None:
    calm = standard_deviations(PARAMS, ALIGNED, _supine(), X, KNOWN, ONE, STILL, NONE)
    assert np.all(calm > np.radians(0.5))
    tilted = standard_deviations(PARAMS, ALIGNED, _supine(), X, KNOWN, ONE, STILL, np.full(1, 0.01))
    np.testing.assert_allclose(tilted**2 - calm**2, 0.01, rtol=1e-9)


@pytest.mark.parametrize("pose", [_supine(), (_q(STANDING), _q(STANDING * Rotation.from_euler("z", 0.3)))])
def test_the_covariance_spreads_as_drawn_states_do(pose: tuple[np.ndarray, np.ndarray]) -> None:
    rng = np.random.default_rng(0)
    root = 0.01 * rng.standard_normal((UNKNOWNS, UNKNOWNS))
    x = np.zeros(UNKNOWNS)
    x[[HEADING, THIGH_AXIAL, PELVIS_AXIAL]] = [0.1, 0.05, -0.03]
    drawn = x + rng.standard_normal((20_000, UNKNOWNS)) @ root.T
    angles = hip_angles(*corrected(*(np.broadcast_to(q, (20_000, 4)) for q in pose), drawn))
    calm = standard_deviations(PARAMS, ALIGNED, pose, x[None, :], KNOWN, ONE, STILL, NONE)
    found = standard_deviations(PARAMS, ALIGNED, pose, x[None, :], (root @ root.T)[None], ONE, STILL, NONE)
    np.testing.assert_allclose(np.sqrt(found**2 - calm**2)[0], angles.std(axis=0), rtol=0.05, atol=1e-3)


def test_pauses_that_agree_narrow_rotation_alone_and_pauses_that_do_not_widen_all() -> None:
    covariance = 0.01 * np.eye(UNKNOWNS)[None]
    usual, agreeing, scattered = (
        standard_deviations(PARAMS, ALIGNED, _supine(), X, covariance, np.full(1, scatter), STILL, NONE)[0]
        for scatter in (1.0, 0.25, 4.0)
    )
    np.testing.assert_array_equal(agreeing[:2], usual[:2])
    assert agreeing[2] == pytest.approx(0.5 * usual[2], rel=0.05)
    np.testing.assert_allclose(scattered, 2.0 * usual, rtol=0.1)


def test_the_farther_it_is_turned_the_less_rotation_is_known() -> None:
    straight, turned = (
        standard_deviations(
            PARAMS, ALIGNED, (_q(STANDING), _q(STANDING * Rotation.from_euler("y", a))), X, KNOWN, ONE, STILL, NONE
        )[0]
        for a in (0.0, 0.8)
    )
    np.testing.assert_array_equal(straight[:2], turned[:2])
    assert turned[2] ** 2 - straight[2] ** 2 == pytest.approx((0.8 * PARAMS.gyro_scale) ** 2)


def test_what_moves_fast_is_known_less_each_angle_for_itself() -> None:
    pose = (_q(STANDING), _q(STANDING * Rotation.from_euler("z", 0.3)))
    swinging = (np.zeros((1, 3)), np.array([[0.0, 0.0, 3.0]]))
    still = standard_deviations(PARAMS, ALIGNED, pose, X, KNOWN, ONE, STILL, NONE)[0]
    moving = standard_deviations(PARAMS, ALIGNED, pose, X, KNOWN, ONE, swinging, NONE)[0]
    assert moving[0] ** 2 - still[0] ** 2 == pytest.approx((3.0 * PARAMS.lag_s) ** 2)
    np.testing.assert_allclose(moving[1:], still[1:], atol=1e-12)


def test_how_sensors_sit_makes_no_difference() -> None:
    rng = np.random.default_rng(1)
    root = 0.01 * rng.standard_normal((UNKNOWNS, UNKNOWNS))
    covariance, rates = (root @ root.T)[None], rng.standard_normal((2, 1, 3))
    mountings = [Rotation.random(rng=rng) for _ in range(2)]
    turned = Alignment(*(_q(mounting)[0] for mounting in mountings), 0.0, np.zeros((2, 2)))
    sensors = tuple(
        _q(Rotation.from_quat(q[0], scalar_first=True) * mounting.inv())
        for q, mounting in zip(_supine(), mountings, strict=True)
    )
    gyr = tuple(mounting.apply(rate) for mounting, rate in zip(mountings, rates, strict=True))
    np.testing.assert_allclose(
        standard_deviations(PARAMS, turned, sensors, X, covariance, ONE, gyr, NONE),
        standard_deviations(PARAMS, ALIGNED, _supine(), X, covariance, ONE, tuple(rates), NONE),
        rtol=1e-12,
    )


@pytest.mark.parametrize("rotation", [0.0, 0.5])
def test_long_axes_that_are_off_in_the_sagittal_plane_add_as_the_rotation_shows_them(rotation: float) -> None:
    pose = (_q(STANDING), _q(STANDING * Rotation.from_euler("y", rotation)))
    sure = standard_deviations(PARAMS, ALIGNED, pose, X, KNOWN, ONE, STILL, NONE)[0]
    unsure = replace(ALIGNED, sagittal_sd_rad=(0.05, 0.1))
    found = standard_deviations(PARAMS, unsure, pose, X, KNOWN, ONE, STILL, NONE)[0]
    wanted = [0.05**2 + (0.1 * np.cos(rotation)) ** 2, (0.1 * np.sin(rotation)) ** 2, 0.0]
    np.testing.assert_allclose(found**2 - sure**2, wanted, atol=1e-12)
