"""Watch a running session: in the window, or as a status line; then say what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from imu_hip.app.headless_keys import listen_for_keys
from imu_hip.app.interrupts import interrupts
from imu_hip.app.live import LiveSession
from imu_hip.app.printing import print_lines
from imu_hip.app.results import kept_analysis
from imu_hip.feedback.closing_summary import summary_lines
from imu_hip.feedback.status_line import StatusLine
from imu_hip.guide.next_time import next_time
from imu_hip.model.errors import RecordingError
from imu_hip.model.setup import Setup
from imu_hip.model.signal import Signal
from imu_hip.model.view_state import ViewState
from imu_hip.session.user_library import Library

_LOOK_EVERY_S = 0.1


class Running(Protocol):
    """A session that is under way: a demo, a replay, a measurement."""

    session: LiveSession

    def start(self) -> None:
        """Begin."""

    def request_stop(self) -> None:
        """Ask for an orderly end."""

    @property
    def is_running(self) -> bool:
        """Whether it is still under way."""

    def finish(self) -> None:
        """Wait for the end and close everything."""


class Recorded(Running, Protocol):
    """A session that is being recorded."""

    path: Path
    setup: Setup


@dataclass(frozen=True, slots=True)
class Watching:
    """How it is watched: in the window or not, with sound or not, and on a second screen or not.

    `lan`: other devices of the network may be that screen. The window stays after the end, for the person to look at.
    """

    headless: bool
    sound: bool = True
    serve: bool = False
    lan: bool = False


def watch(running: Running, path: Path | None, how: Watching, library: Library) -> None:
    """Run it to its end, or until it is interrupted or its window closed; everything is closed properly then.

    `path` is the file that results can be had of; None where there are none to show.
    """
    with ExitStack() as stack, interrupts(running.request_stop) as interrupted:
        if how.headless:
            _watch_line(running, how, stack)
            if path is not None and library.holds(path):
                kept_analysis(path, library)
            return
        from imu_hip.app.catalogue import catalogue
        from imu_hip.app.window import show_session

        show_session(running, path, how, library, catalogue(), interrupted.is_set)


def watch_through(running: Recorded, how: Watching, library: Library) -> None:
    """Watch a session that is recorded, and print what came of it; raises what kept its recording from being whole.

    A full disk ends the recording, not the session: what was measured is said.
    """
    failure: RecordingError | None = None
    try:
        watch(running, running.path, how, library)
    except RecordingError as error:
        failure = error
    print_summary(running.setup, running.session)
    if failure is not None:
        raise failure


def print_summary(setup: Setup, session: LiveSession) -> None:
    """Print what came of the session, to stdout."""
    notes = session.notes
    advice = next_time(setup, session.events, notes)
    lines = summary_lines(setup, session.events, notes, advice=advice, step=session.step)
    print_lines([*lines, f"result sha256 {session.result_sha256}"])


def share(read_state: Callable[[], ViewState | None], how: Watching, stack: ExitStack) -> Callable[[], str]:
    """Open the second screen for as long as the stack lasts; return what says where it is, "" without one.

    A code lets one device in: what is said changes with each.
    """
    if not how.serve:
        return lambda: ""
    from imu_hip.serve.server import ViewServer

    server = ViewServer(read_state, lan=how.lan)
    server.start()
    stack.callback(server.close)
    return lambda: f"Second screen: {server.link}" + (f" (code {server.code})" if how.lan else "")


def _watch_line(running: Running, how: Watching, stack: ExitStack) -> None:
    from imu_hip.app.ears import ears_for

    status = StatusLine(sys.stderr)
    ears = ears_for(sound=how.sound, kept=None)
    if ears is not None:
        stack.callback(ears.close)

    def signalled(signal: Signal) -> None:
        if ears is not None:
            ears.announce(signal)
        status.cue(signal)

    running.session.on_signal = signalled
    shared = share(running.session.view_state, how, stack)
    said = {""}
    listen_for_keys(running)
    running.start()
    try:
        while running.is_running:
            for line in (shared(), *(() if ears is None else ears.notes)):
                if line not in said:
                    print(line, file=sys.stderr)
                    said.add(line)
            time.sleep(_LOOK_EVERY_S)
            status.show(running.session.view_state(), time.monotonic())
        status.finish()
    finally:
        running.request_stop()
        running.finish()
