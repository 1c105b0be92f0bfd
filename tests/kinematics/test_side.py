"""Left and right: signs, and that mirroring twice is nothing."""

import numpy as np
import pytest

from imu_hip.kinematics import side
from imu_hip.model.setup import Side


@pytest.mark.parametrize("which", list(Side))
def test_mirroring_twice_changes_nothing(which: Side) -> None:
    v = np.random.default_rng(0).standard_normal((10, 3))
    np.testing.assert_array_equal(side.anatomical(which, side.anatomical(which, v)), v)
    np.testing.assert_array_equal(side.mirrored_rate(which, side.mirrored_rate(which, v)), v)


def test_the_right_side_is_taken_as_it_is() -> None:
    v = np.random.default_rng(0).standard_normal((10, 3))
    np.testing.assert_array_equal(side.anatomical(Side.RIGHT, v), v)
    np.testing.assert_array_equal(side.mirrored_rate(Side.RIGHT, v), v)


def test_on_the_left_flexion_and_its_rate_keep_their_sign() -> None:
    np.testing.assert_array_equal(side.anatomical(Side.LEFT, np.ones(3)), [1.0, -1.0, -1.0])
    np.testing.assert_array_equal(side.mirrored_rate(Side.LEFT, np.ones(3)), [-1.0, -1.0, 1.0])
    assert (side.outward_sign(Side.LEFT), side.outward_sign(Side.RIGHT)) == (-1.0, 1.0)
