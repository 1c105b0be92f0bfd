"""A recording through the same pipeline and view as live, at any pace, from any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from imu_hip.app.live import LiveSession
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.model.action import ActionName
from imu_hip.model.event import Event
from imu_hip.session.reader import Recording
from imu_hip.view import view

_BATCH = 4096
_WAKE_S = 0.02
_LONGEST_SILENCE_S = 5.0
"""While something is recorded there is an item at least twice a second."""
_KEEP_EVERY_S = 20.0
"""A place so far before any other is passed over in the blink of an eye."""
_MOST_KEPT = 120
"""Each takes half a megabyte."""

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class Replay:
    """Plays a recording in a thread of its own; `factor` times as fast as it was, or as fast as possible with None.

    `clock` and `sleep` are injected, so that a test need not wait. Whoever goes elsewhere begins at a place before it
    and passes over what is between: so every moment looks as it did, whatever way led there. Places are kept by a
    second thread that runs ahead once; until it has been there, the way is longer. With `stays` the thread waits at the
    end, and only then is there somebody who goes elsewhere.
    """

    def __init__(
        self,
        recording: Recording,
        name: str,
        factor: float | None,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
        stays: bool = False,
    ) -> None:
        self.error: BaseException | None = None
        self.playing = True
        self.factor = factor
        self._recording = recording
        self._name = name
        self._items = recording.items
        self._first_ns = self._items[0].item.t_ns if self._items else 0
        self._clock = clock
        self._sleep = sleep
        self._stays = stays
        self._stop = threading.Event()
        self._wanted_s: float | None = None
        self._at = 0
        self._kept: list[tuple[int, LiveSession]] = []
        self._found: tuple[Event, ...] = ()
        self.session = self._fresh()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)
        self._ahead = threading.Thread(target=self._run_ahead, name="replay-ahead", daemon=True)

    @property
    def duration_s(self) -> float:
        """From the first item to the last."""
        return (self._items[-1].item.t_ns - self._first_ns) / 1e9 if self._items else 0.0

    @property
    def position_s(self) -> float:
        """How much of it has been played."""
        wanted_s = self._wanted_s
        if wanted_s is not None:
            return wanted_s
        return self._time_s(self._at)

    def on_clock_s(self, position_s: float) -> float:
        """Return a position as a time on the recording's common clock."""
        return position_s + (self._first_ns - self._recording.zero_ns) / 1e9

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        if self._stays:
            self._ahead.start()

    def seek(self, position_s: float) -> None:
        """Go on from another moment; may be called from any thread."""
        self._wanted_s = min(max(0.0, position_s), self.duration_s)

    def look_ahead(self) -> tuple[Event, ...]:
        """Wait until all of it was passed through once; return what was found in it, less where it was ended before."""
        self._ahead.join()
        return self._found

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
        if self._ahead.is_alive():
            self._stop.set()
            self._ahead.join()
        if self.error is not None:
            raise self.error
        self.session.finish()

    def _fresh(self) -> LiveSession:
        label = "max" if self.factor is None else f"{self.factor:g}×"
        speed = "" if self.factor == 1.0 else label
        params = view.Params(self._recording.setup, mode="replay", speed=speed, recording=self._name)
        return LiveSession(self._recording.setup, GuideParams(()), params, None, on_finished=self.request_stop)

    def _run(self) -> None:
        try:
            self._play()
        except BaseException as error:  # A thread has no caller to raise to: `finish` hands it on.
            self.error = error

    def _play(self) -> None:
        began, from_s, factor = self._clock(), 0.0, self.factor
        while not self._stop.is_set():
            if self._wanted_s is not None or factor != self.factor or not self.playing:
                self._pass_over()
                if not self.playing:
                    self._sleep(_WAKE_S)
                began, from_s, factor = self._clock(), self.position_s, self.factor
                continue
            if self._at >= len(self._items):
                if not self._stays:
                    return
                self._sleep(_WAKE_S)
                continue
            until_s = None if factor is None else from_s + (self._clock() - began) * factor
            stop = self._at + _BATCH if until_s is None else self._due(until_s, _BATCH)
            if stop == self._at:
                # Nobody waits for what a session that was cut off did not record.
                next_s = self._time_s(self._at + 1)
                if next_s - self._time_s(self._at) > _LONGEST_SILENCE_S:
                    began, from_s = self._clock(), max(from_s, next_s - _WAKE_S)
                self._sleep(_WAKE_S)
                continue
            self._process(stop)

    def _pass_over(self) -> None:
        """Go where somebody wants to be, as fast as possible and in silence."""
        wanted_s = self._wanted_s
        if wanted_s is None:
            return
        listener, self.session.on_signal = self.session.on_signal, None
        self._begin_before(wanted_s)
        while not self._stop.is_set() and self._wanted_s == wanted_s:
            stop = self._due(wanted_s, _BATCH)
            if stop == self._at:
                self._wanted_s = None
                break
            self._process(stop)
        self.session.on_signal = listener

    def _begin_before(self, wanted_s: float) -> None:
        """Take the nearest way: from here, from the last place that is kept, or from the beginning."""
        goes_back = self._at > 0 and wanted_s < self._time_s(self._at)
        places = [(at, session) for at, session in tuple(self._kept) if self._time_s(at) <= wanted_s]
        if places and (goes_back or places[-1][0] > self._at):
            at, session = places[-1]
            session = session.fork()
        elif goes_back:
            at, session = 0, self._fresh()
        else:
            return
        self.session, self._at = session, at

    def _run_ahead(self) -> None:
        """Keep places, all along the recording; what goes wrong here goes wrong when it is played."""
        session, at = self._fresh(), 0
        every_s = max(_KEEP_EVERY_S, self.duration_s / _MOST_KEPT)
        with suppress(Exception):
            while not self._stop.is_set() and at < len(self._items):
                stop = self._until((len(self._kept) + 1) * every_s, at, len(self._items))
                session.process(self._items[at:stop])
                at = stop
                self._kept.append((at, session.fork()))
            session.finish()
            self._found = tuple(session.events)

    def _time_s(self, at: int) -> float:
        return (self._items[at - 1].item.t_ns - self._first_ns) / 1e9 if at else 0.0

    def _due(self, until_s: float, most: int) -> int:
        """Return up to which item to play; order is by number, a mark may be a little before its neighbours."""
        return self._until(until_s, self._at, self._at + most)

    def _until(self, until_s: float, at: int, most: int) -> int:
        until_ns, stop = self._first_ns + round(until_s * 1e9), at
        while stop < len(self._items) and stop < most and self._items[stop].item.t_ns <= until_ns:
            stop += 1
        return stop

    def _process(self, stop: int) -> None:
        self.session.process(self._items[self._at : stop])
        self._at = min(stop, len(self._items))


def steer(replay: Replay, name: ActionName, value: str) -> None:
    """Do what the person asks of a replay; from its end it plays from the beginning."""
    match name:
        case ActionName.PLAY:
            replay.playing = not replay.playing
            if replay.playing and replay.position_s >= replay.duration_s:
                replay.seek(0.0)
        case ActionName.SEEK:
            replay.seek(float(value))
        case ActionName.STEP:
            replay.seek(replay.position_s + float(value))
        case _:
            replay.factor = None if value == "max" else float(value)
