"""Blocks of a file: when each began and ended, and what is missing between them."""

import numpy as np
import pytest

from imu_hip.model.event import RadioTrouble
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples, TimedTables
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import table
from imu_hip.stream.sensor_state import SensorState

STATE = SensorState(SensorSetup(Role.THIGH, "float64", 100.0))


def blocks(*t_s: np.ndarray) -> TimedTables:
    whole = np.concatenate(t_s)
    return TimedTables(whole, np.ones((len(whole), 6)), np.cumsum([len(each) for each in t_s]))


def test_each_block_has_the_times_of_its_first_and_last_sample() -> None:
    found = table.follow(STATE, blocks(np.arange(5) / 100.0, np.arange(5, 12) / 100.0, np.arange(12, 15) / 100.0))
    assert found is not None
    assert found.first_s == pytest.approx([0.0, 0.05, 0.12])
    assert found.last_s == pytest.approx([0.04, 0.11, 0.14])
    assert (found.state.samples, found.state.last_s) == (15, pytest.approx(0.14))


def test_many_blocks_are_not_taken_together_where_samples_are_missing() -> None:
    assert table.follow(STATE, blocks(np.arange(5) / 100.0, np.arange(7, 12) / 100.0)) is None


def test_what_is_missing_is_counted_between_the_samples_around_it() -> None:
    t_s = np.array([0.0, 0.01, 0.04, 0.05])
    ones = np.ones((4, 3))
    state, samples, (gap,) = table.receive(STATE, TimedSamples(t_s, ones, ones, None))
    assert samples is not None
    assert (gap.kind, gap.count) == (RadioTrouble.GAP, 2)
    assert (gap.start_s, gap.end_s) == (pytest.approx(0.01), pytest.approx(0.04))
    assert (state.samples, state.lost) == (4, 2)
    _, _, (gap,) = table.receive(state, TimedSamples(np.array([0.07]), ones[:1], ones[:1], None))
    assert (gap.start_s, gap.end_s, gap.count) == (pytest.approx(0.05), pytest.approx(0.07), 1)
