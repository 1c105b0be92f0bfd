"""How well two sensors share one time over the virtual radio, and what streaming costs: figures of the link.

Every sample of a virtual sensor says when it was taken (see fault_suite.py), so the time that it was given is compared
with that.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from fault_suite import Telling, taken_s

from imu_hip.ble.bridge import run_sensors
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.item import Characteristic, Item, Notification, Role, Write
from imu_hip.model.packet import Received, StreamPacket
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import sensor
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.samples import in_si
from imu_hip.stream.sensor_state import SensorState
from imu_hip.virtual.air import AirQuality
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, SensorPlan
from imu_hip.virtual.world import VirtualWorld

EQUAL, UNEQUAL = (15.0, 15.0), (15.0, 45.0)
AFTER_S = 10.0


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tools/validate link", description=__doc__)
    parser.add_argument("--pairs", type=int, default=40, metavar="N", help="of sensors, for each case (40)")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="of streaming in real time (60)")
    args = parser.parse_args()
    print(f"{'relative time error after 10 s, ms':44} {'median':>7} {'95 %':>7}")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, intervals, syncs, missed in (
            ("intervals of 15 ms, asked for the time", EQUAL, True, 0.02),
            ("intervals of 15 ms, never asked", EQUAL, False, 0.02),
            ("15 and 45 ms, asked for the time", UNEQUAL, True, 0.1),
            ("15 and 45 ms, never asked", UNEQUAL, False, 0.1),
        ):
            jobs = [(seed, intervals, syncs, missed) for seed in range(args.pairs)]
            errors = np.abs(list(pool.map(relative_error_s, *zip(*jobs, strict=True))))
            print(f"{name:44} {1e3 * np.median(errors):7.2f} {1e3 * np.percentile(errors, 95.0):7.2f}")
    for missed in (0.0, 0.05):
        samples, lost, share = streamed(args.seconds, missed)
        told = f"2 x 200 Hz for {args.seconds:g} s, {100 * missed:g} % of events missed"
        print(f"{told:44} {samples} samples, {lost} lost, {100 * share:.1f} % of a core, sensors and radio included")
    return 0


def relative_error_s(seed: int, intervals_ms: tuple[float, float], syncs: bool, missed: float) -> float:
    """Return how much later thigh samples are placed than pelvis samples that were taken at the same time."""
    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        items = runner.run(_items(seed, intervals_ms, missed, AFTER_S + 3.0))
    errors = []
    for role in Role:
        state, pieces = SensorState(SensorSetup(role, "bip1")), []
        for item in items:
            if item.role is not role:
                continue
            at_s = item.t_ns / 1e9
            if isinstance(item, Write):
                if syncs and item.characteristic is Characteristic.SYNC:
                    state = sensor.requested(state, item.payload, at_s)
            else:
                packet = bip_v1.decode(item.characteristic, item.payload)
                received = Received(item.t_ns, role, packet)
                state, new, _ = sensor.receive(ClockParams(), state, received.packet, at_s)
                pieces += [] if new is None else [new]
        samples = in_si(pieces)
        errors.append(float(np.median((samples.t_s - taken_s(samples.values[:, :3]))[-100:])))
    return errors[1] - errors[0]


async def _items(
    seed: int, intervals_ms: tuple[float, float], missed: float, lasting_s: float
) -> list[Notification | Write]:
    rng = random.Random(seed)
    plans = {}
    for role, interval_ms in zip(Role, intervals_ms, strict=True):
        clock = SensorClock(rng.uniform(0.0, 4000.0), rng.uniform(-50.0, 50.0))
        config = replace(DEFAULT_CONFIG, connection_interval_ms=interval_ms)
        plans[role] = SensorPlan(f"S-{role.value}", Telling(), config, clock)
    world = VirtualWorld(plans, quality=AirQuality(miss_probability=missed), seed=seed)
    await world.start()
    world.begin_playback()
    items, stop = list[Notification | Write](), asyncio.Event()

    def emit(item: Item) -> None:
        if isinstance(item, Notification | Write):
            items.append(item)

    clock_ns = LoopClock(0).now_ns
    radio = Radio(world.scanner_backend, world.client_backend)
    work = asyncio.create_task(run_sensors(radio, world.roles, emit=emit, clock=clock_ns, stop=stop))
    await asyncio.sleep(lasting_s)
    stop.set()
    await work
    await world.stop()
    return items


def streamed(seconds: float, missed: float) -> tuple[int, int, float]:
    """Stream two sensors at 200 Hz in real time; return samples, how many are missing, and the share of a core."""
    began_s = time.process_time()
    items = asyncio.run(_fast(seconds, missed))
    share = (time.process_time() - began_s) / seconds
    samples = lost = 0
    for role in Role:
        packets = [
            bip_v1.decode_stream(item.payload)
            for item in items
            if isinstance(item, Notification) and item.role is role and item.characteristic is Characteristic.STREAM
        ]
        known = [packet for packet in packets if isinstance(packet, StreamPacket)]
        indices = [packet.first_index + k for packet in known for k in range(len(packet.counts))]
        samples, lost = samples + len(indices), lost + max(indices) + 1 - len(set(indices))
    return samples, lost, share


async def _fast(seconds: float, missed: float) -> list[Item]:
    config = replace(DEFAULT_CONFIG, rate_hz=200, samples_per_packet=10)
    plans = {role: SensorPlan(f"S-{role.value}", Telling(), config) for role in Role}
    world = VirtualWorld(plans, quality=AirQuality(miss_probability=missed))
    await world.start()
    world.begin_playback()
    items, stop = list[Item](), asyncio.Event()
    radio = Radio(world.scanner_backend, world.client_backend)
    work = asyncio.create_task(run_sensors(radio, world.roles, emit=items.append, clock=LoopClock(0).now_ns, stop=stop))
    await asyncio.sleep(seconds)
    stop.set()
    await work
    await world.stop()
    return items


if __name__ == "__main__":
    sys.exit(main())
