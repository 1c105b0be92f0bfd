"""The main job without hardware.

Two virtual sensors on a simulated person, over the real BLE client, into a live session.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imu_hip.app.guided_session import REAL_TIME, GuidedSession, Speed
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.codec.registry import BIP_V1
from imu_hip.guide.around import Calibration
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.guide.script import script
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Role
from imu_hip.model.prompt import Prompt
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.session.versions import versions
from imu_hip.simulate.session import SimulationParams, simulate_session
from imu_hip.view import view
from imu_hip.virtual.motion import RecordedMotion, SampleSource
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, MAGNETIC_CONFIG, SensorPlan

if TYPE_CHECKING:
    from imu_hip.virtual.world import VirtualWorld

CLOCKS = {Role.PELVIS: SensorClock(offset_s=3.2, ppm=18.0), Role.THIGH: SensorClock(offset_s=711.5, ppm=-23.0)}
"""Two sensors were switched on at different times, and their quartzes differ."""

_SERIALS = {Role.PELVIS: "VP-0001", Role.THIGH: "VT-0001"}

__all__ = ["CLOCKS", "Demo", "Speed", "Worn", "lying_still", "simulated_person", "virtual_sensors"]


@dataclass(frozen=True, slots=True)
class Worn:
    """What both sensors feel."""

    pelvis: SampleSource
    thigh: SampleSource


class Demo(GuidedSession):
    """One run of virtual sensors; without `out` the recording is temporary."""

    def __init__(
        self,
        spec: ExerciseSpec,
        side: Side,
        worn: Worn,
        prompts: tuple[Prompt, ...],
        *,
        out: Path | None,
        speed: Speed = REAL_TIME,
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
        self.is_temporary = out is None
        path = out if out is not None else _temporary_path(spec.id)
        setup = Setup(
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
        radio = VirtualRadio(virtual_sensors(worn, magnetometer=magnetometer), seed=seed, disturb=disturb)
        params = view.Params(setup, mode="demo", speed=speed.label, recording=path.name, cycles_goal=cycles_goal)
        # The simulated person has learnt the script by heart.
        guide = GuideParams(prompts, repeats_refused=False)
        super().__init__(radio, params, guide, path, speed=speed, force=force)


def virtual_sensors(worn: Worn, *, magnetometer: bool = False) -> dict[Role, SensorPlan]:
    """Return the two sensors that feel what is worn."""
    config = MAGNETIC_CONFIG if magnetometer else DEFAULT_CONFIG
    sources = {Role.PELVIS: worn.pelvis, Role.THIGH: worn.thigh}
    return {role: SensorPlan(_SERIALS[role], source, config, clock=CLOCKS[role]) for role, source in sources.items()}


def lying_still() -> Worn:
    """Return what two sensors feel that lie on a table."""
    table = RecordedMotion(1.0, np.zeros((1, 3)), np.array([[0.0, 0.0, 9.80665]]))
    return Worn(table, table)


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
