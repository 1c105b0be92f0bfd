"""One sensor's samples on the common clock: as a packet counts them, and in SI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.packet import SensorConfig
from imu_hip.stream.scale import to_si


@dataclass(slots=True)
class Samples:
    """Samples in SI: `t_s` (n,) increasing, `values` (n, 6) = gyr rad/s, acc m/s², or (n, 9) with mag µT."""

    t_s: Floats
    values: Floats

    @property
    def first_s(self) -> float:
        """When the first was taken."""
        return float(self.t_s[0])

    @property
    def last_s(self) -> float:
        """When the last was taken."""
        return float(self.t_s[-1])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.t_s)


@dataclass(slots=True)
class CountedSamples:
    """Samples of one packet: `counts` (n, 6) or (n, 9), one every `period_s`, the last at `last_s`.

    Many packets become SI together, which costs hardly more than one.
    """

    counts: NDArray[np.int16]
    config: SensorConfig
    last_s: float
    period_s: float

    @property
    def first_s(self) -> float:
        """When the first was taken."""
        return self.last_s - (len(self.counts) - 1) * self.period_s

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.counts)


def in_si(pieces: Sequence[Samples | CountedSamples]) -> Samples:
    """Return samples one behind the other; where only some have a field, it is NaN for the others."""
    parts: list[Samples] = []
    waiting: list[CountedSamples] = []
    for piece in pieces:
        if waiting and not (isinstance(piece, CountedSamples) and _alike(piece, waiting[0])):
            parts.append(_converted(waiting))
            waiting = []
        if isinstance(piece, CountedSamples):
            waiting.append(piece)
        else:
            parts.append(piece)
    if waiting:
        parts.append(_converted(waiting))
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Samples(np.empty(0), np.empty((0, 6)))
    width = max(part.values.shape[1] for part in parts)
    return Samples(np.concatenate([p.t_s for p in parts]), np.concatenate([_widened(p.values, width) for p in parts]))


def _widened(values: Floats, width: int) -> Floats:
    n, have = values.shape
    return values if have == width else np.concatenate([values, np.full((n, width - have), np.nan)], axis=1)


def _alike(a: CountedSamples, b: CountedSamples) -> bool:
    """Tell whether packets can become SI together."""
    return a.counts.shape == b.counts.shape and (a.config is b.config or a.config == b.config)


def _converted(packets: Sequence[CountedSamples]) -> Samples:
    """Return the samples of packets that are alike."""
    first = packets[0]
    back = _back(len(first))
    if len(packets) == 1:
        return Samples(first.last_s - back * first.period_s, to_si(first.counts, first.config))
    last_s, period_s = np.array([(packet.last_s, packet.period_s) for packet in packets]).T
    return of_packets(np.stack([packet.counts for packet in packets]), first.config, last_s, period_s)


def of_packets(counts: NDArray[np.int16], config: SensorConfig, last_s: Floats, period_s: Floats) -> Samples:
    """Return the samples of packets that are alike: `counts` (k, n, 6 or 9), times as of each packet (k,)."""
    k, n, width = counts.shape
    t_s: Floats = last_s[:, None] - _back(n) * period_s[:, None]
    return Samples(t_s.reshape(-1), to_si(counts.reshape(k * n, width), config))


@lru_cache(maxsize=32)
def _back(n: int) -> Floats:
    """Return how many samples each of `n` is before the last."""
    return np.arange(n - 1, -1, -1, dtype=float)
