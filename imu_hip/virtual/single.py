"""What virtual sensors have in common that send one value after the other while they are asked to."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Sequence

from bumble.device import Connection
from bumble.gatt import Characteristic

from imu_hip.virtual.adapter import MTU
from imu_hip.virtual.air import AirLink
from imu_hip.virtual.motion import SampleSource
from imu_hip.virtual.peripheral import Peripheral
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.steady import Felt, SteadySampling
from imu_hip.virtual.transmitter import notify
from imu_hip.virtual.world_time import WorldTime


class SingleStream(Peripheral):
    """Samples `source` on its own clock, and notifies on `stream` whoever has subscribed to it."""

    stream: Characteristic[bytes]

    def __init__(
        self, name: str, source: SampleSource, clock: SensorClock, address: str, air: AirLink, time: WorldTime,
        *, mtu: int = MTU,
    ) -> None:  # fmt: skip
        super().__init__(name, address, air, mtu=mtu)
        self.sampling = SteadySampling(source, clock, time, self._deliver)
        self._rng = random.Random(name)
        self._malformed = 0
        self._subscribed = False

    @abstractmethod
    def encode(self, felt: Felt) -> list[bytes]:
        """Return the values that carry these samples, one for each notification."""

    def streams_on(self, stream: Characteristic[bytes]) -> None:
        """Take this characteristic for the stream."""
        self.stream = stream
        stream.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)

    def subscribed(self) -> None:
        """Take in that the stream is wanted."""

    def begin(self, world_time_s: float) -> None:
        """Play the source from this world time on."""
        self.sampling.begin(world_time_s)

    def stop_sampling(self) -> None:
        """Take no more samples."""
        self.sampling.stop()

    def gap(self, duration_s: float) -> None:
        """Lose what is sampled in the next seconds."""
        self.sampling.gap(duration_s)

    def send_malformed(self, count: int) -> None:
        """Garble the next values."""
        self._malformed += count

    def connected(self, connection: Connection) -> None:
        """Wait for what the receiver asks for."""

    def disconnected(self) -> None:
        """Stop, and forget who had subscribed."""
        super().disconnected()
        self._subscribed = False

    def send(self, value: bytes) -> None:
        """Notify a value, if somebody has subscribed."""
        if self.connection is not None and self._subscribed:
            notify(self.connection, self.stream, value)

    def deliver(self, values: Sequence[bytes]) -> None:
        """Notify values, garbled as long as they are to be."""
        for value in values:
            if self._malformed:
                self._malformed -= 1
                self.send(self._rng.choice((b"", value[: len(value) // 2], self._rng.randbytes(len(value) + 7))))
            else:
                self.send(value)

    def _deliver(self, felt: Felt) -> None:
        self.deliver(self.encode(felt))

    def _on_subscription(self, connection: Connection, notified: bool, indicated: bool) -> None:
        self._subscribed = notified
        if notified:
            self.subscribed()
