"""The one place where items get their number: the same order for the recorder and for the pipeline."""

from __future__ import annotations

import threading
from collections import deque

from imu_hip.model.item import Drop, Item, NumberedItem, Role
from imu_hip.session.recorder import Recorder

CAPACITY = 8192


class Intake:
    """Takes items from any thread without blocking, numbers them, hands them to the recorder.

    Keeps them for the pipeline.

    An item goes to both or to none. What had to be dropped is counted, and the count is itself an item as soon as
    there is room, so that a replay sees the same. A recorder that has failed for good does not stop the session.
    """

    def __init__(self, recorder: Recorder | None, capacity: int = CAPACITY, first_number: int = 0) -> None:
        """Begin with `first_number`: a session that goes on goes on counting."""
        self._recorder = recorder
        self._capacity = capacity
        self._waiting: deque[NumberedItem] = deque()
        self._changed = threading.Condition()
        self._number = first_number
        self._dropped: dict[Role, int] = {}
        self._closed = False

    def put(self, item: Item) -> None:
        """Take an item in; O(1), never blocks."""
        with self._changed:
            if self._closed:
                return
            if self._dropped and len(self._waiting) + len(self._dropped) < self._capacity:
                self._report_drops(item.t_ns)
            if not self._accept(item):
                role = getattr(item, "role", Role.PELVIS)
                self._dropped[role] = self._dropped.get(role, 0) + 1
                return
            self._changed.notify()

    def take(self, timeout_s: float | None) -> list[NumberedItem] | None:
        """Return what is waiting, after at most `timeout_s`; None when it is closed and empty."""
        with self._changed:
            if not self._waiting and not self._closed and timeout_s != 0.0:
                self._changed.wait(timeout_s)
            if not self._waiting and self._closed:
                return None
            items = list(self._waiting)
            self._waiting.clear()
            return items

    def close(self) -> None:
        """Take nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _accept(self, item: Item) -> bool:
        if len(self._waiting) >= self._capacity:
            return False
        numbered = NumberedItem(self._number, item)
        recorder = self._recorder
        if recorder is not None and recorder.error is None and not recorder.put(numbered) and recorder.error is None:
            return False
        self._number += 1
        self._waiting.append(numbered)
        return True

    def _report_drops(self, t_ns: int) -> None:
        for role, count in list(self._dropped.items()):
            if self._accept(Drop(t_ns, role, count)):
                del self._dropped[role]
