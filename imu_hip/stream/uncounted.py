"""Samples of sensors that do not count them: placed by the sensor's stamps, or by nothing but their number.

Stamps show what was lost as holes. Without them samples follow each other at the nominal rate, and arrivals show that
some were lost only when all packets of a second come late: how many is a guess then, and told as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.packet import SensorSamples
from imu_hip.stream import device_clock, sequence
from imu_hip.stream.device_clock import ClockParams, ClockState
from imu_hip.stream.samples import Samples
from imu_hip.stream.sensor_state import SensorState, trouble
from imu_hip.stream.sequence import SequenceState

# Stamps that go back by more, or run ahead of arrivals by more, are those of a sensor that was started again.
_MOST_BACK_S = 1.0
_MOST_AHEAD_S = 5.0
# The rate of a sensor without stamps is only as good as its maker says: some are off by a percent.
_UNSTAMPED_RATE_SD = 2e-3
_LATE_FOR_S = 1.0
_LATE_BY_S = 0.1


class _Placed(NamedTuple):
    """Running sensor time of the samples from `skip` on, s (n - skip,); how many are missing; the state after them."""

    skip: int
    device_s: Floats
    lost: int
    restarted: bool
    sequence: SequenceState
    lateness: tuple[tuple[float, float], ...]


def receive(
    params: ClockParams, state: SensorState, packet: SensorSamples, arrival_s: float
) -> tuple[SensorState, Samples | None, tuple[Trouble, ...]]:
    """Take in one packet; return new samples on the common clock, if it brought any, and what went wrong."""
    if len(packet.values) == 0:
        return state, None, ()
    if state.config is None:
        what = "samples before the configuration"
        return state, None, (trouble(state, RadioTrouble.BAD_PACKET, arrival_s, 1, what),)
    if packet.device_us is None:
        params = replace(params, rate_sd=_UNSTAMPED_RATE_SD)
        placed = _by_number(state, len(packet.values), arrival_s)
    else:
        placed = _by_stamps(state, packet.device_us, arrival_s)
    if placed.skip == len(packet.values):
        return state, None, (trouble(state, RadioTrouble.DUPLICATE, arrival_s, placed.skip),)
    before = ClockState() if placed.restarted else state.clock
    offsets: tuple[tuple[float, float], ...] = ()
    last_device_s = float(placed.device_s[-1])
    if packet.newest_us is None:
        clock = device_clock.observe(params, before, last_device_s, arrival_s, state.interval_s)
        last_s = device_clock.common_time(clock, last_device_s)
        t_s = last_s - (last_device_s - placed.device_s) * device_clock.stretch(before, clock)
    else:
        newest_s = sequence.running_us(placed.sequence, packet.newest_us) * 1e-6
        clock = device_clock.observe(params, before, newest_s, arrival_s, state.interval_s)
        offsets = _with_newest(() if placed.restarted else state.offsets, clock)
        at_s, offset_s = np.array(offsets).T
        t_s = placed.device_s + np.interp(placed.device_s, at_s, offset_s)
        offsets = _still_needed(offsets, last_device_s)
    samples = Samples(t_s, packet.values[placed.skip :])
    new_state = replace(
        state,
        sequence=placed.sequence,
        clock=clock,
        samples=state.samples + len(samples),
        lost=state.lost + placed.lost,
        first_s=samples.first_s if state.first_s is None else state.first_s,
        last_s=samples.last_s,
        interrupted=False,
        is_stamped=packet.device_us is not None,
        lateness=placed.lateness,
        offsets=offsets,
    )
    return new_state, samples, tuple(_noticed(state, packet, placed, samples.first_s, arrival_s))


def _with_newest(offsets: tuple[tuple[float, float], ...], clock: ClockState) -> tuple[tuple[float, float], ...]:
    """Return the offsets with the one that is applied now: between two of them it changes evenly."""
    if clock.applied_s is None or (offsets and clock.applied_at_s <= offsets[-1][0]):
        return offsets
    return (*offsets, (clock.applied_at_s, clock.applied_s))


def _still_needed(offsets: tuple[tuple[float, float], ...], last_device_s: float) -> tuple[tuple[float, float], ...]:
    """Return the offsets from the last one that was applied before the samples that are still to come."""
    passed = sum(at_s <= last_device_s for at_s, _ in offsets)
    return offsets[max(passed - 1, 0) :]


def _by_stamps(state: SensorState, device_us: NDArray[np.int64], arrival_s: float) -> _Placed:
    """Place samples by the sensor's stamps."""
    before_us = state.sequence.device_us
    last_us = sequence.running_us(state.sequence, int(device_us[-1]))
    running_us = last_us - (device_us[-1] - device_us) % (1 << 32)
    elapsed_s = (last_us - before_us) * 1e-6
    begun = state.sequence.index is not None and state.last_s is not None
    restarted = begun and (
        elapsed_s < -_MOST_BACK_S
        or (state.interrupted and elapsed_s <= 0.0)
        or elapsed_s > arrival_s - (state.last_s or 0.0) + _MOST_AHEAD_S
    )
    follows = begun and not restarted
    skip = int(np.count_nonzero(running_us <= before_us)) if follows else 0
    fresh_us = running_us[skip:]
    steps_us = np.diff(fresh_us, prepend=before_us) if follows else np.diff(fresh_us)
    lost = int(np.maximum(np.rint(steps_us * 1e-6 / state.period_s) - 1.0, 0.0).sum())
    index = (state.sequence.index or 0) + len(fresh_us) + lost
    return _Placed(skip, fresh_us * 1e-6, lost, restarted, SequenceState(index, last_us), ())


def _by_number(state: SensorState, n: int, arrival_s: float) -> _Placed:
    """Place samples one behind the other, unless the packets of a whole second were late."""
    before = state.sequence.index
    restarted = before is not None and state.interrupted
    newest = n if before is None or restarted else before + n
    lateness: tuple[tuple[float, float], ...] = ()
    lost = 0
    if before is not None and not restarted:
        late_s = arrival_s - device_clock.common_time(state.clock, newest * state.period_s)
        lateness = (*state.lateness, (arrival_s, late_s))
        if arrival_s - lateness[0][0] >= _LATE_FOR_S:
            least_s = min(late for _, late in lateness)
            if least_s > _LATE_BY_S + state.interval_s:
                lost, lateness = round(least_s / state.period_s), ()
            else:
                lateness = tuple(each for each in lateness if each[0] > arrival_s - _LATE_FOR_S)
    elif restarted and state.last_s is not None:
        lost = max(round((arrival_s - state.last_s) / state.period_s) - n, 0)
    newest += lost if not restarted else 0
    device_s: Floats = (newest - np.arange(n - 1.0, -1.0, -1.0)) * state.period_s
    return _Placed(0, device_s, lost, restarted, SequenceState(newest, round(newest * state.period_s * 1e6)), lateness)


def _noticed(
    state: SensorState, packet: SensorSamples, placed: _Placed, first_s: float, arrival_s: float
) -> Iterator[Trouble]:
    """Tell what a packet that brought samples shows of radio and sensor."""
    about = "about so many: this sensor does not stamp its samples" if packet.device_us is None else ""
    if placed.restarted:
        yield trouble(state, RadioTrouble.CLOCK_RESTART, arrival_s, 1, "the sensor's time began anew")
    if placed.skip:
        yield trouble(state, RadioTrouble.DUPLICATE, arrival_s, placed.skip)
    if placed.lost:
        yield trouble(state, RadioTrouble.GAP, first_s, placed.lost, about, from_s=state.last_s)
    if packet.clipped:
        yield trouble(state, RadioTrouble.CLIPPED, arrival_s, len(packet.values))
