"""Digits after "pain": how much it hurts, on a numeric rating scale from 0 to 10."""

from __future__ import annotations

ASKED_S = 30.0
"""So long after a report digits are a score."""
_TEN_WITHIN_S = 1.5


class PainKeys:
    """Turns digits into scores: each digit is one, and a 0 right behind a 1 makes it ten."""

    def __init__(self) -> None:
        self._reported_s: float | None = None
        self._one_s: float | None = None

    def reported(self, now_s: float) -> None:
        """Notice that pain was reported."""
        self._reported_s, self._one_s = now_s, None

    def digit(self, digit: int, now_s: float) -> int | None:
        """Return the score that a digit stands for; None where nobody asks for one."""
        if self._reported_s is None or now_s - self._reported_s > ASKED_S:
            return None
        ten = digit == 0 and self._one_s is not None and now_s - self._one_s <= _TEN_WITHIN_S
        self._one_s = now_s if digit == 1 else None
        return 10 if ten else digit
