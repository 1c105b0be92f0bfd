"""What came of a session, for the results page and the seek bar: figures, rows, spans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from imu_hip.app.marked import marked
from imu_hip.feedback.closing_summary import STOPPED
from imu_hip.feedback.told_pain import pain_lines
from imu_hip.feedback.wording import angle, clock, figure, told
from imu_hip.guide.next_time import next_time
from imu_hip.model.analysis import Analysis
from imu_hip.model.app_state import HoldRow, ResultView, TimelineSpan
from imu_hip.model.coaching_words import FAULTS, HOLDS
from imu_hip.model.errors import ImuHipError
from imu_hip.model.event import (
    ActiveRange,
    Block,
    CalibrationStep,
    Compensation,
    Cycle,
    EndRange,
    Event,
    Exit,
    Hold,
    HoldVerdict,
    NotJudged,
    PartStarted,
    Plateau,
    Trial,
    Warning,
)
from imu_hip.model.exercise_spec import Direction, ExerciseSpec
from imu_hip.model.item import NoteKind
from imu_hip.model.stopped import stopped_while_calibrating
from imu_hip.session.reader import Recording
from imu_hip.session.user_library import Library


def kept_analysis(path: Path, library: Library) -> Analysis | None:
    """Analyze a recording, if it is there; of one of the library's the result is kept beside it for its history."""
    if not path.exists():
        return None
    from imu_hip import api
    from imu_hip.session.analysis_json import analysis_json

    analysis = api.analyze(path)
    if library.holds(path):
        library.keep_result(path, analysis_json(analysis))
    return analysis


class Ending(Protocol):
    """What is to be ended."""

    def finish(self) -> None:
        """Wait for the end and close everything."""


def outcome(running: Ending, path: Path | None, library: Library) -> tuple[ResultView | None, ImuHipError | None]:
    """Wait for the end of a session; return what came of it, where its file is known, and what ended it early."""
    failure: ImuHipError | None = None
    try:
        running.finish()
    except ImuHipError as error:
        failure = error
    analysis = None if path is None else kept_analysis(path, library)
    return (None if analysis is None or path is None else result_view(analysis, path)), failure


def result_view(analysis: Analysis, path: Path) -> ResultView:
    """Return what a session came to; angles are ± 2 SD."""
    setup, events = analysis.setup, analysis.events
    parts = [event.exercise_id for event in events if isinstance(event, PartStarted)] or [setup.exercise_id]
    names = list(dict.fromkeys(_name(setup.exercise(each), each) for each in parts))
    title = f"{', '.join(names)} · {setup.side.value} side"
    specs = [setup.exercise(each) for each in parts]
    measures_only = all(spec is not None and spec.measurement for spec in specs)
    said = (*pain_lines(analysis.notes, events), *told(note for note in analysis.notes if note.kind is NoteKind.TEXT))
    if stopped_while_calibrating(setup, events):
        return ResultView(title, (), (), (*said, STOPPED), str(path), measures_only=True)
    advice = next_time(setup, events, analysis.notes)
    return ResultView(
        title, _figures(events), _holds(events), (*said, *_notes(events)), str(path), measures_only, advice
    )


def _name(spec: ExerciseSpec | None, exercise_id: str) -> str:
    return exercise_id if spec is None else spec.name


def _figures(events: Sequence[Event]) -> tuple[tuple[str, str], ...]:
    figures = []
    for direction in Direction:
        name = f"{direction.value.capitalize()} rotation"
        means = [event for event in events if isinstance(event, ActiveRange) and event.direction is direction]
        best = [event for event in events if isinstance(event, Plateau) and event.direction is direction]
        if means:
            found = means[-1]
            figures.append((f"{name}, mean of {found.trials}", angle(*_degrees(found.mean_rad, found.sd_rad))))
            trials = [event for event in events if isinstance(event, Trial) and event.direction is direction]
            each = " ".join(f"{figure(math.degrees(trial.angle_rad))}°" for trial in trials[-found.trials :])
            figures.append((f"{name}, each trial", each))
        elif best:
            highest = max(best, key=lambda event: event.angle_rad)
            figures.append((f"{name}, best held", angle(*_degrees(highest.angle_rad, highest.sd_rad))))
    ends = {event.direction: event for event in events if isinstance(event, EndRange)}
    figures += [(f"End range, {d.value}", f"{figure(math.degrees(e.end_range_rad))}°") for d, e in ends.items()]
    cycles = [event for event in events if isinstance(event, Cycle)]
    if cycles:
        figures.append(("Cycles complete", f"{sum(cycle.complete for cycle in cycles)} of {len(cycles)}"))
    holds = [event for event in events if isinstance(event, Hold)]
    if holds:
        whole = sum(hold.verdict is HoldVerdict.COMPLETE for hold in holds)
        figures.append(("Holds of a full breath", f"{whole} of {len(holds)}"))
    blocks = sum(isinstance(event, Block) for event in events)
    if blocks:
        figures.append(("Blocks", str(blocks)))
    exits = [event for event in events if isinstance(event, Exit) and event.verdict is not None]
    if exits:
        good = sum(event.verdict is not None and event.verdict.value == "controlled" for event in exits)
        figures.append(("Controlled exits", f"{good} of {len(exits)}"))
    return tuple(figures)


def _degrees(angle_rad: float, sd_rad: float) -> tuple[float, float]:
    return math.degrees(angle_rad), math.degrees(sd_rad)


def _holds(events: Sequence[Event]) -> tuple[HoldRow, ...]:
    holds = [event for event in events if isinstance(event, Hold)]
    exits = [event for event in events if isinstance(event, Exit)]
    rows = []
    for number, hold in enumerate(holds, 1):
        left = next((event for event in exits if abs(event.start_s - hold.end_s) < 1e-6), None)
        verdict = "" if left is None else "not graded" if left.verdict is None else left.verdict.value
        why = " · ".join(text for text in (hold.why, "" if left is None else left.why) if text)
        rows.append(
            HoldRow(
                number=number,
                direction="in" if hold.direction is Direction.INTERNAL else "out",
                duration=f"{hold.end_s - hold.start_s:.1f} s",
                angle=angle(*_degrees(hold.angle_rad, hold.sd_rad)),
                percent=f"{figure(100.0 * hold.fraction_of_end_range)} %",
                exit=verdict,
                verdict=HOLDS[hold.verdict],
                why=why,
            )
        )
    return tuple(rows)


def _notes(events: Sequence[Event]) -> tuple[str, ...]:
    notes = [f"{clock(e.start_s)} {FAULTS[e.kind].name}: {e.why}" for e in events if isinstance(e, Compensation)]
    unsure = {event.kind: event for event in events if isinstance(event, NotJudged)}
    notes += [f"Not judged: {kind.value.replace('_', ' ')} ({event.why})" for kind, event in unsure.items()]
    last = {event.label: event for event in events if isinstance(event, CalibrationStep)}
    notes += [
        f"{label.value.replace('_', ' ').capitalize()}: {event.text}"
        for label, event in last.items()
        if not event.accepted
    ]
    return (*notes, *(event.text for event in events if isinstance(event, Warning)))


Spans = tuple[TimelineSpan, ...]


def timeline(recording: Recording, events: Sequence[Event]) -> tuple[Spans, Spans]:
    """Return marks and events for the seek bar, in seconds since the first item of the recording."""
    items = recording.items
    if not items:
        return (), ()
    first_ns = items[0].item.t_ns
    zero_ns = first_ns if recording.setup.zero_ns is None else recording.setup.zero_ns
    late_s = (zero_ns - first_ns) / 1e9
    marks: list[TimelineSpan] = []
    for mark, end_ns in marked(items):
        if end_ns is not None:
            start_s, end_s = ((t_ns - first_ns) / 1e9 for t_ns in (mark.t_ns, end_ns))
            word = mark.label.value.replace("_", " ")
            marks.append(TimelineSpan(start_s, end_s, mark.label.value, f"{word} {mark.detail}".strip()))
    spans = [span for event in events if (span := _span(event, late_s)) is not None]
    marks.sort(key=lambda span: span.start_s)
    spans.sort(key=lambda span: span.start_s)
    return tuple(marks), tuple(spans)


def _span(event: Event, late_s: float) -> TimelineSpan | None:
    match event:
        case Hold():
            kind, text = "hold", f"hold {event.end_s - event.start_s:.1f} s: {HOLDS[event.verdict]}"
        case Exit():
            kind = "exit"
            text = f"exit: {'not graded' if event.verdict is None else event.verdict.value}"
        case Block():
            kind, text = "block", f"block {event.end_s - event.start_s:.1f} s"
        case Compensation():
            kind, text = "fault", f"{FAULTS[event.kind].name}: {event.why}"
        case _:
            return None
    return TimelineSpan(event.start_s + late_s, event.end_s + late_s, kind, text)
