"""What is drawn beside the curve: spans with their letters, put into rows in which letters do not touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imu_hip.report import wording
from imu_hip.report.material import Part

SHADED = ("holds", "blocks", "exits", "trials")
FAULTS = "compensations"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of time with a letter and a number, the same as in the table of its kind."""

    kind: str
    name: str
    start_s: float
    end_s: float


def marks(part: Part, kinds: Sequence[str]) -> list[Mark]:
    """Return the marks of these kinds in the order of time."""
    found = [
        Mark(kind, label(kind, number), each["start_s"], each["end_s"])
        for kind in kinds
        for number, each in enumerate(part.found.get(kind, ()), 1)
    ]
    return sorted(found, key=lambda mark: (mark.start_s, mark.end_s, mark.name))


def label(kind: str, number: int) -> str:
    """Return what a mark is called in plot and table."""
    return f"{wording.LETTERS[kind]}{number}"


def rows_without_overlap(extents: Sequence[tuple[float, float]], most: int) -> list[int | None]:
    """Return a row for each extent (left, right) so that none touches another; None where all rows are taken."""
    free_from = [float("-inf")] * most
    out: list[int | None] = []
    for left, right in extents:
        row = next((k for k, free in enumerate(free_from) if free <= left), None)
        if row is not None:
            free_from[row] = right
        out.append(row)
    return out
