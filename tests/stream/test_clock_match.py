"""Two files without a common clock: the movement of one body tells the offset, or that it cannot be told."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from imu_hip.stream.clock_match import ClockMatch, MatchParams, match

PARAMS = MatchParams()


def _body(length_s: float, seed: int, rate_hz: float = 100.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times and rates of two body parts that move in the same bouts, each in its own way."""
    rng = np.random.default_rng(seed)
    n = round(length_s * rate_hz)
    bouts = np.repeat(rng.random(int(length_s / 1.5) + 1) < 0.4, round(1.5 * rate_hz))[:n].astype(float)
    shared = gaussian_filter1d(bouts, 0.2 * rate_hz)

    def part() -> np.ndarray:
        own = gaussian_filter1d(rng.standard_normal((n, 3)), 0.15 * rate_hz, axis=0)
        return shared[:, None] * own / own.std() + rng.normal(0.0, 0.02, (n, 3))

    return np.arange(n) / rate_hz, part(), part()


def _matched(
    offset_s: float, ppm: float, length_s: float = 120.0, seed: int = 0, late_s: tuple[float, float] = (0.0, 0.0)
) -> tuple[ClockMatch | None, np.ndarray]:
    """Return the match, and the error of mapped times (s), when the second clock is off and both files begin late."""
    t_s, pelvis, thigh = _body(length_s, seed)
    first, second = (t_s >= late for late in late_s)
    own_s = (t_s[second] - offset_s) / (1.0 + ppm * 1e-6)
    found = match(PARAMS, t_s[first], pelvis[first], own_s, thigh[second])
    if found is None:
        return None, np.empty(0)
    clock = found.clock
    return found, own_s + clock.offset_s + clock.rate * (own_s - clock.origin_s) - t_s[second]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("offset_s", "ppm"), [(0.0, 0.0), (100.0, 50.0), (-100.0, -50.0), (3.217, 20.0)])
def test_the_offset_is_found_within_twice_its_standard_deviation(offset_s: float, ppm: float, seed: int) -> None:
    found, error_s = _matched(offset_s, ppm, seed=seed)
    assert found is not None
    assert np.abs(error_s).max() < 2.0 * PARAMS.sd_s
    assert found.clock.sd_s == PARAMS.sd_s
    assert found.clock.rate == 0.0


@pytest.mark.parametrize("late_s", [(11.0, 0.0), (0.0, 23.0), (7.3, 30.1)])
def test_files_may_begin_at_different_moments(late_s: tuple[float, float]) -> None:
    found, error_s = _matched(-42.0, 10.0, late_s=late_s)
    assert found is not None
    assert np.abs(error_s).max() < 2.0 * PARAMS.sd_s


@pytest.mark.parametrize("ppm", [-50.0, 50.0])
def test_a_long_recording_also_tells_the_rate(ppm: float) -> None:
    found, error_s = _matched(17.0, ppm, length_s=2400.0)
    assert found is not None
    assert found.clock.rate == pytest.approx(ppm * 1e-6, abs=20e-6)
    assert np.abs(error_s).max() < 2.0 * PARAMS.sd_s


def test_files_at_different_rates_match() -> None:
    t_s, pelvis, thigh = _body(120.0, 3)
    found = match(PARAMS, t_s, pelvis, t_s[::2] + 5.0, thigh[::2])
    assert found is not None
    assert found.clock.offset_s == pytest.approx(-5.0, abs=2.0 * PARAMS.sd_s)


@pytest.mark.parametrize("seed", range(5))
def test_movements_of_two_bodies_do_not_match(seed: int) -> None:
    t_s, pelvis, _ = _body(120.0, seed)
    _, _, thigh = _body(120.0, seed + 100)
    assert match(PARAMS, t_s, pelvis, t_s, thigh) is None


def test_sensors_that_never_move_do_not_match() -> None:
    t_s = np.arange(6000) / 100.0
    noise = np.random.default_rng(0).normal(0.0, 0.01, (2, 6000, 3))
    assert match(PARAMS, t_s, noise[0], t_s, noise[1]) is None
    assert match(PARAMS, t_s, np.zeros((6000, 3)), t_s, np.zeros((6000, 3))) is None


def test_a_movement_that_repeats_alike_could_be_any_of_its_repetitions() -> None:
    t_s = np.arange(12_000) / 100.0
    swing = np.maximum(0.0, np.sin(2.0 * np.pi * t_s / 5.0))[:, None] * np.ones(3)
    assert match(PARAMS, t_s, swing, t_s, swing) is None
