"""A test rig: the real client against a virtual world, usually in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import numpy as np

from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.item import (
    Characteristic,
    Item,
    LinkChange,
    LinkState,
    Notification,
    Role,
    Write,
)
from imu_hip.model.packet import StreamPacket
from imu_hip.virtual.air import AirQuality
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import SensorPlan
from imu_hip.virtual.world import VirtualWorld

T = TypeVar("T")
EPOCH_NS = 1_800_000_000_000_000_000
PELVIS, THIGH = Role.PELVIS, Role.THIGH


def motion(seed: int, seconds: float = 30.0, rate_hz: float = 100.0) -> RecordedMotion:
    generator = np.random.default_rng(seed)
    n = int(seconds * rate_hz)
    return RecordedMotion(rate_hz, generator.normal(size=(n, 3)), generator.normal(9.8, 1.0, size=(n, 3)))


def two_plans() -> dict[Role, SensorPlan]:
    return {
        PELVIS: SensorPlan("VP-0001", motion(1), clock=SensorClock(offset_s=5.0, ppm=30.0)),
        THIGH: SensorPlan("VT-0001", motion(2), clock=SensorClock(offset_s=4000.0, ppm=-20.0)),
    }


@dataclass
class Rig:
    """A started world with a client that may be let loose on it."""

    world: VirtualWorld
    radio: Radio
    clock: LoopClock
    items: list[Item] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    both_stream: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def run_sensors(self, roles: Mapping[str, Role] | None = None) -> asyncio.Task[None]:
        self.task = asyncio.create_task(
            run_sensors(
                self.radio,
                self.world.roles if roles is None else roles,
                emit=self.emit,
                clock=self.clock.now_ns,
                stop=self.stop,
            )
        )
        return self.task

    async def stream(self) -> None:
        """Run the sensors and return once both stream."""
        task = self.run_sensors()
        both_stream = asyncio.create_task(self.both_stream.wait())
        await asyncio.wait((task, both_stream), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            both_stream.cancel()
            await task

    def emit(self, item: Item) -> None:
        self.items.append(item)
        if isinstance(item, LinkChange) and all(LinkState.STREAMING in self.states(role) for role in Role):
            self.both_stream.set()

    async def finish(self) -> None:
        self.stop.set()
        assert self.task is not None
        await self.task

    def links(self, role: Role) -> list[LinkChange]:
        return [item for item in self.items if isinstance(item, LinkChange) and item.role is role]

    def states(self, role: Role) -> list[LinkState]:
        return [link.state for link in self.links(role)]

    def notifications(self, role: Role, characteristic: Characteristic) -> list[Notification]:
        return [
            item
            for item in self.items
            if isinstance(item, Notification) and item.role is role and item.characteristic is characteristic
        ]

    def writes(self, role: Role, characteristic: Characteristic) -> list[Write]:
        return [
            item
            for item in self.items
            if isinstance(item, Write) and item.role is role and item.characteristic is characteristic
        ]

    def packets(self, role: Role, *, resent: bool = False) -> list[StreamPacket]:
        decoded = [
            bip_v1.decode_stream(notification.payload)
            for notification in self.notifications(role, Characteristic.STREAM)
        ]
        return [packet for packet in decoded if isinstance(packet, StreamPacket) and packet.resent is resent]

    def gaps(self, role: Role) -> list[int]:
        """Count the samples missing before each packet that does not follow its predecessor."""
        packets = self.packets(role)
        missing = [
            (after.first_index - before.first_index - len(before.counts)) % (1 << 16)
            for before, after in pairwise(packets)
        ]
        return [gap for gap in missing if gap]


def simulate(
    scenario: Callable[[Rig], Awaitable[T]],
    *,
    plans: Mapping[Role, SensorPlan] | None = None,
    quality: AirQuality | None = None,
    seed: int = 0,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = SimulatedTimeLoop,
) -> T:
    """Run a scenario in a world of its own."""

    async def main() -> T:
        world = VirtualWorld(two_plans() if plans is None else plans, quality=quality, seed=seed)
        await world.start()
        rig = Rig(world, Radio(world.scanner_backend, world.client_backend), LoopClock(EPOCH_NS))
        try:
            return await scenario(rig)
        finally:
            if rig.task is not None and not rig.task.done():
                await rig.finish()
            await world.stop()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())
