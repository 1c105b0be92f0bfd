"""What a check of a sensor found: one rule each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a rule was kept."""

    OK = "ok"
    WARN = "warn"
    """It works, and could be better."""
    FAIL = "fail"
    """It is against the protocol, or measurements with it are wrong."""
    UNSEEN = "unseen"
    """Nothing was there to judge it by."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule`: a short name; `measured`: what was seen, with units; `advice`: what to do, "" where all is well."""

    rule: str
    level: Level
    measured: str
    advice: str = ""
