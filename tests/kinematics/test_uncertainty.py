"""Standard deviations: nothing but the floor when all is known, and the covariance through the angles otherwise."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.joint_angles import corrected, hip_angles
from imu_hip.kinematics.uncertainty import UncertaintyParams, standard_deviations

PARAMS = UncertaintyParams()
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def _q(rotation: Rotation) -> np.ndarray:
    return np.asarray(rotation.as_quat(scalar_first=True))[None, :]


def _supine() -> tuple[np.ndarray, np.ndarray]:
    pelvis = STANDING * Rotation.from_euler("z", np.pi / 2)
    return _q(pelvis), _q(pelvis * Rotation.from_euler("ZXY", [np.pi / 4, 0.05, 0.3]))


def test_a_filter_that_knows_everything_leaves_more_than_nothing() -> None:
    calm = standard_deviations(PARAMS, *_supine(), np.zeros((1, 4)), np.zeros((1, 4, 4)), np.zeros(1))
    assert np.all(calm > np.radians(1.0))
    tilted = standard_deviations(PARAMS, *_supine(), np.zeros((1, 4)), np.zeros((1, 4, 4)), np.full(1, 0.01))
    np.testing.assert_allclose(tilted**2 - calm**2, 0.01, rtol=1e-9)


@pytest.mark.parametrize("pose", [_supine(), (_q(STANDING), _q(STANDING * Rotation.from_euler("z", 0.3)))])
def test_the_covariance_spreads_as_drawn_states_do(pose: tuple[np.ndarray, np.ndarray]) -> None:
    rng = np.random.default_rng(0)
    root = np.zeros((4, 4))
    keep = [0, 2, 3]
    root[np.ix_(keep, keep)] = 0.02 * rng.standard_normal((3, 3))
    covariance = root @ root.T
    x = np.array([0.1, 0.0, 0.05, -0.03])
    drawn = x + rng.standard_normal((20_000, 4)) @ root.T
    angles = hip_angles(*corrected(*pose, drawn[:, 0], drawn[:, 2], drawn[:, 3]))
    calm = standard_deviations(PARAMS, *pose, x[None, :], np.zeros((1, 4, 4)), np.zeros(1))
    found = standard_deviations(PARAMS, *pose, x[None, :], covariance[None], np.zeros(1))
    np.testing.assert_allclose(np.sqrt(found**2 - calm**2)[0], angles.std(axis=0), rtol=0.05, atol=1e-3)
