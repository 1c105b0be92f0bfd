"""A connected sensor in its role: everything it says and is told becomes an item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from imu_hip.ble.clock import Clock
from imu_hip.ble.connection import SensorConnection
from imu_hip.ble.dialogue import Dialogue
from imu_hip.ble.resend import Gaps
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic, Item, LinkChange, LinkState, Notification, Role, Write
from imu_hip.model.packet import Capability, SensorInfo
from imu_hip.model.patience import patience_s

Emit = Callable[[Item], None]
"""Takes an item on the radio's thread; must be thread-safe and must not block."""

SILENT_S = 3.0
"""A stream without data for so long is lost, whatever the connection says of itself."""
_LOOK_EVERY_S = 0.25
_STOP_TIMEOUT_S = 3.0
_SYNC_EVERY_S = 60.0
_SYNC_ROUNDS = 8
_SYNC_SPREAD_S = 0.007


class WornSensor:
    """Streams one sensor into `emit`, over one connection. Losing it is a LinkChange item, told once.

    Methods that are under way when it is lost, or called later, raise LinkError with `Reason.SENSOR_LOST`. `gaps`: what
    is known of the run that this program began on it, None before it has.
    """

    def __init__(
        self,
        connection: SensorConnection,
        info: SensorInfo,
        role: Role,
        emit: Emit,
        clock: Clock,
        gaps: Gaps | None = None,
    ) -> None:
        self.gaps = gaps
        self.info = info
        self.connection = connection
        self._driver = connection.driver
        self._role = role
        self._emit = emit
        self._clock = clock
        self._token = 0
        self._time = asyncio.get_running_loop().time
        self._heard_s = self._time()
        self._lost = asyncio.Event()
        self._dialogue = Dialogue(
            connection, self._hear, lambda characteristic, payload: emit(Write(clock(), role, characteristic, payload))
        )

    @property
    def is_lost(self) -> bool:
        """Whether the sensor went away."""
        return self.connection.is_lost

    async def prepare(self, info: Notification) -> None:
        """Say who the sensor is (as it was read) and how it samples, subscribe to all, and compare clocks.

        Raises
        ------
        LinkError
            The sensor is lost, or does not do what its family does.
        """
        room = self.connection.largest_payload_bytes()
        self._tell(
            LinkState.CONNECTED, f"{self.connection.name} at {self.connection.address}, packets of up to {room} bytes"
        )
        self.connection.watch(self._on_lost)
        self._emit(info)
        if room < self._driver.least_payload_bytes:
            text = (
                f"{self.connection.name} needs packets of {self._driver.least_payload_bytes} bytes and this connection "
                f"carries {room}: use another Bluetooth adapter"
            )
            raise LinkError(Reason.WRONG_SENSOR, text)
        await self._dialogue.follow(self._driver.preparation)
        await self.compare_clocks()

    async def start(self) -> None:
        """Let the sensor stream; a run that this program began before it was lost goes on.

        Raises
        ------
        LinkError
            The sensor is lost, or refuses.
        """
        goes_on = self._driver.resume and self.gaps is not None and self.gaps.boot_id == self.info.boot_id
        await self._dialogue.follow(self._driver.resume if goes_on else self._driver.start)
        if not goes_on:  # what came before the reply was of another run
            self.gaps = Gaps(self.info.boot_id)
        self._heard_s = self._time()
        self._tell(LinkState.STREAMING)

    async def until_lost(self) -> None:
        """Compare clocks and ask for what is missing now and then, until the sensor is lost or silent."""
        next_sync_s = self._time() + _SYNC_EVERY_S
        while not self.is_lost:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._lost.wait()
            if self._time() - self._heard_s > patience_s(SILENT_S, self._driver.packet_s):
                self.connection.lose()
            with suppress(LinkError, TimeoutError):
                await self._ask_for_gaps()
                if self._time() >= next_sync_s:
                    next_sync_s += _SYNC_EVERY_S
                    await self.compare_clocks()

    async def compare_clocks(self) -> None:
        """Make round trips on Sync: each bounds the offset of the sensor's clock by half its duration.

        Ends early, without an error, when an answer does not come in time; a family without questions has none.
        """
        if self._driver.sync is None:
            return
        for round_ in range(_SYNC_ROUNDS):
            # An answer comes with a connection event, and what is asked at once waits a whole interval for the next:
            # only questions that are asked at other moments tell how early a sensor can be reached.
            await asyncio.sleep(round_ * _SYNC_SPREAD_S)
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
                        await self.connection.unsubscribe(Characteristic.STREAM)
        finally:
            was_lost = self.is_lost
            await self.connection.close()
            if not was_lost:
                self._tell(LinkState.CLOSED)

    async def _ask_for_gaps(self) -> None:
        """Ask for samples that did not come, one stretch after the other, where the sensor keeps some."""
        if self._driver.resend is None or self.gaps is None or not self.info.capabilities & Capability.RESEND:
            return
        while (gap := self.gaps.next()) is not None:
            if await self._dialogue.ask(self._driver.resend(*gap)) == self._driver.busy:
                return
            self.gaps.asked_for(gap)

    def _hear(self, characteristic: Characteristic, payload: bytes) -> None:
        self._emit(Notification(self._clock(), self._role, characteristic, payload))
        if characteristic is Characteristic.STREAM:
            self._heard_s = self._time()
            if self.gaps is not None and self._driver.counted is not None:
                self.gaps.hear(self._driver.counted(payload))

    def _on_lost(self) -> None:
        self._lost.set()
        self._dialogue.lost()
        self._tell(LinkState.LOST, f"{self.connection.name} was lost")

    def _tell(self, state: LinkState, detail: str = "") -> None:
        self._emit(LinkChange(self._clock(), self._role, state, detail))
