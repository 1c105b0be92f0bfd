"""The clock that stamps items follows the event loop."""

from __future__ import annotations

import asyncio

from imu_hip.ble.clock import LoopClock
from imu_hip.virtual.event_loop import SimulatedTimeLoop


def test_the_clock_starts_at_its_epoch_and_follows_the_loop() -> None:
    async def main() -> list[int]:
        await asyncio.sleep(12.25)
        clock = LoopClock(1_800_000_000_000_000_000)
        times_ns = [clock.now_ns()]
        await asyncio.sleep(0.000_001_5)
        times_ns.append(clock.now_ns())
        await asyncio.sleep(3600.0)
        times_ns.append(clock.now_ns())
        return times_ns

    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        times_ns = runner.run(main())
    assert [time_ns - 1_800_000_000_000_000_000 for time_ns in times_ns] == [0, 1500, 3_600_000_001_500]
