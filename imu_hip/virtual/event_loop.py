"""Event loops with injected time: faster than real, or as fast as the machine allows."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from time import monotonic

_Events = list[tuple[selectors.SelectorKey, int]]

# asyncio starts timers that are due within the resolution of the clock that it believes it has (15.6 ms on
# Windows); these loops keep their own time, to the nanosecond.
_RESOLUTION_S = 1e-9


class _ScaledSelector(selectors.DefaultSelector):
    """Waits a fraction of the time it is asked to wait."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> _Events:
        return super().select(None if timeout is None else timeout / self._speed)


class ScaledTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at 0 and runs `speed` times as fast as real time."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start_s = monotonic()
        super().__init__(_ScaledSelector(speed))
        self._clock_resolution = _RESOLUTION_S

    def time(self) -> float:
        """Seconds of scaled time since the loop was made."""
        return (monotonic() - self._start_s) * self._speed


class _SimulatedSelector(selectors.DefaultSelector):
    """Moves the time on instead of waiting for it."""

    def __init__(self, gate: Callable[[], None] | None) -> None:
        super().__init__()
        self._gate = gate
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> _Events:
        if timeout is None:  # no timer at all: only another thread or a signal can bring work
            return super().select(None)
        events = super().select(0.0)
        if events or timeout <= 0.0:
            return events
        if self._gate is not None:
            self._gate()
            events = super().select(0.0)
            if events:  # the wait brought work (another thread's call) that belongs before the jump
                return events
        self.now_s += timeout
        return events


class SimulatedTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in discrete-event time: when nothing is ready, `time()` jumps to the next timer.

    `time()` starts at 0. `gate` is called before each jump and may block: with it an owner holds time still
    until its queues are empty. Nothing may be waited for in other threads (executors) while a timer runs.
    """

    def __init__(self, gate: Callable[[], None] | None = None) -> None:
        self._simulated_selector = _SimulatedSelector(gate)
        super().__init__(self._simulated_selector)
        self._clock_resolution = _RESOLUTION_S

    def time(self) -> float:
        """Seconds of simulated time since the loop was made."""
        return self._simulated_selector.now_s
