"""The time that everything in a virtual world shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class WorldTime:
    """Seconds since this object was made, on the clock of the running event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._zero_s = self._loop.time()

    def now_s(self) -> float:
        """World time now."""
        return self._loop.time() - self._zero_s

    def call_at(self, world_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call back at a world time."""
        return self._loop.call_at(self._zero_s + world_s, callback)
