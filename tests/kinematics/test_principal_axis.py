"""The closed-form eigenvector against LAPACK's, and the direction of the first turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.kinematics.principal_axis import first_turn, principal_axis, second_moment


def _matrix(moment: np.ndarray) -> np.ndarray:
    xx, yy, zz, xy, xz, yz = moment
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1.0), st.floats(0.0, 1.0), st.floats(1e-6, 1e6))
def test_the_axis_is_the_largest_eigenvector(seed: int, second: float, third: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    values = scale * np.array([1.0, 0.95 * second, 0.95 * second * third])
    matrix = basis @ np.diag(values) @ basis.T
    found = principal_axis(matrix[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]])
    wanted, vectors = np.linalg.eigh(matrix)
    assert abs(abs(found.axis @ vectors[:, 2])) == pytest.approx(1.0, abs=1e-9)
    assert found.dominance == pytest.approx(1.0 - wanted[1] / wanted[2], abs=1e-8)


@given(st.integers(0, 2**32 - 1))
def test_second_moments_of_rates_give_their_axis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rate = rng.standard_normal((50, 1)) * rng.standard_normal(3) + 0.05 * rng.standard_normal((50, 3))
    np.testing.assert_allclose(_matrix(second_moment(rate)), rate.T @ rate, rtol=1e-12, atol=1e-12)
    axis = np.linalg.eigh(rate.T @ rate)[1][:, 2]
    assert abs(principal_axis(second_moment(rate)).axis @ axis) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.6, 0.8, 0), (0, -0.6, 0.8)])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_a_single_axis_is_found_exactly(axis: tuple[float, float, float], scale: float) -> None:
    found = principal_axis(second_moment(np.sqrt(scale) * np.outer([1.0, -2.0, 0.5], axis)))
    assert abs(found.axis @ np.array(axis)) == pytest.approx(1.0, abs=1e-12)
    assert found.dominance == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("diagonal", [(0, 0, 0), (1, 1, 1), (1, 1, 0), (2, 2, 1)])
def test_without_a_single_axis_the_dominance_is_zero(diagonal: tuple[int, int, int]) -> None:
    found = principal_axis(np.array([*diagonal, 0, 0, 0], dtype=float))
    assert found.dominance == pytest.approx(0.0, abs=1e-7)
    assert np.linalg.norm(found.axis) == pytest.approx(1.0)


def _turns(*spans: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return rates that sweep the given angles in the given seconds, as half sines, at 100 Hz."""
    rate = [
        angle * np.pi / (2.0 * length_s) * np.sin(np.pi * (np.arange(round(100 * length_s)) + 0.5) / (100 * length_s))
        for length_s, angle in spans
    ]
    whole = np.concatenate(rate)
    return whole, np.full(len(whole), 0.01)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    "spans",
    [
        ((0.5, 0.6), (1.0, -1.2), (1.0, 1.2)),
        ((3.0, 0.0), (0.5, 0.6), (1.0, -1.2)),  # late start
        ((0.3, -0.1), (0.5, 0.6), (1.0, -1.2)),  # countermovement
        ((2.0, 0.05), (0.4, -0.1), (0.5, 0.8), (1.0, -1.4), (0.5, 0.6)),  # sway and countermovement
    ],
)
def test_the_first_real_turn_tells_the_direction(spans: tuple[tuple[float, float], ...], sign: float) -> None:
    rate, steps_s = _turns(*spans)
    noise = np.random.default_rng(0).normal(0.0, 0.02, len(rate))
    assert first_turn(sign * (rate + noise), steps_s) == sign


def test_no_turn_has_no_direction() -> None:
    assert first_turn(np.zeros(10), np.full(10, 0.01)) == 0.0
    assert first_turn(np.empty(0), np.empty(0)) == 0.0
