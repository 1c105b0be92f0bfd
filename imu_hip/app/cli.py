"""The command line: words to commands, errors to one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from imu_hip import __version__
from imu_hip.app import argument_types, commands
from imu_hip.app.as_typed import as_typed
from imu_hip.app.interrupts import let_sigterm_interrupt
from imu_hip.feedback.wording import without_controls
from imu_hip.model.errors import ImuHipError
from imu_hip.session.user_library import DEFAULT_PERSON

DONE, FAILED, UNUSABLE = 0, 1, 2
_FILTERS = ("vqf", "madgwick", "mahony", "ekf")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {_one_line(message)} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 done, 1 failed, 2 wrong usage or unusable input."""
    let_sigterm_interrupt()
    try:
        try:
            parser = _parser()
            if "_ARGCOMPLETE" in os.environ:  # a shell asks what could come next
                from imu_hip.app.completion import complete

                complete(parser)
            args = parser.parse_args(argv)
            return int(args.run(args))
        finally:
            sys.stdout.flush()
    except ImuHipError as error:
        print(f"imu-hip: {_one_line(as_typed(error.message))}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("imu-hip: interrupted", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read our output has had enough; the interpreter must not complain about it at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return DONE
    except Exception as error:
        traceback.print_exc()
        print(f"imu-hip: the program failed ({type(error).__name__}: {error})", file=sys.stderr)
        return FAILED


def _later(module: str, name: str, *, package: str = "app") -> Callable[[argparse.Namespace], int]:
    """Return a command whose module is loaded when it is called: help must not wait for libraries."""

    def command(args: argparse.Namespace) -> int:
        return int(getattr(import_module(f"imu_hip.{package}.{module}"), name)(args))

    return command


def _one_line(message: str) -> str:
    """Return a message in one line also when it quotes a name that has several, or that would steer the terminal."""
    return without_controls(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="imu-hip",
        description="Measure hip rotation with two Bluetooth motion sensors. "
        "Training, research and education. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"imu-hip {__version__}")
    parser.set_defaults(run=_later("session_commands", "app"))
    sub = parser.add_subparsers(
        title="commands", metavar="COMMAND", description="without one: the window, on its start page"
    )

    run = sub.add_parser("run", help="a guided session with your sensors")
    run.add_argument("exercise", nargs="*", metavar="EXERCISE", help="ids from the catalogue, or routine_1, routine_2")
    run.add_argument("--exercise-file", type=Path, metavar="F.toml", help="an exercise of your own, after the others")
    run.add_argument("--side", choices=("left", "right"), required=True, help="the leg that wears the thigh sensor")
    run.add_argument("--person", default=DEFAULT_PERSON, metavar="P", help="whose session it is")
    run.add_argument("--cycles", type=argument_types.count, default=1, metavar="N", help="cycles of each exercise")
    _calibration(run)
    run.add_argument(
        "--start-delay", type=argument_types.delay, default=5.0, metavar="S", help="seconds to get into place (5)"
    )
    run.add_argument("--now", action="store_true", help="begin when both sensors stream, without being told to")
    run.add_argument(
        "--continue", dest="continues", action="store_true", help="go on with the session that was just cut off"
    )
    run.add_argument("--out", type=Path, metavar="FILE.mcap", help="record here instead of in the library")
    _watched(run)
    _force(run)
    run.set_defaults(run=_later("session_commands", "run"))

    scan = sub.add_parser("scan", help="which sensors are there")
    scan.add_argument("--json", action="store_true", help="as JSON")
    _seconds(scan)
    scan.set_defaults(run=_later("sensor_commands", "scan"))

    assign = sub.add_parser("assign", help="say which sensor is worn where; kept by serial number")
    assign.add_argument("--pelvis", metavar="SERIAL")
    assign.add_argument("--thigh", metavar="SERIAL")
    _seconds(assign)
    assign.set_defaults(run=_later("sensor_commands", "assign"))

    doctor = sub.add_parser("doctor", help="check this computer: Bluetooth, window, sound, speech, disk, clock")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    doctor.set_defaults(run=_later("doctor_command", "doctor"))
    lint = sub.add_parser("lint-sensor", help="does a sensor keep to its protocol, and can its values be believed")
    lint.add_argument("name", metavar="NAME", help="serial number, or name or address as advertised")
    lint.add_argument(
        "--seconds", type=argument_types.delay, default=30.0, metavar="S", help="how long it is watched (30)"
    )
    lint.add_argument("--no-turns", action="store_true", help="leave it lying: its axes are not checked")
    lint.add_argument("--restart", action="store_true", help="also ask to switch it off and on")
    lint.add_argument(
        "--virtual",
        action="store_true",
        help="without Bluetooth: VP-0001, a virtual sensor that is right",
    )
    lint.add_argument("--json", action="store_true", help="as JSON")
    lint.set_defaults(run=_later("lint_sensor", "lint_sensor"))

    history = sub.add_parser("history", help="a person's sessions, and what has changed")
    history.add_argument("--person", default=DEFAULT_PERSON, metavar="P")
    how = history.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as JSON")
    how.add_argument("--out", type=Path, metavar="PAGE.html", help="as a page to print or hand over")
    _force(history)
    history.set_defaults(run=_later("person_commands", "history"))

    forget = sub.add_parser("forget", help="delete a person wholly")
    forget.add_argument("person", metavar="PERSON")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.set_defaults(run=_later("person_commands", "forget"))

    verify = sub.add_parser("verify", help="derive results again and compare them with those that are kept")
    verify.add_argument(
        "file", type=argument_types.recording, nargs="*", metavar="FILE", help="without one: all of the library"
    )
    verify.set_defaults(run=_later("verifying", "verify"))

    demo = sub.add_parser("demo", help="the main job without hardware: virtual sensors, real BLE client")
    _exercise(demo, default="supine_ere")
    demo.add_argument("--side", choices=("left", "right"), default="right", help="the leg that wears the thigh sensor")
    _watched(demo)
    demo.add_argument("--speed", type=argument_types.speed, default=1.0, metavar="X", help="times real time, or max")
    demo.add_argument("--seed", type=argument_types.seed, default=0, metavar="N", help="which simulated person")
    demo.add_argument("--cycles", type=argument_types.count, default=1, metavar="N", help="cycles of the exercise")
    _calibration(demo)
    kept = demo.add_mutually_exclusive_group()
    kept.add_argument("--out", type=Path, metavar="FILE.mcap", help="keep the recording here")
    kept.add_argument("--person", metavar="P", help="or in the library, as a session of 'P (demo)'")
    _magnetometer(demo, "sensors that have one, in a room with iron in it; use it where it can be believed")
    _force(demo)
    demo.set_defaults(run=commands.demo)

    listed = sub.add_parser("exercises", help="the catalogue")
    listed.add_argument("--json", action="store_true", help="as JSON")
    listed.set_defaults(run=commands.exercises)

    replay = sub.add_parser("replay", help="a recording through the same pipeline and window")
    replay.add_argument("file", type=argument_types.recording, nargs="?", metavar="FILE", help="or name a person")
    replay.add_argument("--person", metavar="P", help="instead of FILE: the newest session of P")
    replay.add_argument(
        "--speed", type=argument_types.replay_speed, default=1.0, metavar="X", help="0.25 to 16, or max"
    )
    _watched(replay)
    _magnetometer(replay, "use the recorded magnetic field where it can be believed")
    replay.set_defaults(run=commands.replay)

    analyze = sub.add_parser("analyze", help="the whole result of a recording")
    analyze.add_argument("file", type=argument_types.recording, nargs="?", metavar="FILE", help="or name a person")
    analyze.add_argument("--person", metavar="P", help="instead of FILE: the newest session of P")
    analyze.add_argument("--json", action="store_true", help="as JSON, and nothing else on stdout")
    analyze.add_argument(
        "--samples", type=Path, metavar="OUT.csv|OUT.parquet", help="write the angles sample by sample"
    )
    analyze.add_argument("--filter", choices=_FILTERS, default="vqf", help="orientation filter, to compare")
    _magnetometer(analyze, "use the recorded magnetic field where it can be believed")
    analyze.add_argument("--with-late", action="store_true", help="also use samples that came too late to be used live")
    _force(analyze)
    analyze.set_defaults(run=commands.analyze)

    import_ = sub.add_parser("import", help="foreign tables into a recording")
    import_.add_argument("--pelvis", type=Path, required=True, metavar="P.csv")
    import_.add_argument("--thigh", type=Path, required=True, metavar="T.csv")
    import_.add_argument("--marks", type=Path, metavar="M.csv")
    which = import_.add_mutually_exclusive_group(required=True)
    which.add_argument("--exercise", metavar="ID")
    which.add_argument("--exercise-file", type=Path, metavar="F.toml")
    import_.add_argument("--side", choices=("left", "right"), required=True)
    import_.add_argument(
        "--from",
        dest="layout",
        choices=("csv", "dot", "ximu3", "xsens", "opensense"),
        default="csv",
        help="whose tables (csv: ours)",
    )
    import_.add_argument("--up", choices=("y", "z"), help="opensense: the axis of the file's ground that points up")
    import_.add_argument("--clock", choices=("common", "independent"), default="common")
    _magnetometer(import_, "use mag_x, mag_y, mag_z in every result of this recording, where they can be believed")
    import_.add_argument("--out", type=Path, required=True, metavar="FILE.mcap")
    _force(import_)
    import_.set_defaults(run=commands.import_)

    simulate = sub.add_parser("simulate", help="a simulated session with its truth")
    _exercise(simulate)
    simulate.add_argument("--side", choices=("left", "right"), default="right")
    simulate.add_argument("--seed", type=argument_types.seed, default=0, metavar="N")
    simulate.add_argument("--cycles", type=argument_types.count, default=2, metavar="N", help="cycles of the exercise")
    _calibration(simulate)
    _magnetometer(simulate, "sensors that have one, in a room with iron in it; use it where it can be believed")
    simulate.add_argument("--out", type=Path, required=True, metavar="FILE.mcap")
    simulate.add_argument("--truth", type=Path, required=True, metavar="TRUTH.csv")
    _force(simulate)
    simulate.set_defaults(run=commands.simulate)

    recover = sub.add_parser("recover", help="what can be saved from a damaged recording")
    recover.add_argument("file", type=Path, metavar="FILE")
    recover.add_argument("--out", type=Path, metavar="FILE2", help="left away: a session of the library stays there")
    recover.add_argument("--json", action="store_true", help="the report as JSON")
    _force(recover)
    recover.set_defaults(run=_later("recovering", "recover_recording"))

    note = sub.add_parser("note", help="write something down about a finished recording, beside it")
    note.add_argument("file", type=argument_types.recording, metavar="FILE")
    note.add_argument("text", metavar="TEXT")
    note.add_argument(
        "--at", type=argument_types.moment, metavar="S", help="about this second of it; without: about all of it"
    )
    note.set_defaults(run=commands.note)

    report = sub.add_parser("report", help="one page to print or hand over: result, plot, holds and why")
    report.add_argument("file", type=argument_types.recording, nargs="?", metavar="FILE", help="or name a person")
    report.add_argument("--out", type=Path, required=True, metavar="REPORT.html")
    report.add_argument(
        "--person",
        default="",
        metavar="P",
        help="a name to stand on the page, and without FILE whose newest session it is",
    )
    _force(report)
    report.set_defaults(run=commands.report)

    export = sub.add_parser("export", help="a recording and its result in the format of another tool")
    export.add_argument("file", type=argument_types.recording, metavar="FILE")
    export.add_argument("--to", choices=("csv", "parquet", "bids", "sto", "c3d", "fhir", "mcap"), required=True)
    export.add_argument("--out", type=Path, required=True, metavar="PATH", help="csv and bids: a folder")
    export.add_argument("--person", metavar="LABEL", help="letters and digits, no name (the pseudonym, or 01)")
    export.add_argument("--session", metavar="LABEL", help="letters and digits (when it began)")
    export.add_argument("--codes", type=Path, metavar="F.toml", help="fhir: your clinic's codes")
    _force(export)
    export.set_defaults(run=commands.export)

    batch = sub.add_parser("batch", help="the results of many recordings, as tables to query")
    batch.add_argument("source", nargs="?", metavar="SRC", help="a folder of recordings, or its URL (s3://...)")
    batch.add_argument("--out", metavar="DEST", help="where results go: a folder, or its URL")
    batch.add_argument("--engine", choices=("local", "dask"), default="local", help="this computer, or a Dask cluster")
    batch.add_argument("--scheduler", metavar="ADDR", help="dask: where its scheduler is (tcp://host:8786)")
    batch.add_argument(
        "--workers", type=argument_types.count, metavar="N", help="local: processes at once (one for each core)"
    )
    batch.add_argument("--filter", choices=_FILTERS, help="another orientation filter, to compare (vqf)")
    batch.add_argument("--compact", metavar="DEST", help="instead: put the small files of results there into few")
    batch.set_defaults(run=_later("command", "batch", package="batch"))

    completion = sub.add_parser("completion", help="what a shell needs to complete these commands on Tab")
    completion.add_argument("shell", choices=("bash", "zsh", "fish", "powershell"))
    completion.set_defaults(run=_later("completion", "print_script"))
    return parser


def _exercise(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    which = parser.add_mutually_exclusive_group(required=default is None)
    which.add_argument("exercise", nargs="?", default=default, metavar="EXERCISE", help="id from the catalogue")
    which.add_argument("--exercise-file", type=Path, metavar="F.toml", help="an exercise of your own")


def _calibration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--calibration", choices=("standing", "lying"), default="standing", help="on both feet, or without getting up"
    )


def _magnetometer(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--magnetometer", action="store_true", help=what)


def _watched(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="status line and summary instead of the window")
    parser.add_argument("--mute", action="store_true", help="no tones and no speech")
    parser.add_argument("--serve", action="store_true", help="also on a read-only page, for this computer")
    parser.add_argument(
        "--serve-lan", action="store_true", help="the same for a phone or TV of this network, with a one-time code"
    )


def _seconds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=argument_types.delay, default=4.0, metavar="S", help="how long to look (4)")


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
