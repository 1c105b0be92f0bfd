"""Items are numbered once, for recorder and pipeline alike, and a drop is an item."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from imu_hip.app.intake import Intake
from imu_hip.model.errors import ImuHipError, Reason, RecordingError
from imu_hip.model.item import Characteristic, Drop, Item, Notification, NumberedItem, Role, Tick


class Shelf:
    """Stands in for the recorder: keeps what it takes, refuses what there is no room for."""

    def __init__(self) -> None:
        self.kept: list[NumberedItem] = []
        self.room = 10**6
        self.error: ImuHipError | None = None

    def put(self, numbered: NumberedItem) -> bool:
        if self.room == 0 or self.error is not None:
            return False
        self.room -= 1
        self.kept.append(numbered)
        return True


def notification(t_ns: int, role: Role = Role.PELVIS) -> Notification:
    return Notification(t_ns, role, Characteristic.STREAM, b"")


def intake(shelf: Shelf | None, capacity: int = 8192) -> Intake:
    return Intake(shelf, capacity)  # type: ignore[arg-type]


def taken(of: Intake) -> list[NumberedItem]:
    return of.take(0.0) or []


def test_items_are_numbered_in_the_order_in_which_they_came() -> None:
    shelf = Shelf()
    queue = intake(shelf)
    for t_ns in range(3):
        queue.put(notification(t_ns))
    assert shelf.kept == taken(queue) == [NumberedItem(k, notification(k)) for k in range(3)]
    assert taken(queue) == []


def test_what_had_to_be_dropped_is_an_item_as_soon_as_there_is_room() -> None:
    shelf = Shelf()
    queue = intake(shelf, capacity=3)
    kept = [notification(t_ns) for t_ns in range(3)]
    for item in kept:
        queue.put(item)
    for t_ns in range(3, 6):
        queue.put(notification(t_ns, Role.THIGH))
    queue.put(Tick(6))
    assert [n.item for n in taken(queue)] == kept
    queue.put(notification(7))
    assert [n.item for n in taken(queue)] == [Drop(7, Role.THIGH, 3), Drop(7, Role.PELVIS, 1), notification(7)]
    assert [n.number for n in shelf.kept] == list(range(6))


def test_a_recorder_that_is_full_makes_the_pipeline_miss_the_same_items() -> None:
    shelf = Shelf()
    queue = intake(shelf)
    shelf.room = 1
    queue.put(notification(0))
    queue.put(notification(1))
    shelf.room = 10
    queue.put(notification(2))
    assert taken(queue) == shelf.kept
    assert [n.item for n in shelf.kept] == [notification(0), Drop(2, Role.PELVIS, 1), notification(2)]
    assert [n.number for n in shelf.kept] == [0, 1, 2]


def test_a_recorder_that_has_failed_for_good_does_not_stop_the_session() -> None:
    shelf = Shelf()
    queue = intake(shelf)
    shelf.error = RecordingError(Reason.DISK_FULL, "full")
    queue.put(notification(0))
    assert [n.item for n in taken(queue)] == [notification(0)]
    assert shelf.kept == []


def test_without_a_recorder_items_are_numbered_all_the_same() -> None:
    queue = intake(None)
    queue.put(notification(5))
    assert taken(queue) == [NumberedItem(0, notification(5))]


def test_a_closed_intake_gives_out_what_it_has_and_takes_nothing_more() -> None:
    queue = intake(None)
    queue.put(notification(0))
    queue.close()
    queue.put(notification(1))
    assert [n.item for n in queue.take(None) or []] == [notification(0)]
    assert queue.take(None) is None


def test_whoever_waits_is_woken_by_an_item_and_by_the_end() -> None:
    queue = intake(None)
    timer = threading.Timer(0.05, lambda: queue.put(notification(0)))
    timer.start()
    assert [n.item for n in queue.take(10.0) or []] == [notification(0)]
    timer = threading.Timer(0.05, queue.close)
    timer.start()
    assert queue.take(10.0) is None
    assert intake(None).take(0.01) == []


@given(st.lists(st.one_of(st.just("take"), st.sampled_from(list(Role)), st.integers(0, 3)), max_size=60))
def test_recorder_and_pipeline_always_see_the_same_and_every_loss_is_counted(steps: list[object]) -> None:
    shelf = Shelf()
    queue = intake(shelf, capacity=4)
    seen: list[NumberedItem] = []
    put = 0
    for step in steps:
        if step == "take":
            seen += taken(queue)
        elif isinstance(step, Role):
            queue.put(notification(put, step))
            put += 1
        elif isinstance(step, int):
            shelf.room = step
    shelf.room = 10**6
    seen += taken(queue)
    for _ in range(3):
        queue.put(Tick(0))
        seen += taken(queue)
    assert seen == shelf.kept
    assert [n.number for n in seen] == list(range(len(seen)))
    items: list[Item] = [n.item for n in seen]
    arrived = sum(isinstance(item, Notification) for item in items)
    assert arrived + sum(item.count for item in items if isinstance(item, Drop)) == put
