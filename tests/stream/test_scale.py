"""Counts to SI: every rotation an axis map can say, and the scales."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from imu_hip.model.packet import SensorConfig
from imu_hip.stream.scale import to_si

MAPS = [
    tuple(int(s * a) for s, a in zip(signs, order, strict=True))
    for order in permutations((1, 2, 3))
    for signs in product((1, -1), repeat=3)
    if np.linalg.det(np.eye(3)[[a - 1 for a in order]] * np.array(signs)[:, None]) > 0
]


def _config(axis_map: tuple[int, int, int]) -> SensorConfig:
    return SensorConfig(100, 5, 0.001, 0.005, 0.15, axis_map, 15.0)


@pytest.mark.parametrize("axis_map", MAPS)
@pytest.mark.parametrize("columns", [6, 9])
def test_every_axis_map_is_the_rotation_that_it_says(axis_map: tuple[int, int, int], columns: int) -> None:
    counts = np.random.default_rng(1).integers(-(2**15), 2**15, (50, columns)).astype(np.int16)
    matrix = np.zeros((3, 3))
    for row, axis in enumerate(axis_map):
        matrix[row, abs(axis) - 1] = np.sign(axis)
    found = to_si(counts, _config(axis_map))
    np.testing.assert_allclose(found[:, :3], 0.001 * counts[:, :3].astype(float) @ matrix.T, rtol=1e-15)
    np.testing.assert_allclose(found[:, 3:6], 0.005 * counts[:, 3:6].astype(float) @ matrix.T, rtol=1e-15)
    assert found.shape == counts.shape
    if columns == 9:
        np.testing.assert_allclose(found[:, 6:], 0.15 * counts[:, 6:].astype(float) @ matrix.T, rtol=1e-15)


def test_a_field_without_a_scale_is_not_known() -> None:
    counts = np.ones((4, 9), dtype=np.int16)
    found = to_si(counts, replace(_config((1, 2, 3)), mag_ut_per_lsb=0.0))
    assert np.all(np.isfinite(found[:, :6]))
    assert np.all(np.isnan(found[:, 6:]))


def test_there_are_24_axis_maps() -> None:
    assert len(MAPS) == 24


def test_the_lowest_count_does_not_overflow_when_it_is_turned_round() -> None:
    counts = np.full((1, 6), -(2**15), dtype=np.int16)
    assert to_si(counts, _config((-1, -2, 3)))[0, 0] == 0.001 * 2**15
