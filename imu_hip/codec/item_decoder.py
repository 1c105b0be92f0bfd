"""Items to what the stream room takes: notifications decoded, many of a stream at once where many come in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from imu_hip.codec.registry import decoder, streams_decoder
from imu_hip.model.item import Command, Drop, LinkChange, Mark, Note, Notification, NumberedItem, Role, Tick, Write
from imu_hip.model.packet import Received, ReceivedTogether, StreamPackets, TimedTables
from imu_hip.model.setup import SensorSetup
from imu_hip.model.stream_run import ROLES, StreamRun, belongs_to_a_run, run_of

# Fewer cost less one by one; and what is odd about one item shall not concern many others.
_LEAST_TOGETHER = 32
_MOST_TOGETHER = 512

Decoded = Received | ReceivedTogether | Write | Mark | LinkChange | Drop | Tick | Command | Note


class ItemDecoder:
    """The decoders of a recording's sensors."""

    def __init__(self, sensors: Sequence[SensorSetup]) -> None:
        """Find each sensor's decoders. Raises UnusableInputError for a family that is not known."""
        self._one = {sensor.role: decoder(sensor.family) for sensor in sensors}
        self._many = {sensor.role: streams_decoder(sensor.family) for sensor in sensors}

    def decode(self, items: Sequence[NumberedItem | StreamRun]) -> list[Decoded]:
        """Return as much as came, in its order."""
        found: list[Decoded] = []
        for each in items if len(items) < _LEAST_TOGETHER else _in_runs(items):
            if isinstance(each, StreamRun):
                found += self._of_run(each)
            else:
                found.append(self._decoded(each))
        return found

    def _decoded(self, numbered: NumberedItem) -> Received | Write | Mark | LinkChange | Drop | Tick | Command | Note:
        item = numbered.item
        if isinstance(item, Notification):
            return Received(item.t_ns, item.role, self._one[item.role](item.characteristic, item.payload))
        return item

    def _of_run(self, run: StreamRun) -> Iterator[Decoded]:
        for start in range(0, len(run), _MOST_TOGETHER):
            piece = run.cut(start, start + _MOST_TOGETHER)
            together = self._together(piece) if len(piece) >= _LEAST_TOGETHER else None
            if together is None:
                yield from map(self._decoded, piece.items())
            else:
                yield together

    def _together(self, run: StreamRun) -> ReceivedTogether | None:
        """Decode all of a run; None where that goes one by one only."""
        at: dict[Role, np.ndarray[tuple[int], np.dtype[np.intp]]] = {}
        packets: dict[Role, StreamPackets | TimedTables] = {}
        for place, role in enumerate(ROLES):
            where = np.flatnonzero(run.source == place)
            if len(where) == 0:
                continue
            decode = self._many[role]
            decoded = None if decode is None else decode(run.payloads.of(where))
            if decoded is None:
                return None
            at[role], packets[role] = where, decoded
        return ReceivedTogether(run.t_ns, at, packets)


def _in_runs(items: Iterable[NumberedItem | StreamRun]) -> Iterator[NumberedItem | StreamRun]:
    """Put together what comes one by one and is of a stream."""
    for of_a_run, group in groupby(items, lambda each: not isinstance(each, StreamRun) and belongs_to_a_run(each)):
        if of_a_run:
            yield run_of([each for each in group if isinstance(each, NumberedItem)])
        else:
            yield from group
