"""The bias from the table: taken while still, refused when handled."""

import numpy as np
import pytest

from imu_hip.orientation.table_rest import TableRestParams, bias_at_rest

PARAMS = TableRestParams()
BIAS = np.radians([0.3, -0.2, 0.5])


def _lying(length_s: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    t_s = 5.0 + np.arange(round(length_s * 100)) / 100.0
    return t_s, BIAS + np.random.default_rng(seed).normal(0.0, np.radians(0.05), (len(t_s), 3))


def test_the_bias_is_the_mean_rate_at_rest() -> None:
    bias, still_s = bias_at_rest(PARAMS, *_lying(10.0))
    assert bias is not None
    np.testing.assert_allclose(bias, BIAS, atol=np.radians(0.01))
    assert still_s == pytest.approx(9.0, abs=0.5)


def test_a_sensor_that_is_lifted_early_counts_until_then() -> None:
    t_s, gyr = _lying(10.0)
    lifted = t_s > 12.0
    gyr[lifted] += np.random.default_rng(1).normal(0.0, 1.0, (np.count_nonzero(lifted), 3))
    bias, still_s = bias_at_rest(PARAMS, t_s, gyr)
    assert bias is not None
    np.testing.assert_allclose(bias, BIAS, atol=np.radians(0.01))
    assert still_s == pytest.approx(6.5, abs=0.5)


@pytest.mark.parametrize("length_s", [0.0, 0.2, 1.0, 3.0])
def test_too_short_a_rest_gives_no_bias(length_s: float) -> None:
    bias, still_s = bias_at_rest(PARAMS, *_lying(length_s))
    assert bias is None
    assert still_s < PARAMS.least_s


def test_a_sensor_in_the_hand_gives_no_bias() -> None:
    t_s, gyr = _lying(10.0)
    gyr += np.radians(5.0) * np.sin(2.0 * np.pi * 0.7 * t_s)[:, None]
    assert bias_at_rest(PARAMS, t_s, gyr) == (None, 0.0)


def test_a_knock_in_the_middle_is_left_out() -> None:
    t_s, gyr = _lying(10.0)
    gyr[500:510] += 2.0
    bias, still_s = bias_at_rest(PARAMS, t_s, gyr)
    assert bias is not None
    np.testing.assert_allclose(bias, BIAS, atol=np.radians(0.01))
    assert still_s == pytest.approx(8.5, abs=0.5)
