"""Marked intervals of a recording: the begin of each with its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imu_hip.model.item import Edge, Mark, NumberedItem


def marked(items: Iterable[NumberedItem]) -> Iterator[tuple[Mark, int | None]]:
    """Yield the begin of every interval and when it ended, ns; None, at last, for those that nobody ended."""
    begun: dict[str, list[Mark]] = {}
    for numbered in items:
        mark = numbered.item
        if not isinstance(mark, Mark):
            continue
        if mark.edge is Edge.BEGIN:
            begun.setdefault(mark.label, []).append(mark)
        elif begun.get(mark.label):
            yield begun[mark.label].pop(), mark.t_ns
    yield from ((mark, None) for marks in begun.values() for mark in marks)
