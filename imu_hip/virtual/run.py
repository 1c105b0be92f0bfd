"""The runs of a virtual sensor: samples in batches from START to STOP, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from imu_hip.codec import bip_v1
from imu_hip.model.packet import ControlResult, SensorConfig, StreamPacket
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.sampling import Sampling, SensorClock
from imu_hip.virtual.transmitter import Transmitter
from imu_hip.virtual.world_time import WorldTime

_KEPT_S = 30.0
_US_SPAN = 1 << 32


class Runner:
    """Samples `source` on the sensor's own grid, run by run; the counter of every run begins at 0.

    `largest_batch` says how many samples fit into a packet just now.
    """

    def __init__(
        self,
        source: SampleSource,
        clock: SensorClock,
        time: WorldTime,
        transmitter: Transmitter,
        largest_batch: Callable[[], int],
        rng: random.Random,
    ) -> None:
        self._source = source
        self.clock = clock
        self._time = time
        self._transmitter = transmitter
        self._largest_batch = largest_batch
        self._rng = rng
        self._begin_s = np.inf
        self._silent_until_s = 0.0
        self._malformed = 0
        self._stepped_us = 0
        self._sampling: Sampling | None = None
        self._kept: deque[tuple[int, StreamPacket]] = deque()
        self._first_number = self._next_number = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether a run is on."""
        return self._sampling is not None

    def begin(self, world_s: float) -> None:
        """Play the source from this world time on."""
        self._begin_s = world_s

    def step_clock(self, seconds: float) -> None:
        """Let the time that is stamped on packets jump, as a firmware with a fault would."""
        self._stepped_us += round(seconds * 1e6)

    def gap(self, duration_s: float) -> None:
        """Lose the packets of the next seconds."""
        self._silent_until_s = self._time.now_s() + duration_s

    def send_malformed(self, count: int) -> None:
        """Garble the next packets."""
        self._malformed += count

    def start(self, config: SensorConfig) -> None:
        """Begin a run."""
        self._kept.clear()
        self._sampling = Sampling(self.clock, config)
        self._first_number = self._next_number = self._sampling.next_number(self._time.now_s())
        self._await_packet(self._sampling)

    def stop(self) -> None:
        """End the run; samples that were taken already are sent."""
        if self._sampling is not None:
            taken = self._sampling.next_number(self._time.now_s()) - self._next_number
            if taken > 0:
                self._send(self._sampling, taken)
        if self._timer is not None:
            self._timer.cancel()
        self._sampling = None

    def resend(self, first: int, count: int) -> ControlResult:
        """Send what is kept of `count` samples again, from index `first` of the run on."""
        taken = self._next_number - self._first_number
        if self._sampling is None:
            return ControlResult.WRONG_STATE
        if first + count > taken:
            return ControlResult.OUT_OF_RANGE
        if self._transmitter.is_sending_again:
            return ControlResult.BUSY
        again = [packet for start, packet in self._kept if start < first + count and start + len(packet.counts) > first]
        self._transmitter.send_again([replace(packet, resent=True, overran=False) for packet in again])
        whole = bool(self._kept) and self._kept[0][0] <= first
        return ControlResult.SUCCESS if whole else ControlResult.NOT_AVAILABLE

    def _keep(self, packet: StreamPacket, sampling: Sampling) -> None:
        """Keep a packet for `_KEPT_S`."""
        first = self._next_number - self._first_number
        self._kept.append((first, packet))
        while first - self._kept[0][0] > _KEPT_S * sampling.config.rate_hz:
            self._kept.popleft()

    def _await_packet(self, sampling: Sampling) -> None:
        # before the MTU is agreed not even one sample of nine axes fits, and nobody has subscribed
        n = max(1, min(sampling.config.samples_per_packet, self._largest_batch()))

        def finish() -> None:
            self._send(sampling, n)
            self._await_packet(sampling)

        self._timer = self._time.call_at(float(sampling.instants_s(self._next_number + n - 1, 1)[0]), finish)

    def _send(self, sampling: Sampling, n: int) -> None:
        instants_s = sampling.instants_s(self._next_number, n)
        counts, clipped = sampling.counts(self._source, instants_s - self._begin_s)
        packet = StreamPacket(
            first_index=(self._next_number - self._first_number) % (1 << 16),
            device_us=(sampling.device_us(self._next_number + n - 1) + self._stepped_us) % _US_SPAN,
            counts=counts,
            resent=False,
            clipped=clipped,
            overran=False,
        )
        self._keep(packet, sampling)
        self._next_number += n
        if self._time.now_s() < self._silent_until_s:
            return
        if self._malformed:
            self._malformed -= 1
            self._transmitter.send(self._garbled(bip_v1.encode_stream(packet)))
        else:
            self._transmitter.send(packet)

    def _garbled(self, payload: bytes) -> bytes:
        ways = (
            payload[:5],  # too short
            bytes([0xE0]) + payload[1:],  # a version of the future
            payload[:1] + b"\xff" + payload[2:],  # says more samples than it has
            b"",
            self._rng.randbytes(20),
        )
        return ways[self._malformed % len(ways)]
