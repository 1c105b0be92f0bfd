"""What both sensors show: headings that go on, sums and quiet, against scipy's filter and rotations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, lfilter
from scipy.spatial.transform import Rotation

from imu_hip.kinematics.holes import HoleParams
from imu_hip.kinematics.sight import Seen, Sight, see
from imu_hip.model.block import OrientationBlock, cut

PERIOD_S = 0.01
QUIET_HZ = 1.0


def _block(seed: int, n: int, unknown: float = 0.0) -> OrientationBlock:
    """Return random rows, of which a share is unknown; a sensor that is not known has no orientation either."""
    rng = np.random.default_rng(seed)
    gyr, acc = rng.normal(size=(2, n, 3)), rng.normal(size=(2, n, 3))
    q = Rotation.random(2 * n, rng=rng).as_quat(scalar_first=True).reshape(2, n, 4)
    lost = rng.random((2, n)) < unknown
    gyr[lost], q[lost] = np.nan, np.nan
    flags = np.zeros(n, bool), np.zeros(n, bool), np.ones(n, bool)
    return OrientationBlock(PERIOD_S * np.arange(n), q[0], q[1], gyr[0], gyr[1], acc[0], acc[1], *flags)


def _see(block: OrientationBlock, seen: Seen | None = None) -> tuple[Seen, Sight]:
    return see(HoleParams(), QUIET_HZ, seen or Seen(), None, None, block, PERIOD_S)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.floats(0.0, 0.9))
def test_rates_are_smoothed_as_scipy_does_over_the_rows_that_are_known(seed: int, n: int, unknown: float) -> None:
    block = _block(seed, n, unknown)
    known = ~np.isnan(block.pelvis_gyr[:, 0]) & ~np.isnan(block.thigh_gyr[:, 0])
    smooth = [
        lfilter(*butter(1, QUIET_HZ, fs=1.0 / PERIOD_S), np.linalg.norm(gyr[known], axis=1))
        for gyr in (block.pelvis_gyr, block.thigh_gyr)
    ]
    _, sight = _see(block)
    np.testing.assert_array_equal(sight.known, known)
    np.testing.assert_allclose(sight.quiet_rad_s[known], np.maximum(*smooth), rtol=1e-9)
    behind = np.where(sight.newest_known >= 0, sight.quiet_rad_s[sight.newest_known], math.inf)
    np.testing.assert_array_equal(sight.quiet_rad_s, behind)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.floats(0.0, 0.9))
def test_turns_about_the_vertical_add_up_where_both_are_known(seed: int, n: int, unknown: float) -> None:
    block = _block(seed, n, unknown)
    _, sight = _see(block)
    rows = np.flatnonzero(sight.known)
    turn = np.zeros(n)
    if len(rows):
        q = Rotation.from_quat(block.earth_from_pelvis_sensor[rows], scalar_first=True)
        turn[rows] = q.apply(block.pelvis_gyr[rows])[:, 2] * PERIOD_S
    np.testing.assert_allclose(sight.sums[0], np.cumsum(turn), atol=1e-12)


@pytest.mark.parametrize("restart", [1, 7, 19])
def test_a_restarted_filter_goes_on_in_the_heading_it_had(restart: int) -> None:
    block = _block(0, 20)
    block.earth_from_thigh_sensor[restart] = block.earth_from_thigh_sensor[restart - 1]
    whole = block.earth_from_thigh_sensor.copy()
    turned = Rotation.from_euler("z", 2.0) * Rotation.from_quat(whole[restart:], scalar_first=True)
    block.earth_from_thigh_sensor[restart:] = turned.as_quat(scalar_first=True)
    block.thigh_restarted[restart] = True
    _, sight = _see(block)
    found, wanted = (Rotation.from_quat(q, scalar_first=True) for q in (sight.block.earth_from_thigh_sensor, whole))
    np.testing.assert_allclose((found * wanted.inv()).magnitude(), 0.0, atol=1e-7)
    np.testing.assert_array_equal(sight.block.earth_from_pelvis_sensor, block.earth_from_pelvis_sensor)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.floats(0.0, 0.5), st.data())
def test_where_it_is_cut_makes_no_difference(seed: int, n: int, unknown: float, data: st.DataObject) -> None:
    block = _block(seed, n, unknown)
    block.pelvis_restarted[data.draw(st.integers(0, n - 1))] = True
    border = data.draw(st.integers(1, n - 1))
    at_once, whole = _see(block)
    before, first = _see(cut(block, 0, border))
    behind, second = _see(cut(block, border, n), before)
    np.testing.assert_array_equal(np.concatenate([first.sums, second.sums], axis=1), whole.sums)
    np.testing.assert_array_equal(np.concatenate([first.quiet_rad_s, second.quiet_rad_s]), whole.quiet_rad_s)
    np.testing.assert_array_equal(
        np.concatenate([first.block.earth_from_pelvis_sensor, second.block.earth_from_pelvis_sensor]),
        whole.block.earth_from_pelvis_sensor,
    )
    for name in Seen.__slots__:
        np.testing.assert_array_equal(getattr(behind, name), getattr(at_once, name), err_msg=name)
