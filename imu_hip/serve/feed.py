"""The feed: reads the view state while somebody watches, and has the newest message for whoever is ready for one."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imu_hip.model.view_state import ViewState
from imu_hip.view.as_json import view_json

PERIOD_S = 1.0 / 20.0
BEAT_S = 0.5
"""When nothing has changed for so long, a message says just that."""


@dataclass(frozen=True, slots=True)
class News:
    """One publication: `whole` holds the view, `beat` is for those who have that view already."""

    number: int
    view_number: int
    whole: str
    beat: str


class Feed:
    """Publishes the view state up to twenty times a second; there is one newest message and no queue."""

    def __init__(self, read_state: Callable[[], ViewState | None]) -> None:
        self._read_state = read_state
        self._watchers = 0
        self._watched = asyncio.Event()
        self._published = asyncio.Condition()
        self._view = ""
        self._view_number = 0
        self._last_s = 0.0
        self._news = News(0, 0, "", "")

    @contextmanager
    def watch(self) -> Iterator[int]:
        """Count a watcher in while it watches; gives the number of what it needs not see."""
        self._watchers += 1
        self._watched.set()
        self._last_s = 0.0  # a newcomer does not wait for a change
        try:
            yield self._news.number
        finally:
            self._watchers -= 1
            if self._watchers == 0:
                self._watched.clear()

    @property
    def watchers(self) -> int:
        """How many watch."""
        return self._watchers

    async def after(self, number: int) -> News:
        """Return the newest news once there are newer ones than `number`."""
        async with self._published:
            await self._published.wait_for(lambda: self._news.number > number)
            return self._news

    async def run(self) -> None:
        """Publish for ever; at rest while nobody watches."""
        while True:
            await self._watched.wait()
            began_s = time.monotonic()
            await self._publish(began_s)
            await asyncio.sleep(max(0.0, began_s + PERIOD_S - time.monotonic()))

    async def _publish(self, now_s: float) -> None:
        state = self._read_state()
        view = "null" if state is None else _text(view_json(state))
        if view != self._view:
            self._view, self._view_number = view, self._view_number + 1
        elif now_s - self._last_s < BEAT_S:
            return
        self._last_s = now_s
        at = f'{{"at_s":{now_s:.3f}'
        self._news = News(self._news.number + 1, self._view_number, f'{at},"view":{view}}}', f"{at}}}")
        async with self._published:
            self._published.notify_all()


def _text(content: dict[str, object]) -> str:
    return json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
