"""Axes that point the other way."""

import numpy as np

from imu_hip.kinematics.alignment import SegmentAxis
from imu_hip.kinematics.mounting import turned_round


def test_an_axis_turned_round_points_the_other_way_and_is_known_as_well() -> None:
    axis = turned_round(SegmentAxis(np.array([0.6, 0.0, 0.8]), 0.05, "leg swings"))
    assert axis is not None
    assert axis.axis.tolist() == [-0.6, 0.0, -0.8]
    assert (axis.sd_rad, axis.source) == (0.05, "leg swings")


def test_an_axis_that_is_not_known_stays_so() -> None:
    assert turned_round(None) is None
