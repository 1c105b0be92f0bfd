"""Sampling at a steady rate on a sensor's own clock, for virtual sensors that stream from start to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.world_time import WorldTime


@dataclass(frozen=True, slots=True)
class Felt:
    """What was felt: `sensor_s` (n,) on the sensor's clock; gyr rad/s, acc m/s², mag µT (n, 3), None where unknown."""

    sensor_s: NDArray[np.float64]
    gyr: NDArray[np.float64]
    acc: NDArray[np.float64]
    mag: NDArray[np.float64] | None


class SteadySampling:
    """Samples `source` whenever the sensor's clock is a multiple of the period, and gives batches to `deliver`."""

    def __init__(
        self, source: SampleSource, clock: SensorClock, time: WorldTime, deliver: Callable[[Felt], None]
    ) -> None:
        self._source = source
        self._clock = clock
        self._time = time
        self._deliver = deliver
        self._begin_s = np.inf
        self._silent_until_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether samples are taken."""
        return self._timer is not None

    def begin(self, world_s: float) -> None:
        """Play the source from this world time on."""
        self._begin_s = world_s

    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds."""
        self._silent_until_s = self._time.now_s() + duration_s

    def start(self, rate_hz: float, per_batch: int = 1) -> None:
        """Sample from now on, `per_batch` samples at a time."""
        self.stop()
        # Just after a tick rounding may put it just before: that tick is not taken twice, nor one left out.
        self._await(int(np.ceil(self._clock.sensor_s(self._time.now_s()) * rate_hz - 1e-6)), rate_hz, per_batch)

    def stop(self) -> None:
        """Sample no more; a batch that is not full is forgotten."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _await(self, first: int, rate_hz: float, per_batch: int) -> None:
        sensor_s = np.arange(first, first + per_batch) / rate_hz
        world_s = self._clock.world_s(sensor_s)

        def finish() -> None:
            self._await(first + per_batch, rate_hz, per_batch)
            if self._time.now_s() < self._silent_until_s:
                return
            vectors = self._source.sample(world_s - self._begin_s)
            self._deliver(Felt(sensor_s, vectors[0], vectors[1], vectors[2] if len(vectors) > 2 else None))

        self._timer = self._time.call_at(float(world_s[-1]), finish)
