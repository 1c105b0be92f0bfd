"""One connection to one sensor: bleak's operations, with the ways they fail made into two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError

from imu_hip.ble.radio import Radio, adapter_errors, connect_errors, sensor_errors
from imu_hip.ble.scan import FoundSensor
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import SensorInfo

_CONNECT_TIMEOUT_S = 10.0
_DISCONNECT_TIMEOUT_S = 3.0
_ANSWER_TIMEOUT_S = 5.0


class SensorConnection:
    """A connection that is made once and lost or closed once; a reconnection is a new object (and client).

    Every operation raises LinkError: `Reason.SENSOR_LOST` when the sensor went away, `Reason.WRONG_SENSOR`
    when it is there but refuses.
    """

    def __init__(self, radio: Radio, found: FoundSensor) -> None:
        self.name = found.name or found.address
        self.address = found.address
        self.driver = found.driver
        self.is_lost = False
        self._uuids = found.driver.uuids
        self._radio = radio
        self._client = BleakClient(
            found.device,
            disconnected_callback=lambda _client: self.lose(),
            services=list(found.driver.services),
            timeout=_CONNECT_TIMEOUT_S,
            backend=radio.client_backend,
        )
        self._closing = False
        self._gone = asyncio.Event()
        self._on_lost: Callable[[], None] | None = None

    async def open(self) -> None:
        """Connect.

        Raises
        ------
        LinkError
            Bluetooth cannot be used, or the sensor does not answer.
        """
        with adapter_errors(), connect_errors(self.name):
            async with self._radio.lock, asyncio.timeout(_CONNECT_TIMEOUT_S):
                await self._unless_gone(self._client.connect())

    async def _unless_gone(self, connecting: Awaitable[None]) -> None:
        """Await a connection; some stacks go on waiting for one that has gone meanwhile."""
        attempt, gone = asyncio.ensure_future(connecting), asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait((attempt, gone), return_when=asyncio.FIRST_COMPLETED)
            if not attempt.done():
                raise TimeoutError("the connection went away while it was made")
            attempt.result()
        finally:
            gone.cancel()
            attempt.cancel()
            await asyncio.wait((attempt,))

    async def identify(self) -> tuple[SensorInfo, bytes]:
        """Read who the sensor is, decoded and as bytes; its serial number is its identity.

        An address is that only where a family has no serial number to read.
        """
        says_so = Characteristic.INFO in self._uuids
        payload = await self.read(Characteristic.INFO) if says_so else self.address.encode("ascii")
        info = self.driver.decoder()(Characteristic.INFO, payload)
        if not isinstance(info, SensorInfo):
            why = getattr(info, "reason", "it does not say who it is")
            raise LinkError(
                Reason.WRONG_SENSOR, f"{self.name} is no {self.driver.product} ({why}): update its firmware"
            )
        self.name = info.serial
        return info, payload

    def watch(self, on_lost: Callable[[], None]) -> None:
        """Call `on_lost` once when the sensor is lost (at once if it is already)."""
        self._on_lost = on_lost
        if self.is_lost:
            on_lost()

    async def close(self) -> None:
        """Disconnect; never raises for a sensor that is or gets lost."""
        self._closing = True
        try:
            with sensor_errors(self.name):
                async with asyncio.timeout(_DISCONNECT_TIMEOUT_S):
                    await self._client.disconnect()
        except LinkError:
            self.is_lost = True

    # ---------------------------------------------------------------- GATT

    def offers(self, characteristic: Characteristic) -> bool:
        """Whether the sensor has this characteristic."""
        with self._operation():
            uuid = self._uuids.get(characteristic)
            return uuid is not None and self._client.services.get_characteristic(uuid) is not None

    def largest_payload_bytes(self) -> int:
        """How much a notification of the stream can carry; BlueZ knows this before it knows the MTU."""
        with self._operation():
            stream = self._client.services.get_characteristic(self._uuids[Characteristic.STREAM])
            if stream is None:
                raise BleakCharacteristicNotFoundError(self._uuids[Characteristic.STREAM])
            return stream.max_write_without_response_size

    def properties(self, characteristic: Characteristic) -> frozenset[str]:
        """Return what can be done with a characteristic, in bleak's words (`read`, `notify`); empty without it."""
        with self._operation():
            found = self._client.services.get_characteristic(self._uuids[characteristic])
            return frozenset[str]() if found is None else frozenset(map(str, found.properties))

    async def read_text(self, uuid: str) -> str | None:
        """Read a text of a service that was looked at, None where it is not there."""
        async with self._exchange():
            if self._client.services.get_characteristic(uuid) is None:
                return None
            return bytes(await self._client.read_gatt_char(uuid)).decode("utf-8", "replace")

    async def read(self, characteristic: Characteristic) -> bytes:
        """Read a value."""
        async with self._exchange():
            return bytes(await self._client.read_gatt_char(self._uuids[characteristic]))

    async def write(self, characteristic: Characteristic, payload: bytes, *, response: bool) -> None:
        """Write a value, and wait for the sensor's response if it is asked for one."""
        async with self._exchange():
            await self._client.write_gatt_char(self._uuids[characteristic], payload, response=response)

    async def subscribe(self, characteristic: Characteristic, on_value: Callable[[bytearray], None]) -> None:
        """Have every notification or indication passed to `on_value`, which must return within 50 µs."""

        def on_notification(_sender: BleakGATTCharacteristic, value: bytearray) -> None:
            on_value(value)

        async with self._exchange():
            await self._client.start_notify(self._uuids[characteristic], on_notification)

    async def unsubscribe(self, characteristic: Characteristic) -> None:
        """End a subscription."""
        async with self._exchange():
            await self._client.stop_notify(self._uuids[characteristic])

    # ---------------------------------------------------------------- loss

    @asynccontextmanager
    async def _exchange(self) -> AsyncIterator[None]:
        """Do something that a sensor has to answer, which it may never do."""
        with self._operation():
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                yield

    @contextmanager
    def _operation(self) -> Iterator[None]:
        try:
            with sensor_errors(self.name):
                yield
        except LinkError as error:
            if error.reason is Reason.SENSOR_LOST:  # some stacks lose a sensor without saying so
                self.lose()
            raise

    def lose(self) -> None:
        """Take the sensor for lost."""
        if self._closing or self.is_lost:
            return
        self.is_lost = True
        self._gone.set()
        if self._on_lost is not None:
            self._on_lost()
