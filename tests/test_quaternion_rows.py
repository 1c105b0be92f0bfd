"""The algebra for compiled loops against scipy's rotations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip import quaternion_rows as one
from tests.machine_code import needs_machine_code

SEEDS = st.integers(0, 2**32 - 1)


def _drawn(seed: int, count: int) -> list[Rotation]:
    return list(Rotation.random(count, rng=np.random.default_rng(seed)))


def _q(rotation: Rotation) -> tuple[float, ...]:
    return tuple(rotation.as_quat(scalar_first=True))


def _same(found: tuple[float, ...], wanted: Rotation) -> None:
    assert (Rotation.from_quat(found, scalar_first=True) * wanted.inv()).magnitude() < 1e-12


@given(SEEDS)
def test_products_turns_and_inverses_are_scipys(seed: int) -> None:
    a, b = _drawn(seed, 2)
    v = tuple(np.random.default_rng(seed).normal(size=3))
    _same(one.multiply(_q(a), _q(b)), a * b)
    _same(one.conjugate(_q(a)), a.inv())
    _same(one.normalise(tuple(3.0 * np.array(_q(a)))), a)
    np.testing.assert_allclose(one.rotate(_q(a), v), a.apply(v), atol=1e-12)
    np.testing.assert_allclose(one.up_in(_q(a)), a.inv().apply([0.0, 0.0, 1.0]), atol=1e-12)


@given(SEEDS, st.floats(-10.0, 10.0))
def test_vectors_are_numpys(seed: int, by: float) -> None:
    u, v = (tuple(w) for w in np.random.default_rng(seed).normal(size=(2, 3)))
    assert one.dot3(u, v) == pytest.approx(np.dot(u, v))
    np.testing.assert_allclose(one.cross3(u, v), np.cross(u, v), atol=1e-12)
    np.testing.assert_allclose(one.subtract(u, v), np.subtract(u, v))
    np.testing.assert_allclose(one.scaled(by, u), by * np.array(u))
    assert one.length3(u) == pytest.approx(np.linalg.norm(u))


@given(st.floats(-10.0, 10.0))
def test_a_turn_about_the_vertical_is_scipys(angle_rad: float) -> None:
    _same(one.about_vertical(angle_rad), Rotation.from_euler("z", angle_rad))


@given(st.floats(-2.0, 2.0))
def test_a_sine_beyond_one_is_a_right_angle(sine: float) -> None:
    assert one.arc_sine(sine) == pytest.approx(np.arcsin(np.clip(sine, -1.0, 1.0)))


@needs_machine_code
def test_what_is_not_known_stays_unknown() -> None:
    unknown = (math.nan,) * 4
    assert all(map(math.isnan, one.multiply(unknown, (1.0, 0.0, 0.0, 0.0))))
    assert all(map(math.isnan, one.rotate(unknown, (1.0, 0.0, 0.0))))
    assert all(map(math.isnan, one.normalise((0.0, 0.0, 0.0, 0.0))))
    assert math.isnan(one.arc_sine(math.nan))


@given(st.integers(0, 5), st.integers(1, 4))
def test_rows_for_a_loop_are_broadcast_copies_in_one_piece(n: int, width: int) -> None:
    single, many = np.arange(float(width)), np.ones((width, n, 3)).T
    shape, rows = one.as_rows(single, many)
    assert shape == (3, n)
    for row, source in zip(rows, (single, many), strict=True):
        np.testing.assert_array_equal(row, np.broadcast_to(source, (3, n, width)).reshape(3 * n, width))
        assert row.flags.c_contiguous
        assert row.flags.writeable
        assert not np.shares_memory(row, source)


def test_single_quaternions_are_one_row() -> None:
    q = np.array([1.0, 0.0, 0.0, 0.0])
    q.flags.writeable = False
    shape, (row,) = one.as_rows(q)
    assert shape == ()
    assert row.shape == (1, 4)
    assert row.flags.writeable
