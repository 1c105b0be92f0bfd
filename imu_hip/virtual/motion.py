"""What a virtual sensor feels: recorded or simulated motion, looked up at any instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# An instant this close to a sample (in sampling periods) is that sample: rounding of the clock arithmetic
# must not turn real samples into mixtures.
_COINCIDENCE = 1e-6


class SampleSource(Protocol):
    """Anything that knows what a sensor feels at given instants."""

    def sample(self, playback_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return gyr (n, 3) rad/s, acc m/s² and perhaps mag µT at instants (n,) since the begin of the playback."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedMotion:
    """Samples at a constant rate: `gyr` rad/s, `acc` m/s², perhaps `mag` µT (n, 3), the first at playback time 0.

    Between samples it is linear; before the first and after the last it stands still.
    """

    rate_hz: float
    gyr: NDArray[np.float64]
    acc: NDArray[np.float64]
    mag: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that are not samples of one sensor."""
        if self.gyr.shape != self.acc.shape or self.gyr.shape[1:] != (3,) or len(self.gyr) == 0:
            raise ValueError(f"gyr {self.gyr.shape} and acc {self.acc.shape} must both be (n, 3) with n > 0")

    @property
    def duration_s(self) -> float:
        """Playback time of the last sample."""
        return (len(self.gyr) - 1) / self.rate_hz

    def sample(self, playback_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return gyr, acc and perhaps mag (n, 3) at instants (n,); exactly the samples where instants coincide."""
        last = len(self.gyr) - 1
        position = np.clip(playback_s * self.rate_hz, 0.0, last)
        nearest = np.rint(position)
        position = np.where(np.abs(position - nearest) < _COINCIDENCE, nearest, position)
        before = np.floor(position).astype(np.intp)
        after = np.minimum(before + 1, last)
        fraction = (position - before)[:, np.newaxis]
        vectors = (self.gyr, self.acc) if self.mag is None else (self.gyr, self.acc, self.mag)
        return tuple(vector[before] + fraction * (vector[after] - vector[before]) for vector in vectors)
