"""Quaternions: the algebra's laws, scipy's Rotation as second opinion, and bits that a mirror does not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.quaternion import (
    IDENTITY,
    about_vertical,
    conjugate,
    cross3,
    dot3,
    from_axis_angle,
    from_rotation_vector,
    from_rows,
    multiply,
    norm,
    normalise,
    rotate,
    to_rows,
    wrap_angle,
)

Floats = NDArray[np.float64]

_seeds = st.integers(0, 2**32 - 1)
_angles = st.floats(-50.0, 50.0)


def _units(seed: int, n: int = 20) -> Floats:
    return normalise(np.random.default_rng(seed).standard_normal((n, 4)))


def _vectors(seed: int, n: int = 20) -> Floats:
    return np.random.default_rng(seed).standard_normal((n, 3))


def _scipy(q: Floats) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


def _same_rotation(p: Floats, q: Floats) -> bool:
    return bool(np.allclose(np.abs((p * q).sum(axis=-1)), 1.0, atol=1e-12))


@given(_seeds)
def test_products_are_associative_and_keep_length(seed: int) -> None:
    a, b, c = _units(seed), _units(seed + 1), _units(seed + 2)
    np.testing.assert_allclose(multiply(multiply(a, b), c), multiply(a, multiply(b, c)), atol=1e-14)
    np.testing.assert_allclose(norm(multiply(a, b)), 1.0, atol=1e-14)


@given(_seeds)
def test_the_conjugate_is_the_inverse_and_turns_products_round(seed: int) -> None:
    a, b = _units(seed), _units(seed + 1)
    np.testing.assert_allclose(multiply(a, conjugate(a)), np.broadcast_to(IDENTITY, a.shape), atol=1e-14)
    np.testing.assert_allclose(conjugate(multiply(a, b)), multiply(conjugate(b), conjugate(a)), atol=1e-15)


@given(_seeds)
def test_products_and_turned_vectors_agree_with_scipy(seed: int) -> None:
    a, b, v = _units(seed), _units(seed + 1), _vectors(seed + 2)
    assert _same_rotation(multiply(a, b), (_scipy(a) * _scipy(b)).as_quat(scalar_first=True))
    np.testing.assert_allclose(rotate(a, v), _scipy(a).apply(v), atol=1e-13)
    np.testing.assert_allclose(rotate(multiply(a, b), v), rotate(a, rotate(b, v)), atol=1e-13)


@given(_seeds)
def test_rows_agree_with_scipy_and_lead_back(seed: int) -> None:
    q = _units(seed)
    np.testing.assert_allclose(to_rows(q), _scipy(q).as_matrix(), atol=1e-14)
    back = from_rows(to_rows(q))
    assert _same_rotation(back, q)
    assert np.all(back[..., 0] >= 0.0)


@pytest.mark.parametrize(
    "q",
    [(1.0, 0.01, 0.02, 0.03), (0.01, 1.0, 0.02, 0.03), (0.01, 0.02, 1.0, 0.03), (0.01, 0.02, 0.03, 1.0)],
    ids=["w", "x", "y", "z"],
)
@pytest.mark.parametrize("small", [1.0, 1e-6, 0.0])
def test_rows_lose_no_precision_whichever_component_is_largest(q: tuple[float, ...], small: float) -> None:
    wanted = np.array(q)
    wanted = normalise(np.where(wanted == 1.0, 1.0, small * wanted))
    found = from_rows(to_rows(wanted))
    np.testing.assert_allclose(found * np.sign((found * wanted).sum()), wanted, atol=1e-15)


def test_one_call_turns_rows_of_all_four_cases() -> None:
    q = np.concatenate([np.eye(4), _units(7, 50)])
    together = from_rows(to_rows(q))
    one_by_one = np.stack([from_rows(to_rows(row)) for row in q])
    np.testing.assert_array_equal(together, one_by_one)


@given(_seeds, _angles)
def test_axis_and_angle_agree_with_scipy(seed: int, angle: float) -> None:
    axis = _vectors(seed, 1)[0]
    axis = axis / norm(axis)
    wanted = Rotation.from_rotvec(axis * angle).as_quat(scalar_first=True)
    assert _same_rotation(from_axis_angle(axis, angle), wanted)
    assert _same_rotation(from_rotation_vector(axis * angle), wanted)
    assert _same_rotation(about_vertical(angle), Rotation.from_euler("z", angle).as_quat(scalar_first=True))


def test_no_rotation_vector_is_the_identity() -> None:
    np.testing.assert_array_equal(from_rotation_vector(np.zeros((2, 3))), np.stack([IDENTITY, IDENTITY]))


def test_one_axis_takes_many_angles_and_many_axes_one_angle() -> None:
    angles, axes = np.linspace(-3.0, 3.0, 5), np.eye(3)
    assert from_axis_angle(axes[0], angles).shape == (5, 4)
    assert from_axis_angle(axes, 0.3).shape == (3, 4)
    np.testing.assert_array_equal(from_axis_angle(axes[2], angles), about_vertical(angles))


@given(_angles)
def test_a_wrapped_angle_is_the_same_turn_within_half_a_turn(angle: float) -> None:
    wrapped = float(wrap_angle(angle))
    assert -np.pi <= wrapped < np.pi
    assert abs(np.sin(wrapped - angle)) < 1e-13


@given(_seeds)
def test_products_of_vectors_agree_with_numpy(seed: int) -> None:
    u, v = _vectors(seed), _vectors(seed + 1)
    np.testing.assert_allclose(cross3(u, v), np.cross(u, v), atol=1e-15)
    np.testing.assert_allclose(dot3(u, v), (u * v).sum(axis=1), atol=1e-14)
    np.testing.assert_allclose(norm(u), np.linalg.norm(u, axis=1), rtol=1e-15)


_VECTOR_MIRRORS = np.array([[-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])


@given(_seeds, st.integers(0, 2))
def test_a_mirrored_input_gives_the_mirrored_output_bit_for_bit(seed: int, axis: int) -> None:
    vector = _VECTOR_MIRRORS[axis]
    turn = np.concatenate([[1.0], -vector])  # a rotation is seen the other way round, but for its part along the axis
    a, b, v = _units(seed), _units(seed + 1), _vectors(seed + 2)
    np.testing.assert_array_equal(multiply(a * turn, b * turn), multiply(a, b) * turn)
    np.testing.assert_array_equal(rotate(a * turn, v * vector), rotate(a, v) * vector)
    np.testing.assert_array_equal(from_rotation_vector(v * -vector), from_rotation_vector(v) * turn)
    rows = to_rows(a)
    mirrored = rows * vector[:, None] * vector[None, :]
    np.testing.assert_array_equal(to_rows(a * turn), mirrored)
    np.testing.assert_array_equal(from_rows(mirrored), from_rows(rows) * turn)


@given(_seeds, st.lists(st.integers(1, 7), min_size=1, max_size=8))
def test_cutting_an_array_changes_no_bit(seed: int, lengths: list[int]) -> None:
    n = sum(lengths)
    a, b, v = _units(seed, n), _units(seed + 1, n), _vectors(seed + 2, n)
    cuts = np.cumsum(lengths)[:-1]
    pieces = zip(np.split(a, cuts), np.split(b, cuts), np.split(v, cuts), strict=True)
    found = [(multiply(p, q), rotate(p, u), from_rotation_vector(u), norm(u)) for p, q, u in pieces]
    whole = (multiply(a, b), rotate(a, v), from_rotation_vector(v), norm(v))
    for k in range(4):
        np.testing.assert_array_equal(np.concatenate([piece[k] for piece in found]), whole[k])
