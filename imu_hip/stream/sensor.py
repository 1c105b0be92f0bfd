"""One sensor's way from packets to timed samples in SI, with its radio life counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import Role
from imu_hip.model.output import LinkStatistics
from imu_hip.model.packet import (
    BadPacket,
    BatteryLevel,
    Packet,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    StreamPackets,
    SyncReply,
    TimedSamples,
    TimedTables,
)
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import device_clock, sequence
from imu_hip.stream.device_clock import ClockParams, ClockState
from imu_hip.stream.samples import CountedSamples, Samples, of_packets
from imu_hip.stream.sequence import Sequenced, SequenceState


@dataclass(slots=True)
class SensorState:
    """All that is known of one sensor; `sent` holds sync requests that wait for their answer."""

    setup: SensorSetup
    info: SensorInfo | None = None
    config: SensorConfig | None = None
    sequence: SequenceState = field(default_factory=SequenceState)
    clock: ClockState = field(default_factory=ClockState)
    sent: tuple[tuple[bytes, float], ...] = ()
    battery_percent: int | None = None
    samples: int = 0
    lost: int = 0
    first_s: float | None = None
    last_s: float | None = None

    @property
    def role(self) -> Role:
        """Where the sensor is worn."""
        return self.setup.role

    @property
    def period_s(self) -> float:
        """Nominal sample period, s (100 Hz until something better is known)."""
        if self.config is not None:
            return 1.0 / self.config.rate_hz
        return 1.0 / self.setup.rate_hz if self.setup.rate_hz else 0.01

    @property
    def interval_s(self) -> float:
        """Connection interval that the sensor asks for, s."""
        return 1e-3 * self.config.connection_interval_ms if self.config is not None else 0.0


class Followed(NamedTuple):
    """What many packets brought: samples, and when each packet's first and last were taken, s (k,)."""

    state: SensorState
    samples: Samples
    first_s: Floats
    last_s: Floats


def statistics(state: SensorState) -> LinkStatistics:
    """Return the sensor's radio life so far; the rate counts what arrived and what was lost."""
    rate_hz = None
    if state.first_s is not None and state.last_s is not None and state.last_s > state.first_s:
        rate_hz = (state.samples + state.lost - 1) / (state.last_s - state.first_s)
    of_file = state.setup.family == "float64"
    return LinkStatistics(
        samples=state.samples,
        lost=state.lost,
        rate_hz=rate_hz,
        clock_ppm=state.setup.clock.rate * 1e6 if of_file else state.clock.rate_ppm,
        serial=state.info.serial if state.info else "",
        battery_percent=state.battery_percent,
        last_t_s=state.last_s,
        clock_sd_s=state.setup.clock.sd_s if of_file else state.clock.sd_s,
        clock_delay_s=0.0 if of_file or state.clock.delay_is_known else state.interval_s,
    )


def requested(state: SensorState, payload: bytes, sent_s: float) -> SensorState:
    """Remember a sync request; its answer carries the same token."""
    return replace(state, sent=(*state.sent, (payload[:1], sent_s))[-16:])


def receive(
    params: ClockParams, state: SensorState, packet: Packet, arrival_s: float
) -> tuple[SensorState, Samples | CountedSamples | None, tuple[Trouble, ...]]:
    """Take in one packet; return new samples on the common clock, if it brought any, and what went wrong."""
    match packet:
        case StreamPacket():
            return _stream(params, state, packet, arrival_s)
        case TimedSamples():
            return _timed(state, packet)
        case SyncReply():
            return _synchronise(state, packet, arrival_s), None, ()
        case SensorInfo():
            return _introduce(state, packet, arrival_s)
        case SensorConfig():
            return replace(state, config=packet), None, ()
        case BatteryLevel():
            return replace(state, battery_percent=packet.percent), None, ()
        case BadPacket():
            return state, None, (_trouble(state, RadioTrouble.BAD_PACKET, arrival_s, 1, packet.reason),)
    return state, None, ()


def follow(
    params: ClockParams, state: SensorState, packets: StreamPackets | TimedTables, arrival_s: Floats
) -> Followed | None:
    """Take in many packets at once; None unless they follow what came before, and nothing is odd about any."""
    if isinstance(packets, TimedTables):
        return _follow_tables(state, packets)
    config = state.config
    if config is None or packets.clipped.any() or packets.overran.any():
        return None
    placed = sequence.follow(state.sequence, packets, 1e6 / config.rate_hz)
    if placed is None:
        return None
    new_sequence, last_us, period_us = placed
    device_s: Floats = last_us.astype(np.float64) * 1e-6
    clock, applied_s = device_clock.follow(params, state.clock, device_s, arrival_s, state.interval_s)
    last_s = device_s + applied_s
    period_s: Floats = period_us * 1e-6 * device_clock.stretches(state.clock, device_s, applied_s)
    samples = of_packets(packets.counts, config, last_s, period_s)
    new_state = replace(
        state,
        sequence=new_sequence,
        clock=clock,
        samples=state.samples + len(samples),
        first_s=samples.first_s if state.first_s is None else state.first_s,
        last_s=samples.last_s,
    )
    return Followed(new_state, samples, samples.t_s[:: packets.counts.shape[1]], last_s)


def _trouble(
    state: SensorState, kind: RadioTrouble, at_s: float, count: int, detail: str = "", from_s: float | None = None
) -> Trouble:
    return Trouble(at_s if from_s is None else from_s, at_s, state.role, kind, count, detail)


def _introduce(state: SensorState, info: SensorInfo, arrival_s: float) -> tuple[SensorState, None, tuple[Trouble, ...]]:
    """Take in who the sensor is; a new boot id (or another sensor) is a new clock, and everything starts again."""
    before = state.info
    state = replace(state, info=info)
    if before is None or (before.boot_id == info.boot_id and before.serial == info.serial):
        return state, None, ()
    state = replace(state, sequence=SequenceState(), clock=ClockState(), sent=())
    return state, None, (_trouble(state, RadioTrouble.CLOCK_RESTART, arrival_s, 1, "the sensor was started again"),)


def _synchronise(state: SensorState, reply: SyncReply, arrival_s: float) -> SensorState:
    token = bytes((reply.token,))
    for sent_token, sent_s in reversed(state.sent):
        if sent_token == token:
            device_us = sequence.running_us(state.sequence, reply.device_us)
            # Before the stream has begun, the reply starts the running time that the stream then follows.
            begun = state.sequence.index is not None
            return replace(
                state,
                sequence=state.sequence if begun else replace(state.sequence, device_us=device_us),
                sent=tuple(s for s in state.sent if s[0] != token),
                clock=device_clock.synchronise(state.clock, sent_s, device_us * 1e-6, arrival_s),
            )
    return state


def _stream(
    params: ClockParams, state: SensorState, packet: StreamPacket, arrival_s: float
) -> tuple[SensorState, CountedSamples | None, tuple[Trouble, ...]]:
    config = state.config
    if config is None:
        what = "samples before the configuration"
        return state, None, (_trouble(state, RadioTrouble.BAD_PACKET, arrival_s, 1, what),)
    new_sequence, placed = sequence.step(state.sequence, packet, 1e6 / config.rate_hz)
    if placed.skip == len(packet.counts):
        return state, None, (_trouble(state, RadioTrouble.DUPLICATE, arrival_s, placed.skip),)
    before = ClockState() if placed.restarted else state.clock
    device_s = placed.last_us * 1e-6
    clock = device_clock.observe(params, before, device_s, arrival_s, state.interval_s)
    counts = packet.counts[placed.skip :] if placed.skip else packet.counts
    period_s = placed.period_us * 1e-6 * device_clock.stretch(before, clock)
    samples = CountedSamples(counts, config, device_clock.common_time(clock, device_s), period_s)
    troubles: tuple[Trouble, ...] = ()
    if placed.restarted or placed.skip or placed.lost or packet.clipped or packet.overran:
        troubles = tuple(_noticed(state, packet, placed, samples.first_s, arrival_s))
    # This is every packet's way: `replace` would take several times as long.
    new_state = SensorState(
        state.setup,
        state.info,
        config,
        new_sequence,
        clock,
        state.sent,
        state.battery_percent,
        state.samples + len(counts),
        state.lost + placed.lost,
        samples.first_s if state.first_s is None else state.first_s,
        samples.last_s,
    )
    return new_state, samples, troubles


def _noticed(
    state: SensorState, packet: StreamPacket, placed: Sequenced, first_s: float, arrival_s: float
) -> Iterator[Trouble]:
    """Tell what a packet that brought samples shows of radio and sensor."""
    if placed.restarted:
        yield _trouble(state, RadioTrouble.CLOCK_RESTART, arrival_s, 1, "counter or sensor time jumped")
    if placed.skip:
        yield _trouble(state, RadioTrouble.DUPLICATE, arrival_s, placed.skip)
    if placed.lost:
        yield _trouble(state, RadioTrouble.GAP, first_s, placed.lost, from_s=state.last_s)
    if packet.clipped:
        yield _trouble(state, RadioTrouble.CLIPPED, arrival_s, len(packet.counts))
    if packet.overran:
        yield _trouble(state, RadioTrouble.OVERRUN, arrival_s, 1)


def _follow_tables(state: SensorState, tables: TimedTables) -> Followed | None:
    """Take in many blocks of a file, unless samples are missing."""
    t_s = _on_common_clock(state, tables.t_s)
    if _missing(state, t_s).any():
        return None
    samples = Samples(t_s, tables.values)
    new_state = _with_samples(state, samples, 0)
    return Followed(new_state, samples, t_s[np.concatenate([[0], tables.stops[:-1]])], t_s[tables.stops - 1])


def _on_common_clock(state: SensorState, t_s: Floats) -> Floats:
    clock = state.setup.clock
    # A table's own arrays cannot be written to; compiled loops would be compiled again for those.
    if clock.offset_s == 0.0 and clock.rate == 0.0:
        return t_s.copy()
    return t_s + clock.offset_s + clock.rate * (t_s - clock.origin_s)


def _missing(state: SensorState, t_s: Floats) -> NDArray[np.int64]:
    """Return how many samples of a file are missing before each (n,)."""
    steps = np.diff(t_s, prepend=_before_s(state, t_s)) / state.period_s
    return np.maximum(np.rint(steps).astype(np.int64) - 1, 0)


def _before_s(state: SensorState, t_s: Floats) -> float:
    """Return when the sample before these was taken."""
    return state.last_s if state.last_s is not None else float(t_s[0]) - state.period_s


def _timed(state: SensorState, table: TimedSamples) -> tuple[SensorState, Samples | None, tuple[Trouble, ...]]:
    if len(table.t_s) == 0:
        return state, None, ()
    t_s = _on_common_clock(state, table.t_s)
    before_s, missing = _before_s(state, t_s), _missing(state, t_s)
    troubles = tuple(
        Trouble(before_s if k == 0 else float(t_s[k - 1]), float(t_s[k]), state.role, RadioTrouble.GAP, int(missing[k]))
        for k in np.flatnonzero(missing)
    )
    vectors = (table.gyr, table.acc) if table.mag is None else (table.gyr, table.acc, table.mag)
    samples = Samples(t_s, np.concatenate(vectors, axis=1))
    return _with_samples(state, samples, int(missing.sum())), samples, troubles


def _with_samples(state: SensorState, samples: Samples, lost: int) -> SensorState:
    return replace(
        state,
        samples=state.samples + len(samples),
        lost=state.lost + lost,
        first_s=samples.first_s if state.first_s is None else state.first_s,
        last_s=samples.last_s,
    )
