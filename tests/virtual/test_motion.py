"""Recorded motion: exact at its samples, linear between them, still outside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.virtual.motion import RecordedMotion
from tests.virtual.rig import motion


@given(first=st.integers(0, 2900), n=st.integers(1, 100), begin_s=st.floats(0.0, 1e4))
def test_samples_pass_unchanged_where_instants_coincide(first: int, n: int, begin_s: float) -> None:
    recorded = motion(3)
    numbers = np.arange(first, first + n)
    world_s = begin_s + numbers / recorded.rate_hz  # rounding of sums as in a session
    gyr, acc = recorded.sample(world_s - begin_s)
    np.testing.assert_array_equal(gyr, recorded.gyr[numbers])
    np.testing.assert_array_equal(acc, recorded.acc[numbers])


def test_between_samples_it_is_linear() -> None:
    recorded = motion(4, seconds=2.0)
    instants_s = np.random.default_rng(0).uniform(0.0, recorded.duration_s, 500)
    gyr, acc = recorded.sample(instants_s)
    sample_s = np.arange(200) / 100.0
    for axis in range(3):
        np.testing.assert_allclose(gyr[:, axis], np.interp(instants_s, sample_s, recorded.gyr[:, axis]), atol=1e-9)
        np.testing.assert_allclose(acc[:, axis], np.interp(instants_s, sample_s, recorded.acc[:, axis]), atol=1e-9)


def test_before_the_first_and_after_the_last_sample_it_stands_still() -> None:
    recorded = motion(5, seconds=1.0)
    gyr, acc = recorded.sample(np.array([-np.inf, -0.5, recorded.duration_s + 0.001, 1e6]))
    np.testing.assert_array_equal(gyr, recorded.gyr[[0, 0, -1, -1]])
    np.testing.assert_array_equal(acc, recorded.acc[[0, 0, -1, -1]])


@pytest.mark.parametrize(("gyr_shape", "acc_shape"), [((5, 3), (6, 3)), ((0, 3), (0, 3)), ((5, 2), (5, 2))])
def test_arrays_that_are_not_one_sensors_samples_are_refused(
    gyr_shape: tuple[int, int], acc_shape: tuple[int, int]
) -> None:
    with pytest.raises(ValueError, match="must both be"):
        RecordedMotion(100.0, np.zeros(gyr_shape), np.zeros(acc_shape))
