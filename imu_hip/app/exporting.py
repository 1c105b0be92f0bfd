"""What `export` does: derive the result and write it in another tool's format, whole or not at all."""

from __future__ import annotations

import re
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path

from imu_hip import api
from imu_hip.app.marked import marked
from imu_hip.app.preparing import prepare
from imu_hip.model.block import AlignedBlock, joined
from imu_hip.model.errors import Reason, UsageError
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.exports import bids, c3d, fhir, opensim, tables, viewer_mcap
from imu_hip.session.exports.contents import Contents
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.session.kept_session import RAW, segments_of
from imu_hip.session.output_file import create_file, merged_folder, refuse_overwriting, whole_file
from imu_hip.session.reader import Recording
from imu_hip.session.samples_csv import require_pyarrow

_LONGEST_LABEL = 64
_DEFAULT_PERSON = "01"


class Format(StrEnum):
    """What can be written."""

    CSV = "csv"
    PARQUET = "parquet"
    BIDS = "bids"
    STO = "sto"
    C3D = "c3d"
    FHIR = "fhir"
    MCAP = "mcap"


def export(
    path: Path,
    to: Format,
    out: Path,
    *,
    person: str | None = None,
    session: str | None = None,
    codes: Path | None = None,
    force: bool = False,
    progress: api.Progress | None = None,
) -> tuple[Path, ...]:
    """Write a recording and its result as another format; return the files and folders that were made.

    Raises
    ------
    UsageError
        There is something at `out`, a label is none, or an extra is missing.
    UnusableInputError
        `path` is no recording, or `codes` no table of codes.
    RecordingError
        It cannot be written.
    """
    if to not in (Format.CSV, Format.BIDS):
        refuse_overwriting(out, force=force, inputs=segments_of(path))
    labels = _labels(path, person, session)
    if to is Format.PARQUET:
        require_pyarrow(out)
    if to is Format.C3D:
        c3d.require_ezc3d()
    concepts = fhir.read_codes(codes)
    recording = api.read(path)
    prepare()
    contents = contents_of(recording, *labels, progress=progress)
    match to:
        case Format.CSV:
            with merged_folder(out, force=force) as folder:
                tables.write_folder(folder, contents)
        case Format.BIDS:
            with merged_folder(out, force=force, replaced=(bids.PARTICIPANTS,)) as folder:
                bids.write_session(folder, contents, out)
        case Format.STO:
            return _write_opensim(out, contents, force=force)
        case Format.PARQUET | Format.C3D | Format.FHIR | Format.MCAP:
            with whole_file(out, force=force) as part:
                create_file(part).close()  # for its owner only, whoever writes it then
                if to is Format.PARQUET:
                    tables.write_one_parquet(part, contents)
                elif to is Format.C3D:
                    c3d.write_c3d(part, contents)
                elif to is Format.MCAP:
                    viewer_mcap.write_viewer_mcap(part, contents)
                else:
                    fhir.write_bundle(part, contents, concepts)
    return (out,)


def contents_of(recording: Recording, person: str, session: str, *, progress: api.Progress | None = None) -> Contents:
    """Derive a recording's result and gather what an export is made of; an empty `session` is named by its start."""
    pieces: list[AlignedBlock] = []
    analysis = api.analyze(recording, progress=progress, seen=pieces.append)
    started = re.sub(r"\D", "", recording.setup.start_utc or "")
    return Contents(
        analysis,
        analysis_json(analysis),
        joined(pieces),
        _marks(recording),
        person,
        session or started or recording.sha256[:12],
    )


def _labels(path: Path, person: str | None, session: str | None) -> tuple[str, str]:
    """Return the labels of person and session: as given, else the pseudonym and nothing; never a name."""
    if person is None:
        in_library = path.name == RAW and re.fullmatch(r"p-[a-z0-9]{8}", path.resolve().parent.parent.name)
        person = in_library[0].replace("-", "") if in_library else _DEFAULT_PERSON
    for label in (person, *([] if session is None else [session])):
        if not re.fullmatch(rf"[A-Za-z0-9]{{1,{_LONGEST_LABEL}}}", label):
            raise UsageError(
                Reason.WRONG_USAGE,
                f"{label[:40]!r} is no label: 1 to {_LONGEST_LABEL} letters and digits (a pseudonym, not a name)",
            )
    return person, session or ""


def _marks(recording: Recording) -> tuple[MarkedInterval, ...]:
    """Return the marked intervals on the common clock; one that was never ended ends with the recording."""
    items = recording.items
    if not items:
        return ()
    zero_ns = items[0].item.t_ns if recording.setup.zero_ns is None else recording.setup.zero_ns
    last_ns = max(numbered.item.t_ns for numbered in items)
    ended = ((mark, last_ns if end_ns is None else end_ns) for mark, end_ns in marked(items))
    found = [
        MarkedInterval((mark.t_ns - zero_ns) / 1e9, (end_ns - zero_ns) / 1e9, mark.label, mark.detail)
        for mark, end_ns in ended
        if mark.t_ns < end_ns
    ]
    return tuple(sorted(found, key=lambda each: (each.start_s, each.end_s)))


def _write_opensim(out: Path, contents: Contents, *, force: bool) -> tuple[Path, ...]:
    """Write the orientations, and beside them those of the neutral pose and the angles."""
    calibration, angles = out.with_name(f"{out.stem}_calibration.sto"), out.with_suffix(".mot")
    if out.suffix.lower() != ".sto":
        raise UsageError(Reason.WRONG_USAGE, f"{out}: name it something.sto; the angles come beside it as .mot")
    with ExitStack() as stack:
        for path, write in (
            (out, opensim.write_orientations),
            (calibration, opensim.write_calibration),
            (angles, opensim.write_angles),
        ):
            part = stack.enter_context(whole_file(path, force=force))
            create_file(part).close()
            write(part, contents)
    return out, calibration, angles
