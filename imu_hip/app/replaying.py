"""A recording through the same pipeline and view as live, at any pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from imu_hip.app.live import LiveSession
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.session.reader import Recording
from imu_hip.view import view

_BATCH = 4096
_WAKE_S = 0.02

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class Replay:
    """Plays a recording in a thread of its own; `factor` times as fast as it was, or as fast as possible with None.

    `clock` and `sleep` are injected, so that a test need not wait.
    """

    def __init__(
        self,
        recording: Recording,
        name: str,
        factor: float | None,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        label = "max" if factor is None else f"{factor:g}×"
        params = view.Params(recording.setup, mode="replay", speed="" if factor == 1.0 else label, recording=name)
        self.session = LiveSession(recording.setup, GuideParams(()), params, None, on_finished=self.request_stop)
        self.error: BaseException | None = None
        self._items = recording.items
        self._factor = factor
        self._clock = clock
        self._sleep = sleep
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def request_stop(self) -> None:
        """End early; what has been played is still summed up."""
        self._stop.set()

    @property
    def is_running(self) -> bool:
        """Whether it is still playing."""
        return self._thread.is_alive()

    def finish(self) -> None:
        """Wait for the end and close the pipeline. Raises what went wrong."""
        self._thread.join()
        if self.error is not None:
            raise self.error
        self.session.finish()

    def _run(self) -> None:
        try:
            self._play()
        except BaseException as error:  # A thread has no caller to raise to: `finish` hands it on.
            self.error = error

    def _play(self) -> None:
        items, start = self._items, 0
        began = self._clock()
        while start < len(items) and not self._stop.is_set():
            stop = start + _BATCH
            if self._factor is not None:
                until_ns = items[0].item.t_ns + round((self._clock() - began) * self._factor * 1e9)
                stop = start
                # Order is by number; a mark may carry a time a little before its neighbours'.
                while stop < len(items) and stop < start + _BATCH and items[stop].item.t_ns <= until_ns:
                    stop += 1
                if stop == start:
                    self._sleep(_WAKE_S)
                    continue
            self.session.process(items[start:stop])
            start = stop
