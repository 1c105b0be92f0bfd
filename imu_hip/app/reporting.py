"""The report of a recording: one page, written whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from imu_hip import api
from imu_hip.app.preparing import prepare
from imu_hip.exercise.asymmetry import SOURCE, change
from imu_hip.guide.next_time import next_time
from imu_hip.model.analysis import Analysis
from imu_hip.model.exercise_spec import Direction, Posture
from imu_hip.report.material import Material
from imu_hip.report.page import report_html
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.kept_session import segments_of
from imu_hip.session.output_file import refuse_overwriting, whole_file, write_text
from imu_hip.session.user_library import Library


def write_report(
    path: Path, out: Path, *, force: bool = False, person: str = "", progress: api.Progress | None = None
) -> None:
    """Analyze a recording and write its report; `person` stands on the page, nobody does without.

    Raises
    ------
    UsageError
        There is something at `out` and `force` is not given.
    UnusableInputError
        `path` is no recording, or damaged.
    RecordingError
        The page cannot be written.
    """
    refuse_overwriting(out, force=force, inputs=segments_of(path))
    recording = api.read(path)
    prepare()
    page = report_of(api.analyze(recording, progress=progress), person)
    with whole_file(out, force=force) as part:
        write_text(part, page)


def report_beside(path: Path, library: Library) -> Path:
    """Write the report of a recording beside it, and return where; in the library in the place of an older one.

    Raises UsageError, UnusableInputError and RecordingError as `write_report` does.
    """
    if library.holds(path):
        out = path.with_name("report.html")
        write_report(path, out, force=True)
        return out
    names = (path.with_name(f"{path.stem}{'' if number == 1 else f'-{number}'}.html") for number in count(1))
    out = next(name for name in names if not name.exists())
    write_report(path, out)
    return out


def report_of(analysis: Analysis, person: str = "") -> str:
    """Return the page of an analysis."""
    result = analysis_json(analysis)
    advice = next_time(analysis.setup, analysis.events, analysis.notes)
    return report_html(Material(analysis, result, least_changes(result), SOURCE, person, advice))


def least_changes(result: Mapping[str, Any]) -> list[dict[str, float]]:
    """Return for each part by how much another day's result must differ, of each direction, in degrees."""
    return [_least_change(part) for part in result["parts"]]


def _least_change(part: Mapping[str, Any]) -> dict[str, float]:
    """Return by how much another day's result must differ from that of a part, of each direction, in degrees."""
    out: dict[str, float] = {}
    for direction in Direction:
        name = f"{direction.value}_rotation"
        angle, sd = part["range"][f"{name}_deg"], part["range"][f"{name}_sd_deg"]
        if None in (angle, sd, part["posture"]):
            continue
        # As sure of the other day as of this one.
        same = (math.radians(angle), math.radians(sd))
        found = change(Posture(part["posture"]), same, same)
        out[direction.value] = math.degrees(max(found.limit_rad, 2.0 * found.sd_rad))
    return out
