"""What can go wrong between two sensors and a computer: scenarios for tools/fault_suite.py, each a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bumble.att import Attribute
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from imu_hip.codec import gatt
from imu_hip.model.item import Role
from imu_hip.virtual.air import AirLink, AirQuality
from imu_hip.virtual.gatt_table import ADVERTISING_DATA, scan_response_data
from imu_hip.virtual.peripheral import Peripheral
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, SensorPlan, VirtualSensor
from imu_hip.virtual.transmitter import notify
from imu_hip.virtual.world import VirtualWorld
from imu_hip.virtual.world_time import WorldTime

PELVIS, THIGH = Role.PELVIS, Role.THIGH
Disturb = Callable[[VirtualWorld], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens while two sensors stream for `duration_s` (or, with `early`, while they are being connected).

    `back_s`: when the last sensor that was away is there again, from the beginning of the disturbance; None where
    nobody is away, or for good. `absent`: who stays away. `plan`: how each sensor is changed.
    `is_told`: the end of both connections is among the items.
    """

    name: str
    disturb: Disturb
    duration_s: float = 8.0
    back_s: float | None = None
    early: bool = False
    absent: tuple[Role, ...] = ()
    quality: AirQuality = field(default_factory=AirQuality)
    plan: Callable[[SensorPlan], SensorPlan] = lambda plan: plan
    doubled: bool = False
    intake: int = 8192
    is_told: bool = True


def scenarios() -> tuple[Scenario, ...]:
    """Return all of them."""
    return (
        Scenario("nothing", _nothing),
        *(
            Scenario(f"{role} dropped {at_s} s after the start", _drop(role, at_s), early=True, back_s=at_s)
            for role in Role
            for at_s in (0.3, 0.6, 0.9, 1.2, 1.4, 1.6, 1.9)
        ),
        *(Scenario(f"{role} dropped", _drop(role, 1.0), back_s=1.0) for role in Role),
        Scenario("both dropped", _each(_drop(PELVIS, 1.0), _drop(THIGH, 1.0)), back_s=1.0),
        Scenario("thigh dropped five times", _chain(*[_drop(THIGH, 1.5)] * 5), 12.0, back_s=7.5),
        Scenario("dropped at the end", _drop(THIGH, 7.9), is_told=False),
        *(
            Scenario(f"{role} faded for {length_s} s", _fade(role, length_s), length_s + 6.0, back_s=length_s)
            for role, length_s in (
                (THIGH, 0.6), (THIGH, 1.0), (THIGH, 2.0), (THIGH, 3.5), (THIGH, 4.5), (THIGH, 6.0), (THIGH, 10.0),
                (PELVIS, 0.6), (PELVIS, 2.0), (PELVIS, 6.0),
            )
        ),
        *(
            Scenario(f"both faded for {s} s", _each(_fade(PELVIS, s), _fade(THIGH, s)), s + 6.0, back_s=s)
            for s in (1.0, 3.5, 8.0)
        ),
        Scenario("faded in turns", _chain(*[_fade(PELVIS, 1.2), _fade(THIGH, 1.2)] * 3), 12.0),
        *(Scenario(f"{role} loses {s} s", _gap(role, s), s + 4.0) for role in Role for s in (0.05, 0.3, 1.0, 2.5)),
        Scenario("losses in bursts", _chain(*[_gap(THIGH, 0.1)] * 12), 12.0),
        Scenario("silent but connected", _gap(THIGH, 6.0), 14.0, back_s=6.0),
        *(
            Scenario(f"{round(100 * share)} % of events missed", _nothing, quality=AirQuality(miss_probability=share))
            for share in (0.05, 0.2, 0.4)
        ),
        Scenario("bad air and drops", _chain(*[_drop(THIGH, 2.0)] * 3), 12.0, quality=AirQuality(miss_probability=0.2)),
        Scenario("what is sent again meets another drop", _chain(_fade(THIGH, 5.0), _drop(THIGH, 5.6)), 16.0),
        Scenario("everything twice", _nothing, doubled=True),
        Scenario("everything twice, and dropped", _drop(THIGH, 1.0), doubled=True, back_s=1.0),
        *(Scenario(f"{role}: {n} garbled packets", _garble(role, n)) for role in Role for n in (1, 5, 40)),
        Scenario("counter wraps", _nothing, 70.0, plan=lambda p: replace(p, config=replace(_FAST, rate_hz=1000))),
        Scenario("time wraps", _nothing, plan=lambda p: replace(p, clock=SensorClock(4294.967296 - 5.0, p.clock.ppm))),
        *(Scenario(f"{role} starts anew", _reboot(role), 10.0, back_s=1.5) for role in Role),
        Scenario("both start anew", _each(_reboot(PELVIS), _reboot(THIGH)), 10.0, back_s=1.5),
        Scenario("starts anew at 200 Hz", _reboot(THIGH, 200), 10.0, back_s=1.5),
        *(Scenario(f"clock steps by {s} s", _step(THIGH, s)) for s in (-30.0, -0.5, 0.5, 30.0)),
        Scenario("MTU 23", _nothing, plan=lambda plan: replace(plan, mtu=23)),
        Scenario("MTU 23, and dropped", _drop(THIGH, 1.0), back_s=1.0, plan=lambda plan: replace(plan, mtu=23)),
        Scenario("battery dies", _die, 16.0, absent=(THIGH,)),
        Scenario("both batteries die", _each(_die, lambda world: _off(world, PELVIS)), 16.0, absent=(PELVIS, THIGH)),
        Scenario("the reader is slow", _nothing, intake=24, is_told=False),
        Scenario("same name, both away", _each(_fade(PELVIS, 5.0), _fade(THIGH, 5.0)), 13.0, back_s=5.0, plan=_unnamed),
        Scenario("adapter off while a sensor is away", _adapter_off, 14.0, back_s=5.0),
        *(
            Scenario(f"impostor that {what}", _impostor(what), 10.0, back_s=1.5)
            for what in ("says nothing", "says junk", "says who others are", "says too much", "hangs up")
        ),
        Scenario("nothing is kept", _fade(THIGH, 6.0), 12.0, back_s=6.0, plan=lambda p: replace(p, resends=False)),
        Scenario("a queue of two packets", _fade(THIGH, 3.0), 10.0, plan=lambda p: replace(p, queue_packets=2)),
    )  # fmt: skip


_FAST = replace(DEFAULT_CONFIG, samples_per_packet=10)


async def _nothing(world: VirtualWorld) -> None:
    """Leave everything as it is."""


def _drop(role: Role, at_s: float) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await asyncio.sleep(at_s)
        await world.drop_link(role)

    return disturb


def _fade(role: Role, length_s: float) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        world.fade(role, length_s)
        await asyncio.sleep(length_s)

    return disturb


def _gap(role: Role, length_s: float) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await asyncio.sleep(0.7)
        world.gap(role, length_s)

    return disturb


def _garble(role: Role, count: int) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        world.send_malformed(role, count)

    return disturb


def _reboot(role: Role, rate_hz: int | None = None) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await asyncio.sleep(1.0)
        config = None if rate_hz is None else replace(DEFAULT_CONFIG, rate_hz=rate_hz)
        await cast(VirtualSensor, world.sensors[role]).reboot(0.5, config)

    return disturb


def _step(role: Role, seconds: float) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await asyncio.sleep(2.0)
        cast(VirtualSensor, world.sensors[role]).step_clock(seconds)

    return disturb


async def _die(world: VirtualWorld) -> None:
    for percent in (20, 5, 1):
        cast(VirtualSensor, world.sensors[THIGH]).set_battery(percent)
        await asyncio.sleep(0.5)
    await _off(world, THIGH)


async def _off(world: VirtualWorld, role: Role) -> None:
    await world.sensors[role].power_off()


async def _adapter_off(world: VirtualWorld) -> None:
    await asyncio.sleep(1.0)
    world.adapter.power_off()
    await world.drop_link(THIGH)
    await asyncio.sleep(4.0)
    world.adapter.power_on_again()


def _unnamed(plan: SensorPlan) -> SensorPlan:
    return replace(plan, name="IMU")


def _each(*disturbs: Disturb) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await asyncio.gather(*(each(world) for each in disturbs))

    return disturb


def _chain(*disturbs: Disturb) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        for each in disturbs:
            await each(world)
            await asyncio.sleep(0.05)

    return disturb


# ---------------------------------------------------------------- impostors


@dataclass(frozen=True, slots=True)
class ImpostorPlan:
    """A stranger that advertises the service of BIP v1, under the name of the thigh sensor, and does not mean well."""

    what: str
    serial: str = "VT-0001"
    connection_interval_ms: float = 15.0

    def sensor(self, address: str, air: AirLink, time: WorldTime, seed: int) -> Peripheral:
        """Make it."""
        return _Impostor(self, address, air)


class _Impostor(Peripheral):
    """Answers Info in its own way, and floods whoever subscribes."""

    def __init__(self, plan: ImpostorPlan, address: str, air: AirLink) -> None:
        super().__init__("impostor", address, air)
        self._what = plan.what
        info = CharacteristicValue(read=lambda connection: self._info(connection))
        self._stream = Characteristic(
            gatt.BIP_STREAM_UUID, Characteristic.Properties.NOTIFY, Attribute.Permissions(0), b""
        )
        self._stream.on(Characteristic.EVENT_SUBSCRIPTION, lambda connection, *_: self._flood(connection))
        service = Service(
            gatt.BIP_SERVICE_UUID,
            [
                Characteristic(
                    gatt.BIP_INFO_UUID, Characteristic.Properties.READ, Characteristic.Permissions.READABLE, info
                ),
                self._stream,
            ],
        )
        self.serve([service], ADVERTISING_DATA, scan_response_data(plan.serial))

    def _info(self, connection: Connection) -> bytes:
        match self._what:
            case "says nothing":
                return b""
            case "says junk":
                return bytes(range(200))
            case "says too much":
                return b"\x01\x00" + bytes(13) + b"X" * 480
            case "hangs up":
                asyncio.ensure_future(connection.disconnect())  # noqa: RUF006 - a stranger does not care
                return b"\x01"
            case _:
                return b"\x01\x00" + bytes(13) + b"OTHER-01"

    def _flood(self, connection: Connection) -> None:
        for _ in range(500):
            notify(connection, self._stream, b"\xff" * 100)

    def connected(self, connection: Connection) -> None:
        """Take anybody."""

    def begin(self, world_time_s: float) -> None:
        """Feel nothing."""

    def stop_sampling(self) -> None:
        """There are no samples."""

    def gap(self, duration_s: float) -> None:
        """There are no samples."""

    def send_malformed(self, count: int) -> None:
        """All of it is."""


def _impostor(what: str) -> Disturb:
    async def disturb(world: VirtualWorld) -> None:
        await world.add(ImpostorPlan(what), "F0:00:00:00:00:66")
        await asyncio.sleep(0.5)
        await world.drop_link(THIGH)
        await asyncio.sleep(1.0)

    return disturb
