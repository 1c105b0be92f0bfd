"""What happened when, for formats that know moments only: beginnings and ends of everything in the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imu_hip.session.exports.contents import Contents

_KINDS = {
    "holds": "hold",
    "touches": "touch",
    "exits": "exit",
    "blocks": "block",
    "compensations": "fault",
    "not_judged": "not_judged",
    "cycles": "cycle",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """A moment on the recording's clock, what it is called (`hold_start`), and what is known of it."""

    t_s: float
    label: str
    text: str


def happenings(contents: Contents) -> tuple[Happening, ...]:
    """Return all moments in the order of time."""
    found = [*_of_marks(contents), *_of_parts(contents)]
    return tuple(sorted(found, key=lambda moment: moment.t_s))


def _of_marks(contents: Contents) -> Iterator[Happening]:
    for mark in contents.marks:
        yield from _both_ends("told_" + mark.label.value, mark.detail, mark.start_s, mark.end_s)


def _of_parts(contents: Contents) -> Iterator[Happening]:
    for part in contents.result["parts"]:
        yield from _both_ends("part", part["exercise"], part["start_s"], part["end_s"])
        for key, name in _KINDS.items():
            for entry in part[key]:
                yield from _both_ends(name, _said_of(entry), entry["start_s"], entry["end_s"])


def _both_ends(name: str, text: str, start_s: float | None, end_s: float | None) -> Iterator[Happening]:
    if start_s is not None:
        yield Happening(start_s, f"{name}_start", text)
    if end_s is not None:
        yield Happening(end_s, f"{name}_end", text)


def _said_of(entry: Mapping[str, Any]) -> str:
    words = (entry.get(key) for key in ("direction", "kind", "verdict"))
    return " ".join(word for word in words if word)
