"""A virtual sensor keeps every rule of BIP v1; of one that breaks a rule that rule is named, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

pytest.importorskip("bumble")

from bumble import att
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic as Served

from imu_hip.ble.conformance import ConformanceCheck
from imu_hip.ble.conformance_links import lost_and_found, restarted
from imu_hip.ble.meeting import meet
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor, scan
from imu_hip.codec import bip_v1
from imu_hip.codec.gatt import DEVICE_INFORMATION_SERVICE_UUID, SERIAL_NUMBER_STRING_UUID, AttError
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Role
from imu_hip.model.packet import Capability, ControlOpcode, ControlReply, ControlResult, StreamPacket, SyncReply
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, MAGNETIC_CONFIG, SensorPlan, VirtualSensor
from imu_hip.virtual.transmitter import notify
from imu_hip.virtual.world import VirtualWorld

_RNG = np.random.default_rng(0)
NOISE = RecordedMotion(
    100.0, _RNG.normal(0.0, 0.1, (3000, 3)), _RNG.normal(0.0, 0.1, (3000, 3)) + 5.0, np.ones((3000, 3))
)
PLAN = SensorPlan("S1", NOISE, clock=SensorClock(ppm=30.0))
START, STOP, IDENTIFY, RESEND, DEFAULT = (
    ControlOpcode.START, ControlOpcode.STOP, ControlOpcode.IDENTIFY, ControlOpcode.RESEND,
    ControlOpcode.SET_CONFIG_DEFAULT,
)  # fmt: skip

Examine = Callable[[Radio, FoundSensor, VirtualSensor], Coroutine[Any, Any, list[Finding]]]


@dataclass(frozen=True)
class Mutant:
    """A plan whose sensor is of another kind."""

    kind: Callable[..., VirtualSensor]
    plan: SensorPlan = PLAN

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plan, name)

    def sensor(self, *args: Any) -> VirtualSensor:
        return self.kind(self.plan, *args)


async def one_connection(radio: Radio, found: FoundSensor, _: VirtualSensor) -> list[Finding]:
    seen = replace(found.driver, services=(*found.driver.services, DEVICE_INFORMATION_SERVICE_UUID))
    connection, info, _payload = await meet(radio, replace(found, driver=seen))
    try:
        return await ConformanceCheck(connection, info).findings()
    finally:
        await connection.close()


async def two_connections(radio: Radio, found: FoundSensor, _: VirtualSensor) -> list[Finding]:
    return await lost_and_found(radio, found)


async def a_restart(radio: Radio, found: FoundSensor, sensor: VirtualSensor) -> list[Finding]:
    connection, info, _ = await meet(radio, found)
    await connection.close()

    def switch_it(_: str) -> None:
        asyncio.get_running_loop().call_later(2.0, lambda: rebooting.append(asyncio.create_task(sensor.reboot())))

    rebooting: list[asyncio.Task[None]] = []
    window = await scan(radio, until=("S1",))
    return await restarted(radio, window[0], info, switch_it)


def examined(plan: Any, examine: Examine = one_connection) -> list[Finding]:
    async def work() -> list[Finding]:
        world = VirtualWorld({Role.PELVIS: plan})
        await world.start()
        world.begin_playback()
        try:
            radio = Radio(world.scanner_backend, world.client_backend)
            (found,) = await scan(radio, until=("S1",))
            sensor = world.sensors[Role.PELVIS]
            assert isinstance(sensor, VirtualSensor)
            return await examine(radio, found, sensor)
        finally:
            await world.stop()

    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(work())


def broken(findings: Sequence[Finding]) -> set[str]:
    return {finding.rule for finding in findings if finding.level is not Level.OK}


# ---------------------------------------------------------------- sensors that are right


@pytest.mark.parametrize("examine", [one_connection, two_connections, a_restart])
@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        replace(PLAN, resends=False),
        replace(PLAN, config=MAGNETIC_CONFIG),
        replace(PLAN, config=replace(DEFAULT_CONFIG, rate_hz=400, samples_per_packet=19)),
        replace(PLAN, mtu=60),
        replace(PLAN, config=replace(DEFAULT_CONFIG, samples_per_packet=1)),
    ],
    ids=["usual", "without resend", "nine axes", "fast", "small packets", "single samples"],
)
def test_a_sensor_that_keeps_the_rules_is_not_blamed(plan: SensorPlan, examine: Examine) -> None:
    findings = examined(plan, examine)
    assert broken(findings) == set()
    assert len(findings) == len({finding.rule for finding in findings})
    assert len(findings) >= {one_connection: 55, two_connections: 6, a_restart: 3}[examine]


# ---------------------------------------------------------------- sensors that answer wrongly


class Answers(VirtualSensor):
    """Replies otherwise than it should to one request that has one result."""

    def __init__(self, opcode: int, result: ControlResult, instead: ControlReply, *args: Any) -> None:
        super().__init__(*args)
        self._wrong, self._instead = ControlReply(opcode, result), instead

    async def _indicate(self, connection: Connection, reply: ControlReply) -> None:
        await super()._indicate(connection, self._instead if reply == self._wrong else reply)


def answers(opcode: int, result: ControlResult, instead: ControlResult, echo: int | None = None) -> Mutant:
    return Mutant(partial(Answers, opcode, result, ControlReply(opcode if echo is None else echo, instead)))


class Mute(VirtualSensor):
    """Does not answer IDENTIFY."""

    async def _indicate(self, connection: Connection, reply: ControlReply) -> None:
        if reply.opcode != IDENTIFY:
            await super()._indicate(connection, reply)


class TakesEmptyRequests(VirtualSensor):
    """Has nothing against a request without an opcode."""

    def _write_control(self, connection: Connection, value: bytes) -> None:
        if value:
            super()._write_control(connection, value)


class NeedsNoIndications(VirtualSensor):
    """Takes a request that it cannot answer."""

    def _write_control(self, connection: Connection, value: bytes) -> None:
        if self._table.is_subscribed(self._table.control, connection):
            super()._write_control(connection, value)


class RefusesOtherwise(VirtualSensor):
    """Refuses every Config with the same ATT error."""

    def _write_config(self, connection: Connection, value: bytes) -> None:
        try:
            super()._write_config(connection, value)
        except att.ATT_Error as error:
            raise att.ATT_Error(AttError.WRITE_REQUEST_REJECTED) from error


class TakesConfigAnyTime(VirtualSensor):
    """Takes a Config during a run."""

    def _write_config(self, connection: Connection, value: bytes) -> None:
        if not self.is_running:
            super()._write_config(connection, value)


class KnowsBetter(VirtualSensor):
    """Writes another Config than it was given."""

    def _write_config(self, connection: Connection, value: bytes) -> None:
        super()._write_config(connection, value)
        if self._config.samples_per_packet != 5:
            self._config = replace(self._config, samples_per_packet=3)


class KeepsBrokenConfig(VirtualSensor):
    """Takes a rate of 0 for 50 Hz."""

    def _write_config(self, connection: Connection, value: bytes) -> None:
        if value[:2] == bytes(2):
            self._config = replace(self._config, rate_hz=50)
        else:
            super()._write_config(connection, value)


# ---------------------------------------------------------------- clocks, packets


class SyncSays(VirtualSensor):
    """Answers Sync with something else."""

    def __init__(self, change: Callable[[SyncReply], SyncReply | None], *args: Any) -> None:
        super().__init__(*args)
        self._change = change

    def _write_sync(self, connection: Connection, value: bytes) -> None:
        token = bip_v1.decode_sync_request(value)
        assert isinstance(token, int)
        reply = self._change(SyncReply(token, self._clock.device_us(self._time.now_s())))
        if reply is not None:
            notify(connection, self._table.sync, bip_v1.encode_sync_reply(reply))


class Sends(VirtualSensor):
    """Changes the bytes of every packet before they go out."""

    def __init__(self, change: Callable[[StreamPacket], StreamPacket | bytes], *args: Any) -> None:
        super().__init__(*args)
        send = self._transmitter.send

        def changed(packet: StreamPacket | bytes) -> None:
            send(change(packet) if isinstance(packet, StreamPacket) else packet)

        self._transmitter.send = changed  # type: ignore[method-assign]


class SendsAgain(VirtualSensor):
    """Changes packets that are asked for again."""

    def __init__(self, change: Callable[[StreamPacket], StreamPacket | None], *args: Any) -> None:
        super().__init__(*args)
        send = self._transmitter.send_again

        def changed(packets: Sequence[StreamPacket]) -> None:
            send([each for packet in packets if (each := change(packet)) is not None])

        self._transmitter.send_again = changed  # type: ignore[method-assign]


def reserved_bit(packet: StreamPacket) -> bytes:
    value = bip_v1.encode_stream(packet)
    return bytes([value[0] | 1]) + value[1:]


def stamped_first(packet: StreamPacket) -> StreamPacket:
    return replace(packet, device_us=packet.device_us - 10_000 * (len(packet.counts) - 1))


def doubled(packet: StreamPacket) -> StreamPacket:
    return replace(packet, counts=np.vstack([packet.counts, packet.counts]))


def unsent(packet: StreamPacket | bytes) -> None:
    """Send nothing."""


class CountsOn(VirtualSensor):
    """Does not begin the counter anew."""

    def _obey(self, request: Any) -> ControlReply:
        reply = super()._obey(request)
        if request.opcode == START and reply.result == ControlResult.SUCCESS:
            self._runner._first_number -= 500
        return reply


class StopsAtOnce(VirtualSensor):
    """Forgets the samples that wait when it is stopped."""

    def _obey(self, request: Any) -> ControlReply:
        if request.opcode == STOP and self.is_running:
            self._transmitter.send = unsent  # type: ignore[method-assign]
            reply = super()._obey(request)
            del self._transmitter.send
            return reply
        return super()._obey(request)


class SendsAfterStop(VirtualSensor):
    """Sends one more packet after the answer to STOP."""

    async def _indicate(self, connection: Connection, reply: ControlReply) -> None:
        await super()._indicate(connection, reply)
        if reply == ControlReply(STOP, ControlResult.SUCCESS):
            self._transmitter.send(StreamPacket(0, 0, np.zeros((1, 6), np.int16), False, False, False))


class SaysNothing(VirtualSensor):
    """Begins runs in which nothing is sent."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._transmitter.send = unsent  # type: ignore[method-assign]


# ---------------------------------------------------------------- who it is


class Described(VirtualSensor):
    """Says something else of itself; `change` is done before anything is served."""

    def __init__(self, change: Callable[[VirtualSensor], None], *args: Any) -> None:
        self._change = change
        super().__init__(*args)

    def serve(self, services: Any, *data: bytes) -> None:
        self._change(self)
        super().serve(self._table.services, *data)


def another_serial(sensor: VirtualSensor) -> None:
    served = next(
        each for each in sensor._table.services[-1].characteristics if each.uuid == UUID(SERIAL_NUMBER_STRING_UUID)
    )
    served.value = b"S2"


def no_device_information(sensor: VirtualSensor) -> None:
    sensor._table.services.pop()


def deaf_sync(sensor: VirtualSensor) -> None:
    sensor._table.sync.properties = Served.Properties.NOTIFY | Served.Properties.WRITE


def no_battery(sensor: VirtualSensor) -> None:
    sensor._table.services.pop(1)


def capable(sensor: VirtualSensor, bits: int) -> None:
    sensor._info = replace(sensor._info, capabilities=sensor._info.capabilities ^ bits)


OTHER_CLOCK = 5_000_000
CONFIGS = {
    "Config with a rate of 0", "Config with no samples in a packet", "Config with a gyr scale that is no number",
    "Config with an acc scale of 0", "Config with an axis map that mirrors",
    "Config with a connection interval of 6.25 ms",
}  # fmt: skip
BOTH = ("1", "2")

MUTANTS: dict[str, tuple[Mutant, set[str]]] = {
    "unknown opcode": (
        answers(0x7F, ControlResult.UNKNOWN_OPCODE, ControlResult.NOT_SUPPORTED), {"an opcode that nobody knows"}
    ),
    "echo": (
        answers(0x7F, ControlResult.UNKNOWN_OPCODE, ControlResult.UNKNOWN_OPCODE, echo=0),
        {"an opcode that nobody knows"},
    ),
    "START with operand": (
        answers(START, ControlResult.WRONG_LENGTH, ControlResult.SUCCESS), {"START with an operand"}
    ),
    "RESEND cut": (answers(RESEND, ControlResult.WRONG_LENGTH, ControlResult.SUCCESS), {"RESEND cut short"}),
    "RESEND range": (
        answers(RESEND, ControlResult.OUT_OF_RANGE, ControlResult.SUCCESS),
        {"RESEND of no samples", "RESEND of samples to come"},
    ),
    "RESEND idle": (answers(RESEND, ControlResult.WRONG_STATE, ControlResult.SUCCESS), {"RESEND without a run"}),
    "STOP idle": (answers(STOP, ControlResult.WRONG_STATE, ControlResult.SUCCESS), {"STOP without a run"}),
    "IDENTIFY": (answers(IDENTIFY, ControlResult.SUCCESS, ControlResult.NOT_SUPPORTED), {"IDENTIFY"}),
    "IDENTIFY mute": (Mutant(Mute), {"IDENTIFY"}),
    "START twice": (answers(START, ControlResult.WRONG_STATE, ControlResult.SUCCESS), {"START during a run"}),
    "default in a run": (
        answers(DEFAULT, ControlResult.WRONG_STATE, ControlResult.SUCCESS), {"SET_CONFIG_DEFAULT during a run"}
    ),
    "default": (answers(DEFAULT, ControlResult.SUCCESS, ControlResult.NOT_SUPPORTED), {"SET_CONFIG_DEFAULT"}),
    "empty": (Mutant(TakesEmptyRequests), {"an empty request"}),
    "indications": (Mutant(NeedsNoIndications), {"a request before indications are enabled"}),
    "one ATT error": (
        Mutant(RefusesOtherwise),
        CONFIGS | {"Config with a byte too few", "Config with a byte too many", "Config during a run"},
    ),
    "Config any time": (Mutant(TakesConfigAnyTime), {"Config during a run"}),
    "Config otherwise": (
        Mutant(KnowsBetter), {"another Config"}
    ),
    "rate of 0": (
        Mutant(KeepsBrokenConfig),
        {"Config with a rate of 0", "Config after refused writes", "sensor time of run 1"},
    ),
    "sync token": (
        Mutant(partial(SyncSays, lambda reply: replace(reply, token=0))),
        {f"Sync with token {token}" for token in (255, 7, 8, 9, 10, 11, 12)},
    ),
    "sync silent": (
        Mutant(partial(SyncSays, lambda reply: None if reply.token == 255 else reply)), {"Sync with token 255"}
    ),
    "sync stands": (
        Mutant(partial(SyncSays, lambda reply: replace(reply, device_us=7))),
        {"Sync time", *(f"times of Sync and Stream of run {run}" for run in BOTH)},
    ),
    "two clocks": (
        Mutant(partial(SyncSays, lambda reply: replace(reply, device_us=reply.device_us + OTHER_CLOCK))),
        {f"times of Sync and Stream of run {run}" for run in BOTH},
    ),
    "reserved bit": (
        Mutant(partial(Sends, reserved_bit)),
        {f"{rule} of run {run}" for rule in ("packets", "stream") for run in BOTH},
    ),
    "too many": (
        Mutant(partial(Sends, doubled)),
        {  # those of run 2 no longer fit into a packet
            "batches of run 1", "order of run 1", "sensor time of run 1", "packets of run 2", "stream of run 2",
        },
    ),
    "time of the first": (
        Mutant(partial(Sends, stamped_first)),
        {f"sensor time of run {run}" for run in BOTH} | {"end of run 2"},
    ),
    "milliseconds": (
        Mutant(partial(Sends, lambda packet: replace(packet, device_us=packet.device_us // 1000))),
        {f"{rule} of run {run}" for rule in ("sensor time", "times of Sync and Stream") for run in BOTH},
    ),
    "packets counted": (
        Mutant(partial(Sends, lambda packet: replace(packet, first_index=packet.first_index // 5))),
        {f"{rule} of run {run}" for rule in ("order", "sensor time") for run in BOTH} | {"samples sent again"},
    ),
    "nine axes": (
        Mutant(partial(Sends, lambda packet: replace(packet, counts=np.tile(packet.counts, 2)[:, :9]))),
        {f"axes of run {run}" for run in BOTH} | {"samples sent again", "packets of run 2", "counter of run 2"},
    ),
    "counter": (Mutant(CountsOn), {f"counter of run {run}" for run in BOTH} | {"RESEND during a run"}),
    "not drained": (Mutant(StopsAtOnce), {"end of run 2"}),
    "after STOP": (Mutant(SendsAfterStop), {f"silence after STOP of run {run}" for run in BOTH}),
    "silent": (Mutant(SaysNothing), {f"stream of run {run}" for run in BOTH}),
    "re-sent bit": (
        Mutant(partial(SendsAgain, lambda packet: replace(packet, resent=False))),
        {"samples sent again", "order of run 1", "sensor time of run 1"},
    ),
    "sent again otherwise": (
        Mutant(partial(SendsAgain, lambda packet: replace(packet, counts=packet.counts + np.int16(1)))),
        {"samples sent again"},
    ),
    "not sent again": (Mutant(partial(SendsAgain, lambda packet: None)), {"samples sent again"}),
    "serial": (Mutant(partial(Described, another_serial)), {"serial number"}),
    "no texts": (Mutant(partial(Described, no_device_information)), {"serial number", "device information"}),
    "sync property": (Mutant(partial(Described, deaf_sync)), {"characteristic sync"}),
    "battery lacks": (Mutant(partial(Described, no_battery)), {"characteristic battery"}),
    "battery undeclared": (
        Mutant(partial(Described, partial(capable, bits=Capability.BATTERY))), {"characteristic battery"}
    ),
    "reserved capability": (
        Mutant(partial(Described, partial(capable, bits=1 << 9))), {"reserved capability bits"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_broken_is_named_and_no_other(name: str) -> None:
    mutant, rules = MUTANTS[name]
    findings = examined(mutant)
    assert broken(findings) == rules
    assert all(finding.advice for finding in findings if finding.rule in rules)


# ---------------------------------------------------------------- connections, restarts


class EndsRuns(VirtualSensor):
    """Ends a run with the connection."""

    def disconnected(self) -> None:
        super().disconnected()
        self.stop_sampling()


class ForgetsConfig(VirtualSensor):
    """Has the factory's configuration after every connection."""

    def disconnected(self) -> None:
        super().disconnected()
        self._config = self._factory_config


class NewBoot(VirtualSensor):
    """Takes every connection for a start."""

    def connected(self, connection: Connection) -> None:
        super().connected(connection)
        self._info = replace(self._info, boot_id=self._info.boot_id ^ 1)


class CountsConnections(VirtualSensor):
    """Begins the counter anew with every connection, though the run goes on."""

    def connected(self, connection: Connection) -> None:
        super().connected(connection)
        self._runner._first_number = self._runner._next_number


class Tired(VirtualSensor):
    """Takes a rest before it advertises again."""

    def _on_disconnection(self, reason: int) -> None:
        self._powered = False
        super()._on_disconnection(reason)
        self._powered = True
        asyncio.get_running_loop().call_later(4.0, self._wake)

    def _wake(self) -> None:
        self._advertising = asyncio.create_task(self._device.start_advertising())


class SameBoot(VirtualSensor):
    """Has one boot id for ever."""

    async def reboot(self, *args: Any) -> None:
        boot_id = self._info.boot_id
        await super().reboot(*args)
        self._info = replace(self._info, boot_id=boot_id)


@pytest.mark.parametrize(
    ("kind", "examine", "rules"),
    [
        (
            EndsRuns, two_connections,
            {"START of a run that was left", "a run that was left"},
        ),
        (ForgetsConfig, two_connections, {"Config after a lost connection"}),
        (NewBoot, two_connections, {"boot id after a lost connection"}),
        (CountsConnections, two_connections, {"a run that was left"}),
        (Tired, two_connections, {"advertising again"}),
        (SameBoot, a_restart, {"boot id after a restart"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_a_lost_connection_or_a_restart_breaks_is_named(
    kind: type[VirtualSensor], examine: Examine, rules: set[str]
) -> None:
    assert broken(examined(Mutant(kind), examine)) == rules


def test_nobody_who_switches_it_off_is_no_fault_of_the_sensor() -> None:
    async def ignored(radio: Radio, found: FoundSensor, _: VirtualSensor) -> list[Finding]:
        connection, info, _payload = await meet(radio, found)
        await connection.close()
        (again,) = await scan(radio, until=("S1",))
        return await restarted(radio, again, info, lambda _: None, patience_s=5.0)

    (finding,) = examined(PLAN, ignored)
    assert (finding.rule, finding.level) == ("restart", Level.UNSEEN)


def test_it_is_left_as_it_was_found() -> None:
    async def twice(radio: Radio, found: FoundSensor, sensor: VirtualSensor) -> list[Finding]:
        sensor._config = replace(sensor._config, rate_hz=50, samples_per_packet=7)
        before = sensor._config
        findings = await one_connection(radio, found, sensor)
        assert sensor._config == before
        assert not sensor.is_running
        (again,) = await scan(radio, until=("S1",))
        findings += await lost_and_found(radio, again)
        assert sensor._config == before
        assert not sensor.is_running
        return findings

    assert broken(examined(PLAN, twice)) == set()
