"""The thread that owns asyncio and bleak: nothing else runs in its loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable


class RadioThread:
    """Runs one coroutine function in a loop and thread of its own; it is given the event that asks it to stop.

    `error` is what ended it early, None while all is well.
    """

    def __init__(
        self,
        loop_factory: Callable[[], asyncio.AbstractEventLoop],
        work: Callable[[asyncio.Event], Awaitable[None]],
    ) -> None:
        self.error: BaseException | None = None
        self._loop_factory = loop_factory
        self._work = work
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stop_wanted = False
        self._thread = threading.Thread(target=self._run, name="radio", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def request_stop(self) -> None:
        """Ask for an orderly end; from any thread, also before the loop is there and after it has gone."""
        with self._lock:
            self._stop_wanted = True
            if self._loop is not None and self._stop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)

    @property
    def is_running(self) -> bool:
        """Whether the thread is still at work."""
        return self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=self._loop_factory) as runner:
                runner.run(self._main())
        except BaseException as error:  # A thread has no caller to raise to: `error` hands it on.
            self.error = error

    async def _main(self) -> None:
        stop = asyncio.Event()
        with self._lock:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            if self._stop_wanted:
                stop.set()
        try:
            await self._work(stop)
        finally:
            with self._lock:
                self._loop = None
