"""Sensors that go and come back: what is said, what is asked for again, and what the other one notices of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bleak.backends.device import BLEDevice

from imu_hip import api
from imu_hip.app.catalogue import exercise
from imu_hip.codec import bip_v1
from imu_hip.model.block import SampleState
from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import Characteristic, LinkState, NumberedItem, Role
from imu_hip.model.packet import ControlOpcode, SensorInfo
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.session.reader import Recording
from imu_hip.virtual.addresses import ADDRESS
from imu_hip.virtual.air import AirQuality
from tests.virtual.rig import PELVIS, THIGH, Rig, simulate, two_plans

WHOLE_LIFE = [LinkState.CONNECTED, LinkState.STREAMING, LinkState.CLOSED]


def opcodes(rig: Rig, role: Role) -> list[int]:
    return [write.payload[0] for write in rig.writes(role, Characteristic.CONTROL)]


def indices(rig: Rig, role: Role) -> list[int]:
    """Return the index of every sample that came, live or again."""
    both = [*rig.packets(role), *rig.packets(role, resent=True)]
    return [packet.first_index + k for packet in both for k in range(len(packet.counts))]


async def after(rig: Rig, fault_s: float = 0.0, rest_s: float = 6.0) -> Rig:
    await asyncio.sleep(fault_s + rest_s)
    await rig.finish()
    return rig


def test_a_dropped_sensor_streams_again_within_3_seconds_and_its_run_goes_on() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        await rig.world.drop_link(THIGH)
        return await after(rig)

    rig = simulate(scenario)
    assert rig.states(THIGH) == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.LOST, *WHOLE_LIFE]
    lost, _, back, _ = rig.links(THIGH)[2:]
    assert back.t_ns - lost.t_ns < 3e9
    assert opcodes(rig, THIGH) == [ControlOpcode.START, ControlOpcode.START, ControlOpcode.RESEND, ControlOpcode.STOP]
    assert rig.states(PELVIS) == WHOLE_LIFE
    assert rig.gaps(PELVIS) == []


def test_a_lost_client_is_closed_before_another_is_made() -> None:
    async def scenario(rig: Rig) -> list[str]:
        told: list[str] = []

        class Told(rig.world.client_backend):  # type: ignore[name-defined, misc]
            def __init__(self, device: BLEDevice, **kwargs: Any) -> None:
                super().__init__(device, **kwargs)
                told.append(f"made {self.address}")

            async def disconnect(self) -> None:
                told.append(f"closed {self.address}")
                await super().disconnect()

        rig.radio.client_backend = Told
        await rig.stream()
        told.clear()
        await rig.world.drop_link(THIGH)
        await after(rig)
        return told

    address = ADDRESS[THIGH]
    assert simulate(scenario)[:2] == [f"closed {address}", f"made {address}"]


def test_what_was_missed_meanwhile_is_sent_again_every_sample_once() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        rig.world.fade(THIGH, 6.0)
        return await after(rig, 6.0)

    rig = simulate(scenario)
    found = indices(rig, THIGH)
    assert rig.gaps(THIGH) != []
    assert sorted(found) == list(range(max(found) + 1))


def test_a_gap_within_a_connection_is_asked_for_too() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(1.0)
        rig.world.gap(PELVIS, 0.3)
        return await after(rig, rest_s=2.0)

    rig = simulate(scenario)
    assert rig.gaps(PELVIS) == [30]
    found = indices(rig, PELVIS)
    assert sorted(found) == list(range(max(found) + 1))


def test_a_sensor_that_keeps_nothing_is_not_asked() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(1.0)
        rig.world.gap(PELVIS, 0.3)
        return await after(rig, rest_s=2.0)

    plans = {role: replace(plan, resends=False) for role, plan in two_plans().items()}
    rig = simulate(scenario, plans=plans)
    assert opcodes(rig, PELVIS) == [ControlOpcode.START, ControlOpcode.STOP]


def test_a_rebooted_sensor_says_another_boot_id_and_begins_another_run() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        await rig.world.sensors[THIGH].reboot()
        return await after(rig)

    rig = simulate(scenario)
    said = [bip_v1.decode_info(info.payload) for info in rig.notifications(THIGH, Characteristic.INFO)]
    assert len({info.boot_id for info in said if isinstance(info, SensorInfo)}) == 2
    assert opcodes(rig, THIGH) == [ControlOpcode.START, ControlOpcode.START, ControlOpcode.STOP]
    back_ns = rig.links(THIGH)[-2].t_ns
    after_ns = [
        bip_v1.decode_stream(each.payload)
        for each in rig.notifications(THIGH, Characteristic.STREAM)
        if each.t_ns >= back_ns
    ]
    assert after_ns[0].first_index == 0


def test_a_connection_that_holds_but_brings_nothing_is_given_up_after_3_seconds() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(1.0)
        rig.world.gap(THIGH, 5.0)
        return await after(rig, 5.0)

    rig = simulate(scenario)
    assert rig.states(THIGH) == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.LOST, *WHOLE_LIFE]
    lost = rig.links(THIGH)[2]
    before = [each for each in rig.notifications(THIGH, Characteristic.STREAM) if each.t_ns < lost.t_ns][-1]
    assert 3.0 <= (lost.t_ns - before.t_ns) / 1e9 <= 3.6
    assert rig.states(PELVIS) == WHOLE_LIFE


def test_a_sensor_that_stays_away_is_told_once_and_looked_for_on_and_on() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await rig.world.sensors[THIGH].power_off()
        await asyncio.sleep(40.0)
        await rig.world.sensors[THIGH].power_on()
        return await after(rig)

    rig = simulate(scenario)
    states = rig.states(THIGH)
    assert states == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.LOST, LinkState.SEARCHING, *WHOLE_LIFE]
    searching = rig.links(THIGH)[3]
    assert 10.0 <= (searching.t_ns - rig.links(THIGH)[2].t_ns) / 1e9 < 13.0
    assert "VT-0001 is not back yet: no sensor found" in searching.detail
    assert rig.gaps(PELVIS) == []


@pytest.mark.parametrize("away", [[PELVIS, THIGH], [THIGH, PELVIS]])
def test_two_sensors_that_are_lost_together_both_come_back(away: list[Role]) -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        for role in away:
            rig.world.fade(role, 8.0)
        return await after(rig, 8.0)

    rig = simulate(scenario)
    for role in Role:
        assert rig.states(role)[-3:] == WHOLE_LIFE
        found = indices(rig, role)
        assert sorted(found) == list(range(max(found) + 1))


def test_two_sensors_of_one_name_are_told_apart_by_their_serial_numbers() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        for role in Role:
            rig.world.fade(role, 5.0)
        return await after(rig, 5.0, 8.0)

    plans = {role: replace(plan, name="IMU") for role, plan in two_plans().items()}
    rig = simulate(scenario, plans=plans)
    for role, serial in ((PELVIS, b"VP-0001"), (THIGH, b"VT-0001")):
        said = rig.notifications(role, Characteristic.INFO)
        assert len(said) >= 2
        assert all(info.payload.endswith(serial) for info in said)
        assert rig.states(role)[-3:] == WHOLE_LIFE


@pytest.mark.parametrize("seed", range(4))
def test_bad_air_and_drops_lose_no_sample_that_the_sensor_still_has(seed: int) -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        for _ in range(3):
            await asyncio.sleep(2.5)
            await rig.world.drop_link(THIGH)
            rig.world.fade(PELVIS, 1.0)
        return await after(rig)

    rig = simulate(scenario, quality=AirQuality(miss_probability=0.1), seed=seed)
    for role in Role:
        found = indices(rig, role)
        assert sorted(found) == list(range(max(found) + 1))


def test_late_data_fills_the_hole_where_it_may_be_used_and_is_counted_late_where_not() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(4.0)
        rig.world.fade(THIGH, 6.0)
        return await after(rig, 6.0)

    rig = simulate(scenario)
    sensors = (SensorSetup(Role.PELVIS, "bip1"), SensorSetup(Role.THIGH, "bip1"))
    setup = Setup(Side.LEFT, "supine_ere", (exercise("supine_ere"),), sensors, Origin.LIVE, None, None, ())
    recording = Recording(setup, tuple(NumberedItem(k, item) for k, item in enumerate(rig.items)), "")

    def measured(*, with_late: bool) -> tuple[int, dict[RadioTrouble, int]]:
        states: list[np.ndarray] = []
        found = api.analyze(recording, with_late=with_late, seen=lambda rows: states.append(rows.thigh.state))
        counts = {
            kind: sum(e.count for e in found.events if isinstance(e, Trouble) and e.kind is kind and e.role is THIGH)
            for kind in (RadioTrouble.LATE, RadioTrouble.DUPLICATE, RadioTrouble.GAP, RadioTrouble.BACK)
        }
        return int(np.count_nonzero(np.concatenate(states) == SampleState.MISSING)), counts

    missing, counts = measured(with_late=False)
    assert missing > 150
    assert counts[RadioTrouble.LATE] == counts[RadioTrouble.GAP] > 150
    assert (counts[RadioTrouble.DUPLICATE], counts[RadioTrouble.BACK]) == (0, 1)
    missing, counts = measured(with_late=True)
    assert missing < 20
    assert counts[RadioTrouble.GAP] == counts[RadioTrouble.DUPLICATE] == 0
