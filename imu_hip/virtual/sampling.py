"""How a virtual sensor samples: its own clock, its own sampling grid and its counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.packet import SensorConfig
from imu_hip.virtual.motion import SampleSource

_US_WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class SensorClock:
    """A sensor's clock as a line over world time: `offset_s` at world time 0, running `ppm` too fast."""

    offset_s: float = 0.0
    ppm: float = 0.0

    def sensor_s(self, world_s: float) -> float:
        """Sensor time at a world time."""
        return self.offset_s + world_s * (1.0 + self.ppm * 1e-6)

    def world_s(self, sensor_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """World times (n,) at sensor times (n,)."""
        return (sensor_s - self.offset_s) / (1.0 + self.ppm * 1e-6)

    def device_us(self, world_s: float) -> int:
        """Read the 32-bit microsecond counter at a world time."""
        return round(self.sensor_s(world_s) * 1e6) % _US_WRAP


@dataclass(frozen=True, slots=True)
class Sampling:
    """The sampling grid: sample `number` k is taken when the sensor's clock says k / rate."""

    clock: SensorClock
    config: SensorConfig

    def next_number(self, world_s: float) -> int:
        """Find the number of the first sample at or after a world time."""
        return int(np.ceil(self.clock.sensor_s(world_s) * self.config.rate_hz - 1e-6))

    def instants_s(self, first_number: int, n: int) -> NDArray[np.float64]:
        """World times (n,) of n samples."""
        return self.clock.world_s(np.arange(first_number, first_number + n) / self.config.rate_hz)

    def device_us(self, number: int) -> int:
        """Read the 32-bit microsecond counter when sample `number` is taken."""
        return round(number * 1_000_000 / self.config.rate_hz) % _US_WRAP

    def counts(self, source: SampleSource, playback_s: NDArray[np.float64]) -> tuple[NDArray[np.int16], bool]:
        """Sample `source` at playback times (n,): counts (n, 6 or 9), and whether any is at its range's end."""
        config = self.config
        units = (config.gyr_rad_s_per_lsb, config.acc_m_s2_per_lsb, config.mag_ut_per_lsb)
        vectors = source.sample(playback_s)[: 3 if config.mag_ut_per_lsb else 2]
        exact = np.hstack([vector / unit for vector, unit in zip(vectors, units, strict=False)])
        counts = np.clip(np.rint(exact), -32768, 32767)
        return counts.astype(np.int16), bool(np.any((counts == -32768) | (counts == 32767)))
