"""What each command does; libraries are loaded by the command that needs them."""

from __future__ import annotations

import math
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from imu_hip.app.printing import print_json, print_lines
from imu_hip.feedback.wording import without_controls
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.extras import missing_extra
from imu_hip.model.setup import FilterName, Side

if TYPE_CHECKING:
    from imu_hip.app.watching import Watching

_FASTEST_HEARD = 2.0
_NO_UP = "the file does not say which axis of its ground points up: add --up z (most makers) or --up y (OpenSim's)"
_UP_OF_NOTHING = "--up goes with --from opensense only: other tables hold what sensors measured in their own axes"
"""Times real time: cues that come faster are no help."""


def demo(args: Namespace) -> int:
    """Run the main job with virtual sensors."""
    if find_spec("bumble") is None:
        raise missing_extra("the virtual radio is not installed", "demo")
    how = watching(args)
    if not args.headless:
        from imu_hip.app.window import require_window

        require_window()
    from imu_hip.app.demo import Demo, Speed, simulated_person
    from imu_hip.app.importing import simulation_params
    from imu_hip.app.preparing import prepare
    from imu_hip.app.watching import watch_through
    from imu_hip.guide.around import Calibration
    from imu_hip.session.output_file import refuse_overwriting
    from imu_hip.session.user_library import Library

    spec, side = _exercise(args), Side(args.side)
    if args.out is not None:
        refuse_overwriting(args.out, force=args.force)
    prepare()
    library, out = Library(), args.out
    if args.person is not None:
        person = f"{args.person} (demo)"
        out = library.new_recording(person, spec.id, side, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    params = simulation_params(args.magnetometer)
    worn, prompts = simulated_person(spec, side, args.seed, args.cycles, Calibration(args.calibration), params)
    running = Demo(
        spec, side, worn, prompts,
        out=out, speed=Speed(args.speed), seed=args.seed, cycles_goal=args.cycles,
        magnetometer=args.magnetometer, force=args.force,
    )  # fmt: skip
    watch_through(running, how, library)
    if args.person is not None:
        print_lines([f"kept in the library: imu-hip history --person {shlex.quote(person)}"])
        return 0
    kind = "temporary recording" if running.is_temporary else "recording"
    print_lines([f"{kind}: {running.path}  (again with: imu-hip replay {running.path})"])
    return 0


def replay(args: Namespace) -> int:
    """Play a recording through the same pipeline and window."""
    from imu_hip.api import read, with_magnetometer
    from imu_hip.app.preparing import prepare
    from imu_hip.app.replaying import Replay
    from imu_hip.app.watching import print_summary, watch
    from imu_hip.app.which_recording import recording_of
    from imu_hip.session.kept_session import shown_name
    from imu_hip.session.user_library import Library

    file = recording_of(args)
    recording = with_magnetometer(read(file), args.magnetometer or None)
    how, stays = watching(args), False
    if not args.headless:
        from imu_hip.app.window import is_seen, require_window

        require_window()
        stays = is_seen()
    prepare()
    running = Replay(recording, shown_name(file), args.speed, stays=stays)
    watch(running, file, how, Library())
    print_summary(recording.setup, running.session)
    return 0


def analyze(args: Namespace) -> int:
    """Print the whole result of a recording."""
    from imu_hip import api
    from imu_hip.app.preparing import prepare
    from imu_hip.app.which_recording import recording_of
    from imu_hip.feedback.closing_summary import summary_lines
    from imu_hip.guide.next_time import next_time
    from imu_hip.session.analysis_json import analysis_json
    from imu_hip.session.kept_session import segments_of
    from imu_hip.session.output_file import refuse_overwriting
    from imu_hip.session.samples_csv import samples_file

    file = recording_of(args)
    if args.samples is not None:
        refuse_overwriting(args.samples, force=args.force, inputs=segments_of(file))
    prepare()
    with ExitStack() as stack:
        rows = None if args.samples is None else stack.enter_context(samples_file(args.samples, force=args.force))
        result = api.summarize(
            file,
            filter=FilterName(args.filter),
            magnetometer=args.magnetometer or None,
            with_late=args.with_late,
            progress=_progress("analyzing"),
            rows=rows,
        )
    if args.json:
        print_json(analysis_json(result))
        return 0
    advice = next_time(result.setup, result.events, result.notes)
    lines = summary_lines(result.setup, result.events, result.notes, advice=advice)
    print_lines([*lines, f"result sha256 {result.result_sha256}"])
    return 0


def import_(args: Namespace) -> int:
    """Turn foreign tables into a recording."""
    from imu_hip.app.importing import import_tables
    from imu_hip.session.foreign_layouts import Layout
    from imu_hip.session.opensense import Up

    orientations = args.layout == "opensense"
    if orientations is (args.up is None):
        raise UsageError(Reason.WRONG_USAGE, _NO_UP if orientations else _UP_OF_NOTHING)
    doubts = import_tables(
        args.pelvis, args.thigh, args.marks, _exercise(args), Side(args.side), args.out,
        independent_clocks=args.clock == "independent", magnetometer=args.magnetometer,
        layout=Layout.CSV if orientations else Layout(args.layout), up=Up(args.up) if orientations else None,
        force=args.force,
    )  # fmt: skip
    for doubt in doubts:
        print(f"warning: {without_controls(doubt.text)}", file=sys.stderr)
    print(f"recording: {args.out}", file=sys.stderr)
    return 0


def simulate(args: Namespace) -> int:
    """Write a simulated session and its truth."""
    from imu_hip.app.importing import simulate as write_simulation
    from imu_hip.guide.around import Calibration

    write_simulation(
        _exercise(args), Side(args.side), args.seed, args.cycles, args.out, args.truth,
        calibration=Calibration(args.calibration), magnetometer=args.magnetometer, force=args.force,
    )  # fmt: skip
    print(f"recording: {args.out}, truth: {args.truth}", file=sys.stderr)
    return 0


def report(args: Namespace) -> int:
    """Write one page about a recording."""
    from imu_hip.app.reporting import write_report
    from imu_hip.app.which_recording import recording_of

    person, file = args.person or "", recording_of(args)
    write_report(file, args.out, force=args.force, person=person, progress=_progress("analyzing"))
    print(f"report: {args.out}", file=sys.stderr)
    return 0


def export(args: Namespace) -> int:
    """Write a recording in the format of another tool."""
    from imu_hip.app.exporting import Format
    from imu_hip.app.exporting import export as write_export

    made = write_export(
        args.file, Format(args.to), args.out, person=args.person, session=args.session, codes=args.codes,
        force=args.force, progress=_progress("analyzing"),
    )  # fmt: skip
    for path in made:
        print(f"{args.to}: {path}", file=sys.stderr)
    return 0


def note(args: Namespace) -> int:
    """Write a note about a finished recording beside it."""
    from imu_hip.api import read
    from imu_hip.app.noting import note_now

    read(args.file)
    made = note_now(args.file, args.text, args.at)
    print(f"note: {made}", file=sys.stderr)
    return 0


def exercises(args: Namespace) -> int:
    """Print the catalogue."""
    from imu_hip.app.catalogue import catalogue

    specs = catalogue()
    if args.json:
        print_json([_listed(spec) for spec in specs])
        return 0
    print_lines(_line(spec, max(len(spec.id) for spec in specs)) for spec in specs)
    return 0


def _line(spec: ExerciseSpec, width: int) -> str:
    directions = " and ".join(direction.value for direction in spec.directions) or "none"
    return f"{spec.id:<{width}}  {spec.name} · {spec.posture.value.replace('_', ' ')} · rotation: {directions}"


def _listed(spec: ExerciseSpec) -> dict[str, object]:
    return {
        "id": spec.id,
        "name": spec.name,
        "posture": spec.posture.value,
        "leg": spec.leg.value,
        "directions": [direction.value for direction in spec.directions],
        "cycle": [step.value for step in spec.cycle],
        "measurement": spec.measurement,
        "compensations": [kind.value for kind in spec.faults.kinds],
        "hold_min_s": spec.hold.min_dwell_s,
        "hold_breath_s": spec.hold.breath_s,
        "smallest_end_range_deg": math.degrees(spec.hold.smallest_end_range_rad),
        "dose": spec.dose,
        "not_seen": list(spec.not_seen),
        "source": spec.source,
    }


def watching(args: Namespace) -> Watching:
    """Return how a session is watched: as fast as possible nobody listens."""
    from imu_hip.app.watching import Watching

    paced = getattr(args, "speed", 1.0) is not None and getattr(args, "speed", 1.0) <= _FASTEST_HEARD
    if (args.serve or args.serve_lan) and find_spec("websockets") is None:
        raise missing_extra("the second screen is not installed", "serve")
    return Watching(
        headless=args.headless,
        sound=paced and not args.mute,
        serve=args.serve or args.serve_lan,
        lan=args.serve_lan,
    )


def _exercise(args: Namespace) -> ExerciseSpec:
    from imu_hip.app.catalogue import exercise, exercise_from

    if args.exercise_file is not None:
        return exercise_from(args.exercise_file)
    return exercise(args.exercise)


def _progress(doing: str) -> Callable[[float], None] | None:
    """Return a progress printer for a terminal; None where nobody looks."""
    if not sys.stderr.isatty():
        return None

    def show(share: float) -> None:
        end = "\n" if share >= 1.0 else ""
        print(f"\r{doing} {100.0 * share:3.0f} %", end=end, file=sys.stderr, flush=True)

    return show
