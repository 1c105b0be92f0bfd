"""Let everything go wrong that can, over the virtual radio and in simulated time, and see what must hold anyway.

Every sample of a virtual sensor says when it was taken. So a row that no sensor felt, and a sample that was counted
twice, show. Of each scenario and seed it must hold: no exception; arrivals and rows in order; every sample that came
used once, none invented; rows at the right time; any cutting the same result; the recording whole, and the result of
its replay that of the session; every sensor that is there again streaming within 3 s.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from fault_scenarios import Scenario, scenarios

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.app.intake import Intake
from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.block import AlignedBlock, SampleState
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, NumberedItem, Role
from imu_hip.model.packet import StreamPacket
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording, read_recording
from imu_hip.session.recorder import Recorder
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, SensorPlan
from imu_hip.virtual.world import VirtualWorld

BACK_WITHIN_S = 3.0
MOST_OFF_S = 0.06
"""How far a row may be from when its sample was taken: some connection intervals, and the clock's way there."""
_BEFORE_S = 3.0
_EPOCH_NS = 1_800_000_000_000_000_000
_COARSE_S = 0.01
_SETUP = Setup(
    Side.LEFT,
    "supine_ere",
    (exercise("supine_ere"),),
    (SensorSetup(Role.PELVIS, "bip1"), SensorSetup(Role.THIGH, "bip1")),
    Origin.DEMO,
    None,
    None,
    (),
)


@dataclass(frozen=True, slots=True)
class Telling:
    """A source whose samples say at which instant they were taken: gyr x in steps of 10 ms, gyr y within the step."""

    def sample(self, playback_s: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return gyr and acc (n, 3) at instants (n,)."""
        coarse = np.floor(playback_s / _COARSE_S)
        fine = np.rint((playback_s / _COARSE_S - coarse) * 20000.0)
        n = len(playback_s)
        gyr = np.column_stack([coarse % 30000.0, fine, np.zeros(n)]) * DEFAULT_CONFIG.gyr_rad_s_per_lsb
        return gyr, np.tile([0.0, 0.0, 9.81], (n, 1))


def taken_s(gyr: np.ndarray) -> np.ndarray:
    """Return when samples (n, 3) were taken, s since the world began."""
    counts = np.rint(gyr / DEFAULT_CONFIG.gyr_rad_s_per_lsb)
    return np.asarray((counts[:, 0] + counts[:, 1] / 20000.0) * _COARSE_S)


@dataclass(slots=True)
class Life:
    """What came of a scenario."""

    items: list[NumberedItem] = field(default_factory=list)
    began_s: float = 0.0
    zero_s: float = 0.0
    path: Path = Path()
    live: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What did not hold, and figures of what did."""

    wrong: tuple[str, ...]
    samples: int
    lost: int
    late: int
    back_s: float | None


def main() -> int:
    """Run all, print a line for each scenario; return 1 if anything did not hold."""
    every = scenarios()
    parser = argparse.ArgumentParser(prog="tools/validate faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, metavar="N")
    parser.add_argument("--only", metavar="TEXT", default="", help="scenarios with this in their name")
    args = parser.parse_args()
    chosen = [scenario for scenario in every if args.only in scenario.name]
    print(f"{len(chosen)} scenarios, {args.seeds} seeds each")
    print(f"{'scenario':52} {'samples':>8} {'lost':>6} {'late':>6} {'back after, s':>14}  holds")
    failed = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [(scenario.name, seed) for scenario in chosen for seed in range(args.seeds)]
        found = list(pool.map(judged, *zip(*jobs, strict=True)))
    for k, scenario in enumerate(chosen):
        of_all = found[k * args.seeds : (k + 1) * args.seeds]
        backs = [each.back_s for each in of_all if each.back_s is not None]
        back = f"{max(backs):.2f}" if backs else ""
        wrong = sorted({text for each in of_all for text in each.wrong})
        failed += bool(wrong)
        sums = (sum(each.samples for each in of_all), sum(each.lost for each in of_all), sum(e.late for e in of_all))
        print(f"{scenario.name:52} {sums[0]:8} {sums[1]:6} {sums[2]:6} {back:>14}  {'; '.join(wrong) or 'yes'}")
    print("all hold" if not failed else f"{failed} scenarios do not hold")
    return 1 if failed else 0


def judged(name: str, seed: int) -> Verdict:
    """Live through a scenario, and look at what came of it."""
    scenario = next(each for each in scenarios() if each.name == name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            life = lived(scenario, seed, Path(folder) / "raw.mcap")
        except Exception as error:
            return Verdict((f"raised {type(error).__name__}: {error}",), 0, 0, 0, None)
        return _judged(scenario, life, seed)


def lived(scenario: Scenario, seed: int, path: Path) -> Life:
    """Run sensors, radio, recorder and pipeline through a scenario."""
    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(_live(scenario, seed, path))


async def _live(scenario: Scenario, seed: int, path: Path) -> Life:
    rng = random.Random(seed)
    plans = {
        Role.PELVIS: SensorPlan("VP-0001", Telling(), clock=SensorClock(rng.uniform(0, 4000), rng.uniform(-50, 50))),
        Role.THIGH: SensorPlan("VT-0001", Telling(), clock=SensorClock(rng.uniform(0, 4000), rng.uniform(-50, 50))),
    }
    world = VirtualWorld({r: scenario.plan(p) for r, p in plans.items()}, quality=scenario.quality, seed=seed)
    await world.start()
    world.begin_playback()
    life = Life(path=path)
    clock = LoopClock(_EPOCH_NS)
    life.zero_s = world.time_s
    recorder = Recorder(path, _SETUP)
    intake = Intake(recorder, scenario.intake)
    pipeline = Pipeline(_SETUP)
    streaming: set[Role] = set()
    both = asyncio.Event()

    def emit(item: Item) -> None:
        for _ in range(2 if scenario.doubled and isinstance(item, Notification) else 1):
            intake.put(item)
        if isinstance(item, LinkChange) and item.state is LinkState.STREAMING:
            streaming.add(item.role)
            if len(streaming) == len(Role):
                both.set()

    def process() -> None:
        taken = intake.take(0.0) or []
        life.items.extend(taken)
        pipeline.receive(taken)

    async def consume() -> None:
        while True:
            await asyncio.sleep(rng.uniform(0.02, 0.5) if scenario.intake > 100 else 1.0)
            process()

    stop = asyncio.Event()
    radio = Radio(world.scanner_backend, world.client_backend)
    work = asyncio.create_task(run_sensors(radio, world.roles, emit=emit, clock=clock.now_ns, stop=stop))
    reader = asyncio.create_task(consume())
    try:
        if not scenario.early:
            await asyncio.wait((work, asyncio.ensure_future(both.wait())), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(_BEFORE_S)
        life.began_s = world.time_s
        disturbing = asyncio.create_task(scenario.disturb(world))
        await asyncio.wait((work,), timeout=scenario.duration_s + (6.0 if scenario.early else 0.0))
        stop.set()
        await work
        await disturbing
    finally:
        stop.set()
        await asyncio.wait((work,))
        reader.cancel()
        intake.close()
        process()
        pipeline.finish()
        recorder.close()
        await world.stop()
    life.live = pipeline.result_sha256
    return life


def _judged(scenario: Scenario, life: Life, seed: int) -> Verdict:
    wrong: list[str] = []
    items = [numbered.item for numbered in life.items]
    if any(a.t_ns > b.t_ns for a, b in pairwise(items)):
        wrong.append("arrivals are out of order")
    if [numbered.number for numbered in life.items] != list(range(len(life.items))):
        wrong.append("numbers are not one after the other")
    kept = read_recording(life.path)
    if kept.items != tuple(life.items):
        wrong.append("the recording is not what came")
    blocks: list[AlignedBlock] = []
    found = api.analyze(kept, seen=blocks.append)
    if found.result_sha256 != life.live:
        wrong.append("live and replay differ")
    if _in_pieces(kept, seed) != life.live:
        wrong.append("the cutting matters")
    wrong += _rows(blocks, items[0].t_ns, life)
    lost = late = samples = 0
    for role in Role:
        came = _came(items, role)
        statistics = found.link[role]
        if statistics.samples != len(np.unique(came)):
            wrong.append(f"{role}: {statistics.samples} samples used of {len(np.unique(came))} that came")
        samples, lost = samples + statistics.samples, lost + statistics.lost
    late = sum(e.count for e in found.events if isinstance(e, Trouble) and e.kind is RadioTrouble.LATE)
    back_s, absent = _back(scenario, life, items)
    wrong += absent
    return Verdict(tuple(wrong), samples, lost, late, back_s)


def _in_pieces(recording: Recording, seed: int) -> str:
    rng = random.Random(seed + 1)
    pipeline, start = Pipeline(recording.setup), 0
    while start < len(recording.items):
        stop = start + rng.choice((1, 2, 7, 40, 300))
        pipeline.receive(recording.items[start:stop])
        start = stop
    pipeline.finish()
    return pipeline.result_sha256


def _came(items: Sequence[Item], role: Role) -> np.ndarray:
    """Return when each sample was taken that came live from a sensor, as it says itself."""
    counts = [packet.counts for packet in _live_packets(items, role)]
    if not counts:
        return np.empty(0)
    return taken_s(np.concatenate(counts)[:, :3] * DEFAULT_CONFIG.gyr_rad_s_per_lsb)


def _live_packets(items: Sequence[Item], role: Role) -> Iterator[StreamPacket]:
    """Yield the packets that belong to a configuration that was read, none that is sent again."""
    configured = False
    for item in items:
        if isinstance(item, Notification) and item.role is role:
            configured |= item.characteristic is Characteristic.CONFIG
            packet: Any = bip_v1.decode(item.characteristic, item.payload)
            if configured and isinstance(packet, StreamPacket) and not packet.resent:
                yield packet


def _rows(blocks: Sequence[AlignedBlock], first_ns: int, life: Life) -> list[str]:
    """Return what is wrong with the rows: their order, what they are made of, and when."""
    wrong = []
    t_s = np.concatenate([block.t_s for block in blocks])
    if not (np.all(np.isfinite(t_s)) and np.all(np.diff(t_s) > 0.0)):
        wrong.append("rows are out of order")
    state = np.concatenate([block.pelvis.state for block in blocks])
    gyr = np.concatenate([block.pelvis.gyr for block in blocks])
    measured = np.equal(state, SampleState.MEASURED) & np.concatenate([block.on_sample for block in blocks])
    true_s = taken_s(gyr[measured])
    if len(np.unique(true_s)) != len(true_s):
        wrong.append("a sample stands in two rows")
    if len(true_s) == 0:
        return [*wrong, "no row was measured"]
    zero_s = (first_ns - _EPOCH_NS) / 1e9 + life.zero_s
    off_s = t_s[measured] + zero_s - true_s
    if np.percentile(np.abs(off_s), 99.0) > MOST_OFF_S:
        wrong.append(f"rows are off by {np.percentile(np.abs(off_s), 99.0):.3f} s")
    return wrong


def _back(scenario: Scenario, life: Life, items: Sequence[Item]) -> tuple[float | None, list[str]]:
    """Return how long after it was there again the last sensor streamed, and who does not stream though it could."""
    changes = {role: [i for i in items if isinstance(i, LinkChange) and i.role is role] for role in Role}
    wrong = [
        f"{role} does not stream at the end"
        for role, told in changes.items()
        if role not in scenario.absent and scenario.is_told and (not told or told[-1].state is not LinkState.CLOSED)
    ]
    if scenario.back_s is None:
        return None, wrong
    there_s = life.began_s + scenario.back_s
    streaming_s = [
        (told.t_ns - _EPOCH_NS) / 1e9 + life.zero_s
        for role in Role
        for told in changes[role]
        if told.state is LinkState.STREAMING
    ]
    back_s = max(0.0, max(streaming_s, default=np.inf) - there_s)
    if back_s > BACK_WITHIN_S:
        wrong.append(f"streams {back_s:.1f} s after it was there again")
    return back_s, wrong


if __name__ == "__main__":
    sys.exit(main())
