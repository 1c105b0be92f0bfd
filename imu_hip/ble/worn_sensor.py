"""A connected sensor in its role: everything it says and is told becomes an item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from imu_hip.ble.clock import Clock
from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.dialogue import Dialogue
from imu_hip.model.errors import LinkError
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, Role, Write

Emit = Callable[[Item], None]
"""Takes an item on the radio's thread; must be thread-safe and must not block."""

_STOP_TIMEOUT_S = 3.0
_SYNC_ROUNDS = 8


class WornSensor:
    """Streams one sensor into `emit`. Losing it is a LinkChange item, told once.

    Methods that are under way when it is lost, or called later, raise LinkError with `Reason.SENSOR_LOST`.
    """

    def __init__(self, connection: SensorConnection, role: Role, emit: Emit, clock: Clock) -> None:
        self._connection = connection
        self._driver = connection.driver
        self._role = role
        self._emit = emit
        self._clock = clock
        self._token = 0
        self._dialogue = Dialogue(
            connection,
            heard=lambda characteristic, payload: emit(Notification(clock(), role, characteristic, payload)),
            said=lambda characteristic, payload: emit(Write(clock(), role, characteristic, payload)),
        )

    @property
    def is_lost(self) -> bool:
        """Whether the sensor went away."""
        return self._connection.is_lost

    async def prepare(self, info: Notification) -> None:
        """Say who the sensor is (as it was read) and how it samples, subscribe to all, and compare clocks.

        Raises
        ------
        LinkError
            The sensor is lost, or does not do what its family does.
        """
        self._tell(
            LinkState.CONNECTED,
            f"{self._connection.name} at {self._connection.address}, "
            f"packets of up to {self._connection.largest_payload_bytes()} bytes",
        )
        self._connection.watch(lambda: self._tell(LinkState.LOST, f"{self._connection.name} was lost"))
        self._emit(info)
        await self._dialogue.follow(self._driver.preparation)
        await self.compare_clocks()

    async def start(self) -> None:
        """Let the sensor stream.

        Raises
        ------
        LinkError
            The sensor is lost, or refuses.
        """
        await self._dialogue.follow(self._driver.start)
        self._tell(LinkState.STREAMING)

    async def compare_clocks(self) -> None:
        """Make round trips on Sync: each bounds the offset of the sensor's clock by half its duration.

        Ends early, without an error, when an answer does not come in time; a family without questions has none.
        """
        if self._driver.sync is None:
            return
        for _ in range(_SYNC_ROUNDS):
            self._token = (self._token + 1) % 256
            try:
                await self._dialogue.ask(self._driver.sync(self._token))
            except TimeoutError:
                return

    async def close(self) -> None:
        """Stop the stream, unsubscribe and disconnect; never raises for a sensor that is or gets lost."""
        try:
            if not self.is_lost:
                with suppress(LinkError, TimeoutError):
                    async with asyncio.timeout(_STOP_TIMEOUT_S):
                        with suppress(LinkError):  # it may refuse to stop what never began
                            await self._dialogue.follow(self._driver.stop)
                        await self._connection.unsubscribe(Characteristic.STREAM)
        finally:
            was_lost = self.is_lost
            await self._connection.close()
            if not was_lost:
                self._tell(LinkState.CLOSED)

    def _tell(self, state: LinkState, detail: str = "") -> None:
        self._emit(LinkChange(self._clock(), self._role, state, detail))
