"""Sessions inside the emulated machine: the program's client with both sensors, and what it was told and when."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, Role
from imu_hip.model.packet import SensorInfo, StreamPacket

ROLES = {"VP-0001": Role.PELVIS, "VT-0001": Role.THIGH}
_COUNTER_SPAN = 1 << 16


class NotInTimeError(Exception):
    """What was waited for in vain."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A stream packet and its arrival (monotonic, s)."""

    at_s: float
    packet: StreamPacket


@dataclass(slots=True)
class Session:
    """The client of the program on both sensors, everything that it emits with its time (monotonic, s)."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    items: list[tuple[float, Item]] = field(default_factory=list)
    ended: asyncio.Task[None] | None = None

    def emit(self, item: Item) -> None:
        """Take an item of the client."""
        self.items.append((time.monotonic(), item))

    async def until(self, holds: Callable[[], float | None], timeout_s: float, what: str) -> float:
        """Wait for something, and return when it was (monotonic, s)."""
        deadline_s = time.monotonic() + timeout_s
        while (at_s := holds()) is None:
            if self.ended is not None and self.ended.done():
                self.ended.result()
            if time.monotonic() > deadline_s:
                raise NotInTimeError(f"not within {timeout_s:g} s: {what}")
            await asyncio.sleep(0.02)
        return at_s

    async def until_state(self, role: Role, state: LinkState, after_s: float, timeout_s: float) -> float:
        """Wait until the connection to a sensor is told to be in a state."""
        return await self.until(lambda: self.told(role, state, after_s), timeout_s, f"{role} {state}")

    async def until_data(self, role: Role, after_s: float, timeout_s: float) -> float:
        """Wait for the first packet of the stream after a time."""

        def first() -> float | None:
            return next((each.at_s for each in self.stream(role) if each.at_s > after_s), None)

        return await self.until(first, timeout_s, f"{role} data")

    def told(self, role: Role, state: LinkState, after_s: float = 0.0) -> float | None:
        """Return when a state was told first after a time."""
        changes = ((at_s, item) for at_s, item in self.items if isinstance(item, LinkChange))
        return next((t for t, item in changes if t > after_s and (item.role, item.state) == (role, state)), None)

    def words(self, role: Role, state: LinkState, after_s: float = 0.0) -> list[str]:
        """Return what was said to people with a state."""
        return [
            item.detail
            for at_s, item in self.items
            if at_s > after_s and isinstance(item, LinkChange) and (item.role, item.state) == (role, state)
        ]

    def stream(self, role: Role) -> Iterator[Heard]:
        """Return the packets of the stream as they came, those that were sent again too."""
        for at_s, item in tuple(self.items):
            if isinstance(item, Notification) and (item.role, item.characteristic) == (role, Characteristic.STREAM):
                packet = bip_v1.decode_stream(item.payload)
                if isinstance(packet, StreamPacket):
                    yield Heard(at_s, packet)

    def boots(self, role: Role) -> list[int]:
        """Return the boot ids that a sensor gave, one after the other."""
        infos = (
            bip_v1.decode_info(item.payload)
            for _, item in self.items
            if isinstance(item, Notification) and (item.role, item.characteristic) == (role, Characteristic.INFO)
        )
        return [info.boot_id for info in infos if isinstance(info, SensorInfo)]


@contextlib.asynccontextmanager
async def session() -> AsyncIterator[Session]:
    """Run the client until both stream, hand it over, and end it as a person does."""
    live = Session()
    clock = LoopClock(time.time_ns())
    live.ended = asyncio.create_task(
        run_sensors(Radio(), ROLES, emit=live.emit, clock=clock.now_ns, stop=live.stop, scan_timeout_s=30.0)
    )
    try:
        for role in ROLES.values():
            await live.until_data(role, 0.0, 90.0)
        yield live
    finally:
        live.stop.set()
        await asyncio.wait((live.ended,))
    live.ended.result()


def lost_and_twice(heard: list[Heard]) -> tuple[int, int]:
    """Count the samples of one run that never came, and the packets that came again unasked."""
    seen: set[int] = set()
    twice, beyond, first = 0, 0, None
    for each in heard:
        index = each.packet.first_index
        if first is None:
            first = beyond = index
        ahead = (index - beyond + _COUNTER_SPAN // 2) % _COUNTER_SPAN - _COUNTER_SPAN // 2
        start, n = beyond + ahead, len(each.packet.counts)
        twice += start in seen and not each.packet.resent
        seen.update(range(start, start + n))
        beyond = max(beyond, start + n)
    return (0 if first is None else beyond - first - len(seen)), twice


def lags_ms(heard: list[Heard]) -> tuple[float, float, float]:
    """Return how much later than the fastest packets came: median, 99th percentile, most."""
    lags = [1e3 * each.at_s - each.packet.device_us / 1e3 for each in heard if not each.packet.resent]
    lags = sorted(lag - min(lags) for lag in lags)
    return lags[len(lags) // 2], lags[int(0.99 * (len(lags) - 1))], lags[-1]


async def stream_for_ever() -> None:
    """Stream both sensors, and say so, until somebody ends it."""
    async with session():
        print("streams", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(stream_for_ever())
