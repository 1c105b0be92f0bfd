"""Watch a running session: in the window, or as a status line; then say what came of it."""

from __future__ import annotations

import sys
import time
from typing import Protocol

from imu_hip.app.interrupts import interrupts
from imu_hip.app.live import LiveSession
from imu_hip.app.printing import print_lines
from imu_hip.feedback.closing_summary import summary_lines
from imu_hip.feedback.status_line import StatusLine
from imu_hip.model.setup import Setup

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


def watch(running: Running, *, headless: bool, stay_open: bool = True) -> None:
    """Run it to its end, or until it is interrupted or its window closed; everything is closed properly then.

    The window stays after the end, for the person to look at, unless `stay_open` is False.
    """
    with interrupts(running.request_stop) as interrupted:
        running.start()
        try:
            if headless:
                _watch_line(running)
            else:
                from imu_hip.app.window import show

                def is_over() -> bool:
                    return interrupted.is_set() or not (stay_open or running.is_running)

                show(running.session.view_state, running.request_stop, is_over)
        finally:
            running.request_stop()
            running.finish()


def print_summary(setup: Setup, session: LiveSession) -> None:
    """Print what came of the session, to stdout."""
    print_lines([*summary_lines(setup, session.events), f"result sha256 {session.result_sha256}"])


def _watch_line(running: Running) -> None:
    status = StatusLine(sys.stderr)
    while running.is_running:
        time.sleep(_LOOK_EVERY_S)
        status.show(running.session.view_state(), time.monotonic())
    status.finish()
