"""Keys for who has no window: a letter and Enter, where a terminal is there to type on."""

from __future__ import annotations

import sys
import threading
from typing import Protocol, TextIO

from imu_hip.app.live import LiveSession
from imu_hip.model.command import CommandName

COMMANDS = {
    "p": CommandName.PAIN,
    "e": CommandName.END_SET,
    "r": CommandName.REDO,
    "s": CommandName.STOP,
}
HELP = "Enter: pause or go on · p: pain, stop · e: end the set · r: once more · s: finish (each with Enter)"


class HasSession(Protocol):
    """What keys are for."""

    session: LiveSession


def obey(typed: str, session: LiveSession) -> None:
    """Give the session the command that a line stands for: an empty one pauses, or goes on."""
    letter = typed.strip().lower()[:1]
    if letter in COMMANDS:
        session.command(COMMANDS[letter])
    elif not letter:
        paused = session.view_state().guide.paused
        session.command(CommandName.GO_ON if paused else CommandName.PAUSE)


def listen_for_keys(running: HasSession, stream: TextIO | None = None) -> None:
    """Follow what is typed from now on, in a thread that ends with the program; nothing without a terminal."""
    keys = stream or sys.stdin
    if not keys.isatty():
        return
    print(HELP, file=sys.stderr)

    def listen() -> None:
        for typed in keys:
            obey(typed, running.session)

    threading.Thread(target=listen, name="keys", daemon=True).start()
