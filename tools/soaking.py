"""Stream for hours while things go wrong at random, and see that nothing is lost, doubled, invented or piled up.

In simulated time an hour takes about a minute; `--real` takes as long as it says.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import numpy as np
from fault_suite import Telling

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.intake import Intake
from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, NumberedItem, Role
from imu_hip.model.packet import StreamPacket
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.recorder import Recorder
from imu_hip.virtual.air import AirQuality
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import SensorPlan, VirtualSensor
from imu_hip.virtual.world import VirtualWorld

_SETUP = Setup(
    Side.LEFT, "supine_ere", (exercise("supine_ere"),),
    (SensorSetup(Role.PELVIS, "bip1"), SensorSetup(Role.THIGH, "bip1")), Origin.DEMO, None, None, (),
)  # fmt: skip
_TOLD_EVERY_S = 600.0


class Soak:
    """Counts what comes, without keeping it."""

    def __init__(self, path: Path) -> None:
        self.recorder = Recorder(path, _SETUP)
        self.intake = Intake(self.recorder)
        self.pipeline = Pipeline(_SETUP)
        self.came = dict.fromkeys(Role, 0)
        self.losses = self.faults = self.streaming = 0
        self.wrong: list[str] = []
        self._newest: dict[Role, tuple[int, int]] = {}
        self._last_row_s = -np.inf

    def emit(self, item: Item) -> None:
        """Take an item in."""
        self.intake.put(item)
        if isinstance(item, LinkChange):
            self.losses += item.state is LinkState.LOST
            self.streaming += item.state is LinkState.STREAMING

    def process(self) -> None:
        """Take what came through the corridor."""
        items = self.intake.take(0.0) or []
        for numbered in items:
            self._count(numbered)
        rows = self.pipeline.receive(items).angles.t_s
        if len(rows):
            if rows[0] <= self._last_row_s or np.any(np.diff(rows) <= 0.0):
                self.wrong.append(f"rows are out of order at {rows[0]:.1f} s")
            self._last_row_s = float(rows[-1])

    def _count(self, numbered: NumberedItem) -> None:
        item = numbered.item
        if isinstance(item, Notification) and item.characteristic is Characteristic.STREAM:
            packet = bip_v1.decode_stream(item.payload)
            if isinstance(packet, StreamPacket) and not packet.resent:
                self.came[item.role] += len(packet.counts)


def main() -> int:
    """Run, and print how it goes; return 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="tools/soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, metavar="H", help="in simulated time (8)")
    parser.add_argument("--real", type=float, metavar="MINUTES", help="in real time instead")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    seconds = 60.0 * args.real if args.real else 3600.0 * args.hours
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw.mcap"
        began_s = time.perf_counter()
        soak = Soak(path)
        with asyncio.Runner(loop_factory=None if args.real else SimulatedTimeLoop) as runner:
            runner.run(_stream(soak, seconds, args.seed))
        live = soak.pipeline.result_sha256
        found = api.summarize(path)
        for role in Role:
            used = found.link[role].samples
            print(f"{role}: {soak.came[role]} samples came, {used} used, {found.link[role].lost} lost on the way")
            if used > soak.came[role] or soak.came[role] - used > 0.001 * soak.came[role]:
                soak.wrong.append(f"{role}: {used} samples used of {soak.came[role]}")
        if found.result_sha256 != live:
            soak.wrong.append("live and replay differ")
        size = path.stat().st_size / 1e6
        print(f"{seconds:.0f} s in {time.perf_counter() - began_s:.0f} s; recording {size:.1f} MB")
    print(f"{soak.faults} faults, {soak.losses} connections lost, {soak.streaming} times streaming")
    print("all holds" if not soak.wrong else "; ".join(soak.wrong[:5]))
    return 1 if soak.wrong else 0


async def _stream(soak: Soak, seconds: float, seed: int) -> None:
    rng = random.Random(seed)
    plans = {
        role: SensorPlan(f"S-{role.value}", Telling(), clock=SensorClock(rng.uniform(0, 4000), rng.uniform(-50, 50)))
        for role in Role
    }
    world = VirtualWorld(plans, quality=AirQuality(miss_probability=0.05), seed=seed)
    await world.start()
    world.begin_playback()
    stop = asyncio.Event()
    radio = Radio(world.scanner_backend, world.client_backend)
    clock_ns = LoopClock(1_800_000_000_000_000_000).now_ns
    work = asyncio.create_task(run_sensors(radio, world.roles, emit=soak.emit, clock=clock_ns, stop=stop))
    trouble = asyncio.create_task(_trouble(soak, world, rng))
    told_s = 0.0
    while world.time_s < seconds and not work.done():
        await asyncio.sleep(0.2)
        soak.process()
        if soak.recorder.pending > 4096:
            soak.recorder.wait_until_written()
        if world.time_s >= told_s:
            print(f"{world.time_s / 60:6.0f} min  {_megabytes():6.0f} MB  {soak.faults} faults", flush=True)
            told_s += _TOLD_EVERY_S
    trouble.cancel()
    stop.set()
    await work
    soak.intake.close()
    soak.process()
    soak.pipeline.finish()
    soak.recorder.close()
    await world.stop()


async def _trouble(soak: Soak, world: VirtualWorld, rng: random.Random) -> None:
    """Let something go wrong every half minute or so."""
    while True:
        await asyncio.sleep(rng.expovariate(1.0 / 30.0))
        soak.faults += 1
        done = rng.choice(_ways(world, rng.choice(list(Role)), rng))()
        if done is not None:
            await done


def _ways(world: VirtualWorld, role: Role, rng: random.Random) -> tuple[Callable[[], Awaitable[None] | None], ...]:
    """Return what can go wrong with one sensor."""
    sensor = cast(VirtualSensor, world.sensors[role])
    return (
        lambda: world.drop_link(role),
        lambda: world.fade(role, rng.uniform(0.3, 10.0)),
        lambda: world.gap(role, rng.uniform(0.02, 2.0)),
        lambda: world.send_malformed(role, rng.randrange(1, 20)),
        lambda: sensor.reboot(rng.uniform(0.1, 3.0)),
        lambda: sensor.set_battery(rng.randrange(0, 101)),
    )


def _megabytes() -> float:
    """Return how much memory this program uses now."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000.0


if __name__ == "__main__":
    sys.exit(main())
