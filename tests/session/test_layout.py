"""Every kind of item has its place in the file and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.item import (
    Characteristic,
    Command,
    Drop,
    Edge,
    Item,
    LinkChange,
    LinkState,
    Mark,
    MarkLabel,
    Note,
    NoteKind,
    Notification,
    NumberedItem,
    Role,
    Tick,
    Write,
)
from imu_hip.session.layout import TOPICS, StoredMessage, from_message, message_encoding, to_message
from tests.session.examples import values_of

SEQUENCE = st.integers(0, 2**32 - 1)


@given(values_of(Item, st.integers(0, 2**64 - 1)), SEQUENCE)
def test_any_item_comes_back_as_it_was(item: Item, number: int) -> None:
    numbered = NumberedItem(number, item)
    message = to_message(numbered)
    assert (message.sequence, message.log_time) == (number, item.t_ns)
    assert from_message(message) == numbered


def topic_of(item: Item) -> str:
    return TOPICS[to_message(NumberedItem(0, item)).channel_id - 1]


def test_bytes_lie_untouched_in_the_topic_of_their_origin() -> None:
    for role in Role:
        for characteristic in Characteristic:
            for direction, kind in (("raw", Notification), ("sent", Write)):
                item = kind(5, role, characteristic, b"\x00\xff")
                assert topic_of(item) == f"/{direction}/{role}/{characteristic}"
                assert to_message(NumberedItem(0, item)).payload == b"\x00\xff"


@pytest.mark.parametrize(
    ("item", "topic", "payload"),
    [
        (
            Mark(5, MarkLabel.N_POSE, Edge.END, "é"),
            "/marks",
            b'{"label":"n_pose","edge":"end","detail":"\\u00e9"}',
        ),
        (
            LinkChange(5, Role.THIGH, LinkState.LOST),
            "/link",
            b'{"role":"thigh","state":"lost","detail":""}',
        ),
        (Drop(5, Role.PELVIS, 7), "/drops", b'{"role":"pelvis","count":7}'),
        (Tick(5), "/ticks", b"{}"),
        (Command(5, "stop"), "/commands", b'{"name":"stop"}'),
        (Note(5, NoteKind.PAIN, 7), "/notes", b'{"kind":"pain","score":7,"text":""}'),
    ],
)
def test_everything_else_is_json_that_people_can_read(item: Item, topic: str, payload: bytes) -> None:
    assert topic_of(item) == topic
    assert message_encoding(topic) == "json"
    assert to_message(NumberedItem(0, item)).payload == payload


def test_channel_ids_never_change() -> None:
    fixed = {"/raw/pelvis/stream": 4, "/raw/thigh/info": 7, "/sent/pelvis/info": 13, "/marks": 25}
    assert {topic: TOPICS.index(topic) + 1 for topic in fixed} == fixed
    assert TOPICS[28:30] == ("/commands", "/notes")


@pytest.mark.parametrize(("number", "t_ns"), [(-1, 0), (2**32, 0), (0, -1), (0, 2**64)])
def test_an_item_that_a_recording_cannot_hold_is_refused(number: int, t_ns: int) -> None:
    with pytest.raises(ValueError, match="outside what a recording can hold"):
        to_message(NumberedItem(number, Tick(t_ns)))


@given(st.integers(0, 40), st.binary(max_size=80) | st.sampled_from([b"{}", b"[]", b'{"count":1}']))
def test_foreign_payloads_are_an_item_or_a_value_error(channel_id: int, payload: bytes) -> None:
    try:
        numbered = from_message(StoredMessage(channel_id, 1, 2, payload))
    except ValueError:
        return
    assert to_message(numbered).channel_id == channel_id
