"""A virtual world to measure in: a computer with Bluetooth, two sensors, and the air between them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from imu_hip.model.item import Role
from imu_hip.virtual.adapter import Adapter
from imu_hip.virtual.addresses import ADDRESS
from imu_hip.virtual.air import AirLink, AirQuality
from imu_hip.virtual.client import VirtualClient
from imu_hip.virtual.peripheral import Peripheral, Plan
from imu_hip.virtual.scanner import VirtualScanner
from imu_hip.virtual.world_time import WorldTime


class VirtualWorld:
    """Composes adapter, air and sensors; made and used inside one running event loop, which is its clock.

    Inject `scanner_backend` and `client_backend` where the real client takes bleak's backend classes. The
    same seed on a `SimulatedTimeLoop` gives the same bytes at the same times.
    """

    def __init__(self, plans: Mapping[Role, Plan], *, quality: AirQuality | None = None, seed: int = 0) -> None:
        quality = AirQuality() if quality is None else quality
        intervals_s = {ADDRESS[role]: plan.connection_interval_ms / 1000.0 for role, plan in plans.items()}
        air = AirLink(replace(quality, interval_by_address_s=intervals_s | dict(quality.interval_by_address_s)), seed)
        adapter = Adapter(air)

        class Scanner(VirtualScanner):
            """The scanner of this world."""

        class Client(VirtualClient):
            """The client of this world."""

        Scanner.adapter = Client.adapter = adapter
        self.scanner_backend: type[BaseBleakScanner] = Scanner
        self.client_backend: type[BaseBleakClient] = Client
        self.adapter = adapter
        self._time = WorldTime()
        self.sensors = {role: plan.sensor(ADDRESS[role], air, self._time, seed) for role, plan in sorted(plans.items())}
        self._air = air
        self._plans = dict(plans)
        self._strangers: list[Peripheral] = []

    @property
    def roles(self) -> dict[str, Role]:
        """Which serial number is worn where."""
        return {plan.serial or ADDRESS[role]: role for role, plan in self._plans.items()}

    @property
    def time_s(self) -> float:
        """World time: seconds since this world was made."""
        return self._time.now_s()

    async def start(self) -> None:
        """Switch everything on."""
        await self.adapter.power_on()
        for sensor in self.sensors.values():
            await sensor.power_on()

    async def stop(self) -> None:
        """Switch the sensors off."""
        for sensor in (*self.sensors.values(), *self._strangers):
            await sensor.power_off()

    def begin_playback(self, delay_s: float = 0.0) -> float:
        """Let both sensors play their sources from the same world time on, and return that time (s).

        It is the next multiple of 10 ms after `delay_s`: a sensor with a perfect clock at 100 Hz then feels
        the very samples of a source at 100 Hz, not mixtures of neighbours.
        """
        begin_s = math.ceil((self.time_s + delay_s) * 100.0) / 100.0
        for sensor in self.sensors.values():
            sensor.begin(begin_s)
        return begin_s

    async def add(self, plan: Plan, address: str) -> Peripheral:
        """Switch on a sensor that nobody wears, at an address of its own."""
        stranger = plan.sensor(address, self._air, self._time, 0)
        self._strangers.append(stranger)
        await stranger.power_on()
        return stranger

    # ---------------------------------------------------------------- faults

    def fade(self, role: Role, duration_s: float) -> None:
        """Take a sensor out of radio range for a while."""
        address = self.sensors[role].address
        self._air.fade(address)
        asyncio.get_running_loop().call_later(duration_s, self._air.unfade, address)

    async def drop_link(self, role: Role) -> None:
        """Let a sensor close its connection."""
        await self.sensors[role].drop_link()

    def gap(self, role: Role, duration_s: float) -> None:
        """Let a sensor lose what it samples for a while."""
        self.sensors[role].gap(duration_s)

    def send_malformed(self, role: Role, count: int) -> None:
        """Let a sensor garble its next packets."""
        self.sensors[role].send_malformed(count)
