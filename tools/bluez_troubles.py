"""Scenarios of sensors that go and come back: what becomes of the link, and how soon data come again."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

from bluez_session import ROLES, Session, lost_and_twice, session
from bluez_stage import Machine, Outcome, command, run

from imu_hip.model.item import LinkState, Role

BACK_WITHIN_S = 3.0
_OTHER_ADDRESS = "F0:00:00:00:00:0A"
_PATIENCE_S = 60.0
_GONE_S = 5.0
_DROPS = 4
THIGH, SERIAL = Role.THIGH, "VT-0001"
_ADDRESS = "F0:00:00:00:00:02"


async def link_dropped(machine: Machine, out: Outcome) -> None:
    """Let a sensor close the connection and advertise at once, some times."""
    async with session() as live:
        took_s = [await back(live, out, await machine.air("drop", SERIAL)) for _ in range(_DROPS)]
        out.told.append(f"data again after {' / '.join(f'{each_s:.1f}' for each_s in took_s)} s")
        await all_there(live, out)


async def gone_and_back(machine: Machine, out: Outcome) -> None:
    """Switch a sensor off for some seconds."""
    async with session() as live:
        await machine.air("off", SERIAL)
        await asyncio.sleep(_GONE_S)
        await told_back(live, out, await machine.air("on", SERIAL))


async def out_of_range(machine: Machine, out: Outcome) -> None:
    """Nothing is heard of a sensor until the supervision time is over, and for some seconds more."""
    async with session() as live:
        faded_s = await machine.air("fade", SERIAL)
        lost_s = await live.until_state(THIGH, LinkState.LOST, faded_s, _PATIENCE_S)
        out.told.append(f"lost after {lost_s - faded_s:.1f} s")
        await asyncio.sleep(_GONE_S)
        await told_back(live, out, await machine.air("unfade", SERIAL))
        await all_there(live, out)


async def rebooted(machine: Machine, out: Outcome) -> None:
    """Let a sensor start anew: another boot id, another clock, another run."""
    async with session() as live:
        await told_back(live, out, await machine.air("reboot", SERIAL))
        boots = live.boots(THIGH)
        out.must(len(set(boots)) == 2, f"boot ids {boots}")


async def moved(machine: Machine, out: Outcome) -> None:
    """Let a sensor come back under another address, while BlueZ keeps the entry of the old one."""
    async with session() as live:
        await told_back(live, out, await machine.air("move", SERIAL, _OTHER_ADDRESS))
    entries = [line for line in run("bluetoothctl", "devices").stdout.splitlines() if SERIAL in line]
    out.told.append(f"BlueZ has {len(entries)} entries of it, a session of its own begins")
    async with session():
        pass
    await machine.air("move", SERIAL, _ADDRESS)
    async with session():
        pass


async def program_killed(_: Machine, out: Outcome) -> None:
    """Kill the program while it streams: BlueZ keeps the links; `imu-hip doctor` tells of them, and what helps."""
    assigned = command("assign", "--pelvis", "VP-0001", "--thigh", SERIAL)
    out.must(assigned.returncode == 0, f"assign: {assigned.stderr.strip()}")
    script = str(Path(__file__).with_name("bluez_session.py"))
    streaming = await asyncio.create_subprocess_exec(sys.executable, script, stdout=asyncio.subprocess.PIPE)
    if streaming.stdout is None:
        raise AssertionError("it was started with a pipe")
    await asyncio.wait_for(streaming.stdout.readline(), 120.0)
    streaming.send_signal(signal.SIGKILL)
    await streaming.wait()
    await asyncio.sleep(_GONE_S)
    links = [each for each in json.loads(command("doctor", "--json").stdout)["checks"] if each["name"] == "old link"]
    out.must(len(links) == len(ROLES), f"doctor tells of {links}")
    out.told.append(f"doctor tells of {len(links)} old links")
    for link in links:
        run(*link["command"].split())
    async with session():
        out.told.append("with its commands the next session begins")


# ---------------------------------------------------------------- what must hold


async def back(live: Session, out: Outcome, returned_s: float) -> float:
    """Wait until the sensor streams again, return how long that took: within 3 s, with the other one undisturbed."""
    connected_s = await live.until_state(THIGH, LinkState.CONNECTED, returned_s, _PATIENCE_S)
    after_s = await live.until_data(THIGH, connected_s, _PATIENCE_S) - returned_s
    await live.until_state(THIGH, LinkState.STREAMING, connected_s, _PATIENCE_S)
    out.must(live.told(THIGH, LinkState.LOST) is not None, "its loss was not told")
    out.must(after_s <= BACK_WITHIN_S, f"back after {after_s:.2f} s")
    await asyncio.sleep(2.0)
    lost, twice = lost_and_twice(list(live.stream(Role.PELVIS)))
    out.must(lost == 0 and twice == 0, f"of the other sensor {lost} samples were lost, {twice} packets came twice")
    return after_s


async def told_back(live: Session, out: Outcome, returned_s: float) -> None:
    """Wait until the sensor streams again, and take down how long that took."""
    out.told.append(f"data again after {await back(live, out, returned_s):.1f} s")


async def all_there(live: Session, out: Outcome) -> None:
    """See that the run that goes on has every packet once: what was missed is asked for again."""

    def complete() -> float | None:
        return None if lost_and_twice(list(live.stream(THIGH)))[0] else time.monotonic()

    await live.until(complete, _PATIENCE_S, "all samples of the thigh")
    twice = lost_and_twice(list(live.stream(THIGH)))[1]
    out.must(twice == 0, f"{twice} packets came twice")
