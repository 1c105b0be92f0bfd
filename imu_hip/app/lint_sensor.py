"""`imu-hip lint-sensor NAME`: does a sensor keep to its protocol, and can what it measures be believed."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

from imu_hip.app.printing import print_json, print_lines
from imu_hip.app.radio_access import RadioAccess, SystemRadio, VirtualRadio
from imu_hip.app.sensor_check import check
from imu_hip.ble.clock import LoopClock
from imu_hip.ble.conformance import ConformanceCheck
from imu_hip.ble.conformance_links import lost_and_found, restarted
from imu_hip.ble.meeting import meet
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor, scan
from imu_hip.ble.worn_sensor import WornSensor
from imu_hip.codec.gatt import DEVICE_INFORMATION_SERVICE_UUID
from imu_hip.codec.registry import BIP_V1, decoder
from imu_hip.model.errors import LinkError, Reason, UsageError
from imu_hip.model.extras import missing_extra
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Characteristic, Item, Notification, Role
from imu_hip.model.packet import BatteryLevel, Received, SensorInfo
from imu_hip.model.setup import SensorSetup

SCHEMA = "imu-hip/lint-sensor/1"
_SIGNS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL", Level.UNSEEN: "?   "}
_LEAST_BATTERY = 20
_STILL_SHARE = 0.3
"""Of the time it is watched, the sensor lies still; then it is turned."""

Say = Callable[[str], None]
LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def lint_sensor(args: Namespace, access: RadioAccess | None = None, loop: LoopFactory | None = None) -> int:
    """Check a sensor; return 0 when nothing is wrong, 1 when something is."""
    say: Say = (lambda _: None) if args.json else _to_stderr
    if args.virtual:
        if args.restart:
            raise UsageError(Reason.WRONG_USAGE, "--restart is for a sensor in your hand: leave it out with --virtual")
        access, loop = _twin()
    with asyncio.Runner(loop_factory=loop) as runner:
        work = _check(access or SystemRadio({}), args, say)
        info, family, findings = runner.run(work)
    if args.json:
        rules = [{"rule": f.rule, "level": f.level.value, "measured": f.measured, "advice": f.advice} for f in findings]
        firmware = ".".join(map(str, info.firmware_version))
        print_json({"schema": SCHEMA, "serial": info.serial, "family": family, "firmware": firmware, "findings": rules})
    else:
        print_lines([f"{info.serial} · {family}", *(_line(finding) for finding in findings), _summary(findings)])
    return 1 if any(finding.level is Level.FAIL for finding in findings) else 0


def _twin() -> tuple[RadioAccess, LoopFactory]:
    """Return a virtual radio with a sensor that is right, and a loop whose time is not waited for.

    Raises
    ------
    UsageError
        The extra is missing.
    """
    if find_spec("bumble") is None:
        raise missing_extra("the virtual radio is not installed", "demo")
    from imu_hip.app.demo import lying_still, virtual_sensors
    from imu_hip.virtual.event_loop import SimulatedTimeLoop

    return VirtualRadio(virtual_sensors(lying_still())), SimulatedTimeLoop


async def _check(access: RadioAccess, args: Namespace, say: Say) -> tuple[SensorInfo, str, list[Finding]]:
    async with access.open() as radio:
        found, info = await _named(radio, args.name)
        findings = [*_of_info(info), _of_advertisement(found)]
        if found.driver.family == BIP_V1:
            say("Asking for everything that the protocol has rules for…")
            findings += await _conformance(radio, found)
            say("Leaving a run, and coming back to it…")
            findings += await lost_and_found(radio, found)
            if args.restart:
                findings += await restarted(radio, found, info, say)
        findings += await _stream(radio, found, args.seconds, args.no_turns or args.virtual, say)
    return info, found.driver.family, findings


async def _named(radio: Radio, name: str) -> tuple[FoundSensor, SensorInfo]:
    """Return the sensor that is meant: by its serial number, or by the name or address that it advertises."""
    seen: list[str] = []
    failure: LinkError | None = None
    window = await scan(radio, until=(name,))
    for candidate in sorted(window, key=lambda each: name not in (each.name, each.address)):
        try:
            connection, info, _ = await meet(radio, candidate)
        except LinkError as error:
            failure = error
            continue
        await connection.close()
        if name in (info.serial, candidate.name, candidate.address):
            return candidate, info
        seen.append(info.serial)
    if failure is not None:
        raise failure
    raise LinkError(Reason.SENSOR_NOT_FOUND, f"{name} was not found (there: {', '.join(seen)}): is it switched on?")


def _of_info(info: SensorInfo) -> list[Finding]:
    version = ".".join(map(str, info.firmware_version))
    return [
        Finding("info", Level.OK, f"serial {info.serial}, firmware {version}, capabilities 0x{info.capabilities:X}")
    ]


def _of_advertisement(found: FoundSensor) -> Finding:
    if found.name:
        return Finding("advertised name", Level.OK, found.name)
    return Finding("advertised name", Level.WARN, "none", "send a name in the scan response: people look for it")


async def _conformance(radio: Radio, found: FoundSensor) -> list[Finding]:
    seen = replace(found.driver, services=(*found.driver.services, DEVICE_INFORMATION_SERVICE_UUID))
    connection, info, _ = await meet(radio, replace(found, driver=seen))
    try:
        return await ConformanceCheck(connection, info).findings()
    finally:
        await connection.close()


async def _stream(radio: Radio, found: FoundSensor, seconds: float, no_turns: bool, say: Say) -> list[Finding]:
    """Let it stream, still and turned, and judge what came."""
    items: list[Item] = []
    connection, info, payload = await meet(radio, found)
    clock = LoopClock(0).now_ns
    sensor = WornSensor(connection, info, Role.THIGH, items.append, clock)
    try:
        room = connection.largest_payload_bytes()
        await sensor.prepare(Notification(clock(), Role.THIGH, Characteristic.INFO, payload))
        await sensor.start()
        say(f"Lay it down and leave it alone for {seconds * (1.0 if no_turns else _STILL_SHARE):.0f} s…")
        await asyncio.sleep(seconds * (1.0 if no_turns else _STILL_SHARE))
        if not no_turns:
            say(
                f"Now turn it slowly by 90° and back, about each of its axes, for {seconds * (1 - _STILL_SHARE):.0f} s…"
            )
            await asyncio.sleep(seconds * (1.0 - _STILL_SHARE))
        gone = sensor.is_lost
    finally:
        await sensor.close()
    decode = decoder(found.driver.family)
    notes = [item for item in items if isinstance(item, Notification)]
    received = [Received(note.t_ns, note.role, decode(note.characteristic, note.payload)) for note in notes]
    findings = [Finding("packet size", Level.OK if room >= 68 else Level.WARN, f"up to {room} bytes in a packet")]
    if gone:
        findings.append(Finding("connection", Level.FAIL, "it was lost meanwhile", "keep it near, and charged"))
    levels = [each.packet.percent for each in received if isinstance(each.packet, BatteryLevel)]
    if levels:
        low = levels[-1] < _LEAST_BATTERY
        findings.append(
            Finding("battery", Level.WARN if low else Level.OK, f"{levels[-1]} %", "charge it" if low else "")
        )
    return [*findings, *check(SensorSetup(Role.THIGH, found.driver.family), received, 0)]


def _line(finding: Finding) -> str:
    advice = f": {finding.advice}" if finding.advice else ""
    return f"  {_SIGNS[finding.level]}  {finding.rule}: {finding.measured}{advice}"


def _summary(findings: list[Finding]) -> str:
    count = Counter(finding.level for finding in findings)
    told = f"{count[Level.FAIL]} wrong, {count[Level.WARN]} could be better, {count[Level.UNSEEN]} could not be judged"
    return f"{len(findings)} rules: {told}"


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
