"""A guided session with sensors that exist: what is known of it before the first byte."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from imu_hip.app.continuing import CutOff, cut_off_session, refuse_another
from imu_hip.app.guided_session import GuidedSession
from imu_hip.app.radio_access import RadioAccess
from imu_hip.guide.around import Calibration
from imu_hip.guide.guide import Params as GuideParams
from imu_hip.guide.script import routine_script
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import Role
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.session.kept_session import shown_name
from imu_hip.session.user_library import KnownSensor, Library
from imu_hip.session.versions import versions
from imu_hip.view import view

READY_S = 5.0
"""From "go" to the first instruction: time to get into place."""


def roles_of(sensors: Mapping[str, KnownSensor]) -> dict[str, Role]:
    """Return which serial number is worn where.

    Raises
    ------
    UsageError
        A role has no sensor yet.
    """
    roles = {serial: sensor.role for serial, sensor in sensors.items()}
    missing = [role.value for role in Role if role not in roles.values()]
    if missing:
        text = f"no sensor is known for {' and '.join(missing)}: switch both on, then run imu-hip assign"
        raise UsageError(Reason.SENSOR_NOT_FOUND, text)
    return roles


def measurement(
    specs: Sequence[ExerciseSpec],
    side: Side,
    person: str,
    library: Library,
    radio: RadioAccess,
    *,
    calibration: Calibration = Calibration.STANDING,
    cycles: int = 1,
    out: Path | None = None,
    waits: bool = True,
    ready_s: float = READY_S,
    force: bool = False,
    continues: bool = False,
) -> GuidedSession:
    """Prepare a session of exercises that share one calibration, and create its recording.

    Without `out` it goes into the library, to `person`. `waits`: it begins when the person says so. `continues`: it is
    the one of the library that was just cut off, and goes on.

    Raises
    ------
    UsageError
        A role has no sensor, nobody can be guided through one of the exercises, `out` exists, or nothing was cut off.
    RecordingError
        The recording cannot be created.
    """
    families = {known.role: known.family for known in library.sensors().values()}
    roles_of(library.sensors())
    if continues:
        cut = cut_off_session(library, person, time.time())
        refuse_another(cut, specs, side, calibration, families)
        return going_on(cut, person, radio, calibration=calibration, cycles=cycles, waits=waits, ready_s=ready_s)
    start_utc = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    prompts = routine_script(specs, cycles, calibration)
    setup = Setup(
        side=side,
        exercise_id=specs[0].id,
        exercises=tuple(specs),
        sensors=(
            SensorSetup(Role.PELVIS, families[Role.PELVIS]),
            SensorSetup(Role.THIGH, families[Role.THIGH]),
        ),
        origin=Origin.LIVE,
        start_utc=start_utc,
        zero_ns=None,
        versions=versions(),
    )
    name = specs[0].id if len(specs) == 1 else "routine"
    path = out if out is not None else library.new_recording(person, name, side, start_utc)
    params = view.Params(setup, mode="live", recording=shown_name(path), cycles_goal=cycles, person=person)
    return GuidedSession(radio, params, GuideParams(prompts, waits=waits, ready_s=ready_s), path, force=force)


def going_on(
    cut: CutOff,
    person: str,
    radio: RadioAccess,
    *,
    calibration: Calibration,
    cycles: int = 1,
    waits: bool = True,
    ready_s: float = READY_S,
) -> GuidedSession:
    """Prepare the rest of a session that was cut off, and create its next file.

    Raises
    ------
    RecordingError
        The file cannot be created.
    """
    setup = cut.recording.setup
    prompts = routine_script(setup.exercises, cycles, calibration)
    params = view.Params(setup, mode="live", recording=shown_name(cut.path), cycles_goal=cycles, person=person)
    return GuidedSession(radio, params, GuideParams(prompts, waits=waits, ready_s=ready_s), cut.path, cut=cut)
