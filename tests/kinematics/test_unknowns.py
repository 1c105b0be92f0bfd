"""What the unknowns do to the segments, and the angles' derivatives against differences."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.joint_angles import about_long_axis, hip_angles
from imu_hip.kinematics.unknowns import (
    ADDUCTION_OFF,
    HEADING,
    LEVEL_OFF,
    PELVIS_ACC,
    PELVIS_AXIAL,
    RATE,
    THIGH_ACC,
    THIGH_AXIAL,
    UNKNOWNS,
    UPRIGHT,
    Mounted,
    corrected,
    of_angles,
    of_level,
)
from imu_hip.quaternion import about_vertical, multiply, rotate, wrap_angle

STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
UP = np.array([0.0, 0.0, 1.0])


def _q(rotation: Rotation) -> np.ndarray:
    return np.asarray(rotation.as_quat(scalar_first=True))


def _x(**values: float) -> np.ndarray:
    x = np.zeros(UNKNOWNS)
    for name, value in values.items():
        x[{"heading": HEADING, "thigh": THIGH_AXIAL, "pelvis": PELVIS_AXIAL}[name]] = value
    return x


def test_heading_and_axial_errors_are_taken_out() -> None:
    thigh = Rotation.from_rotvec([0.3, -0.5, 0.2]) * STANDING
    wrong_pelvis = multiply(_q(STANDING), about_long_axis(np.array(0.1)))
    wrong_thigh = multiply(multiply(about_vertical(-0.7), _q(thigh)), about_long_axis(np.array(-0.2)))
    found = corrected(wrong_pelvis, wrong_thigh, _x(heading=0.7, thigh=-0.2, pelvis=0.1))
    # An axial turn is made of its half's tangent: exact for the small errors it stands for.
    np.testing.assert_allclose(hip_angles(*found), hip_angles(_q(STANDING), _q(thigh)), atol=1e-3)


@pytest.mark.parametrize(("share", "shows"), [([0.0, 0.0, 0.03], 0), ([0.03, 0.0, 0.0], 2)])
def test_an_accelerometer_zero_lifts_the_wrong_end_of_a_lying_pelvis(share: list[float], shows: int) -> None:
    # Lying on the back up is the pelvis' x; b along z tilts what gravity says to z, and what standing says as well.
    pelvis = STANDING * Rotation.from_euler("z", np.pi / 2)
    x = np.zeros(UNKNOWNS)
    x[PELVIS_ACC] = share
    turned, _ = corrected(_q(pelvis), _q(pelvis), x)
    up, y, b = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array(share)
    wanted = pelvis * Rotation.from_rotvec(np.cross(up - y, b))
    np.testing.assert_allclose(rotate(turned, np.eye(3)[shows]), wanted.as_matrix()[:, shows], atol=1e-4)


def test_in_the_n_pose_accelerometer_zeros_do_nothing() -> None:
    x = np.zeros(UNKNOWNS)
    x[PELVIS_ACC], x[THIGH_ACC] = [0.05, -0.03, 0.02], [-0.01, 0.04, 0.03]
    for found in corrected(_q(STANDING), _q(STANDING), x):
        np.testing.assert_allclose(found, _q(STANDING), atol=1e-12)


def test_in_another_zero_pose_accelerometer_zeros_do_nothing_either() -> None:
    supine = STANDING * Rotation.from_euler("z", np.pi / 2)
    x = np.zeros(UNKNOWNS)
    x[PELVIS_ACC], x[THIGH_ACC] = [0.05, -0.03, 0.02], [-0.01, 0.04, 0.03]
    lying = Mounted(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    for found in corrected(_q(supine), _q(supine), x, (lying, lying)):
        np.testing.assert_allclose(found, _q(supine), atol=1e-12)


def test_an_axial_error_is_a_turn_about_the_axis_that_is_known_least() -> None:
    across = np.array([0.6, 0.0, 0.8])
    lying = Mounted(np.array([1.0, 0.0, 0.0]), across)
    turned, _ = corrected(_q(STANDING), _q(STANDING), _x(pelvis=0.05), (lying, lying))
    wanted = STANDING * Rotation.from_rotvec(-0.05 * across)
    np.testing.assert_allclose(turned, _q(wanted), atol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_the_derivatives_are_those_of_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ways = [v / np.linalg.norm(v) for v in rng.standard_normal((4, 3))]
    mounted = (Mounted(ways[0], ways[1]), Mounted(ways[2], ways[3])) if seed % 2 else (UPRIGHT, UPRIGHT)
    pelvis, thigh = (Rotation.random(rng=rng).as_quat(scalar_first=True)[None, :] for _ in range(2))
    if abs(hip_angles(pelvis, thigh)[0, 1]) > 1.3:
        pelvis = thigh  # keep away from the singularity

    def measured(x: np.ndarray) -> np.ndarray:
        level, turned = corrected(pelvis, thigh, x[None, :], mounted)
        raised = np.arcsin(rotate(level, UP)[0, 2])
        return np.append(hip_angles(level, turned)[0], raised)

    found = np.concatenate([of_angles(pelvis, thigh, mounted)[0], of_level(pelvis, mounted)])
    h = 1e-6
    wanted = np.stack([wrap_angle(measured(h * e) - measured(-h * e)) / (2.0 * h) for e in np.eye(UNKNOWNS)], axis=-1)
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    for unseen in (RATE, ADDUCTION_OFF, LEVEL_OFF):
        assert not np.any(found[:, unseen])


@pytest.mark.parametrize(
    ("thigh", "wanted"),
    [(Rotation.identity(), 1.0), (Rotation.from_euler("z", 90, degrees=True), 0.0)],
    ids=["standing", "thigh level"],
)
def test_heading_turns_a_standing_hip_and_not_a_level_thigh(thigh: Rotation, wanted: float) -> None:
    gradient = of_angles(_q(STANDING)[None, :], _q(STANDING * thigh)[None, :])[0, 2]
    assert gradient[HEADING] == pytest.approx(wanted, abs=1e-12)
    assert gradient[THIGH_AXIAL] == pytest.approx(-1.0)


def test_at_the_singularity_derivatives_stay_finite() -> None:
    thigh = STANDING * Rotation.from_euler("ZXY", [0.3, np.pi / 2, 0.2])
    assert np.all(np.isfinite(of_angles(_q(STANDING)[None, :], _q(thigh)[None, :])))
    assert np.all(np.isfinite(of_level(_q(Rotation.identity())[None, :])))
