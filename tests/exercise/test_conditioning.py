"""The low-pass is the textbook filter, whatever the holes, and its delay is what is taken off the time stamps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt, sosfilt_zi

from imu_hip.exercise.conditioning import CUTOFF_HZ, LAG_S, SLOW_CUTOFF_HZ, SLOW_LAG_S, low_pass, memory, step
from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError


def _run(t_s: Floats, angle: Floats, rate_hz: float = 100.0) -> Floats:
    coefficients, state = low_pass(CUTOFF_HZ, rate_hz), memory()
    return np.array([step(coefficients, state, t, a) for t, a in zip(t_s, angle, strict=True)])


@pytest.mark.parametrize("rate_hz", [25.0, 100.0, 480.0])
def test_output_equals_scipy_started_at_the_first_value(rate_hz: float) -> None:
    rng = np.random.default_rng(1)
    angle = np.cumsum(rng.normal(0.0, 0.02, 800))
    t_s = np.arange(800) / rate_hz
    sos = butter(2, CUTOFF_HZ, fs=rate_hz, output="sos")
    expected, _ = sosfilt(sos, angle, zi=sosfilt_zi(sos) * angle[0])
    found = _run(t_s, angle, rate_hz)
    np.testing.assert_allclose(found[:, 0], expected, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(found[1:, 1], np.diff(expected) * rate_hz, rtol=0.0, atol=1e-9)
    assert found[0, 1] == 0.0


@given(st.floats(0.1, 20.0), st.floats(2.1, 1000.0))
def test_the_design_is_scipys(cutoff_hz: float, times_the_cutoff: float) -> None:
    rate_hz = times_the_cutoff * cutoff_hz
    b0, b1, b2, _, a1, a2 = butter(2, cutoff_hz, fs=rate_hz, output="sos")[0]
    np.testing.assert_allclose(low_pass(cutoff_hz, rate_hz)[:5], [b0, b1, b2, a1, a2], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_a_steady_turn_comes_out_late_by_the_lag(rate_hz: float) -> None:
    t_s = np.arange(int(4.0 * rate_hz)) / rate_hz
    found = _run(t_s, 0.3 * t_s, rate_hz)
    assert t_s[-1] - found[-1, 0] / 0.3 == pytest.approx(LAG_S, abs=0.001)
    assert math.sqrt(2.0) / (2.0 * math.pi * CUTOFF_HZ) == pytest.approx(LAG_S, abs=1e-4)
    assert math.sqrt(2.0) / (2.0 * math.pi * SLOW_CUTOFF_HZ) == pytest.approx(SLOW_LAG_S, abs=1e-4)


def test_a_bridged_hole_keeps_the_filter_running_and_a_longer_one_starts_it_anew() -> None:
    t_s = np.r_[0.0:1.0:0.01, 1.04:2.0:0.01]
    steps = np.where(t_s < 1.02, 0.0, 0.5)
    first_after = 100
    assert _run(t_s, steps)[first_after, 0] < 0.05
    later = np.where(t_s < 1.02, t_s, t_s + 0.2)
    assert _run(later, steps)[first_after, 0] == 0.5


def test_the_first_rate_after_a_hole_is_the_mean_rate_across_it() -> None:
    t_s = np.r_[0.0:2.0:0.01, 2.3:3.0:0.01]
    found = _run(t_s, -0.4 * t_s)
    assert found[200, 1] == pytest.approx(-0.4, rel=0.01)


def test_the_first_rate_after_a_rest_in_the_dark_is_zero() -> None:
    t_s = np.r_[0.0:2.0:0.01, 2.3:3.0:0.01]
    assert _run(t_s, np.full(len(t_s), 0.3))[:, 1] == pytest.approx(0.0, abs=1e-12)


def test_whole_turns_are_taken_off() -> None:
    smooth = np.linspace(2.5, 4.0, 300)
    t_s = np.arange(300) / 100.0
    wrapped = (smooth + math.pi) % (2.0 * math.pi) - math.pi
    np.testing.assert_allclose(_run(t_s, wrapped), _run(t_s, smooth), rtol=0.0, atol=1e-9)


def test_too_slow_a_sensor_is_refused() -> None:
    with pytest.raises(UsageError, match="6 Hz is too slow") as error:
        low_pass(CUTOFF_HZ, 6.0)
    assert error.value.reason is Reason.WRONG_USAGE
