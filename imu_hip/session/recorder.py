"""Keep items safe while they arrive: a thread of its own writes them, and whoever delivers never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from imu_hip.model.errors import ImuHipError, Reason, RecordingError
from imu_hip.model.item import NumberedItem
from imu_hip.model.setup import Setup
from imu_hip.session.output_file import SMALLEST_FREE_BYTES, free_bytes, refuse_little_space, writing_error
from imu_hip.session.writer import RecordingWriter

CAPACITY = 8192
INTERVAL_S = 0.5
SLOW_WRITE_S = 2.0
LOOK_AT_DISK_S = 5.0


class Recorder:
    """A recording in the making.

    Items that wait are written and made durable together, every `interval_s` or as soon as a quarter of the
    queue is full, so a crash costs at most that long. `written` items were handed to the system, `durable`
    ones survive a crash, `dropped` ones will never be in the file. `error` is what ended the recording early,
    None while all is well.

    `clock` measures how long writing takes; the waiting is in real time, whatever the speed of a demo.
    """

    def __init__(
        self,
        path: Path,
        setup: Setup,
        *,
        clock: Callable[[], float] = time.monotonic,
        open_writer: Callable[[Path, Setup], RecordingWriter] = RecordingWriter,
        capacity: int = CAPACITY,
        interval_s: float = INTERVAL_S,
    ) -> None:
        """Create the file and start. Raises UsageError when it exists, RecordingError when it cannot be."""
        refuse_little_space(path)
        try:
            self._writer = open_writer(path, setup)
        except OSError as error:
            raise writing_error(path, error) from error
        self.path = path
        self.written = 0
        self.durable = 0
        self.dropped = 0
        self.error: ImuHipError | None = None
        self._clock = clock
        self._capacity = capacity
        self._interval_s = interval_s
        self._queue: list[NumberedItem] = []
        self._accepted = 0
        self._hurry = False
        self._closing = False
        self._write_began: float | None = None
        self._last_write_s = 0.0
        self._free_bytes = SMALLEST_FREE_BYTES
        self._looked_s = clock()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """How many accepted items are not durable yet."""
        return self._accepted - self.durable

    @property
    def alarm(self) -> str:
        """What the person must be told now about the recording, "" when all is well.

        It stands on the second screen, too, where nobody needs to know in which folder.
        """
        if self.error is not None:
            return f"the recording has stopped: {self.error.message.removeprefix(f'{self.path}: ')}"
        began = self._write_began
        write_s = max(self._last_write_s, self._clock() - began if began is not None else 0.0)
        if self.dropped:
            return f"{self.dropped} items are missing in the recording: the disk is too slow"
        if write_s > SLOW_WRITE_S:
            return f"the disk is slow: writing took {write_s:.1f} s"
        if 2 * self.pending > self._capacity:
            return f"the disk is slow: {self.pending} items wait to be written"
        if self._free_bytes < SMALLEST_FREE_BYTES:
            return f"the disk is nearly full: {self._free_bytes / 1e6:.0f} MB are left, make room"
        return ""

    def put(self, numbered: NumberedItem) -> bool:
        """Accept an item at once, from any thread; False when it had to be dropped."""
        with self._changed:
            if self.error is not None or self._closing or self.pending >= self._capacity:
                self.dropped += 1
                return False
            self._queue.append(numbered)
            self._accepted += 1
            if self._due():
                self._changed.notify_all()
            return True

    def wait_until_written(self, timeout_s: float | None = None) -> bool:
        """Wait until everything accepted is durable, as fast sources must; False if it is not."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self.pending or self.error is not None, timeout_s)
            return not self.pending and self.error is None

    def close(self, timeout_s: float = 10.0) -> bool:
        """Finish the file; True when everything accepted is in it. Otherwise `error` says why not."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self.error = RecordingError(
                Reason.NOT_WRITABLE, f"{self.path}: the disk did not answer within {timeout_s:g} s"
            )
        return self.error is None

    def _due(self) -> bool:
        return self._closing or (self._hurry and bool(self._queue)) or 4 * len(self._queue) >= self._capacity

    def _run(self) -> None:
        try:
            closing = False
            while not closing:
                with self._changed:
                    self._changed.wait_for(self._due, self._interval_s)
                    batch, self._queue = self._queue, []
                    self._hurry = False
                    closing = self._closing
                self._write(batch, closing)
        except OSError as error:
            self._fail(writing_error(self.path, error))
        except Exception as error:  # A thread has no caller to raise to: `error` and `alarm` hand it on.
            self._fail(RecordingError(Reason.NOT_WRITABLE, f"{self.path}: the recorder failed ({error!r})"))

    def _write(self, batch: list[NumberedItem], closing: bool) -> None:
        self._write_began = began = self._clock()
        for numbered in batch:
            self._writer.add(numbered)
            self.written += 1
        if closing:
            self._writer.close()
        elif batch:
            self._writer.flush()
        now = self._clock()
        self._last_write_s = now - began
        if now - self._looked_s >= LOOK_AT_DISK_S:
            self._looked_s, self._free_bytes = now, free_bytes(self.path)
        self._write_began = None
        with self._changed:
            self.durable = self.written
            self._changed.notify_all()

    def _fail(self, error: ImuHipError) -> None:
        self._writer.abandon()
        with self._changed:
            self.error = error
            self.dropped += self.pending
            self._accepted = self.written = self.durable
            self._queue.clear()
            self._write_began = None
            self._changed.notify_all()
