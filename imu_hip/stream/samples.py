"""One sensor's samples on the common clock: as a packet counts them, and in SI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
from imu_hip.model.packet import SensorConfig
from imu_hip.stream.scale import columns, to_si


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

    @property
    def width(self) -> int:
        """How many values each has."""
        return int(self.values.shape[1])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.t_s)


@dataclass(slots=True)
class CountedSamples:
    """Samples of one packet: `counts` (n, 6) or (n, 9), one every `period_s`, the last at `last_s`.

    They become SI where rows are cut out: then each is written but once.
    """

    counts: NDArray[np.int16]
    config: SensorConfig
    last_s: float
    period_s: float

    @property
    def first_s(self) -> float:
        """When the first was taken."""
        return self.last_s - (len(self.counts) - 1) * self.period_s

    @property
    def width(self) -> int:
        """How many values each has."""
        return int(self.counts.shape[1])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.counts)


def in_si(pieces: Sequence[Samples | CountedSamples]) -> Samples:
    """Return samples one behind the other; where only some have a field, it is NaN for the others."""
    if len(pieces) == 1 and isinstance(pieces[0], Samples):
        return pieces[0]
    widths = [piece.width for piece in pieces]
    width, n = max(widths, default=6), sum(map(len, pieces))
    t_s = np.empty(n)
    values = np.empty((n, width)) if min(widths, default=6) == width else np.full((n, width), np.nan)
    start = 0
    for piece in pieces:
        stop = start + len(piece)
        if isinstance(piece, Samples):
            t_s[start:stop] = piece.t_s
            values[start:stop, : piece.width] = piece.values
        else:
            order, scale = columns(piece.config, piece.width)
            _place(piece.counts, order, scale, piece.last_s, piece.period_s, start, t_s, values)
        start = stop
    return Samples(t_s, values)


@compiled
def _place(
    counts: NDArray[np.int16],
    order: NDArray[np.intp],
    scale: Floats,
    last_s: float,
    period_s: float,
    start: int,
    t_s: Floats,
    values: Floats,
) -> None:
    """Write the samples of one packet in SI to the rows from `start` on; `counts` may be a packet's own bytes."""
    n = len(counts)
    for k in range(n):
        t_s[start + k] = last_s - (n - 1 - k) * period_s
        for c in range(len(order)):
            values[start + k, c] = counts[k, order[c]] * scale[c]


def of_packets(counts: NDArray[np.int16], config: SensorConfig, last_s: Floats, period_s: Floats) -> Samples:
    """Return the samples of packets that are alike: `counts` (k, n, 6 or 9), times as of each packet (k,)."""
    k, n, width = counts.shape
    back = np.arange(n - 1, -1, -1, dtype=float)
    t_s: Floats = last_s[:, None] - back * period_s[:, None]
    return Samples(t_s.reshape(-1), to_si(counts.reshape(k * n, width), config))
