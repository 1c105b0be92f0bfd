"""Faults over the repetitions of a set: how often running the same one was made."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from imu_hip.model.exercise_spec import CompensationKind


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """A fault in a repetition (from 0 on) of a section."""

    section: int
    repetition: int
    kind: CompensationKind


def streak(faults: Set[FaultSeen], last: FaultSeen) -> int:
    """Return in how many repetitions running up to that of `last` its fault was made; 0 when not in that one."""
    running = 0
    while replace(last, repetition=last.repetition - running) in faults:
        running += 1
    return running
