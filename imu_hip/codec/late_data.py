"""Samples that were sent again put where they belong: for results that may use what came too late to be used live."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from imu_hip.codec import bip_v1
from imu_hip.codec.registry import BIP_V1
from imu_hip.model.item import Characteristic, Notification, NumberedItem, Role
from imu_hip.model.packet import StreamPacket
from imu_hip.model.setup import Setup

_SPAN = 1 << 16


@dataclass(slots=True)
class _Run:
    """The live packets of one run: running index of the first sample, and place among the items."""

    newest: int = -1
    firsts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def in_place(setup: Setup, items: Sequence[NumberedItem]) -> list[NumberedItem]:
    """Return the items with every packet that was sent again before the live one that follows it in its run.

    It then has the arrival of that one. What the sensor does not count, or has sent before the run, stays where it is.
    """
    counted = {sensor.role for sensor in setup.sensors if sensor.family == BIP_V1}
    runs = {role: _Run() for role in counted}
    before: dict[int, list[tuple[int, NumberedItem]]] = {}
    moved: set[int] = set()
    for place, numbered in enumerate(items):
        packet = _packet(numbered, counted)
        if packet is None or not isinstance(numbered.item, Notification):
            continue
        run = runs[numbered.item.role]
        if not packet.resent:
            _follow(run, packet, place)
        elif run.firsts:
            first = run.newest + _signed(packet.first_index - run.newest)
            behind = bisect_right(run.firsts, first)
            if behind < len(run.firsts):
                target = run.places[behind]
                arrival = replace(numbered.item, t_ns=items[target].item.t_ns)
                before.setdefault(target, []).append((first, NumberedItem(numbered.number, arrival)))
                moved.add(place)
    out: list[NumberedItem] = []
    for place, numbered in enumerate(items):
        out += [item for _, item in sorted(before.get(place, ()), key=lambda pair: pair[0])]
        if place not in moved:
            out.append(numbered)
    return out


def _packet(numbered: NumberedItem, counted: set[Role]) -> StreamPacket | None:
    item = numbered.item
    if (
        not isinstance(item, Notification)
        or item.characteristic is not Characteristic.STREAM
        or item.role not in counted
    ):
        return None
    packet = bip_v1.decode_stream(item.payload)
    return packet if isinstance(packet, StreamPacket) else None


def _follow(run: _Run, packet: StreamPacket, place: int) -> None:
    ahead = _signed(packet.first_index - run.newest) if run.firsts else packet.first_index - run.newest
    if ahead <= 0:  # another run, or twice the same: what is sent again later is of the newest
        run.firsts, run.places, run.newest = [], [], packet.first_index
    else:
        run.newest += ahead
    run.firsts.append(run.newest)
    run.places.append(place)


def _signed(difference: int) -> int:
    return (difference + _SPAN // 2) % _SPAN - _SPAN // 2
