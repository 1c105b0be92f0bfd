"""Work that must not hold up the window: one job after another in a thread, results taken where they are wanted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Job = Callable[[], Callable[[], None]]
"""Does the work, and returns what is to be done with its result by whoever owns the state."""


class Background:
    """Runs jobs in order. What they return is called by `deliver`, in the owner's thread."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        """`on_error` gets, in the owner's thread, what a job raised."""
        self._on_error = on_error
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._thread.start()

    def do(self, job: Job) -> None:
        """Do this after what was asked for before."""
        self._jobs.put(job)

    def deliver(self) -> None:
        """Do what finished jobs left to do."""
        while True:
            try:
                then = self._done.get_nowait()
            except queue.Empty:
                return
            then()

    def close(self, timeout_s: float | None = None) -> None:
        """Finish what was asked for, deliver it, and end."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        self.deliver()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                then = job()
            except BaseException as error:  # A thread has no caller to raise to: the owner gets it.
                raised = error
                self._done.put(lambda error=raised: self._on_error(error))  # type: ignore[misc]
            else:
                self._done.put(then)
