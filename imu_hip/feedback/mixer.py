"""Mix the tones that were asked for into the blocks that a loudspeaker asks for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from imu_hip.feedback.tones import Samples

STALE_S = 0.5
"""A tone that could not be begun for so long is not played any more: it would speak of something long gone."""
MOST_WAITING = 32
MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Handover:
    """When a tone was asked for, and when its first samples were handed to the sound system; s of the clock."""

    asked_s: float
    handed_s: float


@dataclass(slots=True)
class _Sounding:
    samples: Samples
    at: int = 0


class Mixer:
    """Takes tones in one thread and fills blocks in another, without a lock: deques hand over whole.

    `filled_s`: when a block was last asked for. `handovers`: the newest tones' times.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.filled_s = -inf
        self.handovers: deque[Handover] = deque(maxlen=MOST_REMEMBERED)
        self._clock = clock
        self._waiting: deque[tuple[float, Samples]] = deque(maxlen=MOST_WAITING)
        self._sounding: list[_Sounding] = []

    def add(self, samples: Samples) -> None:
        """Let samples sound from the next block on."""
        self._waiting.append((self._clock(), samples))

    def fill(self, block: Samples) -> None:
        """Fill a block (n,); called by the sound system's thread, which must not wait."""
        self.filled_s = now_s = self._clock()
        block.fill(0.0)
        while self._waiting:
            asked_s, samples = self._waiting.popleft()
            if now_s - asked_s <= STALE_S:
                self._sounding.append(_Sounding(samples))
                self.handovers.append(Handover(asked_s, now_s))
        if not self._sounding:
            return
        for sounding in self._sounding:
            piece = sounding.samples[sounding.at : sounding.at + len(block)]
            block[: len(piece)] += piece
            sounding.at += len(piece)
        self._sounding = [sounding for sounding in self._sounding if sounding.at < len(sounding.samples)]
        np.clip(block, -1.0, 1.0, out=block)
