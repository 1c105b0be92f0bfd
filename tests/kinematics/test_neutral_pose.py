"""The N-pose: what it shows, when it does not serve, and the heading that makes rotation zero."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.neutral_pose import NeutralPose, NeutralPoseParams, relative_heading, seen
from imu_hip.model.block import OrientationBlock
from imu_hip.quaternion import about_vertical, multiply

PARAMS = NeutralPoseParams()
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def _q(rotation: Rotation) -> np.ndarray:
    return np.asarray(rotation.as_quat(scalar_first=True))


def _rows(n: int = 400, noise: float = 0.02) -> OrientationBlock:
    rng = np.random.default_rng(0)
    still = np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))
    acc = np.tile([0.0, 0.0, 9.81], (n, 1)) + rng.normal(0.0, 0.05, (n, 3))
    gyr = rng.normal(0.0, noise, (n, 3))
    none = np.zeros(n, bool)
    return OrientationBlock(
        np.arange(n) / 100.0 + 20.0, still, still, gyr, gyr.copy(), acc, acc.copy(), none, none, ~none
    )


def test_standing_still_shows_up_and_orientations() -> None:
    pose = seen(PARAMS, _rows(), 20.0, 24.0, 0.01)
    assert isinstance(pose, NeutralPose)
    np.testing.assert_allclose(pose.pelvis_up, [0.0, 0.0, 9.81], atol=0.02)
    assert len(pose.earth_from_thigh_sensor) == 270  # 1 s to settle and 0.3 s to leave are out
    assert pose.end_s == 24.0


def test_what_moves_only_at_the_start_serves_all_the_same() -> None:
    rows = _rows()
    rows.thigh_gyr[:120] += 2.0
    assert isinstance(seen(PARAMS, rows, 20.0, 24.0, 0.01), NeutralPose)


@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_moving_is_refused_with_the_seconds_that_were_still(noise: float) -> None:
    why = seen(PARAMS, _rows(noise=noise), 20.0, 24.0, 0.01)
    assert isinstance(why, str)
    assert "of 4.0 s only" in why


def test_missing_rows_are_not_standing_still() -> None:
    rows = _rows()
    rows.pelvis_gyr[:] = np.nan
    assert isinstance(seen(PARAMS, rows, 20.0, 24.0, 0.01), str)


def test_the_heading_makes_rotation_zero_whatever_the_pose() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        lean = Rotation.from_rotvec(rng.normal(0.0, 0.1, (20, 3)))
        pelvis = _q(Rotation.from_euler("z", rng.uniform(-3, 3)) * lean * STANDING)
        thigh = _q(
            Rotation.from_euler("z", rng.uniform(-3, 3)) * Rotation.from_rotvec(rng.normal(0, 0.1, 3)) * STANDING
        )
        thigh = np.tile(thigh, (20, 1))
        heading = relative_heading(pelvis, thigh)
        rotation = hip_angles(pelvis, multiply(about_vertical(np.array(heading)), thigh))[:, 2]
        assert abs(np.mean(rotation)) < 1e-3
