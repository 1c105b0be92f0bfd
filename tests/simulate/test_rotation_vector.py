"""Rotation vectors against scipy's."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.quaternion import from_rotation_vector
from imu_hip.simulate.rotation_vector import rotation_vector


def test_rotation_vectors_agree_with_scipy() -> None:
    turns = Rotation.random(500, rng=np.random.default_rng(1))
    assert rotation_vector(turns.as_quat(scalar_first=True)) == pytest.approx(turns.as_rotvec(), abs=1e-12)


@pytest.mark.parametrize("angle", [0.0, 1e-15, 1e-9, 1e-3, 3.1])
def test_small_and_large_turns_survive_the_way_to_a_quaternion_and_back(angle: float) -> None:
    vector = angle * np.array([0.36, 0.48, 0.8])
    assert rotation_vector(from_rotation_vector(vector)) == pytest.approx(vector, rel=1e-9, abs=1e-30)


def test_both_signs_of_a_quaternion_give_the_same_turn() -> None:
    q = from_rotation_vector(np.array([0.3, -1.0, 2.0]))
    assert np.array_equal(rotation_vector(-q), rotation_vector(q))
