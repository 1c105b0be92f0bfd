"""Scenarios of a computer whose Bluetooth breaks down: what people are told, and whether a session lives through it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from bluez_session import Session, session
from bluez_stage import Machine, Outcome, command, run

from imu_hip.model.item import LinkState, Role

_LONG_S = 14.0
"""Longer than the time after which people are told that it is still searched for."""
_PATIENCE_S = 60.0
_BACK_WITHIN_S = 10.0
"""For both sensors one after the other, with a service that starts."""


async def bluetoothd_killed(machine: Machine, out: Outcome) -> None:
    """Kill bluetoothd while both stream, and start it again a while after."""
    async with session() as live:
        machine.services.kill()
        await _told_and_back(live, out, lambda: _started(machine))


async def ended_without_bluetoothd(machine: Machine, out: Outcome) -> None:
    """Kill bluetoothd while both stream, and end the session while it is gone."""
    try:
        async with session() as live:
            machine.services.kill()
            for role in Role:
                await live.until_state(role, LinkState.LOST, 0.0, _PATIENCE_S)
            began_s = time.monotonic()
        ended_s = time.monotonic() - began_s
        out.told.append(f"ends within {ended_s:.1f} s")
        out.must(ended_s <= _BACK_WITHIN_S, f"it ends only after {ended_s:.1f} s")
    finally:
        machine.services.start()
        await asyncio.sleep(5.0)


async def switched_off(machine: Machine, out: Outcome) -> None:
    """Switch Bluetooth off while both stream, and on again a while after."""
    async with session() as live:
        run("bluetoothctl", "power", "off")
        await _told_and_back(live, out, _switched_on)


async def pulled_out(machine: Machine, out: Outcome) -> None:
    """Pull the adapter out while both stream, and put it in again a while after."""
    async with session() as live:
        await machine.air("unplug")
        await _told_and_back(live, out, lambda: machine.air("plug"))


async def starts_without_bluetoothd(machine: Machine, out: Outcome) -> None:
    """Begin without bluetoothd: why that cannot be is said in words, by doctor too."""
    machine.services.kill()
    try:
        _says_why(out, "service of this computer does not run")
        checks = {each["name"]: each for each in json.loads(command("doctor", "--json").stdout)["checks"]}
        out.must(checks["Bluetooth"]["command"] == "sudo systemctl enable --now bluetooth", f"{checks['Bluetooth']}")
        out.told.append(f"doctor says: $ {checks['Bluetooth']['command']}")
    finally:
        machine.services.start()
        await asyncio.sleep(5.0)


async def starts_switched_off(_: Machine, out: Outcome) -> None:
    """Begin while Bluetooth is off: why that cannot be is said in words."""
    run("bluetoothctl", "power", "off")
    try:
        _says_why(out, "Bluetooth is off")
    finally:
        await _switched_on()


async def starts_without_adapter(machine: Machine, out: Outcome) -> None:
    """Begin without an adapter: why that cannot be is said in words."""
    await machine.air("unplug")
    try:
        _says_why(out, "no Bluetooth adapter")
    finally:
        await machine.air("plug")
        await asyncio.sleep(5.0)


def _says_why(out: Outcome, expected: str) -> None:
    done = command("scan")
    out.told.append(f'told: "{done.stderr.strip().partition(" [")[0]}"')
    out.must(done.returncode != 0, "scan ends with 0")
    out.must(expected in done.stderr, f"it does not say that {expected}")


async def _told_and_back(live: Session, out: Outcome, mend: Callable[[], Awaitable[float]]) -> None:
    broken_s = time.monotonic()
    for role in Role:
        lost_s = await live.until_state(role, LinkState.LOST, broken_s - 6.0, _PATIENCE_S)
        out.told.append(f"{role} lost after {max(0.0, lost_s - broken_s):.1f} s")
    await asyncio.sleep(_LONG_S)
    words = {words for role in Role for words in live.words(role, LinkState.SEARCHING, broken_s)}
    out.must(bool(words), "nobody was told why it is not back")
    out.told += sorted({f'told: "{text.partition(": ")[2].partition(" [")[0]}"' for text in words})
    mended_s = await mend()
    back_s = max([await live.until_data(role, mended_s, _PATIENCE_S) for role in Role])
    out.told.append(f"both again after {back_s - mended_s:.1f} s")
    out.must(back_s - mended_s <= _BACK_WITHIN_S, f"both back only after {back_s - mended_s:.1f} s")


async def _started(machine: Machine) -> float:
    return machine.services.start()


async def _switched_on() -> float:
    run("bluetoothctl", "power", "on")
    return time.monotonic()
