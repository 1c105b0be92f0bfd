"""What `verify` does: derive results again and compare them with those that were kept."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from imu_hip import api
from imu_hip.app.preparing import prepare
from imu_hip.app.printing import print_lines
from imu_hip.feedback.wording import count, one_line
from imu_hip.model.analysis import Analysis
from imu_hip.model.errors import UnusableInputError
from imu_hip.session.analysis_json import SCHEMA as ANALYSIS
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.expected_json import differences, expected_json
from imu_hip.session.json_file import read_object
from imu_hip.session.kept_session import shown_name
from imu_hip.session.user_library import Library


class Outcome(Enum):
    """How a recording fared, with what the table says of it; the failures come last."""

    SAME = "same"
    OTHER_SOFTWARE = "other software"
    NOTHING_KEPT = "nothing kept"
    DIFFERENT = "DIFFERENT"
    CHANGED = "RECORDING CHANGED"
    DAMAGED = "NOT READABLE"


_OTHER_HASH = "no result is kept of a recording with this hash"
FAILURES = (Outcome.DIFFERENT, Outcome.CHANGED, Outcome.DAMAGED)


@dataclass(frozen=True, slots=True)
class Verified:
    """One recording: what came of it, and why."""

    path: Path
    outcome: Outcome
    why: str


def verify(args: Namespace) -> int:
    """Print a line for each recording; return 1 when one is not what was kept of it."""
    library = Library()
    paths: tuple[Path, ...] = tuple(args.file) or library.recordings()
    if not paths:
        print_lines([f"no recordings in the library ({library.home}): name files to verify"])
        return 0
    prepare()
    found = list(_with_progress((verified(path, library) for path in paths), len(paths)))
    print_lines(_lines(found))
    return 1 if any(each.outcome in FAILURES for each in found) else 0


def verified(path: Path, library: Library) -> Verified:
    """Derive a recording again and compare; a result by other software joins those kept in the library."""
    try:
        analysis = api.analyze(path)
        beside = path.with_suffix(".json")
        if library.holds(path):
            return _with_library(path, analysis, library)
        if not beside.exists():
            return Verified(path, Outcome.NOTHING_KEPT, f"no {beside.name} beside it")
        return _with_object(path, analysis, read_object(beside))
    except UnusableInputError as error:
        if not path.exists():
            raise
        return Verified(path, Outcome.DAMAGED, error.message)


def _with_library(path: Path, analysis: Analysis, library: Library) -> Verified:
    kept = [result for result in library.kept_results(path) if result.get("schema") == ANALYSIS]
    result = analysis_json(analysis)
    compared = [found for each in kept if (found := _with_result(path, result, each)).outcome is not Outcome.CHANGED]
    if kept and not compared:
        return Verified(path, Outcome.CHANGED, _OTHER_HASH)
    same_software = [each for each in compared if each.outcome is not Outcome.OTHER_SOFTWARE]
    if not same_software:
        library.keep_result(path, result)
    if not compared:
        return Verified(path, Outcome.NOTHING_KEPT, "kept now")
    return max(same_software or compared[-1:], key=lambda each: list(Outcome).index(each.outcome))


def _with_object(path: Path, analysis: Analysis, kept: Mapping[str, Any]) -> Verified:
    """Compare with what lies beside a recording: an analysis, or the expected result of a sample recording."""
    if kept.get("schema") == ANALYSIS:
        return _with_result(path, analysis_json(analysis), kept)
    if "events" not in kept or "rows" not in kept:
        return Verified(path, Outcome.NOTHING_KEPT, f"{path.with_suffix('.json').name} is no result")
    if kept.get("recording_sha256") != analysis.recording_sha256:
        return Verified(path, Outcome.CHANGED, _OTHER_HASH)
    first = next(differences(kept, expected_json(analysis)), None)
    if first is not None:
        return Verified(path, Outcome.DIFFERENT, first)
    return Verified(path, Outcome.SAME, f"{count(len(kept['events']), 'event')}, {count(len(kept['rows']), 'row')}")


def _with_result(path: Path, result: Mapping[str, Any], kept: Mapping[str, Any]) -> Verified:
    recording, software = kept.get("recording"), kept.get("software")
    if not isinstance(recording, dict) or recording.get("sha256") != result["recording"]["sha256"]:
        return Verified(path, Outcome.CHANGED, _OTHER_HASH)
    same = kept.get("result_sha256") == result["result_sha256"]
    if software != result["software"]:
        theirs = software if isinstance(software, dict) else {}
        others = [f"{name} {theirs.get(name)}" for name, own in result["software"].items() if theirs.get(name) != own]
        return Verified(path, Outcome.OTHER_SOFTWARE, f"{'same' if same else 'other'} result with {', '.join(others)}")
    if not same:
        return Verified(
            path, Outcome.DIFFERENT, f"{result['result_sha256'][:12]} now, not {str(kept.get('result_sha256'))[:12]}"
        )
    return Verified(path, Outcome.SAME, result["result_sha256"][:12])


def _lines(found: list[Verified]) -> Iterator[str]:
    names = [one_line(shown_name(each.path)) for each in found]
    width = max(len(name) for name in names)
    state_width = max(len(each.outcome.value) for each in found)
    for name, each in zip(names, found, strict=True):
        yield f"{name:<{width}}  {each.outcome.value:<{state_width}}  {one_line(each.why)}"
    counted = [
        f"{sum(each.outcome is outcome for each in found)} {outcome.value.lower()}"
        for outcome in Outcome
        if any(each.outcome is outcome for each in found)
    ]
    yield f"{count(len(found), 'recording')}: {', '.join(counted)}"


def _with_progress(found: Iterable[Verified], total: int) -> Iterator[Verified]:
    """Show a bar while it takes long, where somebody looks."""
    if not sys.stderr.isatty():
        yield from found
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(found, "verifying", total=total, console=Console(stderr=True), transient=True)
