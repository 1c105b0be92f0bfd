"""What the emulated machine does: lets the radio go wrong under the real BlueZ, and says for each how it went."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import bluez_breakdowns as breakdowns
import bluez_troubles as troubles
from bluez_machine import RESULT
from bluez_notify import notified_twice
from bluez_session import ROLES, lags_ms, lost_and_twice, session
from bluez_stage import SETTLE_S, Air, Machine, Outcome, Scenario, Services, command

from imu_hip.model.item import LinkState, Role

# ---------------------------------------------------------------- commands


async def scan_finds_both(_: Machine, out: Outcome) -> None:
    """`imu-hip scan --json` names both sensors, as what they are, with the serial numbers that they gave."""
    done = command("scan", "--json")
    out.must(done.returncode == 0, f"exit code {done.returncode}: {done.stderr.strip()}")
    found = json.loads(done.stdout or "[]")
    out.must({each["serial"] for each in found} == set(ROLES), f"found {found}")
    out.told.append(", ".join(f"{each['name']} {each['family']} {each['signal_dbm']} dBm" for each in found))


async def doctor_sees_bluetooth(_: Machine, out: Outcome) -> None:
    """`imu-hip doctor` finds nothing wrong with Bluetooth."""
    done = command("doctor", "--json")
    checks = {each["name"]: each for each in json.loads(done.stdout)["checks"]}
    for name in ("adapter", "BlueZ", "permission", "Bluetooth"):
        out.must(name in checks and checks[name]["ok"], f"{name}: {checks.get(name)}")
    out.told.append("; ".join(checks[name]["text"] for name in ("adapter", "BlueZ", "Bluetooth") if name in checks))


# ---------------------------------------------------------------- streaming


async def both_stream(_: Machine, out: Outcome) -> None:
    """20 s of both sensors: nothing is lost, nothing comes twice."""
    async with session() as live:
        await asyncio.sleep(20.0)
    for role in Role:
        heard = list(live.stream(role))
        lost, twice = lost_and_twice(heard)
        out.must(lost == 0 and twice == 0, f"{role}: {lost} samples lost, {twice} packets twice")
        late = " / ".join(f"{lag:.0f}" for lag in lags_ms(heard))
        seconds = heard[-1].at_s - heard[0].at_s
        out.told.append(f"{role} {len(heard) / seconds:.1f} packets/s, behind the fastest {late} ms (p50 / p99 / most)")
        out.must(bool(live.words(role, LinkState.CLOSED)), f"{role} was not closed")


SCENARIOS: dict[str, Scenario] = {
    "scan --json finds both": scan_finds_both,
    "doctor sees Bluetooth": doctor_sees_bluetooth,
    "both stream for 20 s": both_stream,
    "link dropped 4 times": troubles.link_dropped,
    "off and on again": troubles.gone_and_back,
    "out of range": troubles.out_of_range,
    "rebooted": troubles.rebooted,
    "another address": troubles.moved,
    "program killed": troubles.program_killed,
    "bluetoothd killed": breakdowns.bluetoothd_killed,
    "ended without bluetoothd": breakdowns.ended_without_bluetoothd,
    "switched off": breakdowns.switched_off,
    "adapter pulled out": breakdowns.pulled_out,
    "start without bluetoothd": breakdowns.starts_without_bluetoothd,
    "start switched off": breakdowns.starts_switched_off,
    "start without adapter": breakdowns.starts_without_adapter,
    "notified twice": notified_twice,
}


# ---------------------------------------------------------------- all of it


def main(only: str) -> None:
    """Run the scenarios one after the other, and say what was run on."""
    services = Services()
    services.start_bus()
    services.start()
    asyncio.run(_play(services, only))
    print(Path("/run/bluetoothd.log").read_text(errors="replace"), flush=True)
    bluez = subprocess.run(["bluetoothctl", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("bleak", "dbus-fast", "bumble")]
    _say({"end": f"Linux {os.uname().release}, BlueZ {bluez}, {', '.join(versions)}, emulated x86-64"})


async def _play(services: Services, only: str) -> None:
    machine = Machine(services, await Air.start())
    await machine.air("plug")
    for serial in ROLES:
        await machine.air("on", serial)
    await asyncio.sleep(SETTLE_S)
    print(f"up after {time.monotonic():.0f} s", flush=True)
    for name, scenario in SCENARIOS.items():
        if only in name:
            _say(await _lived(machine, name, scenario))


async def _lived(machine: Machine, name: str, scenario: Scenario) -> dict[str, object]:
    began_s = time.monotonic()
    out = Outcome()
    try:
        await scenario(machine, out)
    except Exception as error:  # whatever it is, the others are run
        out.wrong.append(f"{type(error).__name__}: {error}")
    if machine.services.died:
        out.wrong.append("bluetoothd died")
    if out.wrong:
        await machine.set_up_again()
    told = "; ".join(out.told)
    print(f"{name}: {told} {out.wrong or 'holds'} ({time.monotonic() - began_s:.0f} s)", flush=True)
    return {"name": name, "told": told, "wrong": out.wrong}


def _say(result: dict[str, object]) -> None:
    """Tell the computer outside."""
    print(RESULT + json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
