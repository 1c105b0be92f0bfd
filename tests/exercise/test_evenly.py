"""Samples at even times: what lasted as long weighs as much, and holes stay holes."""

import math

import numpy as np
import pytest

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.evenly import EVERY_S, evenly
from imu_hip.model.block import Floats
from tests.exercise.traces import as_rows


def _line(*t_s: float) -> Floats:
    """Return samples of a limb that turns by 0.1 rad/s."""
    return as_rows([Sample(t, 0.1 * t, 0.1, 0.01) for t in t_s])


def test_a_line_stays_the_line_whatever_the_density_of_samples() -> None:
    even = evenly(_line(*np.arange(0.0, 1.0, 0.05), *np.arange(1.0, 2.0, 0.01)))
    np.testing.assert_allclose(np.diff(even.t_s), EVERY_S, rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(even.angle_rad, 0.1 * even.t_s, rtol=0.0, atol=1e-12)
    assert even.t_s[-1] == pytest.approx(1.99, abs=EVERY_S)
    assert set(even.rate_rad_s) == {0.1}


def test_half_a_second_weighs_the_same_judged_often_or_seldom() -> None:
    still = [Sample(t, 1.0, 0.0, 0.01) for t in np.arange(0.0, 0.5, 0.05)]
    moving = [Sample(t, 0.0, 0.0, 0.01) for t in np.arange(0.5, 1.0, 0.02)]
    assert evenly(as_rows([*still, *moving])).angle_rad.mean() == pytest.approx(0.5, abs=0.03)


def test_nothing_is_made_up_in_a_hole() -> None:
    even = evenly(_line(*np.arange(0.0, 0.5, 0.02), *np.arange(0.8, 1.2, 0.02)))
    assert even.t_s[0] == 0.0
    assert not np.any((even.t_s > 0.49) & (even.t_s < 0.79))
    assert np.count_nonzero(even.t_s > 0.79) == pytest.approx(20, abs=1)


def test_one_sample_is_itself() -> None:
    even = evenly(as_rows([Sample(3.0, 0.2, math.pi, 0.01)]))
    assert (list(even.t_s), list(even.angle_rad)) == ([3.0], [0.2])
