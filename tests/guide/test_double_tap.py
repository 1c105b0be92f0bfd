"""Two taps on the thigh sensor, and what is none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from imu_hip.guide.double_tap import State, TapParams, step

PARAMS = TapParams()
RATE_HZ = 100.0


def worn(
    taps: list[float], duration_s: float = 6.0, rate_hz: float = RATE_HZ, peak_m_s2: float = 25.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a still thigh feels: gravity, noise, and for each tap a ringing that dies away within 40 ms."""
    t_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    acc = np.random.default_rng(3).normal(0.0, 0.05, (t_s.size, 3))
    acc[:, 2] += 9.81
    for tap_s in taps:
        since = t_s - tap_s
        ringing = peak_m_s2 * np.exp(-since.clip(0.0) / 0.012) * np.cos(2.0 * np.pi * 35.0 * since) * (since >= 0.0)
        acc += ringing[:, None] * np.array([0.3, -0.2, 0.93])
    return t_s, acc


def found(t_s: NDArray[np.float64], acc: NDArray[np.float64]) -> tuple[float, ...]:
    return step(PARAMS, State(), t_s, acc)[1]


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0, 400.0])
@pytest.mark.parametrize("apart_s", [0.2, 0.35, 0.55])
def test_two_taps_are_a_double_tap_at_any_rate(rate_hz: float, apart_s: float) -> None:
    taps = found(*worn([2.0, 2.0 + apart_s], rate_hz=rate_hz))
    assert len(taps) == 1
    assert taps[0] == pytest.approx(2.0 + apart_s, abs=0.1)


@pytest.mark.parametrize(
    "taps", [[2.0], [2.0, 3.2], [2.0, 2.3, 2.6], [1.7, 2.0, 2.3, 2.6]], ids=["one", "too far", "three", "four"]
)
def test_other_numbers_of_taps_are_none(taps: list[float]) -> None:
    assert found(*worn(taps)) == ()


def test_soft_touches_are_no_taps() -> None:
    assert found(*worn([2.0, 2.3], peak_m_s2=4.0)) == ()


def test_steps_are_no_double_tap() -> None:
    t_s, _ = worn([])
    walking = 6.0 * np.sin(2.0 * np.pi * 2.0 * t_s)[:, None] * np.array([0.5, 0.2, 1.0])
    heels = worn([k * 0.55 + 0.4 for k in range(9)], peak_m_s2=12.0)[1]
    assert found(t_s, walking + heels) == ()


def test_laying_the_leg_down_is_no_double_tap() -> None:
    t_s, acc = worn([])
    moving = (t_s > 2.0) & (t_s < 3.5)
    acc[moving] += np.random.default_rng(0).normal(0.0, 6.0, (int(moving.sum()), 3))
    assert found(t_s, acc) == ()


def test_two_double_taps_are_told_one_by_one() -> None:
    assert len(found(*worn([1.5, 1.8, 4.0, 4.3]))) == 2


def test_taps_on_both_sides_of_a_hole_do_not_belong_together() -> None:
    t_s, acc = worn([2.0, 2.5])
    seen = (t_s < 2.1) | (t_s > 2.4)
    assert found(t_s[seen], acc[seen]) == ()


def test_values_that_are_not_known_are_passed_over() -> None:
    t_s, acc = worn([2.0, 2.3])
    acc[400:403] = np.nan
    assert len(found(t_s, acc)) == 1


@given(st.lists(st.integers(0, 600), max_size=12), st.sampled_from([[2.0, 2.3], [2.0], [1.5, 1.8, 4.0, 4.4], []]))
def test_the_same_however_the_samples_are_cut(borders: list[int], taps: list[float]) -> None:
    t_s, acc = worn(taps)
    state, pieces = State(), []
    edges = [0, *sorted(borders), t_s.size]
    for first, beyond in itertools.pairwise(edges):
        state, new = step(PARAMS, state, t_s[first:beyond], acc[first:beyond])
        pieces += new
    assert tuple(pieces) == found(t_s, acc)
