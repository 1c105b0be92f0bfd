"""Steady sampling: on the sensor's own grid, from start to stop."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.steady import Felt, SteadySampling
from imu_hip.virtual.world_time import WorldTime


def ramp(rate_hz: float = 100.0) -> RecordedMotion:
    n = np.arange(1000.0)
    return RecordedMotion(rate_hz, np.repeat(n[:, None], 3, axis=1), np.zeros((1000, 3)))


def sampled(clock: SensorClock, *, gap_s: float = 0.0, per_batch: int = 4, rate_hz: float = 100.0) -> list[Felt]:
    async def main() -> list[Felt]:
        time, felt = WorldTime(), []
        sampling = SteadySampling(ramp(), clock, time, felt.append)
        sampling.begin(0.0)
        sampling.start(rate_hz, per_batch)
        await asyncio.sleep(1.0)
        if gap_s:
            sampling.gap(gap_s)
        await asyncio.sleep(1.0)
        sampling.stop()
        await asyncio.sleep(1.0)
        assert not sampling.is_running
        return felt

    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(main())


@pytest.mark.parametrize("ppm", [-50.0, 0.0, 50.0])
def test_samples_are_taken_at_multiples_of_the_period_on_the_sensors_clock(ppm: float) -> None:
    clock = SensorClock(offset_s=7.003, ppm=ppm)
    felt = sampled(clock)
    sensor_s = np.concatenate([each.sensor_s for each in felt])
    assert np.allclose(sensor_s * 100.0, np.rint(sensor_s * 100.0))
    assert np.allclose(np.diff(sensor_s), 0.01)
    assert len(sensor_s) in range(193, 202)
    # a ramp of one per 10 ms of world time tells when each was taken
    gyr = np.concatenate([each.gyr[:, 0] for each in felt])
    assert np.allclose(gyr, np.clip(clock.world_s(sensor_s) * 100.0, 0.0, None), atol=1e-6)


def test_a_gap_takes_whole_batches_away() -> None:
    felt = sampled(SensorClock(), gap_s=0.4)
    steps = np.diff(np.concatenate([each.sensor_s for each in felt]))
    assert np.count_nonzero(steps > 0.011) == 1
    assert steps.max() == pytest.approx(0.41, abs=0.041)
    assert {len(each.sensor_s) for each in felt} == {4}
