"""Items as a bad radio link would bring them, for the tests of this room."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from imu_hip.model import block as blocks
from imu_hip.model.item import Characteristic, Edge, Mark, MarkLabel, Role, Tick, Write
from imu_hip.model.packet import (
    Received,
    ReceivedTogether,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    StreamPackets,
    SyncReply,
)
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.stream import stage
from imu_hip.stream.stage import StreamInput, StreamOutput, StreamParams, StreamState

CONFIG = SensorConfig(100, 5, 0.001, 0.005, 0.0, (1, 2, 3), 15.0)
PACKET_S = 0.05
PER_PACKET = 5


def info(boot_id: int = 1, serial: str = "S1") -> SensorInfo:
    return SensorInfo(1, 1, (1, 0, 0), 0, boot_id, serial)


def setup(family: str = "bip_v1", rate_hz: float | None = None) -> Setup:
    sensors = (SensorSetup(Role.PELVIS, family, rate_hz), SensorSetup(Role.THIGH, family, rate_hz))
    return Setup(Side.RIGHT, "supine_ere", (), sensors, Origin.LIVE, None, 0, ())


def packet(number: int, device_us: int, seed: int = 0) -> StreamPacket:
    counts = np.random.default_rng([seed, number]).integers(-2000, 2000, (PER_PACKET, 6)).astype(np.int16)
    return StreamPacket(number * PER_PACKET % 2**16, device_us % 2**32, counts, False, False, False)


def bad_link(seed: int, length_s: float = 20.0) -> list[StreamInput]:
    """Return items with losses, late bursts, repeated packets, a reboot, a silence with ticks, sync and marks."""
    rng = np.random.default_rng(seed)
    timed: list[tuple[float, StreamInput]] = []
    for role in Role:
        start_us = int(rng.integers(0, 2**32))
        ppm, first_s = rng.uniform(-50e-6, 50e-6), rng.uniform(0.0, 2.0)
        silence_s = rng.uniform(0.0, length_s) + np.array([0.0, rng.choice([0.2, 1.5, 4.0])])
        fades = [(s, s + rng.uniform(0.2, 1.6)) for s in rng.uniform(0.0, length_s, 2)]
        reboot = int(rng.integers(100, 600))
        timed.append((first_s - 0.002, Received(0, role, info())))
        timed.append((first_s - 0.001, Received(0, role, CONFIG)))
        ready_s = 0.0
        for k in range(int(length_s / PACKET_S)):
            true_s = first_s + (k + 1) * PACKET_S
            arrival_s = true_s + 0.003 + rng.exponential(0.01)
            arrival_s = max([arrival_s, *(stop + 0.001 for start, stop in fades if start <= true_s < stop)])
            arrival_s = ready_s = max(arrival_s, ready_s + 1e-4)
            if silence_s[0] <= true_s < silence_s[1] or rng.random() < 0.03:
                continue
            boot, number = (1, k) if k < reboot else (2, k - reboot)
            if k == reboot:
                timed.append((arrival_s - 5e-5, Received(0, role, info(boot))))
            device_us = round((number * PACKET_S) * (1.0 + ppm) * 1e6) + (start_us if boot == 1 else 0)
            item = Received(0, role, packet(number, device_us, 10 * boot + (role is Role.THIGH)))
            timed.append((arrival_s, item))
            if rng.random() < 0.03:
                timed.append((arrival_s + rng.uniform(0.0, 0.3), item))
            if rng.random() < 0.05:
                token = int(rng.integers(0, 256))
                request = Write(0, role, Characteristic.SYNC, bytes((token,)))
                timed.append((true_s, request))
                timed.append((true_s + 0.012, Received(0, role, SyncReply(token, (device_us + 6000) % 2**32))))
    for t_s in np.arange(0.0, length_s + 3.0, 0.25):
        timed.append((float(t_s), Tick(0)))
    for t_s in rng.uniform(0.0, length_s, 6):
        timed.append((float(t_s), Mark(0, rng.choice(list(MarkLabel)), rng.choice(list(Edge)))))
    timed.sort(key=lambda pair: pair[0])
    return [_stamped(item, round(t_s * 1e9)) for t_s, item in timed]


def _stamped(item: StreamInput, t_ns: int) -> StreamInput:
    match item:
        case Received(role=role, packet=packet):
            return Received(t_ns, role, packet)
        case Write(role=role, characteristic=characteristic, payload=payload):
            return Write(t_ns, role, characteristic, payload)
        case Mark(label=label, edge=edge):
            return Mark(t_ns, label, edge)
        case _:
            return Tick(t_ns)


def run(
    items: Sequence[StreamInput],
    lengths: Sequence[int] = (),
    of: Setup | None = None,
    params: StreamParams | None = None,
) -> tuple[StreamState, StreamOutput]:
    """Run the stage over pieces of the given lengths (the rest in one) and join what it gave."""
    params = StreamParams(zero_ns=0) if params is None else params
    state = stage.start(params, setup() if of is None else of)
    outputs, start = [], 0
    for length in [*lengths, len(items)]:
        state, output = stage.step(params, state, items[start : start + length])
        outputs.append(output)
        start += length
    state, output = stage.finish(params, state)
    return state, joined([*outputs, output])


def joined(outputs: Sequence[StreamOutput]) -> StreamOutput:
    return StreamOutput(
        blocks.joined([o.block for o in outputs]),
        tuple(mark for o in outputs for mark in o.marks),
        tuple(trouble for o in outputs for trouble in o.troubles),
    )


def in_rows(items: Sequence[StreamInput]) -> list[StreamInput]:
    """Return the same with packets and ticks that have nothing else between them taken together."""
    found: list[StreamInput] = []
    for is_plain, group in groupby(items, _is_plain):
        row = list(group)
        found.extend([_together(row)] if is_plain else row)
    return found


def _is_plain(item: StreamInput) -> bool:
    return isinstance(item, Tick) or (isinstance(item, Received) and isinstance(item.packet, StreamPacket))


def _together(items: Sequence[StreamInput]) -> ReceivedTogether:
    at: dict[Role, list[int]] = {}
    packets: dict[Role, list[StreamPacket]] = {}
    for place, item in enumerate(items):
        if isinstance(item, Received) and isinstance(item.packet, StreamPacket):
            at.setdefault(item.role, []).append(place)
            packets.setdefault(item.role, []).append(item.packet)
    t_ns = [item.t_ns for item in items if not isinstance(item, ReceivedTogether)]
    return ReceivedTogether(
        np.array(t_ns, dtype=np.int64),
        {role: np.array(places) for role, places in at.items()},
        {role: gathered(those) for role, those in packets.items()},
    )


def gathered(packets: Sequence[StreamPacket]) -> StreamPackets:
    return StreamPackets(
        np.array([p.first_index for p in packets]),
        np.array([p.device_us for p in packets]),
        np.stack([p.counts for p in packets]),
        np.array([p.resent for p in packets]),
        np.array([p.clipped for p in packets]),
        np.array([p.overran for p in packets]),
    )
