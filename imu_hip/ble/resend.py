"""Which samples of a run did not come: what to ask the sensor for again."""

from __future__ import annotations

from collections import deque

_SPAN = 1 << 16
_RUN_SPAN = 1 << 32
_MOST_GAPS = 64

Gap = tuple[int, int]
"""The first index of the run's 32-bit counter, and how many samples."""


class Gaps:
    """Follows the counter of one run, which began at 0 under `boot_id`; the newest gaps that nobody asked for yet.

    A packet of the past is none of the run's news. Half a turn of the 16-bit counter tells old from new.
    """

    def __init__(self, boot_id: int) -> None:
        self.boot_id = boot_id
        self._next = 0
        self._open: deque[Gap] = deque(maxlen=_MOST_GAPS)

    def hear(self, counted: tuple[int, int] | None) -> None:
        """Take in a live packet's first index (16 bits) and number of samples; None for any other value."""
        if counted is None:
            return
        first, n = counted
        ahead = (first - self._next) % _SPAN
        if ahead >= _SPAN // 2:
            return
        if ahead:
            self._open.append((self._next, ahead))
        self._next = (self._next + ahead + n) % _RUN_SPAN

    def next(self) -> Gap | None:
        """Return the oldest gap."""
        return self._open[0] if self._open else None

    def asked_for(self, gap: Gap) -> None:
        """Forget a gap: what the sensor still had of it comes."""
        if self._open and self._open[0] == gap:
            self._open.popleft()
