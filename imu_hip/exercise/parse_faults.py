"""Read the faults of an exercise file: one `[[compensation]]` for each rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from imu_hip.exercise.defaults import COMPENSATION_LIMIT_DEG, COMPENSATION_PAIRS, ROTATION_KEPT
from imu_hip.exercise.toml_values import TomlValues
from imu_hip.model.exercise_spec import Channel, ChannelRule, CompensationKind, FaultRules, Sense

_Read = TypeVar("_Read")

_BY_CHANNEL = (
    CompensationKind.PELVIS_FOLLOWED,
    CompensationKind.PELVIS_LIFTED,
    CompensationKind.KNEE_MOVED,
    CompensationKind.HIP_OUT,
)
_CHANNEL_KEYS = ("kind", "channel", "sense", "limit_deg", "beyond_habit")
_OTHERS: Mapping[CompensationKind, tuple[str, ...]] = {
    CompensationKind.THIGH_DID_NOT_ROTATE: ("least_deg",),
    CompensationKind.WRONG_DIRECTION: ("other_way_deg",),
    CompensationKind.ROTATION_LOST: ("kept",),
    CompensationKind.OTHER_LEG_MOVED: ("limit_deg",),
    CompensationKind.WRONG_POSTURE: (),
}


def parse_faults(values: TomlValues, data: Mapping[str, object]) -> FaultRules:
    """Return the rules in `data`, the whole file.

    Raises
    ------
    UnusableInputError
        WRONG_VALUE when a key is unknown, missing, of a wrong type or out of range, or a rule stands there twice.
    """
    channels: list[ChannelRule] = []
    others: dict[CompensationKind, Mapping[str, object]] = {}
    for table in values.tables(data, "compensation"):
        kind = values.word("compensation.kind", values.text(table, "kind", "compensation."), CompensationKind)
        if kind in _BY_CHANNEL:
            rule = _channel_rule(values, table, kind)
            if any(replace(rule, limit_rad=r.limit_rad) == r for r in channels):
                raise values.wrong("compensation.channel", f"{kind} is there twice for {rule.channel}")
            channels.append(rule)
            continue
        values.known(table, ("kind", *_OTHERS[kind]), "compensation.")
        if kind in others:
            raise values.wrong("compensation.kind", f"{kind} is there twice")
        others[kind] = table

    def found(kind: CompensationKind, read: Callable[[Mapping[str, object]], _Read]) -> _Read | None:
        return read(others[kind]) if kind in others else None

    return FaultRules(
        channels=tuple(channels),
        did_not_rotate=found(
            CompensationKind.THIGH_DID_NOT_ROTATE,
            lambda table: values.pair("compensation.", table, "least_deg", COMPENSATION_PAIRS["least_deg"]),
        ),
        wrong_direction=found(
            CompensationKind.WRONG_DIRECTION,
            lambda table: values.pair("compensation.", table, "other_way_deg", COMPENSATION_PAIRS["other_way_deg"]),
        ),
        rotation_kept=found(
            CompensationKind.ROTATION_LOST,
            lambda table: values.number("compensation.", table, "kept", ROTATION_KEPT),
        ),
        other_leg_rad=found(CompensationKind.OTHER_LEG_MOVED, lambda table: _limit_rad(values, table)),
        posture=CompensationKind.WRONG_POSTURE in others,
    )


def _channel_rule(values: TomlValues, table: Mapping[str, object], kind: CompensationKind) -> ChannelRule:
    values.known(table, ("kind", "channel", "sense", "limit_deg", "beyond_habit"), "compensation.")
    return ChannelRule(
        kind=kind,
        channel=values.word("compensation.channel", values.text(table, "channel", "compensation."), Channel),
        sense=values.word("compensation.sense", str(table.get("sense", Sense.EITHER)), Sense),
        limit_rad=_limit_rad(values, table),
        beyond_habit=values.flag(table, "beyond_habit", default=False, prefix="compensation."),
    )


def _limit_rad(values: TomlValues, table: Mapping[str, object]) -> float:
    return math.radians(values.number("compensation.", table, "limit_deg", COMPENSATION_LIMIT_DEG))
