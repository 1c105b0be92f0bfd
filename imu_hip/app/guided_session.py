"""A session over the radio, from the scan to the closed recording."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imu_hip.app.continuing import CutOff
from imu_hip.app.live import LiveSession
from imu_hip.app.radio_access import RadioAccess
from imu_hip.app.radio_thread import RadioThread
from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.codec.registry import drivers
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.model.item import Item, LinkChange, LinkState, Role
from imu_hip.session.output_file import refuse_overwriting
from imu_hip.session.recorder import Recorder
from imu_hip.view import view

_PROCESS_EVERY_S = 0.1
_HALF_QUEUE = 4096


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast time runs: `factor` times real time, or None for as fast as the machine allows."""

    factor: float | None = 1.0

    @property
    def label(self) -> str:
        """How the screen says it; empty at real time."""
        if self.factor is None:
            return "max"
        return "" if self.factor == 1.0 else f"{self.factor:g}×"


REAL_TIME = Speed()


class GuidedSession:
    """Runs in threads of its own: radio, pipeline, recorder."""

    def __init__(
        self,
        radio: RadioAccess,
        params: view.Params,
        guide: GuideParams,
        path: Path,
        *,
        speed: Speed = REAL_TIME,
        force: bool = False,
        cut: CutOff | None = None,
    ) -> None:
        """Prepare everything and create the recording, or with `cut` the next file of a session that was cut off.

        Raises
        ------
        UsageError
            `path` exists and `force` is not set.
        RecordingError
            It cannot be created.
        """
        self.path = path
        self.setup = params.setup
        self._access = radio
        self._speed = speed
        self._least_ns = 0 if cut is None else cut.last_ns + 1
        written = path if cut is None else cut.segment
        refuse_overwriting(written, force=force and cut is None)
        if os.path.lexists(written):
            written.unlink()
        self._recorder = Recorder(written, params.setup)
        number = 0 if cut is None else cut.next_number
        self.session = LiveSession(
            params.setup, guide, params, self._recorder, on_finished=self.request_stop, first_number=number
        )
        if cut is not None:
            self.session.resume(cut.recording.items)
        self._processed_ns = 0
        self._radio = RadioThread(self._loop_factory(), self._measure)

    def start(self) -> None:
        """Look for the sensors and begin."""
        if self._speed.factor is not None:
            self.session.start()
        self._radio.start()

    def request_stop(self) -> None:
        """Ask the radio to stop its sensors and close; from any thread."""
        self._radio.request_stop()

    @property
    def is_running(self) -> bool:
        """Whether the radio is still at work."""
        return self._radio.is_running

    def finish(self) -> None:
        """Wait for the radio, then close pipeline and recording. Raises what went wrong on the way."""
        self._radio.join()
        self.session.finish()
        for error in (self._radio.error, self.session.error, self._recorder.error):
            if error is not None:
                raise error

    # ---------------------------------------------------------------- in the radio's thread

    def _loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        factor = self._speed.factor
        if factor == 1.0:
            return asyncio.new_event_loop
        from imu_hip.virtual.event_loop import ScaledTimeLoop, SimulatedTimeLoop

        if factor is None:
            return lambda: SimulatedTimeLoop(self._catch_up)
        return lambda: ScaledTimeLoop(factor)

    def _catch_up(self) -> None:
        """Hold simulated time until all up to now is processed; so results do not depend on the machine."""
        clock = self.session.clock
        if clock is None or clock() - self._processed_ns < _PROCESS_EVERY_S * 1e9:
            return
        self._processed_ns = clock()
        self.session.process(self.session.intake.take(0.0) or [])
        if self._recorder.pending > _HALF_QUEUE:
            self._recorder.wait_until_written()

    async def _measure(self, stop: asyncio.Event) -> None:
        # A computer whose clock was set back meanwhile must not turn the order round.
        clock = LoopClock(max(time.time_ns(), self._least_ns)).now_ns
        self.session.clock = clock
        streaming: set[Role] = set()

        def emit(item: Item) -> None:
            self.session.intake.put(item)
            if isinstance(item, LinkChange) and item.state is LinkState.STREAMING:
                before = len(streaming)
                streaming.add(item.role)
                if before < len(streaming) == len(Role):
                    self._access.streaming()

        async with self._access.open() as radio:
            families = drivers([sensor.family for sensor in self.setup.sensors])
            await run_sensors(radio, self._access.roles, emit=emit, clock=clock, stop=stop, drivers=families)
