"""What a session or replay is made of, for whoever begins one: it takes seconds, so it is done in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from imu_hip.app.guided_session import GuidedSession
from imu_hip.app.preparing import prepare
from imu_hip.app.radio_access import RadioAccess
from imu_hip.app.replaying import Replay
from imu_hip.guide.around import Calibration
from imu_hip.model.app_state import StartView
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Role
from imu_hip.model.setup import Side
from imu_hip.session.kept_session import shown_name
from imu_hip.session.reader import Recording
from imu_hip.session.user_library import Library

RadioFor = Callable[[Mapping[str, Role]], RadioAccess]
"""Makes the access to sensors of these serial numbers and roles."""


def with_sensors(
    start: StartView, specs: Sequence[ExerciseSpec], library: Library, radio_for: RadioFor
) -> GuidedSession:
    """Return a session with the person's own sensors, as it was chosen on the start page."""
    from imu_hip.app.measuring import measurement, roles_of

    prepare()
    radio = radio_for(roles_of(library.sensors()))
    calibration = Calibration(start.calibration)
    return measurement(specs, Side(start.side), start.person, library, radio, calibration=calibration)


def rest_of_cut_off(start: StartView, library: Library, radio_for: RadioFor) -> GuidedSession:
    """Return the rest of the session that was cut off: its exercises and side, whatever is chosen now."""
    from imu_hip.app.continuing import calibration_of, cut_off_session, refuse_another
    from imu_hip.app.measuring import going_on, roles_of

    prepare()
    sensors = library.sensors()
    radio = radio_for(roles_of(sensors))
    cut = cut_off_session(library, start.person, time.time())
    setup = cut.recording.setup
    calibration = calibration_of(cut.recording, Calibration(start.calibration))
    families = {known.role: known.family for known in sensors.values()}
    refuse_another(cut, setup.exercises, setup.side, calibration, families)
    return going_on(cut, start.person, radio, calibration=calibration)


def without_sensors(start: StartView, spec: ExerciseSpec) -> GuidedSession:
    """Return the same with virtual sensors on a simulated person; its recording is temporary."""
    from imu_hip.app.demo import Demo, simulated_person

    prepare()
    side = Side(start.side)
    worn, prompts = simulated_person(spec, side, 0, 1, Calibration(start.calibration))
    return Demo(spec, side, worn, prompts, out=None, cycles_goal=1)


def replay_of(path: Path) -> tuple[Replay, Recording]:
    """Return a replay that stays at its end, and what it plays."""
    from imu_hip import api

    prepare()
    recording = api.read(path)
    return Replay(recording, shown_name(path), 1.0, stays=True), recording
