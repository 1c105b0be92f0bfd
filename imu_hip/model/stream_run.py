"""Notifications of a stream and ticks in a row, nothing else between them: what nearly all of a recording is.

An hour has 150 000 of them. As arrays they cost a tenth of what they cost as so many items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.item import Characteristic, Notification, NumberedItem, Role, Tick

Int64s = NDArray[np.int64]

ROLES: Final = tuple(Role)
TICK: Final = -1
LATEST_NS: Final = 2**63 - 1
"""Later ones are items on their own."""


@dataclass(frozen=True, slots=True)
class Payloads:
    """Values in the order in which they lie there, each from `start` to before `stop` (k,) of `data` (b,), uint8."""

    data: NDArray[np.uint8]
    start: Int64s
    stop: Int64s

    def one(self, k: int) -> bytes:
        """Return the bytes of one of them."""
        return self.data[self.start[k] : self.stop[k]].tobytes()

    def of(self, which: slice | NDArray[np.intp]) -> Payloads:
        """Return some of them."""
        return Payloads(self.data, self.start[which], self.stop[which])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.start)


@dataclass(frozen=True, slots=True)
class StreamRun:
    """Items in their total order: `number` and `t_ns` (m,); `source` (m,), a place in `ROLES`, or TICK; `payloads`."""

    number: Int64s
    t_ns: Int64s
    source: Int64s
    payloads: Payloads

    def cut(self, start: int, stop: int) -> StreamRun:
        """Return those from `start` to before `stop`."""
        which = slice(start, stop)
        return StreamRun(self.number[which], self.t_ns[which], self.source[which], self.payloads.of(which))

    def items(self) -> list[NumberedItem]:
        """Return each on its own."""
        if len(self) == 0:
            return []
        # Of the bytes only the run's own: the others may be many more.
        first, last = self.payloads.start[0], self.payloads.stop[-1]
        data = self.payloads.data[first:last].tobytes()
        columns = (self.number, self.t_ns, self.source, self.payloads.start - first, self.payloads.stop - first)
        return [
            NumberedItem(
                number,
                Tick(t_ns)
                if source == TICK
                else Notification(t_ns, ROLES[source], Characteristic.STREAM, data[start:stop]),
            )
            for number, t_ns, source, start, stop in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self.number)


def payloads_of(values: Sequence[bytes]) -> Payloads:
    """Put values one behind the other."""
    lengths = np.array([len(value) for value in values], dtype=np.int64)
    stop = np.cumsum(lengths)
    return Payloads(np.frombuffer(b"".join(values), dtype=np.uint8), stop - lengths, stop)


def belongs_to_a_run(numbered: NumberedItem) -> bool:
    """Whether an item is a notification of a stream or a tick, at a time that a run can hold."""
    item = numbered.item
    if isinstance(item, Notification):
        return item.characteristic is Characteristic.STREAM and 0 <= item.t_ns <= LATEST_NS
    return isinstance(item, Tick) and 0 <= item.t_ns <= LATEST_NS


def run_of(items: Sequence[NumberedItem]) -> StreamRun:
    """Put items together of which each belongs to a run."""
    values = [each.item.payload if isinstance(each.item, Notification) else b"" for each in items]
    sources = [ROLES.index(each.item.role) if isinstance(each.item, Notification) else TICK for each in items]
    return StreamRun(
        np.array([each.number for each in items], dtype=np.int64),
        np.array([each.item.t_ns for each in items], dtype=np.int64),
        np.array(sources, dtype=np.int64),
        payloads_of(values),
    )
