"""The sensor's own clock and counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sampling import Sampling, SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, MAGNETIC_CONFIG

clocks = st.builds(SensorClock, offset_s=st.floats(0.0, 1e5), ppm=st.floats(-200.0, 200.0))


@given(clock=clocks, world_s=st.floats(0.0, 1e5))
def test_the_next_sample_is_the_first_that_is_not_past(clock: SensorClock, world_s: float) -> None:
    sampling = Sampling(clock, DEFAULT_CONFIG)
    number = sampling.next_number(world_s)
    before_s, at_s = sampling.instants_s(number - 1, 2)
    assert before_s < world_s + 1e-7
    assert at_s >= world_s - 1e-7


def test_a_clock_that_is_fast_by_100_ppm_samples_100_ppm_more_often() -> None:
    sampling = Sampling(SensorClock(offset_s=3.0, ppm=100.0), DEFAULT_CONFIG)
    instants_s = sampling.instants_s(1000, 1_000_001)
    assert (instants_s[-1] - instants_s[0]) == pytest.approx(10_000.0 / 1.0001, rel=1e-12)


def test_device_time_wraps_at_32_bit() -> None:
    sampling = Sampling(SensorClock(), DEFAULT_CONFIG)
    number = 429_497  # 4294.97 s, just past 2**32 us
    assert sampling.device_us(number) == 4_294_970_000 - 2**32
    assert SensorClock(offset_s=4294.97).device_us(0.0) == 4_294_970_000 - 2**32


def test_counts_times_scale_give_the_values_back_within_half_a_count() -> None:
    generator = np.random.default_rng(7)
    source = RecordedMotion(100.0, generator.normal(0, 5, (200, 3)), generator.normal(0, 30, (200, 3)))
    sampling = Sampling(SensorClock(), DEFAULT_CONFIG)
    counts, clipped = sampling.counts(source, np.arange(200) / 100.0)
    assert not clipped
    assert counts.dtype == np.int16
    gyr = counts[:, :3] * DEFAULT_CONFIG.gyr_rad_s_per_lsb
    acc = counts[:, 3:] * DEFAULT_CONFIG.acc_m_s2_per_lsb
    assert np.abs(gyr - source.gyr).max() <= 0.5001 * DEFAULT_CONFIG.gyr_rad_s_per_lsb
    assert np.abs(acc - source.acc).max() <= 0.5001 * DEFAULT_CONFIG.acc_m_s2_per_lsb


def test_a_field_is_counted_where_the_sensor_has_a_magnetometer_and_the_body_a_field() -> None:
    generator = np.random.default_rng(8)
    vectors = [generator.normal(0, 20, (50, 3)) for _ in range(3)]
    times_s = np.arange(50) / 100.0
    counts, _ = Sampling(SensorClock(), MAGNETIC_CONFIG).counts(RecordedMotion(100.0, *vectors), times_s)
    assert np.abs(counts[:, 6:] * MAGNETIC_CONFIG.mag_ut_per_lsb - vectors[2]).max() <= 0.5001 * 0.15
    without = Sampling(SensorClock(), DEFAULT_CONFIG).counts(RecordedMotion(100.0, *vectors), times_s)[0]
    np.testing.assert_array_equal(without, counts[:, :6])
    assert (
        Sampling(SensorClock(), MAGNETIC_CONFIG).counts(RecordedMotion(100.0, *vectors[:2]), times_s)[0].shape[1] == 6
    )


@pytest.mark.parametrize(("acc_m_s2", "count"), [(1e4, 32767), (-1e4, -32768)])
def test_what_is_out_of_range_is_clipped_and_said(acc_m_s2: float, count: int) -> None:
    source = RecordedMotion(100.0, np.zeros((2, 3)), np.array([[0.0, 0.0, 9.8], [acc_m_s2, 0.0, 9.8]]))
    sampling = Sampling(SensorClock(), replace(DEFAULT_CONFIG))
    counts, clipped = sampling.counts(source, np.array([0.0, 0.01]))
    assert clipped
    assert counts[1, 3] == count
    assert not sampling.counts(source, np.array([0.0]))[1]
