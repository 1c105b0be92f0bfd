"""Watch a running session: in the window, or as a status line; then say what came of it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from imu_hip.app.live import LiveSession
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


def watch(running: Running, *, headless: bool) -> None:
    """Run it to its end, or until it is interrupted or its window closed; everything is closed properly then."""
    if headless:
        with _interrupts_stop(running):
            running.start()
            _watch_line(running)
            running.finish()
        return
    from imu_hip.app.window import show

    running.start()
    try:
        show(running.session.view_state, running.request_stop)
    finally:
        running.request_stop()
        running.finish()


def print_summary(setup: Setup, session: LiveSession) -> None:
    """Print what came of the session, to stdout."""
    for line in summary_lines(setup, session.events):
        print(line)
    print(f"result sha256 {session.result_sha256}")


def _watch_line(running: Running) -> None:
    status = StatusLine(sys.stderr)
    while running.is_running:
        time.sleep(_LOOK_EVERY_S)
        status.show(running.session.view_state(), time.monotonic())
    status.finish()


@contextmanager
def _interrupts_stop(running: Running) -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the session in order instead of breaking it off."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: running.request_stop()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
