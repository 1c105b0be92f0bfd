"""Items decoded: the same packets in the same order, however many of a stream come in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.codec import bip_v1
from imu_hip.codec.item_decoder import ItemDecoder
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import Characteristic, Edge, Item, Mark, MarkLabel, Notification, NumberedItem, Role, Tick
from imu_hip.model.packet import Received, ReceivedTogether, StreamPacket
from imu_hip.model.setup import SensorSetup
from imu_hip.model.stream_run import run_of

SENSORS = tuple(SensorSetup(role, "bip1", None) for role in Role)
BATTERY = Notification(7, Role.THIGH, Characteristic.BATTERY, b"\x32")
MARK = Mark(8, MarkLabel.N_POSE, Edge.BEGIN)


def _notification(k: int, role: Role, n: int = 5) -> Notification:
    counts = np.full((n, 6), k, dtype=np.int16)
    payload = bip_v1.encode_stream(StreamPacket(k, 1000 * k, counts, False, k % 7 == 0, False))
    return Notification(10**18 + k, role, Characteristic.STREAM, payload)


def _stream(count: int) -> list[Item]:
    """Return notifications of both sensors in turn, a tick now and then."""
    return [Tick(10**18 + k) if k % 10 == 9 else _notification(k, list(Role)[k % 2]) for k in range(count)]


def _numbered(items: Sequence[Item]) -> list[NumberedItem]:
    return [NumberedItem(number, item) for number, item in enumerate(items)]


def _apart(decoded: Sequence[object]) -> list[object]:
    items: list[object] = []
    for item in decoded:
        items.extend(item.apart() if isinstance(item, ReceivedTogether) else [item])
    return items


def _plain(item: object) -> object:
    """Return what can be compared."""
    if isinstance(item, Received) and isinstance(item.packet, StreamPacket):
        packet = item.packet
        rest = (packet.first_index, packet.device_us, packet.resent, packet.clipped, packet.overran)
        return item.t_ns, item.role, packet.counts.tolist(), rest
    return item


@pytest.mark.parametrize("count", [1, 31, 32, 100, 1500])
@pytest.mark.parametrize("between", [[], [BATTERY, MARK]])
def test_many_items_decode_as_each_alone(count: int, between: list[Item]) -> None:
    items = _numbered([*_stream(count), *between, *_stream(count)])
    decoder = ItemDecoder(SENSORS)
    alone = [found for item in items for found in decoder.decode([item])]
    together = decoder.decode(items)
    assert [_plain(item) for item in _apart(together)] == [_plain(item) for item in alone]
    assert (len(together) < len(items)) == (count >= 32 or (not between and count == 31))


def test_a_run_decodes_as_its_items() -> None:
    items = _numbered([*_stream(1200), BATTERY, *_stream(20)])
    decoder = ItemDecoder(SENSORS)
    runs = [run_of(items[:1200]), items[1200], run_of(items[1201:])]
    assert [_plain(item) for item in _apart(decoder.decode(runs))] == [
        _plain(item) for item in _apart(decoder.decode(items))
    ]


@pytest.mark.parametrize(
    "odd", [_notification(5, Role.PELVIS, n=4), replace(_notification(5, Role.PELVIS), payload=b"")]
)
def test_packets_that_are_not_alike_go_one_by_one(odd: Notification) -> None:
    items = _numbered([*_stream(40), odd, *_stream(40)])
    decoded = ItemDecoder(SENSORS).decode(items)
    assert not any(isinstance(item, ReceivedTogether) for item in decoded)
    assert len(decoded) == 81


def test_a_family_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnusableInputError, match="bip9"):
        ItemDecoder([SensorSetup(Role.PELVIS, "bip9", None)])
