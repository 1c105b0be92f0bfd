"""What goes wrong between a sensor and the program, done to the items of a recording."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from imu_hip.model.item import Characteristic, Drop, Item, LinkChange, LinkState, Notification, NumberedItem, Role

Items = list[Item]
Fault = Callable[[Items, int, Role, random.Random], Items]

_DEVICE_TIME = struct.Struct("<I")
_DEVICE_TIME_AT = 4


def disturbed(items: tuple[NumberedItem, ...], names: list[str], seed: int) -> tuple[NumberedItem, ...]:
    """Return the items with the named faults, each somewhere at one of the sensors."""
    rng = random.Random(seed)
    found: Items = [numbered.item for numbered in items]
    for name in names:
        found = FAULTS[name](found, rng.randrange(len(found)), rng.choice(list(Role)), rng)
    # Arrival is stamped when an item gets its number: it never goes back.
    for before, index in pairwise(range(len(found))):
        found[index] = replace(found[index], t_ns=max(found[index].t_ns, found[before].t_ns))
    return tuple(NumberedItem(number, item) for number, item in enumerate(found))


def _is_stream(item: Item, role: Role) -> bool:
    return isinstance(item, Notification) and item.characteristic is Characteristic.STREAM and item.role is role


def _from(items: Items, at: int, role: Role, count: int) -> list[int]:
    """Return where the next `count` notifications of samples stand."""
    return [k for k in range(at, len(items)) if _is_stream(items[k], role)][:count]


def _gap(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    gone = set(_from(items, at, role, rng.choice([1, 5, 70])))
    return [item for k, item in enumerate(items) if k not in gone]


def _bad_packet(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    for k in _from(items, at, role, 3):
        item = items[k]
        assert isinstance(item, Notification)
        payload = bytearray(item.payload)
        payload[rng.randrange(len(payload))] ^= 1 << rng.randrange(8)
        items[k] = replace(item, payload=bytes(payload[: rng.randrange(len(payload) + 1)]))
    return items


def _twice(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    for k in reversed(_from(items, at, role, 4)):
        items.insert(k, items[k])
    return items


def _late_burst(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    """Hold some notifications back and deliver them together, perhaps when it is too late."""
    held = _from(items, at, role, rng.choice([10, 60]))
    if not held:
        return items
    taken = [items[k] for k in held]
    rest = [item for k, item in enumerate(items) if k not in set(held)]
    again = held[-1] - len(held) + 1
    return rest[:again] + taken + rest[again:]


def _dropped(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    count = len(_from(items, at, role, 8))
    kept = _gap(items, at, role, random.Random(0))
    return [*kept[:at], Drop(items[at].t_ns, role, count), *kept[at:]]


def _lost_and_back(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    gone = _from(items, at, role, 30)
    if not gone:
        return items
    lost, back = LinkChange(items[gone[0]].t_ns, role, LinkState.LOST, "gone"), items[gone[-1]].t_ns
    kept = [item for k, item in enumerate(items) if k not in set(gone)]
    again = gone[-1] - len(gone) + 1
    return [*kept[: gone[0]], lost, *kept[gone[0] : again], LinkChange(back, role, LinkState.STREAMING), *kept[again:]]


def _clock_restart(items: Items, at: int, role: Role, rng: random.Random) -> Items:
    """Let the sensor's clock jump, as after a restart."""
    jump = rng.randrange(1 << 32)
    for k in _from(items, at, role, len(items)):
        item = items[k]
        assert isinstance(item, Notification)
        payload = bytearray(item.payload)
        if len(payload) < _DEVICE_TIME_AT + 4:
            continue
        (device_us,) = _DEVICE_TIME.unpack_from(payload, _DEVICE_TIME_AT)
        _DEVICE_TIME.pack_into(payload, _DEVICE_TIME_AT, (device_us + jump) % (1 << 32))
        items[k] = replace(item, payload=bytes(payload))
    return items


FAULTS: dict[str, Fault] = {
    "gap": _gap,
    "bad packet": _bad_packet,
    "twice": _twice,
    "late burst": _late_burst,
    "dropped": _dropped,
    "lost and back": _lost_and_back,
    "clock restart": _clock_restart,
}
