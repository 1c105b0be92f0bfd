"""Left and right: a left hip is the right hip of the mirrored person."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import side
from imu_hip.model.block import OrientationBlock
from imu_hip.model.setup import Side

MIRROR = np.diag([-1.0, 1.0, 1.0])


def _block(seed: int, n: int = 20) -> OrientationBlock:
    rng = np.random.default_rng(seed)
    q = [Rotation.random(n, random_state=seed + k).as_quat(scalar_first=True) for k in range(2)]
    v = [rng.standard_normal((n, 3)) for _ in range(6)]
    no = np.zeros(n, dtype=bool)
    return OrientationBlock(np.arange(n) * 0.01, *q, *v[:4], no, no, ~no, *v[4:])


def test_the_right_side_is_taken_as_it_is() -> None:
    block = _block(0)
    assert side.as_right_hip(Side.RIGHT, block) is block


@given(st.integers(0, 1000))
def test_mirroring_twice_changes_nothing_to_the_bit(seed: int) -> None:
    block = _block(seed)
    twice = side.as_right_hip(Side.LEFT, side.as_right_hip(Side.LEFT, block))
    for field in dataclasses.fields(block):
        np.testing.assert_array_equal(getattr(twice, field.name), getattr(block, field.name))


@given(st.integers(0, 1000))
def test_what_a_mirrored_sensor_feels_is_mirrored_in_the_world(seed: int) -> None:
    block = _block(seed)
    left = side.as_right_hip(Side.LEFT, block)
    before = Rotation.from_quat(block.earth_from_thigh_sensor, scalar_first=True)
    after = Rotation.from_quat(left.earth_from_thigh_sensor, scalar_first=True)
    # A reflected orientation is the reflection of the world times the orientation times that of the sensor.
    np.testing.assert_allclose(after.as_matrix(), MIRROR @ before.as_matrix() @ MIRROR, atol=1e-12)
    np.testing.assert_allclose(after.apply(left.thigh_acc), before.apply(block.thigh_acc) @ MIRROR, atol=1e-12)
    # Rate and magnetic field are axial vectors: mirrored, a rate turns the other way round.
    np.testing.assert_allclose(after.apply(left.thigh_gyr), -before.apply(block.thigh_gyr) @ MIRROR, atol=1e-12)
    assert block.thigh_mag is not None
    assert left.thigh_mag is not None
    np.testing.assert_allclose(after.apply(left.thigh_mag), -before.apply(block.thigh_mag) @ MIRROR, atol=1e-12)


def test_without_a_field_there_is_none_on_the_left_either() -> None:
    left = side.as_right_hip(Side.LEFT, dataclasses.replace(_block(0), pelvis_mag=None, thigh_mag=None))
    assert (left.pelvis_mag, left.thigh_mag) == (None, None)
