"""Say lines through the system's voice, one at a time, in a thread of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import IO

from imu_hip.feedback.voice import Voice, find_voice
from imu_hip.model.signal import MOST_URGENT_FIRST, SignalKind

LONGEST_S = 20.0
"""A voice that is not done after so long hangs, and is ended."""
PATIENCE_S = 5.0
"""A line that could not be begun for so long is dropped: it would speak of something long gone."""
_CLOSE_S = 2.0

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


@dataclass(frozen=True, slots=True)
class _Line:
    kind: SignalKind
    text: str
    from_s: float

    @property
    def rank(self) -> int:
        """Its place among lines that wait; what is spoken of a tone comes last."""
        return MOST_URGENT_FIRST.index(self.kind) if self.kind in MOST_URGENT_FIRST else len(MOST_URGENT_FIRST)


class Speaker:
    """Says lines; without a voice it is silent and `status` says what to do.

    A line of safety breaks in. Of other lines that wait for their turn, a newer one drives out those that are no more
    urgent than itself. `volume` is 0 to 1, for the lines that come. Nothing here waits but its own thread.
    """

    def __init__(self, find: Callable[[], Voice | str] = find_voice) -> None:
        self.volume = 1.0
        found = find()
        self._voice = None if isinstance(found, str) else found
        self._why = found if isinstance(found, str) else ""
        self._turn = threading.Condition()
        self._waiting: list[_Line] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        if self._voice is not None:
            self._thread.start()

    @property
    def status(self) -> str:
        """Why nothing is said, and what to do; empty when all is well."""
        return self._why

    def say(self, kind: SignalKind, text: str, after_s: float = 0.0) -> None:
        """Say a line as soon as it is its turn, not before `after_s` has passed (its tone comes first)."""
        line = _Line(kind, text, time.monotonic() + after_s)
        with self._turn:
            if self._voice is None or self._closed:
                return
            self._waiting = [other for other in self._waiting if other.rank < line.rank] + [line]
            if kind is SignalKind.SAFETY:
                self._end_process()
            self._turn.notify()

    def hush(self) -> None:
        """Fall silent, and forget what waits."""
        with self._turn:
            self._waiting = []
            self._end_process()

    def close(self) -> None:
        """Fall silent for good."""
        with self._turn:
            self._closed = True
            self._waiting = []
            self._end_process()
            self._turn.notify()
        if self._voice is not None:
            self._thread.join(_CLOSE_S)

    # ---------------------------------------------------------------- in its own thread

    def _run(self) -> None:
        while (line := self._next()) is not None:
            self._speak(line)

    def _next(self) -> _Line | None:
        """Wait for the next line; None at the end."""
        with self._turn:
            while not self._closed:
                now_s = time.monotonic()
                self._waiting = [line for line in self._waiting if now_s - line.from_s <= PATIENCE_S]
                left_s = self._waiting[0].from_s - now_s if self._waiting else inf
                if left_s <= 0.0:
                    return self._waiting.pop(0)
                self._turn.wait(None if left_s == inf else left_s)
        return None

    def _speak(self, line: _Line) -> None:
        if self._voice is None:
            return
        command, text = self._voice.command(line.text, min(max(self.volume, 0.0), 1.0))
        # A file and no pipe: what the voice has started itself may outlive it and keep a pipe open.
        with tempfile.TemporaryFile() as errors:
            try:
                process = _start(command, errors)
            except OSError as error:
                self._why = f"No speech: {self._voice.name} does not start ({error}): install it again"
                return
            with self._turn:
                self._process = process
                if self._closed or (self._waiting and self._waiting[0].kind is SignalKind.SAFETY):
                    self._end_process()
            in_time = _give(process, text, LONGEST_S)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip() if in_time else f"error: hung for {LONGEST_S:g} s"
        with self._turn:
            ended_here, self._process = self._process is None, None
        if not ended_here:
            self._why = self._trouble(process.returncode, said)

    def _trouble(self, code: int, said: str) -> str:
        """Return what is wrong with the voice; espeak reports success and writes `error:` when it has no device."""
        last = said.splitlines()[-1] if said else ""
        if self._voice is None or (code == 0 and not last.startswith("error")):
            return ""
        return (
            f"No speech: {self._voice.name} failed ({last or code}): try it in a terminal, look at the sound settings"
        )

    def _end_process(self) -> None:
        """End what is being said; the lock is held."""
        process, self._process = self._process, None
        if process is None or self._voice is None:
            return
        process.terminate()
        hush = self._voice.hush()
        if hush is not None:
            threading.Thread(target=_run_silently, args=(hush,), name="hush", daemon=True).start()


def _start(command: list[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, creationflags=_NO_WINDOW
    )


def _give(process: subprocess.Popen[bytes], text: bytes, longest_s: float) -> bool:
    """Give a program its input and wait for its end; False when it had to be ended."""
    try:
        process.communicate(text, timeout=longest_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def _run_silently(command: list[str]) -> None:
    with tempfile.TemporaryFile() as errors:
        _give(_start(command, errors), b"", _CLOSE_S)
