"""Injected time: scaled loops keep their speed, simulated loops jump, and both still hear other threads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from imu_hip.virtual.event_loop import ScaledTimeLoop, SimulatedTimeLoop

T = TypeVar("T")


def run_in(loop: Callable[[], asyncio.AbstractEventLoop], main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(main)


def test_simulated_time_starts_at_zero_and_jumps_to_the_next_timer() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times = [loop.time()]
        await asyncio.sleep(3600.0)
        times.append(loop.time())
        return times

    began_s = time.monotonic()
    assert run_in(SimulatedTimeLoop, main()) == [0.0, 3600.0]
    assert time.monotonic() - began_s < 5.0


def test_timers_of_a_simulated_loop_fire_in_order_at_their_times() -> None:
    async def main() -> list[tuple[float, float]]:
        loop = asyncio.get_running_loop()
        fired: list[tuple[float, float]] = []

        def note(when_s: float) -> None:
            fired.append((when_s, loop.time()))

        wanted_s = [7.5, 0.1, 0.3, 2.0, 0.2, 86400.0 * 3]
        for when_s in wanted_s:
            loop.call_at(when_s, note, when_s)
        await asyncio.sleep(max(wanted_s) + 1.0)
        return fired

    fired = run_in(SimulatedTimeLoop, main())
    assert [when_s for when_s, _ in fired] == [0.1, 0.2, 0.3, 2.0, 7.5, 86400.0 * 3]
    assert all(now_s == pytest.approx(when_s, abs=1e-9) for when_s, now_s in fired)


def test_the_gate_is_called_before_every_jump_and_holds_time() -> None:
    seen: list[float] = []
    loops: list[SimulatedTimeLoop] = []

    def make() -> SimulatedTimeLoop:
        loops.append(SimulatedTimeLoop(lambda: seen.append(loops[0].time())))
        return loops[0]

    async def main() -> None:
        for _ in range(3):
            await asyncio.sleep(1.0)

    run_in(make, main())
    assert seen == [0.0, 1.0, 2.0]


def test_what_the_gate_waited_for_runs_before_the_jump() -> None:
    order: list[tuple[str, float]] = []
    loops: list[SimulatedTimeLoop] = []
    calls = iter([True])

    def gate() -> None:
        if next(calls, False):  # another thread answers while time is held
            worker = threading.Thread(
                target=loops[0].call_soon_threadsafe,
                args=(lambda: order.append(("thread", loops[0].time())),),
            )
            worker.start()
            worker.join()

    def make() -> SimulatedTimeLoop:
        loops.append(SimulatedTimeLoop(gate))
        return loops[0]

    async def main() -> None:
        await asyncio.sleep(10.0)
        order.append(("timer", loops[0].time()))

    run_in(make, main())
    assert order == [("thread", 0.0), ("timer", 10.0)]


def test_a_simulated_loop_with_nothing_scheduled_sleeps_until_a_thread_calls() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        called = asyncio.Event()
        cpu_s = time.thread_time()
        timer = threading.Timer(0.3, loop.call_soon_threadsafe, (called.set,))
        timer.start()
        await called.wait()
        timer.join()
        assert loop.time() == 0.0
        return time.thread_time() - cpu_s

    assert run_in(SimulatedTimeLoop, main()) < 0.1


def test_speed_4_takes_a_quarter_of_the_time() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await asyncio.sleep(1.2)
        return loop.time() - began_s

    began_s = time.monotonic()
    scaled_s = run_in(lambda: ScaledTimeLoop(4.0), main())
    real_s = time.monotonic() - began_s
    assert scaled_s >= 1.2 - 1e-6
    assert 0.3 <= real_s < 0.6
