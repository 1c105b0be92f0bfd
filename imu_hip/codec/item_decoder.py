"""Items to what the stream room takes: notifications decoded, many of a stream at once where many come in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from imu_hip.codec.registry import decoder, streams_decoder
from imu_hip.model.item import (
    Characteristic,
    Command,
    Drop,
    Item,
    LinkChange,
    Mark,
    Note,
    Notification,
    Role,
    Tick,
    Write,
)
from imu_hip.model.packet import Received, ReceivedTogether, StreamPackets, TimedTables
from imu_hip.model.setup import SensorSetup

# Fewer cost less one by one; and what is odd about one item shall not concern many others.
_LEAST_TOGETHER = 32
_MOST_TOGETHER = 512


class ItemDecoder:
    """The decoders of a recording's sensors."""

    def __init__(self, sensors: Sequence[SensorSetup]) -> None:
        """Find each sensor's decoders. Raises UnusableInputError for a family that is not known."""
        self._one = {sensor.role: decoder(sensor.family) for sensor in sensors}
        self._many = {sensor.role: streams_decoder(sensor.family) for sensor in sensors}

    def decode(
        self, items: Sequence[Item]
    ) -> list[Received | ReceivedTogether | Write | Mark | LinkChange | Drop | Tick | Command | Note]:
        """Return as much as came, in its order."""
        if len(items) < _LEAST_TOGETHER:
            return [self._decoded(item) for item in items]
        found: list[Received | ReceivedTogether | Write | Mark | LinkChange | Drop | Tick | Command | Note] = []
        for streaming, group in groupby(items, _is_of_a_stream):
            row = list(group)
            for start in range(0, len(row), _MOST_TOGETHER):
                piece = row[start : start + _MOST_TOGETHER]
                together = self._together(piece) if streaming and len(piece) >= _LEAST_TOGETHER else None
                found.extend([self._decoded(item) for item in piece] if together is None else [together])
        return found

    def _decoded(self, item: Item) -> Received | Write | Mark | LinkChange | Drop | Tick | Command | Note:
        if isinstance(item, Notification):
            return Received(item.t_ns, item.role, self._one[item.role](item.characteristic, item.payload))
        return item

    def _together(self, items: Sequence[Item]) -> ReceivedTogether | None:
        """Decode stream notifications and ticks; None where that goes one by one only."""
        places: dict[Role, list[int]] = {}
        payloads: dict[Role, list[bytes]] = {}
        for place, item in enumerate(items):
            if isinstance(item, Notification):
                places.setdefault(item.role, []).append(place)
                payloads.setdefault(item.role, []).append(item.payload)
        packets: dict[Role, StreamPackets | TimedTables] = {}
        for role, values in payloads.items():
            decode = self._many[role]
            decoded = None if decode is None else decode(values)
            if decoded is None:
                return None
            packets[role] = decoded
        t_ns = tuple(item.t_ns for item in items)
        return ReceivedTogether(t_ns, {role: np.array(at) for role, at in places.items()}, packets)


def _is_of_a_stream(item: Item) -> bool:
    if isinstance(item, Notification):
        return item.characteristic is Characteristic.STREAM
    return isinstance(item, Tick)
