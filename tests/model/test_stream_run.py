"""Items of a stream as arrays: the same items, however they are put together and cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.item import Characteristic, Notification, NumberedItem, Role, Tick
from imu_hip.model.stream_run import LATEST_NS, belongs_to_a_run, payloads_of, run_of

TIMES = st.integers(0, LATEST_NS)
NOTIFICATIONS = st.builds(
    Notification, TIMES, st.sampled_from(Role), st.just(Characteristic.STREAM), st.binary(max_size=9)
)
ITEMS = st.lists(st.builds(Tick, TIMES) | NOTIFICATIONS, min_size=1, max_size=20).map(
    lambda items: [NumberedItem(number, item) for number, item in enumerate(items)]
)


@given(ITEMS)
def test_a_run_gives_its_items_back(items: list[NumberedItem]) -> None:
    assert all(map(belongs_to_a_run, items))
    assert run_of(items).items() == items


@given(ITEMS, st.integers(0, 20), st.integers(0, 20))
def test_a_cut_run_has_the_items_between(items: list[NumberedItem], start: int, stop: int) -> None:
    cut = run_of(items).cut(start, stop)
    assert cut.items() == items[start:stop]
    assert len(cut) == len(items[start:stop])


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_values_put_together_come_out_one_by_one(values: list[bytes]) -> None:
    payloads = payloads_of(values)
    assert [payloads.one(k) for k in range(len(payloads))] == values


def test_a_time_beyond_what_arrays_hold_is_an_item_on_its_own() -> None:
    assert belongs_to_a_run(NumberedItem(0, Tick(LATEST_NS)))
    assert not belongs_to_a_run(NumberedItem(0, Tick(LATEST_NS + 1)))
    assert not belongs_to_a_run(NumberedItem(0, Notification(5, Role.PELVIS, Characteristic.BATTERY, b"\x01")))


def test_items_of_a_short_run_take_nothing_but_their_own_bytes() -> None:
    whole = run_of([NumberedItem(k, Notification(k, Role.THIGH, Characteristic.STREAM, b"ab")) for k in range(50)])
    seen: list[int] = []

    class Watched(np.ndarray):
        def tobytes(self, order: Any = "C") -> bytes:
            seen.append(self.size)
            return super().tobytes(order)

    watched = replace(whole, payloads=replace(whole.payloads, data=whole.payloads.data.view(Watched)))
    assert watched.cut(40, 43).items() == whole.items()[40:43]
    assert seen == [6]
