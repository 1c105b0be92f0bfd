"""Foreign tables and simulated sessions into recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imu_hip.app.catalogue import exercise
from imu_hip.guide.around import Calibration
from imu_hip.guide.script import script
from imu_hip.model.block import AngleBlock
from imu_hip.model.errors import Reason, UnusableInputError, UsageError
from imu_hip.model.event import Warning
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.item import MarkLabel, Role
from imu_hip.model.output import Outputs
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import ClockMap, Origin, Setup, Side
from imu_hip.session.exports.provenance import used_magnetometer
from imu_hip.session.foreign_csv import MarkedInterval, doubtful_units, read_marks_csv
from imu_hip.session.foreign_layouts import Layout, looks_like, read_sensor_table
from imu_hip.session.importer import import_items
from imu_hip.session.opensense import Up, read_orientations
from imu_hip.session.output_file import refuse_overwriting
from imu_hip.session.samples_csv import write_samples
from imu_hip.session.versions import versions
from imu_hip.session.writer import write_recording
from imu_hip.simulate.magnetic_field import MagneticFieldParams
from imu_hip.simulate.session import SimulatedSession, SimulationParams, simulate_session
from imu_hip.stream.clock_match import MatchParams, Moved, match


def import_tables(
    pelvis_path: Path,
    thigh_path: Path,
    marks_path: Path | None,
    spec: ExerciseSpec,
    side: Side,
    out: Path,
    *,
    independent_clocks: bool = False,
    magnetometer: bool = False,
    layout: Layout = Layout.CSV,
    up: Up | None = None,
    force: bool = False,
) -> tuple[Warning, ...]:
    """Write a recording from tables; return what is doubtful about them.

    `magnetometer`: their magnetic field is to be used; it is anyway where both tables are an export of a recording that
    used it. `layout`: whose tables they are; with `up`, OpenSense's instead, and that axis of their ground points up.

    Raises
    ------
    UnusableInputError
        A table is not what it should be, or independent clocks cannot be matched.
    UsageError
        `out` exists and `force` is not set.
    RecordingError
        `out` cannot be written.
    """
    inputs = [path for path in (pelvis_path, thigh_path, marks_path) if path is not None]
    refuse_overwriting(out, force=force, inputs=inputs)
    pelvis, thigh = (
        _read(path, layout) if up is None else read_orientations(path, role, side, up)
        for role, path in ((Role.PELVIS, pelvis_path), (Role.THIGH, thigh_path))
    )
    magnetometer = magnetometer or (pelvis_path.parent == thigh_path.parent and used_magnetometer(pelvis_path.parent))
    marks = read_marks_csv(marks_path) if marks_path is not None else ()
    _refuse_unrelated(pelvis, thigh, pelvis_path, thigh_path, independent_clocks=independent_clocks)
    clock = _matched(pelvis, thigh, thigh_path) if independent_clocks else ClockMap()
    beside = [mark for mark in marks if mark.end_s <= pelvis.t_s[0] or mark.start_s > pelvis.t_s[-1]]
    if marks and len(beside) == len(marks):
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{marks_path}: no mark lies within the times of {pelvis_path} "
            f"({pelvis.t_s[0]:g} to {pelvis.t_s[-1]:g} s); marks must be on that file's clock",
        )
    specs = _with_marked(spec, marks, marks_path)
    origin = Origin.IMPORT if up is None else Origin.ORIENTATIONS
    _write(pelvis, thigh, marks, specs, side, out, origin, clock, magnetometer=magnetometer, force=force)
    return (
        *doubtful_units(pelvis, str(pelvis_path)),
        *doubtful_units(thigh, str(thigh_path)),
        *(
            Warning("mark_without_samples", f"{marks_path}: no samples at {m.label} ({m.start_s:g} to {m.end_s:g} s)")
            for m in beside
        ),
    )


def _read(path: Path, layout: Layout) -> TimedSamples:
    """Read a sensor's table; say so where it is another program's export."""
    seems = looks_like(path) if layout is Layout.CSV else None
    if seems is not None:
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{path}: looks like another program's export: add --from {seems}"
        )
    return read_sensor_table(path, layout)


def simulation_params(magnetometer: bool) -> SimulationParams:
    """Return the usual person and sensors, with magnetometers in a room with iron in it if they are asked for."""
    return SimulationParams(magnetic_field=MagneticFieldParams() if magnetometer else None)


def simulate(
    spec: ExerciseSpec,
    side: Side,
    seed: int,
    cycles: int,
    out: Path,
    truth: Path,
    *,
    calibration: Calibration = Calibration.STANDING,
    magnetometer: bool = False,
    force: bool = False,
) -> None:
    """Write a simulated session as a recording, and its truth as a table beside it.

    Raises
    ------
    UsageError
        A file exists and `force` is not set, or the exercise has no script.
    RecordingError
        A file cannot be written.
    """
    for path in (out, truth):
        refuse_overwriting(path, force=force)
    if out.resolve() == truth.resolve():
        raise UsageError(Reason.WRONG_USAGE, f"{out}: recording and truth cannot be one file; choose two names")
    prompts = script(spec, cycles, calibration)
    session = simulate_session(prompts, side, np.random.default_rng(seed), simulation_params(magnetometer))
    pelvis, thigh = (
        TimedSamples(session.t_s, worn.gyr, worn.acc, worn.mag) for worn in (session.pelvis, session.thigh)
    )
    marks = tuple(
        MarkedInterval(p.start_s, p.start_s + p.duration_s, p.label, p.detail) for p in prompts if p.label is not None
    )
    _write(
        pelvis, thigh, marks, (spec,), side, out, Origin.SIMULATION, ClockMap(), magnetometer=magnetometer, force=force
    )
    write_samples(
        truth,
        [_truth(session)],
        femur_internal_rotation_rad=session.truth.femur_internal_rotation_rad,
        force=force,
    )


def _write(
    pelvis: TimedSamples,
    thigh: TimedSamples,
    marks: Sequence[MarkedInterval],
    specs: tuple[ExerciseSpec, ...],
    side: Side,
    out: Path,
    origin: Origin,
    clock: ClockMap,
    *,
    magnetometer: bool,
    force: bool,
) -> None:
    imported = import_items(pelvis, thigh, marks, thigh_clock=clock)
    setup = Setup(
        side=side,
        exercise_id=specs[0].id,
        exercises=specs,
        sensors=imported.sensors,
        origin=origin,
        start_utc=None,
        zero_ns=imported.zero_ns,
        versions=versions(),
        magnetometer=magnetometer,
    )
    write_recording(out, setup, imported.items, force=force)


def _with_marked(
    spec: ExerciseSpec, marks: Sequence[MarkedInterval], marks_path: Path | None
) -> tuple[ExerciseSpec, ...]:
    """Return the rules of the exercise and of every other one that a mark names: several make a routine."""
    named = {m.detail: None for m in marks if m.label is MarkLabel.EXERCISE and m.detail not in ("", spec.id)}
    try:
        return (spec, *(exercise(name) for name in named))
    except UsageError as error:
        raise UnusableInputError(Reason.UNKNOWN_EXERCISE, f"{marks_path}: {error.message}") from error


def _refuse_unrelated(
    pelvis: TimedSamples, thigh: TimedSamples, pelvis_path: Path, thigh_path: Path, *, independent_clocks: bool
) -> None:
    """Refuse tables that are one and the same, or that have no time in common."""
    if np.array_equal(pelvis.gyr, thigh.gyr) and np.array_equal(pelvis.acc, thigh.acc):
        raise UnusableInputError(
            Reason.WRONG_VALUE, f"{thigh_path}: holds the samples of {pelvis_path}; give the thigh sensor's own file"
        )
    if not independent_clocks and (pelvis.t_s[0] > thigh.t_s[-1] or thigh.t_s[0] > pelvis.t_s[-1]):
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{thigh_path}: its times do not overlap with those of {pelvis_path}; "
            "if each file has a clock of its own, add --clock independent",
        )


def _matched(pelvis: TimedSamples, thigh: TimedSamples, path: Path) -> ClockMap:
    first, second = (Moved(table.t_s, table.gyr, table.acc) for table in (pelvis, thigh))
    found = match(MatchParams(), first, second)
    if found is None:
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{path}: its clock cannot be matched to the pelvis file's, because the movements do not go together; "
            "give both files one clock",
        )
    return found.clock


def _truth(session: SimulatedSession) -> Outputs:
    n = len(session.t_s)
    truth = session.truth
    nothing, vectors = np.zeros(n), np.zeros((n, 3))
    angles = AngleBlock(
        session.t_s, truth.angles_rad, vectors, truth.worn, nothing, nothing, nothing, vectors, np.ones(n, dtype=bool)
    )
    return Outputs(angles, truth.phase, ())
