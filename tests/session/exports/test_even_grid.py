"""Samples come onto an even grid without a guess across what was lost."""

from __future__ import annotations

import numpy as np
import pytest

from imu_hip.session.exports.even_grid import even_times, on_grid, rate_of

T_S = np.array([0.0, 0.01, 0.02, 0.05, 0.06])
LINE = np.stack([T_S, -2.0 * T_S], axis=1)
ALL = np.ones(5, dtype=bool)


def test_rate_is_that_of_the_usual_period() -> None:
    assert rate_of(T_S) == pytest.approx(100.0)


def test_grid_reaches_the_last_sample() -> None:
    np.testing.assert_allclose(even_times(3.0, 3.05, 100.0), [3.0, 3.01, 3.02, 3.03, 3.04, 3.05])


def test_values_are_linear_between_neighbours() -> None:
    values, known = on_grid(np.array([0.005, 0.02, 0.0575]), T_S, LINE, ALL)
    assert known.all()
    np.testing.assert_allclose(values, [[0.005, -0.01], [0.02, -0.04], [0.0575, -0.115]], atol=1e-12)


def test_nothing_is_known_across_lost_samples_or_beyond_the_ends() -> None:
    values, known = on_grid(np.array([-0.005, 0.03, 0.04, 0.065]), T_S, LINE, ALL)
    assert not known.any()
    assert not values.any()


def test_value_beside_an_unknown_one_is_known_only_at_its_own_time() -> None:
    hidden = np.where(np.arange(5)[:, None] == 1, np.nan, LINE)
    values, known = on_grid(np.array([0.0, 0.005, 0.01, 0.015, 0.02]), T_S, hidden, np.isfinite(hidden[:, 0]))
    assert known.tolist() == [True, False, False, False, True]
    np.testing.assert_allclose(values[-1], [0.02, -0.04], atol=1e-12)
