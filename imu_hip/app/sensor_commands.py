"""What `scan` and `assign` do: which sensors are there, and which is worn where."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace

from imu_hip.app.printing import print_json, print_lines
from imu_hip.app.radio_access import RadioAccess, SystemRadio
from imu_hip.app.sensor_search import assigned, found_sensors, shown_itself
from imu_hip.model.app_state import FoundSensor, SensorsView
from imu_hip.model.errors import LinkError, Reason, UsageError
from imu_hip.model.item import Role
from imu_hip.session.user_library import Library

Ask = Callable[[str], str]

_ANSWERS = {"p": Role.PELVIS, "t": Role.THIGH}


def scan(args: Namespace, access: RadioAccess | None = None, library: Library | None = None) -> int:
    """Print the sensors that are there, with the roles that they have."""
    own = library or Library()
    found = found_sensors(access or SystemRadio({}), own.sensors(), args.seconds)
    if args.json:
        print_json([_plain(sensor) for sensor in found])
        return 0
    print_lines([line for sensor in found for line in (_line(sensor), *(f"    {limit}" for limit in sensor.limits))])
    return 0


def assign(
    args: Namespace, access: RadioAccess | None = None, library: Library | None = None, ask: Ask | None = None
) -> int:
    """Keep which sensor is worn where: as the options say, or by letting one after the other blink and asking."""
    own = library or Library()
    radio = access or SystemRadio({})
    wanted = {role: serial for role, serial in ((Role.PELVIS, args.pelvis), (Role.THIGH, args.thigh)) if serial}
    if len(set(wanted.values())) < len(wanted):
        raise UsageError(Reason.WRONG_USAGE, "one sensor cannot be worn in two places: give two serial numbers")
    if not wanted and ask is None and not sys.stdin.isatty():
        text = "nobody is there to be asked: add --pelvis SERIAL --thigh SERIAL (imu-hip scan lists them)"
        raise UsageError(Reason.WRONG_USAGE, text)
    shown = SensorsView(found=found_sensors(radio, own.sensors(), args.seconds))
    if wanted:
        for role, serial in wanted.items():
            sensor = next((each for each in shown.found if each.serial == serial), None)
            if sensor is None:
                there = ", ".join(each.serial for each in shown.found if each.serial) or "none that answers"
                text = f"{serial} was not found (there: {there}): switch it on and bring it near"
                raise LinkError(Reason.SENSOR_NOT_FOUND, text)
            shown = assigned(shown, f"{role.value}={sensor.address}", own)
    else:
        shown = _ask_for_each(shown, radio, own, ask or input)
    print_lines(_line(sensor) for sensor in shown.found)
    print_lines([shown.message])
    return 0


def _ask_for_each(shown: SensorsView, radio: RadioAccess, library: Library, ask: Ask) -> SensorsView:
    for sensor in [each for each in shown.found if each.serial]:
        told = shown_itself(radio, shown, sensor.address)
        note = next(each.identified for each in told.found if each.address == sensor.address)
        answer = ask(f"{sensor.serial}: {note}. Worn at the pelvis (p), the thigh (t), or not by you (Enter)? ")
        role = _ANSWERS.get(answer.strip().lower()[:1])
        if role is not None:
            shown = assigned(shown, f"{role.value}={sensor.address}", library)
    return replace(shown, found=tuple(replace(each, identified="") for each in shown.found))


def _line(sensor: FoundSensor) -> str:
    who = sensor.serial or sensor.name or sensor.address
    where = sensor.role.value if sensor.role else "no role yet"
    signal = "" if sensor.signal_dbm is None else f" · {sensor.signal_dbm} dBm"
    battery = "" if sensor.battery_percent is None else f" · battery {sensor.battery_percent} %"
    told = f" · {sensor.identified}" if sensor.identified else ""
    return f"{who} · {sensor.family} · {where}{signal}{battery} · {sensor.timing.value}{told}"


def _plain(sensor: FoundSensor) -> dict[str, object]:
    return {
        "serial": sensor.serial,
        "name": sensor.name,
        "address": sensor.address,
        "family": sensor.family,
        "signal_dbm": sensor.signal_dbm,
        "battery_percent": sensor.battery_percent,
        "timing": sensor.timing.value,
        "packet_s": round(sensor.packet_s, 1),
        "role": sensor.role.value if sensor.role else None,
        "note": sensor.identified or None,
        "limits": list(sensor.limits),
    }
