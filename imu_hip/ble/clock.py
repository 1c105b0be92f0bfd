"""The clock that stamps items: the event loop's time, mapped once to host time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Clock = Callable[[], int]
"""Host time in integer nanoseconds since the Unix epoch."""


class LoopClock:
    """Host time that follows the running event loop: never jumps, and runs as fast as the loop does."""

    def __init__(self, epoch_ns: int) -> None:
        """Let `epoch_ns` (since the Unix epoch) be now; needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._start_s = self._loop.time()
        self._epoch_ns = epoch_ns

    def now_ns(self) -> int:
        """Host time in nanoseconds since the Unix epoch."""
        return self._epoch_ns + round((self._loop.time() - self._start_s) * 1e9)
