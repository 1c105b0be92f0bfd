"""Breaths are counted from the tilt of the pelvis, where it swings far enough to be seen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.guide.breath import AMPLITUDES_RAD, Params, State, breaths_since, step
from imu_hip.model.exercise_spec import Posture

GATE_RAD = AMPLITUDES_RAD[Posture.SUPINE]


def breathing(seconds: float, period_s: float, amplitude_deg: float, rate_hz: float = 100.0) -> np.ndarray:
    t_s = np.arange(0.0, seconds, 1.0 / rate_hz)
    tilt_deg = -70.0 + 0.01 * t_s + amplitude_deg * np.sin(2.0 * np.pi * t_s / period_s)
    return np.stack([t_s, np.radians(tilt_deg)])


@pytest.mark.parametrize("period_s", [4.0, 6.0, 9.0])
@pytest.mark.parametrize("rate_hz", [52.0, 100.0, 208.0])
def test_breaths_of_a_hold_are_counted(period_s: float, rate_hz: float) -> None:
    state = step(Params(), State(), *breathing(80.0, period_s, 0.4, rate_hz))
    found = breaths_since(state, 40.0, GATE_RAD)
    assert found is not None
    assert abs(found - 40.0 / period_s) <= 1.5  # one may be under way at either end


def test_breathing_below_the_gate_is_not_seen() -> None:
    assert breaths_since(step(Params(), State(), *breathing(80.0, 6.0, 0.08)), 40.0, GATE_RAD) is None


def test_nothing_is_seen_before_the_filter_has_settled() -> None:
    assert breaths_since(step(Params(), State(), *breathing(9.0, 4.0, 0.5)), 0.0, GATE_RAD) is None


def test_lying_still_without_breathing_is_not_seen() -> None:
    t_s, tilt_rad = breathing(80.0, 6.0, 0.0)
    tilt_rad = tilt_rad + np.radians(np.random.default_rng(1).normal(0.0, 0.05, t_s.size))
    assert breaths_since(step(Params(), State(), t_s, tilt_rad), 40.0, GATE_RAD) is None


def test_after_a_hole_the_filter_settles_anew() -> None:
    t_s, tilt_rad = breathing(60.0, 5.0, 0.5)
    tilt_rad[(t_s > 50.0) & (t_s < 53.0)] = np.nan
    assert breaths_since(step(Params(), State(), t_s, tilt_rad), 40.0, GATE_RAD) is None


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 4000), max_size=10))
def test_any_cutting_gives_the_same_state(borders: list[int]) -> None:
    t_s, tilt_rad = breathing(40.0, 5.0, 0.4)
    tilt_rad[1200:1250] = np.nan
    state = State()
    edges = [0, *sorted(borders), t_s.size]
    for first, beyond in itertools.pairwise(edges):
        state = step(Params(), state, t_s[first:beyond], tilt_rad[first:beyond])
    assert state == step(Params(), State(), t_s, tilt_rad)
