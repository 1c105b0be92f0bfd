"""Which samples a packet brings.

Counter and sensor time unwrapped, gaps counted, duplicates left out, restarts noticed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.model.block import Floats
from imu_hip.model.packet import StreamPacket, StreamPackets

_INDEX_SPAN = 1 << 16
_TIME_SPAN_US = 1 << 32
# A sensor keeps 30 s for retransmission; what is older than that is not an old packet but a new start.
_LONGEST_RESEND_US = 40_000_000


@dataclass(slots=True)
class SequenceState:
    """The newest sample so far: running index and running sensor time (µs), both unwrapped.

    `index` is None before the first packet; `device_us` is then that of the last sync reply, if any.
    """

    index: int | None = None
    device_us: int = 0


@dataclass(slots=True)
class Sequenced:
    """What is new in a packet.

    `skip`: leading samples that were received before. `lost`: samples missing just before it. `last_us`: unwrapped
    sensor time of its last sample. `period_us`: sample period within the packet. `restarted`: the sensor's clock
    began anew.
    """

    skip: int
    lost: int
    last_us: int
    period_us: float
    restarted: bool


def step(state: SequenceState, packet: StreamPacket, nominal_period_us: float) -> tuple[SequenceState, Sequenced]:
    """Place a packet behind the ones before it; index and time must agree, else the sensor has started again."""
    n = len(packet.counts)
    if state.index is None:
        last_us = running_us(state, packet.device_us)
        return _begin(packet, last_us, nominal_period_us, restarted=False)
    elapsed_us = _signed(packet.device_us - state.device_us, _TIME_SPAN_US)
    ahead = _signed(packet.first_index + n - 1 - state.index, _INDEX_SPAN)
    # Long silence wraps the 16-bit index several times; the sensor time says how often.
    ahead += _INDEX_SPAN * round((elapsed_us / nominal_period_us - ahead) / _INDEX_SPAN)
    disagreement_us = abs(elapsed_us - ahead * nominal_period_us)
    disagree = disagreement_us > 0.25 * abs(elapsed_us) + 10.0 * nominal_period_us
    stands_still = ahead > 0 and elapsed_us <= 0
    if disagree or stands_still or elapsed_us < -_LONGEST_RESEND_US:
        return _begin(packet, packet.device_us, nominal_period_us, restarted=True)
    if ahead <= 0:
        return state, Sequenced(n, 0, state.device_us, nominal_period_us, restarted=False)
    skip, lost = max(0, n - ahead), max(0, ahead - n)
    period_us = elapsed_us / ahead
    if not 0.9 * nominal_period_us <= period_us <= 1.1 * nominal_period_us:
        period_us = min(nominal_period_us, elapsed_us / (n - skip))
    new = SequenceState(state.index + ahead, state.device_us + elapsed_us)
    return new, Sequenced(skip, lost, new.device_us, period_us, restarted=False)


def follow(
    state: SequenceState, packets: StreamPackets, nominal_period_us: float
) -> tuple[SequenceState, NDArray[np.int64], Floats] | None:
    """Place many packets, each exactly behind the one before; None unless they all are, and in their time.

    Returns running sensor time of each packet's last sample, and sample period within each, µs (k,).
    """
    if state.index is None:
        return None
    n = packets.counts.shape[1]
    ahead = np.diff(packets.first_index + (n - 1), prepend=state.index) % _INDEX_SPAN
    elapsed_us = np.diff(packets.device_us, prepend=state.device_us) % _TIME_SPAN_US
    period_us = elapsed_us / n
    in_time = (0.9 * nominal_period_us <= period_us) & (period_us <= 1.1 * nominal_period_us)
    if not (np.all(ahead == n) and np.all(in_time)):
        return None
    last_us = state.device_us + np.cumsum(elapsed_us)
    return SequenceState(state.index + n * len(packets), int(last_us[-1])), last_us, period_us


def running_us(state: SequenceState, device_us: int) -> int:
    """Return the running sensor time nearest to the newest one that reads `device_us` on the 32-bit counter."""
    return state.device_us + _signed(device_us - state.device_us, _TIME_SPAN_US)


def _begin(
    packet: StreamPacket, last_us: int, nominal_period_us: float, *, restarted: bool
) -> tuple[SequenceState, Sequenced]:
    new = SequenceState(packet.first_index + len(packet.counts) - 1, last_us)
    return new, Sequenced(0, 0, last_us, nominal_period_us, restarted)


def _signed(difference: int, span: int) -> int:
    """Return the difference of two wrapped counters as the smallest signed step."""
    return (difference + span // 2) % span - span // 2
