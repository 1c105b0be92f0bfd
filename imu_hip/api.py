"""The three lines of a notebook: read a recording, analyze it, look at the numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from imu_hip.exercise.asymmetry import Comparison, side_difference
from imu_hip.model.analysis import Analysis
from imu_hip.model.block import joined
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.event import ActiveRange, Event, Warning
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.output import Outputs
from imu_hip.model.setup import FilterName, Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording, read_recording

ITEMS_AT_A_TIME = 4096

Progress = Callable[[float], None]
"""Called with the share that is done, 0..1."""


def read(path: str | Path) -> Recording:
    """Read a recording.

    Raises
    ------
    UnusableInputError
        The file is not a recording, is damaged, or comes from a newer version.
    """
    return read_recording(Path(path))


def with_magnetometer(recording: Recording, magnetometer: bool | None) -> Recording:
    """Return the recording with its magnetic field used or not; None: as it was recorded."""
    if magnetometer is None:
        return recording
    return replace(recording, setup=replace(recording.setup, magnetometer=magnetometer))


def analyze(
    source: str | Path | Recording,
    *,
    filter: FilterName = FilterName.VQF,
    magnetometer: bool | None = None,
    with_late: bool = False,
    progress: Progress | None = None,
) -> Analysis:
    """Derive the whole result of a recording.

    `filter` chooses the orientation filter (all but VQF are for comparison); `magnetometer` whether the sensors'
    magnetic field is used (None: as it was recorded); `with_late` also uses samples that came too late to be used
    live. Each gives another result, under another hash.
    """
    recording = with_magnetometer(source if isinstance(source, Recording) else read(source), magnetometer)
    recording = replace(recording, setup=replace(recording.setup, filter=filter))
    pipeline = Pipeline(recording.setup, with_late=with_late)
    outputs: list[Outputs] = []
    items = recording.items
    for start in range(0, len(items), ITEMS_AT_A_TIME):
        outputs.append(pipeline.receive(items[start : start + ITEMS_AT_A_TIME]))
        if progress is not None:
            progress(min(1.0, (start + ITEMS_AT_A_TIME) / len(items)))
    outputs.append(pipeline.finish())
    return gathered(recording, pipeline, outputs)


def side_differences(right: Analysis, left: Analysis) -> dict[Direction, Comparison]:
    """Compare the active ranges of two measurements of the same kind, one of each side: left less right.

    Raises
    ------
    UsageError
        When they are not measurements of the same exercise, of the right and of the left leg.
    """
    if right.setup.exercise_id != left.setup.exercise_id:
        raise UsageError(
            Reason.WRONG_USAGE, "ranges of different postures cannot be compared: measure both the same way"
        )
    if (right.setup.side, left.setup.side) != (Side.RIGHT, Side.LEFT):
        raise UsageError(Reason.WRONG_USAGE, "give the recording of the right leg first, then that of the left")
    ranges = [
        {event.direction: (event.mean_rad, event.sd_rad) for event in analysis.events if isinstance(event, ActiveRange)}
        for analysis in (right, left)
    ]
    return {
        direction: side_difference(ranges[0][direction], ranges[1][direction])
        for direction in Direction
        if all(direction in each for each in ranges)
    }


def gathered(recording: Recording, pipeline: Pipeline, outputs: list[Outputs]) -> Analysis:
    """Put together what a pipeline gave back for the items of a recording."""
    angles = joined([output.angles for output in outputs])
    events: list[Event] = [event for output in outputs for event in output.events]
    if recording.missing:
        text = f"{recording.missing} items of this recording are lost: what happened then is not in the result"
        events.append(Warning("items_missing", text))
    return Analysis(
        setup=recording.setup,
        recording_sha256=recording.sha256,
        duration_s=float(angles.t_s[-1] - angles.t_s[0]) if len(angles.t_s) else None,
        angles=angles,
        phases=np.concatenate([output.phases for output in outputs]),
        events=tuple(events),
        link=pipeline.link(),
        result_sha256=pipeline.result_sha256,
    )
