"""Where each kind of item lies in a recording: item <-> channel, time, sequence number and payload bytes."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final, NamedTuple, get_type_hints

import numpy as np

from imu_hip.model.item import (
    Characteristic,
    Command,
    Drop,
    Item,
    LinkChange,
    Mark,
    Note,
    Notification,
    NumberedItem,
    Role,
    Tick,
    Write,
)
from imu_hip.model.stream_run import ROLES, TICK
from imu_hip.session.typed_json import from_json, to_json

PROFILE = "imu_hip"
OTHER: Final = -2
HIGHEST_NUMBER = 2**32 - 1
LATEST_NS = 2**64 - 1

TOPICS = (
    "/raw/pelvis/info",
    "/raw/pelvis/config",
    "/raw/pelvis/control",
    "/raw/pelvis/stream",
    "/raw/pelvis/sync",
    "/raw/pelvis/battery",
    "/raw/thigh/info",
    "/raw/thigh/config",
    "/raw/thigh/control",
    "/raw/thigh/stream",
    "/raw/thigh/sync",
    "/raw/thigh/battery",
    "/sent/pelvis/info",
    "/sent/pelvis/config",
    "/sent/pelvis/control",
    "/sent/pelvis/stream",
    "/sent/pelvis/sync",
    "/sent/pelvis/battery",
    "/sent/thigh/info",
    "/sent/thigh/config",
    "/sent/thigh/control",
    "/sent/thigh/stream",
    "/sent/thigh/sync",
    "/sent/thigh/battery",
    "/marks",
    "/link",
    "/drops",
    "/ticks",
    "/commands",
    "/notes",
)
"""By channel id, which counts from 1. Only ever add at the end: recordings are read by this table alone."""

_BYTES_KINDS: dict[str, type[Notification | Write]] = {"raw": Notification, "sent": Write}
_JSON_KINDS: dict[str, type[Mark | LinkChange | Drop | Tick | Command | Note]] = {
    "/marks": Mark,
    "/link": LinkChange,
    "/drops": Drop,
    "/ticks": Tick,
    "/commands": Command,
    "/notes": Note,
}
_TOPIC_OF_KIND = {kind: topic for topic, kind in _JSON_KINDS.items()}
_ID_OF_TOPIC = {topic: number for number, topic in enumerate(TOPICS, start=1)}


class StoredMessage(NamedTuple):
    """One item as it lies in the file; `log_time` is its `t_ns`, `sequence` its number."""

    channel_id: int
    sequence: int
    log_time: int
    payload: bytes


class _BytesChannel(NamedTuple):
    kind: type[Notification | Write]
    role: Role
    characteristic: Characteristic


def _bytes_channel(topic: str) -> _BytesChannel:
    _, kind, role, characteristic = topic.split("/")
    return _BytesChannel(_BYTES_KINDS[kind], Role(role), Characteristic(characteristic))


_BYTES_CHANNELS = {number: _bytes_channel(topic) for topic, number in _ID_OF_TOPIC.items() if topic not in _JSON_KINDS}
_ID_OF_BYTES_CHANNEL = {channel: number for number, channel in _BYTES_CHANNELS.items()}
_TICKS = _ID_OF_TOPIC["/ticks"]
KIND_OF_CHANNEL = np.full(len(TOPICS) + 1, OTHER)
"""By channel id: what its messages are in a `StreamRun`, or OTHER."""
KIND_OF_CHANNEL[_TICKS] = TICK
for _place, _role in enumerate(ROLES):
    KIND_OF_CHANNEL[_ID_OF_TOPIC[f"/raw/{_role}/stream"]] = _place
_JSON_CHANNELS = {_ID_OF_TOPIC[topic]: kind for topic, kind in _JSON_KINDS.items()}


def message_encoding(topic: str) -> str:
    """Name what the payloads of a topic are, in MCAP's words."""
    return "json" if topic in _JSON_KINDS else "application/octet-stream"


def json_schema(topic: str) -> str | None:
    """Return what the payloads of a JSON topic look like, as a JSON Schema; None for bytes."""
    kind = _JSON_KINDS.get(topic)
    if kind is None:
        return None
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name != "t_ns"]
    properties = {name: _schema_of(hints[name]) for name in names}
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.__name__,
        "description": str(kind.__doc__).splitlines()[0],
        "type": "object",
        "properties": properties,
        "required": names,
    }
    return json.dumps(told, separators=(",", ":"))


def _schema_of(hint: Any) -> dict[str, object]:
    if hint is int:
        return {"type": "integer"}
    if hint == int | None:
        return {"type": ["integer", "null"]}
    return {"type": "string"} if hint is str else {"enum": [member.value for member in hint]}


def to_message(numbered: NumberedItem) -> StoredMessage:
    """Lay an item out for the file. Raises ValueError for a number or time that the file cannot hold."""
    number, item = numbered.number, numbered.item
    if not 0 <= number <= HIGHEST_NUMBER or not 0 <= item.t_ns <= LATEST_NS:
        raise ValueError(f"item {number} at {item.t_ns} ns is outside what a recording can hold")
    if isinstance(item, Notification | Write):
        channel = _BytesChannel(type(item), item.role, item.characteristic)
        return StoredMessage(_ID_OF_BYTES_CHANNEL[channel], number, item.t_ns, item.payload)
    fields = to_json(item)
    del fields["t_ns"]
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return StoredMessage(_ID_OF_TOPIC[_TOPIC_OF_KIND[type(item)]], number, item.t_ns, payload)


def from_message(message: tuple[int, int, int, bytes]) -> NumberedItem:
    """Rebuild the item from the fields of a `StoredMessage`. Raises ValueError for what `to_message` never makes."""
    channel_id, number, t_ns, payload = message
    item: Item
    if channel := _BYTES_CHANNELS.get(channel_id):
        item = channel.kind(t_ns, channel.role, channel.characteristic, payload)
    elif channel_id == _TICKS and payload == b"{}":  # twice a second: not worth the long way
        item = Tick(t_ns)
    elif kind := _JSON_CHANNELS.get(channel_id):
        fields = json.loads(payload)
        if not isinstance(fields, dict):
            raise ValueError("object expected")
        item = from_json(kind, {**fields, "t_ns": t_ns}, "item")
    else:
        raise ValueError(f"no channel {channel_id}")
    return NumberedItem(number, item)
