"""What `run` does, and the app without a command: sessions with sensors, in the window or headless."""

from __future__ import annotations

from argparse import Namespace

from imu_hip.app.catalogue import catalogue, exercise_from
from imu_hip.app.choices import exercises_named
from imu_hip.app.commands import watching
from imu_hip.app.radio_access import RadioAccess, SystemRadio
from imu_hip.guide.routines import ROUTINES
from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.exercise_spec import ExerciseSpec
from imu_hip.model.setup import Side
from imu_hip.session.user_library import Library


def app(args: Namespace) -> int:
    """Open the window on its start page."""
    from imu_hip.app.window import WITHOUT_WINDOW, require_window, show_app

    require_window(instead=WITHOUT_WINDOW)
    show_app(Library(), catalogue())
    return 0


def run(args: Namespace, access: RadioAccess | None = None) -> int:
    """Guide a person through exercises, with sensors."""
    from imu_hip.app.measuring import measurement, roles_of
    from imu_hip.app.preparing import prepare
    from imu_hip.app.watching import watch_through
    from imu_hip.guide.around import Calibration
    from imu_hip.session.output_file import refuse_overwriting

    specs = chosen_exercises(args)
    how = watching(args)
    if not args.headless:
        from imu_hip.app.window import require_window

        require_window()
    library = Library()
    roles = roles_of(library.sensors())
    if args.continues and args.out is not None:
        raise UsageError(Reason.WRONG_USAGE, "--continue goes on in the library: leave --out away")
    if args.out is not None:
        refuse_overwriting(args.out, force=args.force)
    prepare()
    running = measurement(
        specs, Side(args.side), args.person, library, access or SystemRadio(roles),
        calibration=Calibration(args.calibration), cycles=args.cycles, out=args.out,
        waits=not args.now, ready_s=args.start_delay, force=args.force,
        continues=args.continues,
    )  # fmt: skip
    watch_through(running, how, library)
    print(f"recording: {running.path}")
    return 0


def chosen_exercises(args: Namespace) -> tuple[ExerciseSpec, ...]:
    """Return the exercises that were named, routines as what they stand for.

    Raises
    ------
    UsageError
        One is not known, or none was named.
    """
    known = catalogue()
    ids = {spec.id for spec in known} | set(ROUTINES)
    unknown = [name for name in args.exercise if name not in ids]
    if unknown:
        text = f"unknown exercise '{unknown[0]}': choose from {', '.join(sorted(ids))}"
        raise UsageError(Reason.UNKNOWN_EXERCISE, text)
    specs = tuple(spec for name in args.exercise for spec in exercises_named(name, known))
    if args.exercise_file is not None:
        specs += (exercise_from(args.exercise_file),)
    if not specs:
        raise UsageError(Reason.WRONG_USAGE, f"name an exercise: {', '.join(sorted(ids))}")
    if len({spec.id for spec in specs}) < len(specs):
        raise UsageError(Reason.WRONG_USAGE, "an exercise was named twice: name each once")
    return specs
