"""What was sent again goes where it belongs."""

from __future__ import annotations

import numpy as np

from imu_hip.codec import bip_v1
from imu_hip.codec.late_data import in_place
from imu_hip.model.item import Characteristic, Notification, NumberedItem, Role, Tick
from imu_hip.model.packet import StreamPacket
from tests.stream.radio import setup

SETUP = setup("bip1")


def item(t: int, first: int, *, resent: bool = False, role: Role = Role.THIGH, n: int = 5) -> NumberedItem:
    packet = StreamPacket(first % 65536, 10_000 * first % 2**32, np.zeros((n, 6), np.int16), resent, False, False)
    return NumberedItem(t, Notification(t, role, Characteristic.STREAM, bip_v1.encode_stream(packet)))


def firsts(items: list[NumberedItem], role: Role = Role.THIGH) -> list[int]:
    decoded = [
        bip_v1.decode_stream(each.item.payload)
        for each in items
        if isinstance(each.item, Notification) and each.item.role is role
    ]
    return [packet.first_index for packet in decoded if isinstance(packet, StreamPacket)]


def test_packets_that_were_sent_again_come_before_the_live_one_that_follows_them() -> None:
    items = [item(0, 0), item(1, 20), item(2, 25), item(3, 5, resent=True), item(4, 10, resent=True), item(5, 30)]
    found = in_place(SETUP, items)
    assert firsts(found) == [0, 5, 10, 20, 25, 30]
    assert [each.item.t_ns for each in found] == [0, 1, 1, 1, 2, 5]


def test_without_such_packets_nothing_changes() -> None:
    items = [item(0, 0), NumberedItem(1, Tick(1)), item(2, 20), item(3, 20)]
    assert in_place(SETUP, items) == items


def test_the_counter_may_wrap_meanwhile() -> None:
    items = [item(0, 65530), item(1, 65545), item(2, 65535, resent=True), item(3, 65540, resent=True)]
    assert firsts(in_place(SETUP, items)) == [65530, 65535, 4, 9]


def test_each_sensor_has_its_own_counter() -> None:
    items = [
        item(0, 0),
        item(0, 100, role=Role.PELVIS),
        item(1, 10),
        item(2, 5, resent=True),
        item(3, 110, role=Role.PELVIS),
        item(4, 105, resent=True, role=Role.PELVIS),
    ]
    found = in_place(SETUP, items)
    assert firsts(found) == [0, 5, 10]
    assert firsts(found, Role.PELVIS) == [100, 105, 110]


def test_what_is_newer_than_all_that_came_live_stays_where_it_is() -> None:
    items = [item(0, 0), item(1, 5), item(2, 10, resent=True), item(3, 5, resent=True)]
    assert in_place(SETUP, items) == items


def test_the_first_packet_of_a_run_may_have_any_number() -> None:
    items = [item(0, 40_000), item(1, 40_010), item(2, 40_005, resent=True)]
    assert firsts(in_place(SETUP, items)) == [40_000, 40_005, 40_010]


def test_a_counter_that_goes_back_begins_a_run_to_which_what_is_sent_again_belongs() -> None:
    items = [item(0, 100), item(1, 110), item(2, 0), item(3, 10), item(4, 5, resent=True)]
    assert firsts(in_place(SETUP, items)) == [100, 110, 0, 5, 10]


def test_what_belongs_to_no_run_stays_where_it_is() -> None:
    items = [item(0, 50, resent=True), item(1, 100), item(2, 0), item(3, 5), item(4, 3, resent=True)]
    found = in_place(SETUP, items)
    assert sorted(each.number for each in found) == [0, 1, 2, 3, 4]
    assert found[0].number == 0
