"""Spectral arc length against the definition of its authors, and what it is for."""

import math

import numpy as np
import pytest

from imu_hip.exercise.sparc import sparc
from imu_hip.model.block import Floats


def bell(duration_s: float, peak: float = 1.0, rate_hz: float = 100.0) -> Floats:
    x = np.arange(round(duration_s * rate_hz) + 1) / round(duration_s * rate_hz)
    return peak * 16.0 * x**2 * (1.0 - x) ** 2


def published(movement: Floats, fs: float, padlevel: int = 4, fc: float = 10.0, amp_th: float = 0.05) -> float:
    """Follow Balasubramanian et al. 2015 step by step, with the whole transform."""
    nfft = int(pow(2, np.ceil(np.log2(len(movement))) + padlevel))
    f = np.arange(0, fs, fs / nfft)
    mf = np.abs(np.fft.fft(movement, nfft))
    mf = mf / mf.max()
    low = (f <= fc).nonzero()
    f_sel, mf_sel = f[low], mf[low]
    strong = (mf_sel >= amp_th).nonzero()[0]
    f_sel, mf_sel = f_sel[strong[0] : strong[-1] + 1], mf_sel[strong[0] : strong[-1] + 1]
    return -float(np.sum(np.sqrt((np.diff(f_sel) / (f_sel[-1] - f_sel[0])) ** 2 + np.diff(mf_sel) ** 2)))


def test_equals_the_published_definition() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        rate_hz = float(rng.uniform(50.0, 200.0))
        speed = bell(rng.uniform(0.4, 3.0), rate_hz=rate_hz)
        speed += 0.1 * rng.normal(size=len(speed))
        assert sparc(speed, rate_hz) == pytest.approx(published(speed, rate_hz), abs=1e-9)


@pytest.mark.parametrize("duration_s", [0.6, 1.0, 2.0, 4.0])
def test_one_smooth_bell_is_near_its_best_whatever_its_speed_and_size(duration_s: float) -> None:
    for peak in (0.1, 5.0):
        assert -1.7 < sparc(bell(duration_s, peak), 100.0) < -1.4


def test_two_strokes_are_less_smooth_than_one() -> None:
    pause = np.zeros(40)
    assert sparc(np.concatenate([bell(0.8), pause, bell(0.8)]), 100.0) < sparc(bell(2.0), 100.0) - 0.3


def test_no_movement_has_no_smoothness() -> None:
    assert math.isnan(sparc(np.zeros(50), 100.0))


def test_samples_so_far_apart_from_ten_hertz_that_one_frequency_is_left_have_no_smoothness() -> None:
    assert math.isnan(sparc(bell(1e-4, rate_hz=1e6), 1e6))
