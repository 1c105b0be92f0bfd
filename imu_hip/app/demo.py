"""The main job without hardware.

Two virtual sensors on a simulated person, over the real BLE client, into a live session.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from imu_hip.app.live import LiveSession
from imu_hip.app.radio_thread import RadioThread
from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec.registry import BIP_V1
from imu_hip.guide.around import Calibration
from imu_hip.guide.script import script
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Item, LinkChange, LinkState, Role
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.session.output_file import refuse_overwriting
from imu_hip.session.recorder import Recorder
from imu_hip.session.versions import versions
from imu_hip.simulate.session import SimulationParams, simulate_session
from imu_hip.view import view
from imu_hip.virtual.event_loop import ScaledTimeLoop, SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion, SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, MAGNETIC_CONFIG, SensorPlan
from imu_hip.virtual.world import VirtualWorld

CLOCKS = {Role.PELVIS: SensorClock(offset_s=3.2, ppm=18.0), Role.THIGH: SensorClock(offset_s=711.5, ppm=-23.0)}
"""Two sensors were switched on at different times, and their quartzes differ."""

_SERIALS = {Role.PELVIS: "VP-0001", Role.THIGH: "VT-0001"}
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


@dataclass(frozen=True, slots=True)
class Worn:
    """What both sensors feel."""

    pelvis: SampleSource
    thigh: SampleSource


class Demo:
    """One run of virtual sensors, from the scan to the closed recording."""

    def __init__(
        self,
        spec: ExerciseSpec,
        side: Side,
        worn: Worn,
        prompts: tuple[Prompt, ...],
        *,
        out: Path | None,
        speed: Speed = Speed(),
        seed: int = 0,
        cycles_goal: int | None = None,
        magnetometer: bool = False,
        force: bool = False,
        disturb: Callable[[VirtualWorld], None] | None = None,
    ) -> None:
        """Prepare everything and create the recording; `disturb` is called in the radio's thread when playing begins.

        `magnetometer`: the sensors send their magnetic field, and it is used.

        Raises
        ------
        UsageError
            `out` exists and `force` is not set.
        RecordingError
            It cannot be created.
        """
        self.path = out if out is not None else _temporary_path(spec.id)
        self.is_temporary = out is None
        self.setup = Setup(
            side=side,
            exercise_id=spec.id,
            exercises=(spec,),
            sensors=(SensorSetup(Role.PELVIS, BIP_V1), SensorSetup(Role.THIGH, BIP_V1)),
            origin=Origin.DEMO,
            start_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            zero_ns=None,
            versions=versions(),
            magnetometer=magnetometer,
        )
        self._worn = worn
        self._seed = seed
        self._speed = speed
        self._disturb = disturb
        refuse_overwriting(self.path, force=force)
        if os.path.lexists(self.path):
            self.path.unlink()
        self._recorder = Recorder(self.path, self.setup)
        params = view.Params(
            self.setup, mode="demo", speed=speed.label, recording=self.path.name, cycles_goal=cycles_goal
        )
        # The simulated person has learnt the script by heart.
        self.session = LiveSession(
            self.setup, prompts, params, self._recorder, on_finished=self.request_stop, hears=False
        )
        self._processed_ns = 0
        self._radio = RadioThread(self._loop_factory(), self._measure)

    def start(self) -> None:
        """Switch the virtual world on."""
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
        if factor is None:
            return lambda: SimulatedTimeLoop(self._catch_up)
        return asyncio.new_event_loop if factor == 1.0 else lambda: ScaledTimeLoop(factor)

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
        clock = LoopClock(time.time_ns()).now_ns
        self.session.clock = clock
        config = MAGNETIC_CONFIG if self.setup.magnetometer else DEFAULT_CONFIG
        plans = {
            role: SensorPlan(_SERIALS[role], source, config, clock=CLOCKS[role])
            for role, source in ((Role.PELVIS, self._worn.pelvis), (Role.THIGH, self._worn.thigh))
        }
        world = VirtualWorld(plans, seed=self._seed)
        await world.start()
        streaming: set[Role] = set()

        def emit(item: Item) -> None:
            self.session.intake.put(item)
            if isinstance(item, LinkChange) and item.state is LinkState.STREAMING:
                streaming.add(item.role)
                if len(streaming) == len(Role):
                    # The person begins to follow the script when the guide begins to speak.
                    world.begin_playback()
                    if self._disturb is not None:
                        self._disturb(world)

        radio = Radio(world.scanner_backend, world.client_backend)
        try:
            await run_sensors(radio, world.roles, emit=emit, clock=clock, stop=stop)
        finally:
            await world.stop()


def simulated_person(
    spec: ExerciseSpec,
    side: Side,
    seed: int,
    cycles: int,
    calibration: Calibration = Calibration.STANDING,
    params: SimulationParams | None = None,
) -> tuple[Worn, tuple[Prompt, ...]]:
    """Return what the sensors of a simulated person feel who follows the script of an exercise, and that script."""
    prompts = script(spec, cycles, calibration)
    session = simulate_session(prompts, side, np.random.default_rng(seed), params or SimulationParams())
    rate_hz = 1.0 / float(session.t_s[1] - session.t_s[0])
    pelvis, thigh = (RecordedMotion(rate_hz, worn.gyr, worn.acc, worn.mag) for worn in (session.pelvis, session.thigh))
    return Worn(pelvis, thigh), prompts


def _temporary_path(exercise_id: str) -> Path:
    return Path(tempfile.mkdtemp(prefix="imu-hip-demo-")) / f"{exercise_id}.mcap"
