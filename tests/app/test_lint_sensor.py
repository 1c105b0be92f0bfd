"""A sensor that is right has nothing to hear; one that breaks a rule hears which, and what to do."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("bumble")

from bumble.device import Connection

from imu_hip.app import cli
from imu_hip.app.lint_sensor import lint_sensor
from imu_hip.app.radio_access import VirtualRadio
from imu_hip.ble.radio import Radio
from imu_hip.codec import bip_v1
from imu_hip.model.errors import LinkError
from imu_hip.model.item import Role
from imu_hip.model.packet import ControlReply, ControlResult, SensorConfig
from imu_hip.quaternion import conjugate, multiply, rotate
from imu_hip.virtual.event_loop import SimulatedTimeLoop
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.movella_dot import DotPlan
from imu_hip.virtual.polar import PolarPlan
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import SensorPlan, VirtualSensor
from imu_hip.virtual.witmotion import WitMotionPlan

RATE_HZ = 100.0
STILL_S = 23.0
"""After the dialogue and what is watched of it at rest, before the turns are over."""


def turned(
    gyr_scale: float = 1.0, acc_scale: float = 1.0, gyr_map: np.ndarray | None = None, bias_deg_s: float = 0.0
) -> RecordedMotion:
    """Return what a sensor feels that lies still for a while, then is turned about all its axes."""
    t_s = np.arange(0.0, 60.0, 1.0 / RATE_HZ)
    moving = t_s > STILL_S
    phase = np.array([[0.31], [0.23], [0.17]]) * 2.0 * np.pi * (t_s - STILL_S)
    rate = np.where(moving, np.radians(60.0) * np.sin(phase + np.array([[0.0], [1.0], [2.0]])), 0.0).T
    q = np.empty((len(t_s), 4))
    q[0] = [1.0, 0.0, 0.0, 0.0]
    for k in range(1, len(t_s)):
        half = 0.25 * (rate[k] + rate[k - 1]) / RATE_HZ
        step = np.concatenate([[1.0], half])
        q[k] = multiply(q[k - 1], step / np.linalg.norm(step))
    up = rotate(conjugate(q), np.tile([0.0, 0.0, 9.80665], (len(q), 1)))
    mixed = rate if gyr_map is None else rate @ gyr_map.T
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, 0.002, mixed.shape)
    return RecordedMotion(RATE_HZ, gyr_scale * mixed + np.radians(bias_deg_s) + noise, acc_scale * up)


class Access(VirtualRadio):
    """A virtual radio whose sensors feel something from the moment that it is opened."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Radio]:
        async with super().open() as radio:
            self.streaming()
            yield radio


def lint(plan: Any, capsys: pytest.CaptureFixture[str], name: str = "S1", **options: Any) -> tuple[int, dict[str, Any]]:
    other = SensorPlan("OTHER", turned())
    access = Access({Role.PELVIS: plan, Role.THIGH: other})
    args = Namespace(
        **(
            {"name": name, "seconds": 30.0, "no_turns": False, "restart": False, "virtual": False, "json": True}
            | options
        )
    )
    code = lint_sensor(args, access, SimulatedTimeLoop)
    return code, json.loads(capsys.readouterr().out)


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["level"] for finding in found["findings"]}


def wrong(found: dict[str, Any]) -> set[str]:
    return {rule for rule, level in levels(found).items() if level in ("fail", "warn")}


RIGHT = SensorPlan("S1", turned(), clock=SensorClock(ppm=30.0))


def test_a_sensor_that_is_right_has_nothing_to_hear(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = lint(RIGHT, capsys)
    assert (code, wrong(found)) == (0, set())
    assert len(found["findings"]) >= 40
    assert "unseen" not in levels(found).values()
    assert found["schema"] == "imu-hip/lint-sensor/1"
    told = {finding["rule"]: finding["measured"] for finding in found["findings"]}
    assert "right-handed (determinant +1)" in told["axes"]
    assert "ppm" in told["clock rate"]


def test_left_alone_its_axes_are_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = lint(RIGHT, capsys, no_turns=True, seconds=10.0)
    assert code == 0
    assert [rule for rule, level in levels(found).items() if level == "unseen"] == ["axes"]


MIRROR_Z = np.diag([1.0, 1.0, -1.0])
SWAPPED = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
TURNED = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize(
    ("source", "rule", "words"),
    [
        (turned(acc_scale=1.06), "gravity", "scale of the accelerometer"),
        (turned(gyr_scale=1.15), "gyro scale", "scale of the gyroscope"),
        (turned(bias_deg_s=8.0), "bias", "calibrate the gyroscope"),
        (turned(gyr_map=MIRROR_Z), "axes", "left-handed (determinant −1): mend the sign or order of z"),
        (turned(gyr_map=SWAPPED), "axes", "left-handed (determinant −1): mend the sign or order of x and y"),
        (turned(gyr_map=TURNED), "axes", "turned against each other: mend the sign or order of x and y"),
    ],
    ids=["gravity", "gyro scale", "bias", "mirrored", "swapped", "turned"],
)
def test_values_that_cannot_be_are_found(
    source: RecordedMotion, rule: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = lint(SensorPlan("S1", source), capsys)
    assert code == 1
    assert wrong(found) == {rule}
    assert words in next(finding["advice"] for finding in found["findings"] if finding["rule"] == rule)


@dataclass(frozen=True)
class Mutant:
    """A plan whose sensor breaks a rule."""

    plan: SensorPlan
    breaks: Callable[[VirtualSensor], None] = lambda _: None
    kind: type[VirtualSensor] = VirtualSensor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plan, name)

    def sensor(self, *args: Any) -> VirtualSensor:
        made = self.kind(self.plan, *args)
        self.breaks(made)
        return made


class BelievesAnyCrc(VirtualSensor):
    """Takes a Config whatever its checksum."""

    def _write_config(self, connection: Connection, value: bytes) -> None:
        if len(value) == 22:
            value = value[:-2] + bip_v1.crc16_ccitt_false(value[:-2]).to_bytes(2, "little")
        super()._write_config(connection, value)


def restarts_on_start(sensor: VirtualSensor) -> None:
    obey = sensor._obey

    def again(request: Any) -> ControlReply:
        if sensor.is_running and request.opcode == 1:
            return ControlReply(1, ControlResult.SUCCESS)
        return obey(request)

    sensor._obey = again  # type: ignore[method-assign]


def counts_on(sensor: VirtualSensor) -> None:
    start = sensor._runner.start

    def later(config: SensorConfig) -> None:
        start(config)
        sensor._runner._first_number -= 500

    sensor._runner.start = later  # type: ignore[method-assign]


def needs_no_indications(sensor: VirtualSensor) -> None:
    sensor._table.is_subscribed = lambda *_: True  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("mutant", "rules"),
    [
        (Mutant(RIGHT, kind=BelievesAnyCrc), {"Config with a wrong CRC"}),
        (Mutant(RIGHT, restarts_on_start), {"START during a run"}),
        (Mutant(RIGHT, counts_on), {"counter of run 1", "counter of run 2"}),
        (Mutant(RIGHT, needs_no_indications), {"a request before indications are enabled"}),
    ],
    ids=["crc", "start", "counter", "indications"],
)
def test_a_broken_rule_is_named(mutant: Mutant, rules: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, found = lint(mutant, capsys)
    assert code == 1
    assert rules <= wrong(found)
    assert len(wrong(found)) <= len(rules) + 1


OTHERS = [DotPlan("A1B2", turned()), PolarPlan("A1B2", turned()), WitMotionPlan(turned())]


@pytest.mark.parametrize("plan", OTHERS, ids=["dot", "polar", "witmotion"])
def test_other_families_are_judged_by_what_they_send(plan: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = lint(plan, capsys, name=plan.serial or "WT901BLE68")
    assert code == 0
    assert levels(found)["axes"] == "ok"
    assert wrong(found) == ({"clock"} if isinstance(plan, WitMotionPlan) else set())


def test_a_full_page_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = 0, []
    access = Access({Role.PELVIS: replace(RIGHT, battery_percent=9), Role.THIGH: SensorPlan("OTHER", turned())})
    args = Namespace(name="S1", seconds=30.0, no_turns=False, restart=False, virtual=False, json=False)
    code = lint_sensor(args, access, SimulatedTimeLoop)
    out = capsys.readouterr()
    lines = out.out.splitlines()
    assert code == 0
    assert lines[0] == "S1 · bip1"
    assert "  warn  battery: 9 %: charge it" in lines
    assert lines[-1].endswith("rules: 0 wrong, 1 could be better, 0 could not be judged")
    assert "turn it slowly" in out.err


def test_nobody_of_that_name_says_who_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LinkError, match=r"S9 was not found \(there: .*OTHER"):
        lint(RIGHT, capsys, name="S9")


def test_without_bluetooth_a_virtual_sensor_shows_what_a_good_answer_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lint-sensor", "VP-0001", "--virtual", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["serial"] == "VP-0001"
    assert wrong(found) == set()
    assert [rule for rule, level in levels(found).items() if level == "unseen"] == ["axes"]


def test_a_virtual_sensor_cannot_be_switched_off_and_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lint-sensor", "VP-0001", "--virtual", "--restart"]) == 2
    assert "--restart is for a sensor in your hand" in capsys.readouterr().err
