"""Everything that can go wrong with the radio, once each; `tools/validate faults` has more seeds."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bumble")

from fault_scenarios import scenarios
from fault_suite import Telling, judged, taken_s

from imu_hip.virtual.sensor import DEFAULT_CONFIG

SCENARIOS = {scenario.name: scenario for scenario in scenarios()}


def test_there_are_enough_and_each_has_its_name() -> None:
    assert len(SCENARIOS) == len(scenarios()) >= 60


def test_a_sample_tells_when_it_was_taken() -> None:
    t_s = np.sort(np.random.default_rng(1).uniform(0.0, 290.0, 2000))
    gyr, _ = Telling().sample(t_s)
    counts = np.rint(gyr / DEFAULT_CONFIG.gyr_rad_s_per_lsb)
    assert np.abs(counts).max() < 32768
    assert np.abs(taken_s(counts * DEFAULT_CONFIG.gyr_rad_s_per_lsb) - t_s).max() < 1e-6


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "counter wraps"])
def test_it_holds(name: str) -> None:
    assert judged(name, 7).wrong == ()
