"""The hip while the pelvis turns under a still thigh, against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip.simulate.still_thigh import hip_of_still_thigh

ANGLES = st.floats(-1.2, 1.2)


@given(ANGLES, ANGLES, ANGLES, st.floats(-0.5, 0.5))
def test_pelvis_and_hip_together_leave_the_thigh_where_it_was(
    flexion: float, adduction: float, rotation: float, turn: float
) -> None:
    after = hip_of_still_thigh((flexion, adduction, rotation), turn)
    was = Rotation.from_euler("ZXY", [flexion, adduction, rotation])
    now = Rotation.from_euler("Y", turn) * Rotation.from_euler("ZXY", after)
    assert (was.inv() * now).magnitude() < 1e-7


def test_a_straight_hip_rotates_by_as_much_as_the_pelvis() -> None:
    assert hip_of_still_thigh((0.0, 0.0, 0.1), -0.2) == pytest.approx((0.0, 0.0, np.float64(0.3)))
