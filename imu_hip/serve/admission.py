"""Who may look: one-time codes that let a device in, session tokens that keep it in, and what stops guessing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

CODE_DIGITS = 8
MAX_SESSIONS = 16
MAX_WRONG = 5
"""Wrong codes from one address, after which it has to wait."""
MAX_WRONG_TOGETHER = 30
"""Wrong codes from all addresses together, after which everybody without a session has to wait."""
LOCKED_S = 60.0


def new_code() -> str:
    """Return a code that nobody can know before it is shown."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class Entry:
    """The answer to a code: the token of a new session, or None; `wait_s` until a code is looked at again."""

    token: str | None
    wait_s: float = 0.0


class Admission:
    """Lets each device in with a code of its own: a code that was used is replaced, so none is worth overhearing.

    Everything is kept in memory and ends with the process. Beyond `MAX_SESSIONS` the oldest session ends. Codes and
    tokens are compared in constant time. Wrong codes are forgotten `LOCKED_S` after the last one from their address;
    while an address (or everybody) has to wait, codes are not compared at all, so the table of addresses is bounded.
    """

    def __init__(self, code: str | None) -> None:
        self.code = code if code is not None else new_code()
        """The code that lets the next device in; it may be read from any thread."""
        self._tokens: list[str] = []
        self._wrong: dict[str, tuple[int, float]] = {}

    def enter(self, code: str, address: str, now_s: float) -> Entry:
        """Take a code from a device at this address."""
        wait_s = self.wait_s(address, now_s)
        if wait_s > 0.0:
            return Entry(None, wait_s)
        if not _same(code, self.code):
            count, _ = self._wrong.get(address, (0, 0.0))
            self._wrong[address] = (count + 1, now_s)
            return Entry(None, self.wait_s(address, now_s))
        self.code = new_code()
        self._wrong.pop(address, None)
        token = secrets.token_urlsafe(32)
        self._tokens = [*self._tokens, token][-MAX_SESSIONS:]
        return Entry(token)

    def knows(self, token: str) -> bool:
        """Return whether this is the token of a session."""
        found = [_same(token, known) for known in self._tokens]
        return any(found)

    def wait_s(self, address: str, now_s: float) -> float:
        """Return how long codes from this address are not looked at from now on."""
        self._wrong = {who: wrong for who, wrong in self._wrong.items() if now_s - wrong[1] < LOCKED_S}
        count, last_s = self._wrong.get(address, (0, 0.0))
        if count >= MAX_WRONG:
            return last_s + LOCKED_S - now_s
        if sum(wrong[0] for wrong in self._wrong.values()) >= MAX_WRONG_TOGETHER:
            return min(wrong[1] for wrong in self._wrong.values()) + LOCKED_S - now_s
        return 0.0


def _same(a: str, b: str) -> bool:
    """Compare in a time that does not tell how much of it was right; headers may hold any bytes."""
    return secrets.compare_digest(a.encode(errors="surrogateescape"), b.encode(errors="surrogateescape"))
