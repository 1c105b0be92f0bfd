"""Chunks taken apart together: the items of each alone, in every detail, and what is wrong is told as there."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.item import (
    Characteristic,
    Command,
    Edge,
    Item,
    Mark,
    MarkLabel,
    Notification,
    NumberedItem,
    Role,
    Tick,
    Write,
)
from imu_hip.model.stream_run import StreamRun
from imu_hip.session.chunk_items import Stored, items_of_chunks
from imu_hip.session.layout import from_message, to_message
from imu_hip.session.mcap_parse import BrokenRecordError, chunk_messages
from imu_hip.session.reader import apart

TIMES = st.integers(0, 2**64 - 1)
ROLES, PAYLOADS = st.sampled_from(Role), st.binary(max_size=12)
ITEMS = st.lists(
    st.builds(Tick, TIMES)
    | st.builds(Notification, TIMES, ROLES, st.just(Characteristic.STREAM) | st.sampled_from(Characteristic), PAYLOADS)
    | st.builds(Write, TIMES, ROLES, st.just(Characteristic.SYNC), PAYLOADS)
    | st.builds(Mark, TIMES, st.just(MarkLabel.NEUTRAL), st.sampled_from(Edge))
    | st.builds(Command, TIMES, st.just("pain")),
    max_size=30,
)


def _message(numbered: NumberedItem) -> bytes:
    stored = to_message(numbered)
    head = struct.pack("<HIQQ", stored.channel_id, stored.sequence, stored.log_time, stored.log_time)
    return struct.pack("<BQ", 0x05, len(head) + len(stored.payload)) + head + stored.payload


def _chunks(items: Sequence[Item], cuts: Sequence[int]) -> tuple[list[NumberedItem], list[tuple[int, bytes]]]:
    numbered = [NumberedItem(3 * k, item) for k, item in enumerate(items)]
    bounds = [0, *sorted(min(cut, len(items)) for cut in cuts), len(items)]
    contents = [b"".join(map(_message, numbered[a:b])) for a, b in itertools.pairwise(bounds)]
    return numbered, [(1000 * k, content) for k, content in enumerate(contents)]


@given(ITEMS, st.lists(st.integers(0, 30), max_size=3))
def test_chunks_give_back_the_items_that_were_written(items: list[Item], cuts: list[int]) -> None:
    numbered, chunks = _chunks(items, cuts)
    assert list(apart(items_of_chunks(chunks, -1))) == numbered


def test_items_of_a_stream_in_a_row_come_as_one() -> None:
    stream = [Notification(k, list(Role)[k % 2], Characteristic.STREAM, bytes([k])) for k in range(20)]
    _, chunks = _chunks([*stream, Tick(20), Command(21, "stop"), *stream], [7])
    assert [len(each) if isinstance(each, StreamRun) else 1 for each in items_of_chunks(chunks, -1)] == [21, 1, 20]


def test_other_records_between_messages_are_passed_over() -> None:
    message = _message(NumberedItem(1, Tick(5)))
    other = struct.pack("<BQ", 0x0C, 4) + b"\0\0\0\0"
    assert list(apart(items_of_chunks([(0, other + message + other)], -1))) == [NumberedItem(1, Tick(5))]


@given(ITEMS.filter(bool), st.data())
def test_damaged_contents_are_told_as_the_slow_way_tells_them(items: list[Item], data: st.DataObject) -> None:
    _, ((_, content),) = _chunks(items, [])
    damaged = bytearray(content)
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] ^= data.draw(st.integers(1, 255))
    del damaged[data.draw(st.integers(0, len(damaged))) :]
    assert _told(bytes(damaged)) == _told_one_by_one(bytes(damaged))


def _told(content: bytes) -> list[NumberedItem] | str:
    try:
        return list(apart(items_of_chunks([(7, content)], -1)))
    except BrokenRecordError as error:
        return f"{error.offset}: {error}"


def _told_one_by_one(content: bytes) -> list[NumberedItem] | str:
    try:
        found = [from_message(message) for message in chunk_messages(content)]
    except ValueError as error:
        return f"7: a chunk holds what no recording does: {error}"
    last = -1
    for each in found:
        if each.number <= last:
            return f"7: item {each.number} comes after item {last}"
        last = each.number
    return found


@pytest.mark.parametrize("last_number", [3, 4])
def test_numbers_must_rise_from_chunk_to_chunk_and_the_place_is_that_of_the_chunk(last_number: int) -> None:
    items: list[Stored] = [NumberedItem(last_number + 1, Tick(1)), NumberedItem(last_number, Tick(2))]
    chunks = [(100 * k, _message(each)) for k, each in enumerate(apart(items))]
    with pytest.raises(BrokenRecordError, match=f"item {last_number} comes after item {last_number + 1}") as caught:
        items_of_chunks(chunks, last_number)
    assert caught.value.offset == 100
    with pytest.raises(BrokenRecordError, match=f"item {last_number} comes after item {last_number}"):
        items_of_chunks(chunks[1:], last_number)
