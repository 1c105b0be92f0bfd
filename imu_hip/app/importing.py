"""Foreign tables and simulated sessions into recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imu_hip.app.versions import versions
from imu_hip.guide.script import script
from imu_hip.model.block import AngleBlock
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.event import Warning
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.output import Outputs
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import ClockMap, Origin, Setup, Side
from imu_hip.session.foreign_csv import MarkedInterval, doubtful_units, read_marks_csv, read_sensor_csv
from imu_hip.session.importer import import_items
from imu_hip.session.output_file import refuse_existing
from imu_hip.session.samples_csv import write_samples
from imu_hip.session.writer import write_recording
from imu_hip.simulate.session import SimulatedSession, simulate_session
from imu_hip.stream.clock_match import MatchParams, match


def import_tables(
    pelvis_path: Path,
    thigh_path: Path,
    marks_path: Path | None,
    spec: ExerciseSpec,
    side: Side,
    out: Path,
    *,
    independent_clocks: bool = False,
    force: bool = False,
) -> tuple[Warning, ...]:
    """Write a recording from tables; return what is doubtful about them.

    Raises
    ------
    UnusableInputError
        A table is not what it should be, or independent clocks cannot be matched.
    UsageError
        `out` exists and `force` is not set.
    RecordingError
        `out` cannot be written.
    """
    if not force:
        refuse_existing(out)
    pelvis, thigh = read_sensor_csv(pelvis_path), read_sensor_csv(thigh_path)
    marks = read_marks_csv(marks_path) if marks_path is not None else ()
    clock = _matched(pelvis, thigh, thigh_path) if independent_clocks else ClockMap()
    if clock == ClockMap() and (pelvis.t_s[0] > thigh.t_s[-1] or thigh.t_s[0] > pelvis.t_s[-1]):
        raise UnusableInputError(
            Reason.WRONG_VALUE,
            f"{thigh_path}: its times do not overlap with those of {pelvis_path}; "
            "if each file has a clock of its own, add --clock independent",
        )
    _write(pelvis, thigh, marks, spec, side, out, Origin.IMPORT, clock, force=force)
    return (*doubtful_units(pelvis, str(pelvis_path)), *doubtful_units(thigh, str(thigh_path)))


def simulate(
    spec: ExerciseSpec, side: Side, seed: int, cycles: int, out: Path, truth: Path, *, force: bool = False
) -> None:
    """Write a simulated session as a recording, and its truth as a table beside it.

    Raises
    ------
    UsageError
        A file exists and `force` is not set, or the exercise has no script.
    RecordingError
        A file cannot be written.
    """
    if not force:
        refuse_existing(out)
        refuse_existing(truth)
    prompts = script(spec.id, cycles)
    session = simulate_session(prompts, side, np.random.default_rng(seed))
    pelvis, thigh = (TimedSamples(session.t_s, worn.gyr, worn.acc, None) for worn in (session.pelvis, session.thigh))
    marks = tuple(
        MarkedInterval(p.start_s, p.start_s + p.duration_s, p.label, p.detail) for p in prompts if p.label is not None
    )
    _write(pelvis, thigh, marks, spec, side, out, Origin.SIMULATION, ClockMap(), force=force)
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
    spec: ExerciseSpec,
    side: Side,
    out: Path,
    origin: Origin,
    clock: ClockMap,
    *,
    force: bool,
) -> None:
    imported = import_items(pelvis, thigh, marks, thigh_clock=clock)
    setup = Setup(
        side=side,
        exercise_id=spec.id,
        exercises=(spec,),
        sensors=imported.sensors,
        origin=origin,
        start_utc=None,
        zero_ns=imported.zero_ns,
        versions=versions(),
    )
    write_recording(out, setup, imported.items, force=force)


def _matched(pelvis: TimedSamples, thigh: TimedSamples, path: Path) -> ClockMap:
    found = match(MatchParams(), pelvis.t_s, pelvis.gyr, thigh.t_s, thigh.gyr)
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
