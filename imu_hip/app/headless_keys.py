"""Keys for who has no window: a letter and Enter, where a terminal is there to type on."""

from __future__ import annotations

import sys
import threading
from typing import Protocol, TextIO

from imu_hip.app.live import LiveSession
from imu_hip.model.command import CommandName
from imu_hip.session.notes import HIGHEST_SCORE, LONGEST

COMMANDS = {
    "p": CommandName.PAIN,
    "e": CommandName.END_SET,
    "r": CommandName.REDO,
    "s": CommandName.STOP,
}
HELP = (
    "Enter: pause or go on · p: pain, stop (then 0 to 10: how much) · e: end the set · r: once more · s: finish · "
    "n TEXT: a note (each with Enter)"
)
_SCORES = {str(score): score for score in range(HIGHEST_SCORE + 1)}


class HasSession(Protocol):
    """What keys are for."""

    session: LiveSession


def obey(typed: str, session: LiveSession) -> str:
    """Give the session what a line stands for: an empty one pauses, or goes on; a number is a score of pain.

    Returns what to answer, "" where the session itself does.
    """
    line = typed.strip()
    letter = line.lower()[:1]
    if letter in COMMANDS:
        session.command(COMMANDS[letter])
    elif line in _SCORES:
        session.pain_score(_SCORES[line])
        return f"Pain {line} of {HIGHEST_SCORE} is noted."
    elif letter == "n" and line[1:2].isspace() and (text := line[1:].strip()[:LONGEST]):
        session.note(text)
    elif not letter:
        paused = session.view_state().guide.paused
        session.command(CommandName.GO_ON if paused else CommandName.PAUSE)
    elif line.lstrip("+-").isdecimal() or session.view_state().guide.stopped:
        return f"How much does it hurt: 0 to {HIGHEST_SCORE}, please"
    else:
        return HELP
    return ""


def listen_for_keys(running: HasSession, stream: TextIO | None = None) -> None:
    """Follow what is typed from now on, in a thread that ends with the program; nothing without a terminal."""
    keys = stream or sys.stdin
    if not keys.isatty():
        return
    print(HELP, file=sys.stderr)

    def listen() -> None:
        for typed in keys:
            if answer := obey(typed, running.session):
                print(answer, file=sys.stderr)

    threading.Thread(target=listen, name="keys", daemon=True).start()
