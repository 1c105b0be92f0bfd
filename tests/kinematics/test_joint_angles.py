"""Hip angles against scipy's Euler angles, and a table of what people mean by the words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.joint_angles import angles, hip_angles, rates
from imu_hip.model.setup import Side
from imu_hip.quaternion import wrap_angle

STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
"""World (z up) from segment (x anterior, y cranial, z right), facing along the world's x axis."""


def _q(rotation: Rotation) -> np.ndarray:
    return np.asarray(rotation.as_quat(scalar_first=True))


@given(
    st.floats(-3.1, 3.1),
    st.floats(-1.5, 1.5),
    st.floats(-3.1, 3.1),
)
def test_angles_are_those_of_the_sequence_z_x_y(flexion: float, adduction: float, rotation: float) -> None:
    turned = Rotation.from_euler("ZXY", [flexion, adduction, rotation])
    for q in (_q(turned), -_q(turned)):
        np.testing.assert_allclose(angles(tuple(q)), [flexion, adduction, rotation], atol=1e-9)


@pytest.mark.parametrize("which", list(Side))
@pytest.mark.parametrize(
    ("movement", "axis", "right", "left", "angle"),
    [
        # The thigh is the long way down: its knee end moves as said; axes of the room, the person faces x, left is y.
        ("knee forward", (0, 1, 0), -1.0, -1.0, 0),
        ("knee back", (0, 1, 0), 1.0, 1.0, 0),
        ("knee toward the other leg", (1, 0, 0), 1.0, -1.0, 1),
        ("knee away from the other leg", (1, 0, 0), -1.0, 1.0, 1),
        ("toes turned in", (0, 0, 1), 1.0, -1.0, 2),
        ("toes turned out", (0, 0, 1), -1.0, 1.0, 2),
    ],
)
def test_movements_have_the_signs_that_people_mean(
    movement: str, axis: tuple[int, int, int], right: float, left: float, angle: int, which: Side
) -> None:
    turn = Rotation.from_rotvec(0.4 * (right if which is Side.RIGHT else left) * np.array(axis))
    thigh = turn * STANDING
    if which is Side.LEFT:  # The right hip of the mirrored person: left and right change place, in world and segment.
        thigh = Rotation.from_matrix(np.diag([1.0, -1.0, 1.0]) @ thigh.as_matrix() @ np.diag([1.0, 1.0, -1.0]))
    found = hip_angles(_q(STANDING), _q(thigh))
    wanted = np.zeros(3)
    wanted[angle] = -0.4 if movement.split(" ")[-1] in ("back", "out") or "away" in movement else 0.4
    np.testing.assert_allclose(found, wanted, atol=1e-12, err_msg=movement)


def test_the_hip_does_not_care_where_the_person_faces() -> None:
    thigh = Rotation.from_rotvec([0.3, -0.5, 0.2]) * STANDING
    turn = Rotation.from_euler("z", 2.0)
    np.testing.assert_allclose(
        hip_angles(_q(turn * STANDING), _q(turn * thigh)), hip_angles(_q(STANDING), _q(thigh)), atol=1e-12
    )


def test_at_the_singularity_angles_stay_finite() -> None:
    assert np.all(np.isfinite(angles(tuple(_q(Rotation.from_euler("ZXY", [0.3, np.pi / 2, 0.2]))))))


@pytest.mark.parametrize("seed", range(10))
def test_the_rates_are_those_of_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pelvis, thigh = Rotation.random(rng=rng), Rotation.random(rng=rng)
    of_pelvis, of_thigh = rng.normal(0.0, 1.0, (2, 3))
    h = 1e-6
    before, after = (
        hip_angles(_q(pelvis * Rotation.from_rotvec(t * of_pelvis)), _q(thigh * Rotation.from_rotvec(t * of_thigh)))
        for t in (-h, h)
    )
    found = rates(tuple(_q(pelvis.inv() * thigh)), tuple(of_pelvis), tuple(of_thigh))
    np.testing.assert_allclose(found, wrap_angle(after - before) / (2.0 * h), rtol=1e-5, atol=1e-5)


def test_orientations_of_many_rows_and_shapes_broadcast_and_what_is_not_known_stays_unknown() -> None:
    thighs = Rotation.random(6, rng=np.random.default_rng(0))
    wanted = (STANDING.inv() * thighs).as_euler("ZXY").reshape(2, 3, 3)
    rows = thighs.as_quat(scalar_first=True).reshape(2, 3, 4)
    rows[1, 0] = np.nan
    found = hip_angles(_q(STANDING), rows)
    assert np.all(np.isnan(found[1, 0]))
    wanted[1, 0] = np.nan
    np.testing.assert_allclose(found, wanted, atol=1e-9)
