"""Blocks: cutting and joining give back the same rows."""

import dataclasses
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.block import AlignedBlock, AngleBlock, SensorBlock, cut, joined


def _aligned(n: int) -> AlignedBlock:
    rng = np.random.default_rng(n)
    pelvis, thigh = (
        SensorBlock(rng.normal(size=(n, 3)), rng.normal(size=(n, 3)), rng.integers(0, 3, n, dtype=np.uint8), mag)
        for mag in (rng.normal(size=(n, 3)), None)
    )
    return AlignedBlock(np.arange(n, dtype=float), pelvis, thigh, rng.random(n) > 0.5)


def _angles(n: int) -> AngleBlock:
    rng = np.random.default_rng(n)
    v, s = rng.normal(size=(n, 3)), rng.normal(size=n)
    return AngleBlock(np.arange(n, dtype=float), v, v, s > 0, s, s, s, v, s > 1)


def _same(a: object, b: object) -> None:
    for column in dataclasses.fields(a):  # type: ignore[arg-type]
        left, right = getattr(a, column.name), getattr(b, column.name)
        if isinstance(left, SensorBlock):
            _same(left, right)
        elif left is None:
            assert right is None
        else:
            np.testing.assert_array_equal(left, right)
            assert left.dtype == right.dtype


@given(st.integers(0, 30), st.lists(st.integers(0, 30), max_size=5))
def test_the_pieces_of_a_block_joined_are_the_block(n: int, borders: list[int]) -> None:
    cuts = [0, *sorted(min(b, n) for b in borders), n]
    spans = list(pairwise(cuts))
    aligned, angles = _aligned(n), _angles(n)
    _same(joined([cut(aligned, a, b) for a, b in spans]), aligned)
    _same(joined([cut(angles, a, b) for a, b in spans]), angles)


def test_a_cut_looks_into_the_block_without_copying() -> None:
    block = _angles(10)
    assert np.shares_memory(cut(block, 2, 5).angles_rad, block.angles_rad)


def test_among_blocks_with_a_field_one_without_has_an_unknown_one() -> None:
    one, other = (_aligned(n).pelvis for n in (4, 3))
    whole = joined([one, dataclasses.replace(other, mag=None), one])
    assert one.mag is not None
    assert whole.mag is not None
    np.testing.assert_array_equal(whole.mag, np.concatenate([one.mag, np.full((3, 3), np.nan), one.mag]))
    np.testing.assert_array_equal(whole.gyr, np.concatenate([one.gyr, other.gyr, one.gyr]))


def test_a_cut_of_all_rows_is_the_block_itself() -> None:
    block = _aligned(10)
    assert cut(block, 0, 10) is block
    assert cut(block, 0, 9) is not block
