"""One sensor's way from packets to timed samples in SI, with its radio life counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.packet import (
    BadPacket,
    BatteryLevel,
    Packet,
    SensorConfig,
    SensorInfo,
    SensorSamples,
    StreamPacket,
    StreamPackets,
    SyncReply,
    TimedSamples,
    TimedTables,
)
from imu_hip.stream import device_clock, sequence, table, uncounted
from imu_hip.stream.device_clock import ClockParams, ClockState
from imu_hip.stream.samples import CountedSamples, Samples, of_packets
from imu_hip.stream.sensor_state import Followed, SensorState, trouble
from imu_hip.stream.sequence import Sequenced, SequenceState


def requested(state: SensorState, payload: bytes, sent_s: float) -> SensorState:
    """Remember a sync request; its answer carries the same token."""
    return replace(state, sent=(*state.sent, (payload[:1], sent_s))[-16:])


def interrupted(state: SensorState) -> SensorState:
    """Remember that the connection was lost."""
    return replace(state, interrupted=True)


def receive(
    params: ClockParams, state: SensorState, packet: Packet, arrival_s: float
) -> tuple[SensorState, Samples | CountedSamples | None, tuple[Trouble, ...]]:
    """Take in one packet; return new samples on the common clock, if it brought any, and what went wrong."""
    match packet:
        case StreamPacket():
            return _stream(params, state, packet, arrival_s)
        case SensorSamples():
            return uncounted.receive(params, state, packet, arrival_s)
        case TimedSamples():
            return table.receive(state, packet)
        case SyncReply():
            return _synchronise(state, packet, arrival_s), None, ()
        case SensorInfo():
            return _introduce(state, packet, arrival_s)
        case SensorConfig():
            return replace(state, config=packet), None, ()
        case BatteryLevel():
            return replace(state, battery_percent=packet.percent), None, ()
        case BadPacket():
            return state, None, (trouble(state, RadioTrouble.BAD_PACKET, arrival_s, 1, packet.reason),)
    return state, None, ()


def follow(
    params: ClockParams, state: SensorState, packets: StreamPackets | TimedTables, arrival_s: Floats
) -> Followed | None:
    """Take in many packets at once; None unless they follow what came before, and nothing is odd about any."""
    if isinstance(packets, TimedTables):
        return table.follow(state, packets)
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


def _introduce(state: SensorState, info: SensorInfo, arrival_s: float) -> tuple[SensorState, None, tuple[Trouble, ...]]:
    """Take in who the sensor is; a new boot id (or another sensor) is a new clock, and everything starts again."""
    before = state.info
    state = replace(state, info=info)
    if before is None or (before.boot_id == info.boot_id and before.serial == info.serial):
        return state, None, ()
    state = replace(state, sequence=SequenceState(), clock=ClockState(), sent=())
    return state, None, (trouble(state, RadioTrouble.CLOCK_RESTART, arrival_s, 1, "the sensor was started again"),)


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
        return state, None, (trouble(state, RadioTrouble.BAD_PACKET, arrival_s, 1, what),)
    new_sequence, placed = sequence.step(state.sequence, packet, 1e6 / config.rate_hz)
    if placed.skip == len(packet.counts):
        kind = RadioTrouble.LATE if packet.resent else RadioTrouble.DUPLICATE
        return state, None, (trouble(state, kind, arrival_s, placed.skip),)
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
        yield trouble(state, RadioTrouble.CLOCK_RESTART, arrival_s, 1, "counter or sensor time jumped")
    if placed.skip:
        yield trouble(state, RadioTrouble.DUPLICATE, arrival_s, placed.skip)
    if placed.lost:
        yield trouble(state, RadioTrouble.GAP, first_s, placed.lost, from_s=state.last_s)
    if packet.clipped:
        yield trouble(state, RadioTrouble.CLIPPED, arrival_s, len(packet.counts))
    if packet.overran:
        yield trouble(state, RadioTrouble.OVERRUN, arrival_s, 1)
