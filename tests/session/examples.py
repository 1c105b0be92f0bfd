"""Setups and items to record, made by hand or drawn from their type hints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from imu_hip.model.exercise_spec import (
    BlockRule,
    Direction,
    ExerciseSpec,
    ExitRule,
    HoldRule,
    Posture,
    Step,
    Threshold,
)
from imu_hip.model.item import (
    Characteristic,
    Edge,
    Item,
    LinkChange,
    LinkState,
    Mark,
    MarkLabel,
    Notification,
    NumberedItem,
    Role,
    Tick,
)
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side

START_NS = 1_790_000_000_000_000_000

_THRESHOLD = Threshold(0.1, 0.2)
SPEC = ExerciseSpec(
    id="supine_ere",
    name="Supine end-range expansion",
    posture=Posture.SUPINE,
    directions=(Direction.INTERNAL, Direction.EXTERNAL),
    hold=HoldRule(*(_THRESHOLD,) * 6, *(0.5,) * 10),
    exit=ExitRule(0.6, 0.5, 2.0, 0.1, 10.0),
    block=BlockRule(0.7, 0.9, 0.1, 0.05, 2.0),
    cycle=(Step.INTERNAL_HOLD, Step.BLOCK, Step.INTERNAL_HOLD, Step.CONTROLLED_EXIT),
    dose="3 to 4 cycles per side",
    not_seen=("effort",),
    source="a coach",
)
SETUP = Setup(
    side=Side.LEFT,
    exercise_id="supine_ere",
    exercises=(SPEC,),
    sensors=(SensorSetup(Role.PELVIS, "bip1"), SensorSetup(Role.THIGH, "bip1", 100.0)),
    origin=Origin.LIVE,
    start_utc="2026-11-22T18:00:00Z",
    zero_ns=None,
    versions=(("imu_hip", "0.1.0"),),
)


def live_items(seconds: float, seed: int = 1) -> list[NumberedItem]:
    """Two sensors at 20 notifications per second, a tick each second, a mark now and then."""
    return list(_numbered(seconds, seed))


def _numbered(seconds: float, seed: int) -> Iterator[NumberedItem]:
    state = seed
    number = 0
    for k in range(round(seconds * 20)):
        t_ns = START_NS + k * 50_000_000
        items: list[Item] = []
        if k % 20 == 0:
            items.append(Tick(t_ns))
        if k % 200 == 7:
            items.append(Mark(t_ns, MarkLabel.EXERCISE, Edge.BEGIN, "supine_ere"))
            items.append(LinkChange(t_ns, Role.THIGH, LinkState.STREAMING, "weak: “−90 dBm”"))
        for role in Role:
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            payload = k.to_bytes(4, "little") + state.to_bytes(8, "little") * 7
            items.append(Notification(t_ns, role, Characteristic.STREAM, payload))
        for item in items:
            yield NumberedItem(number, item)
            number += 1


def values_of(kind: Any, integers: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[Any]:
    """Draw any value of a type that recordings hold."""
    if integers is None:
        integers = st.integers()
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return st.one_of(*(values_of(part, integers) for part in parts))
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(values_of(parts[0], integers), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(values_of(part, integers) for part in parts))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{name: values_of(hint, integers) for name, hint in hints.items()})
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    plain: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        int: integers,
        float: st.floats(allow_nan=False, allow_infinity=False),
        str: st.text(max_size=20),
        bytes: st.binary(max_size=64),
    }
    return plain[kind]
