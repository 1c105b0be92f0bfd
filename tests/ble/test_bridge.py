"""Two sensors from scan to end over the virtual radio: what the items say in good air and in bad."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.ble.bridge import blink
from imu_hip.ble.scan import scan
from imu_hip.codec import bip_v1
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic, Item, LinkState, Notification, Role, Tick
from imu_hip.model.packet import (
    BadPacket,
    BatteryLevel,
    ControlOpcode,
    ControlReply,
    ControlResult,
    SensorConfig,
    SensorInfo,
    StreamPacket,
    SyncReply,
)
from imu_hip.virtual.air import AirQuality
from imu_hip.virtual.event_loop import ScaledTimeLoop
from imu_hip.virtual.sensor import SensorPlan
from tests.virtual.rig import EPOCH_NS, PELVIS, THIGH, Rig, motion, simulate, two_plans

WHOLE_LIFE = [LinkState.CONNECTED, LinkState.STREAMING, LinkState.CLOSED]


async def twenty_seconds(rig: Rig) -> Rig:
    await rig.stream()
    rig.world.begin_playback()
    await asyncio.sleep(20.0)
    await rig.finish()
    return rig


@pytest.fixture(scope="module")
def run() -> Rig:
    """Twenty seconds without faults."""
    return simulate(twenty_seconds)


def test_both_sensors_connect_stream_and_close(run: Rig) -> None:
    for role in Role:
        assert run.states(role) == WHOLE_LIFE


@pytest.mark.parametrize("role", Role)
def test_no_sample_is_lost_in_20_seconds(run: Rig, role: Role) -> None:
    assert run.gaps(role) == []
    assert sum(len(packet.counts) for packet in run.packets(role)) >= 1995


@pytest.mark.parametrize("role", Role)
def test_the_sensor_says_who_it_is_before_it_streams(run: Rig, role: Role) -> None:
    kinds = [item.characteristic for item in run.items if isinstance(item, Notification) and item.role is role]
    assert kinds[:3] == [Characteristic.INFO, Characteristic.CONFIG, Characteristic.BATTERY]
    first = kinds.index(Characteristic.STREAM)
    assert set(kinds[first + 1 : -1]) == {Characteristic.STREAM}
    said = [
        bip_v1.decode(characteristic, run.notifications(role, characteristic)[0].payload)
        for characteristic in kinds[:3]
    ]
    assert [type(packet) for packet in said] == [SensorInfo, SensorConfig, BatteryLevel]
    assert isinstance(said[0], SensorInfo)
    assert run.world.roles[said[0].serial] is role


def test_items_are_stamped_in_order_of_arrival(run: Rig) -> None:
    times_ns = [item.t_ns for item in run.items]
    assert times_ns == sorted(times_ns)
    assert times_ns[0] >= EPOCH_NS


def test_a_tick_comes_every_half_second(run: Rig) -> None:
    ticks_ns = [item.t_ns for item in run.items if isinstance(item, Tick)]
    assert set(np.diff(ticks_ns).tolist()) == {500_000_000}
    assert len(ticks_ns) >= 40


@pytest.mark.parametrize("role", Role)
def test_stopping_leaves_the_sensors_stopped(run: Rig, role: Role) -> None:
    assert [write.payload for write in run.writes(role, Characteristic.CONTROL)] == [
        bytes([ControlOpcode.START]),
        bytes([ControlOpcode.STOP]),
    ]
    answers = [
        bip_v1.decode_control_reply(answer.payload) for answer in run.notifications(role, Characteristic.CONTROL)
    ]
    assert answers == [
        ControlReply(ControlOpcode.START, ControlResult.SUCCESS),
        ControlReply(ControlOpcode.STOP, ControlResult.SUCCESS),
    ]
    assert not run.world.sensors[role].is_running


@pytest.mark.parametrize("role", Role)
def test_round_trips_give_the_offset_within_half_their_duration(run: Rig, role: Role) -> None:
    asked = run.writes(role, Characteristic.SYNC)
    answered = run.notifications(role, Characteristic.SYNC)
    assert len(asked) == len(answered) == 8
    clock = run.world.sensors[role].plan.clock
    for question, answer in zip(asked, answered, strict=True):
        reply = bip_v1.decode_sync_reply(answer.payload)
        assert isinstance(reply, SyncReply)
        assert question.payload == bytes([reply.token])
        round_trip_s = (answer.t_ns - question.t_ns) / 1e9
        middle_s = ((answer.t_ns + question.t_ns) / 2 - EPOCH_NS) / 1e9
        true_us = round(clock.sensor_s(middle_s) * 1e6)
        assert 0.0 < round_trip_s <= 0.0301
        assert abs(reply.device_us - true_us) <= 0.5e6 * round_trip_s + 1


def test_sync_is_repeated_every_minute() -> None:
    async def scenario(rig: Rig) -> int:
        await rig.stream()
        await asyncio.sleep(70.0)
        await rig.finish()
        assert rig.gaps(THIGH) == []
        return len(rig.notifications(THIGH, Characteristic.SYNC))

    assert simulate(scenario) == 16


def test_the_same_seed_gives_the_same_items_byte_for_byte(run: Rig) -> None:
    assert simulate(twenty_seconds).items == run.items


# ---------------------------------------------------------------- bad air


def test_a_fade_of_0_6_seconds_loses_nothing() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        rig.world.fade(THIGH, 0.6)
        await asyncio.sleep(2.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    assert rig.gaps(THIGH) == rig.gaps(PELVIS) == []
    assert rig.states(THIGH) == WHOLE_LIFE
    arrivals_ns = [packet.t_ns for packet in rig.notifications(THIGH, Characteristic.STREAM)]
    assert np.diff(arrivals_ns).max() > 0.55e9


@pytest.mark.parametrize("fault", ["fade", "drop"])
def test_a_lost_sensor_is_an_item_comes_back_and_the_other_goes_on(fault: str) -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        if fault == "fade":
            rig.world.fade(THIGH, 6.0)
        else:
            await rig.world.drop_link(THIGH)
        await asyncio.sleep(8.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    assert rig.states(THIGH) == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.LOST, *WHOLE_LIFE]
    assert rig.states(PELVIS) == WHOLE_LIFE
    assert rig.gaps(PELVIS) == []
    assert sum(len(packet.counts) for packet in rig.packets(PELVIS)) >= 995


def test_a_run_that_a_lost_connection_left_behind_is_ended_and_begun_anew() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(2.0)
        await rig.world.drop_link(THIGH)
        await rig.finish()
        assert rig.world.sensors[THIGH].is_running
        rig.items.clear()
        rig.stop.clear()
        rig.both_stream.clear()
        await rig.stream()
        await asyncio.sleep(1.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    opcodes = [write.payload[0] for write in rig.writes(THIGH, Characteristic.CONTROL)]
    assert opcodes == [ControlOpcode.START, ControlOpcode.STOP, ControlOpcode.START, ControlOpcode.STOP]
    started_ns = rig.links(THIGH)[1].t_ns
    fresh = [packet for packet in rig.notifications(THIGH, Characteristic.STREAM) if packet.t_ns >= started_ns]
    first = bip_v1.decode_stream(fresh[0].payload)
    assert isinstance(first, StreamPacket)
    assert first.first_index == 0


def test_losing_both_sensors_for_good_leaves_the_ticks() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.gather(*(sensor.power_off() for sensor in rig.world.sensors.values()))
        await asyncio.sleep(3.0)
        assert rig.task is not None
        assert not rig.task.done()
        await rig.finish()
        return rig

    rig = simulate(scenario)
    assert rig.states(PELVIS)[-1] is rig.states(THIGH)[-1] is LinkState.LOST
    assert isinstance(rig.items[-1], Tick)


@pytest.mark.parametrize("after_s", [0.6, 0.9, 1.2, 1.41, 1.6, 1.85])
def test_a_sensor_that_is_lost_while_it_is_prepared_is_an_item_too(after_s: float) -> None:
    async def scenario(rig: Rig) -> Rig:
        rig.run_sensors()
        await asyncio.sleep(after_s)
        await rig.world.drop_link(PELVIS)
        await asyncio.sleep(5.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    assert rig.states(PELVIS) == [LinkState.CONNECTED, LinkState.LOST, *WHOLE_LIFE]
    assert rig.states(THIGH) == WHOLE_LIFE


def test_malformed_packets_pass_through_as_bytes() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(1.0)
        rig.world.send_malformed(PELVIS, 5)
        await asyncio.sleep(1.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    payloads = [packet.payload for packet in rig.notifications(PELVIS, Characteristic.STREAM)]
    bad = [payload for payload in payloads if isinstance(bip_v1.decode_stream(payload), BadPacket)]
    assert len(bad) == 5
    assert b"" in bad
    assert rig.gaps(PELVIS) == [25]
    assert rig.gaps(THIGH) == []
    assert rig.states(PELVIS) == WHOLE_LIFE


def test_a_gap_inside_the_sensor_is_seen_in_its_counter() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(1.0)
        rig.world.gap(THIGH, 0.3)
        await asyncio.sleep(1.0)
        await rig.finish()
        return rig

    rig = simulate(scenario)
    assert rig.gaps(THIGH) == [30]
    assert rig.gaps(PELVIS) == []


def test_missed_events_and_another_interval_lose_nothing() -> None:
    plans = two_plans()
    config = replace(plans[THIGH].config, connection_interval_ms=45.0)
    plans[THIGH] = replace(plans[THIGH], config=config)
    rig = simulate(twenty_seconds, plans=plans, quality=AirQuality(miss_probability=0.15))
    assert rig.gaps(THIGH) == rig.gaps(PELVIS) == []


# ---------------------------------------------------------------- who is there


def test_an_absent_sensor_is_named_and_the_present_one_is_closed() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.world.sensors[THIGH].power_off()
        with pytest.raises(LinkError, match=r"VT-0001 \(thigh\) not found: .*charged") as raised:
            await rig.run_sensors()
        assert raised.value.reason is Reason.SENSOR_NOT_FOUND
        return rig

    rig = simulate(scenario)
    assert rig.states(PELVIS) == [LinkState.CONNECTED, LinkState.CLOSED]


def test_the_serial_decides_not_the_advertised_name() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await rig.finish()
        return rig

    rig = simulate(scenario, plans={role: replace(plan, name="IMU") for role, plan in two_plans().items()})
    for role, serial in ((PELVIS, b"VP-0001"), (THIGH, b"VT-0001")):
        assert rig.notifications(role, Characteristic.INFO)[0].payload.endswith(serial)


def test_a_strangers_sensor_is_let_go() -> None:
    async def scenario(rig: Rig) -> Rig:
        rig.run_sensors({"VT-0001": THIGH})
        await asyncio.sleep(5.0)
        await rig.finish()
        assert not rig.world.sensors[PELVIS].is_running
        return rig

    rig = simulate(scenario)
    assert rig.states(THIGH) == WHOLE_LIFE
    assert rig.states(PELVIS) == []


def test_an_adapter_that_is_off_ends_the_run_at_once() -> None:
    async def scenario(rig: Rig) -> None:
        rig.world.adapter.power_off()
        with pytest.raises(LinkError) as raised:
            await rig.run_sensors()
        assert raised.value.reason is Reason.NO_ADAPTER

    simulate(scenario)


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.3, 0.7, 1.1, 1.7, 1.89, 3.0])
@pytest.mark.parametrize("way", ["stop", "cancel"])
def test_it_ends_cleanly_whenever_it_is_asked_to(way: str, after_s: float) -> None:
    async def scenario(rig: Rig) -> list[Item]:
        task = rig.run_sensors()
        await asyncio.sleep(after_s)
        if way == "stop":
            await rig.finish()
        else:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert not any(sensor.is_running for sensor in rig.world.sensors.values())
        count = len(rig.items)
        await asyncio.sleep(5.0)
        assert len(rig.items) == count
        for role in Role:
            assert rig.states(role)[-1:] in ([], [LinkState.CLOSED])
        # all is free again
        rig.stop.clear()
        rig.both_stream.clear()
        rig.items.clear()
        await rig.stream()
        return rig.items

    simulate(scenario)


def test_a_sensor_in_a_fade_does_not_hold_up_the_end() -> None:
    async def scenario(rig: Rig) -> float:
        await rig.stream()
        rig.world.fade(PELVIS, 60.0)
        began_s = rig.world.time_s
        await rig.finish()
        return rig.world.time_s - began_s

    assert simulate(scenario) < 6.0


def test_at_speed_4_a_session_takes_a_quarter_of_its_time() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        await asyncio.sleep(4.0)
        await rig.finish()
        return rig

    rig = simulate(
        scenario,
        plans={
            PELVIS: SensorPlan("VP-0001", motion(1)),
            THIGH: SensorPlan("VT-0001", motion(2)),
        },
        loop_factory=lambda: ScaledTimeLoop(4.0),
    )
    assert rig.gaps(PELVIS) == rig.gaps(THIGH) == []
    span_s = (rig.items[-1].t_ns - rig.items[0].t_ns) / 1e9
    assert 5.0 < span_s < 9.0


def test_a_sensor_blinks_when_asked_to_show_itself() -> None:
    async def scenario(rig: Rig) -> tuple[str, dict[Role, int], bool]:
        found = {sensor.name: sensor for sensor in await scan(rig.radio, timeout_s=2.0)}
        info = await blink(rig.radio, found["VT-0001"])
        blinks = {role: sensor.blinks for role, sensor in rig.world.sensors.items()}
        return info.serial, blinks, rig.world.sensors[THIGH].is_running

    assert simulate(scenario) == ("VT-0001", {PELVIS: 0, THIGH: 1}, False)
