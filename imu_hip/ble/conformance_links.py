"""What a BIP v1 sensor does when a connection ends, and when it is switched off and on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from imu_hip.ble.conformance import START, STOP, STREAM_S, another
from imu_hip.ble.examination import Examination
from imu_hip.ble.meeting import meet
from imu_hip.ble.radio import Radio
from imu_hip.ble.scan import FoundSensor, scan
from imu_hip.codec import bip_v1
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.finding import Finding, Level
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import ControlResult, SensorConfig, SensorInfo, StreamPacket

_BACK_S = 10.0
_AT_ONCE_S = 2.0
_AWAY_S = 1.0
_PATIENCE_S = 60.0
_US_SPAN = 1 << 32
_INDEX_SPAN = 1 << 16
_INDEX_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class _Left:
    """A run that was left: the configuration before and in it, and its last packet."""

    before: bytes
    written: bytes
    rate_hz: int
    last: StreamPacket


async def lost_and_found(radio: Radio, found: FoundSensor) -> list[Finding]:
    """Leave a run by disconnecting, come back, and see whether it went on; nothing where there is no run to leave.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or the sensor cannot be connected.
    """
    findings: list[Finding] = []
    connection, info, _ = await meet(radio, found)
    left = await _left(Examination(connection, findings))
    if left is None:
        return findings
    again, took_s = await _advertising(radio, found, _BACK_S)
    told = f"seen {took_s:.1f} s after the connection ended" if again else f"not seen for {took_s:.0f} s"
    _judge(findings, "advertising again", again is not None and took_s <= _AT_ONCE_S, told)
    if again is None:
        return findings
    await asyncio.sleep(_AWAY_S)
    connection, info_now, _ = await meet(radio, again)
    try:
        same = info_now.boot_id == info.boot_id
        _judge(findings, "boot id after a lost connection", same, "the same" if same else "another")
        await _take_up(Examination(connection, findings), left)
    finally:
        await connection.close()
    return findings


async def restarted(
    radio: Radio, found: FoundSensor, info: SensorInfo, say: Callable[[str], None], patience_s: float = _PATIENCE_S
) -> list[Finding]:
    """Ask for the sensor to be switched off and on, and see whether it says so.

    Raises
    ------
    LinkError
        Bluetooth cannot be used, or the sensor cannot be connected.
    """
    findings: list[Finding] = []
    gone = asyncio.Event()
    connection, _, _ = await meet(radio, found)
    connection.watch(gone.set)
    say(f"Now switch {info.serial} off and on again…")
    try:
        async with asyncio.timeout(patience_s):
            await gone.wait()
    except TimeoutError:
        told = f"it was not switched off within {patience_s:.0f} s"
        return [Finding("restart", Level.UNSEEN, told, "switch it off and on again when you are asked to")]
    finally:
        await connection.close()
    again, took_s = await _advertising(radio, found, patience_s)
    if again is None:
        return [Finding("restart", Level.UNSEEN, f"it did not come back within {took_s:.0f} s", "switch it on again")]
    connection, info_now, _ = await meet(radio, again)
    try:
        asked = Examination(connection, findings)
        asked.judge("serial number after a restart", info_now.serial == info.serial, info_now.serial)
        new = info_now.boot_id != info.boot_id
        asked.judge("boot id after a restart", new, "another" if new else f"the same (0x{info.boot_id:08X})")
        await asked.listen()
        await asked.expect("STOP after a restart", STOP, ControlResult.WRONG_STATE)
    finally:
        await connection.close()
    return findings


async def _left(asked: Examination) -> _Left | None:
    connection = asked.connection
    try:
        before = await connection.read(Characteristic.CONFIG)
        config = bip_v1.decode_config(before)
        if not isinstance(config, SensorConfig):
            return None
        await asked.listen()
        await asked.refusal(Characteristic.CONFIG, bip_v1.encode_config(another(config)))
        written = await connection.read(Characteristic.CONFIG)
        await asked.result(bip_v1.encode_control_request(START))
        await asyncio.sleep(STREAM_S)
        last = next(_live(reversed(asked.stream)), None)
        return None if last is None else _Left(before, written, config.rate_hz, last)
    finally:
        await connection.close()


async def _take_up(asked: Examination, left: _Left) -> None:
    kept = await asked.connection.read(Characteristic.CONFIG) == left.written
    asked.judge("Config after a lost connection", kept, "as it was written" if kept else "another")
    await asked.listen()
    await asked.expect("START of a run that was left", START, ControlResult.WRONG_STATE)
    await asyncio.sleep(STREAM_S)
    first = next(_live(asked.stream), None)
    if first is None:
        asked.judge("a run that was left", False, "no packet came when it was taken up")
    else:
        elapsed_s = ((first.device_us - left.last.device_us) % _US_SPAN) / 1e6
        ends = len(first.counts) - len(left.last.counts)
        counted = (first.first_index - left.last.first_index + ends) % _INDEX_SPAN
        off = counted - elapsed_s * left.rate_hz
        told = f"{counted} samples later, {elapsed_s:.1f} s by the sensor's clock"
        asked.judge("a run that was left", abs(off) <= _INDEX_TOLERANCE * counted + 2.0, told)
    await asked.expect("STOP of a run that was left", STOP, ControlResult.SUCCESS)
    await asked.refusal(Characteristic.CONFIG, left.before)


def _live(values: Iterable[bytes]) -> Iterator[StreamPacket]:
    for value in values:
        packet = bip_v1.decode_stream(value)
        if isinstance(packet, StreamPacket) and not packet.resent:
            yield packet


async def _advertising(radio: Radio, found: FoundSensor, patience_s: float) -> tuple[FoundSensor | None, float]:
    """Return the sensor as soon as it advertises, and how long that took."""
    now = asyncio.get_running_loop().time
    begin_s = now()
    try:
        window = await scan(radio, timeout_s=patience_s, until=(found.address,))
    except LinkError as error:
        if error.reason is not Reason.SENSOR_NOT_FOUND:
            raise
        window = []
    return next((each for each in window if each.address == found.address), None), now() - begin_s


def _judge(findings: list[Finding], rule: str, right: bool, told: str) -> None:
    advice = "" if right else "see firmware_protocol/bip_v1.md"
    findings.append(Finding(rule, Level.OK if right else Level.FAIL, told, advice))
