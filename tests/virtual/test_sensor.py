"""A virtual sensor as a client meets it: Config, Control, Sync, Stream, battery, queue and faults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from imu_hip.codec import bip_v1, gatt
from imu_hip.codec.gatt import AttError
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import (
    BatteryLevel,
    ControlOpcode,
    ControlReply,
    ControlRequest,
    ControlResult,
    SensorConfig,
    StreamPacket,
    SyncReply,
)
from imu_hip.virtual.motion import RecordedMotion
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import DEFAULT_CONFIG, SensorPlan
from tests.virtual.rig import PELVIS, THIGH, Rig, motion, simulate, two_plans


class Client:
    """A bare client that collects what is notified."""

    def __init__(self, bleak: BleakClient) -> None:
        self.bleak = bleak
        self.received: dict[Characteristic, asyncio.Queue[bytes]] = {}

    async def subscribe(self, characteristic: Characteristic) -> None:
        values = self.received[characteristic] = asyncio.Queue()
        await self.bleak.start_notify(gatt.UUID_OF[characteristic], lambda _, value: values.put_nowait(bytes(value)))

    async def control(self, payload: bytes) -> ControlReply:
        await self.bleak.write_gatt_char(gatt.BIP_CONTROL_UUID, payload, response=True)
        reply = bip_v1.decode_control_reply(await self.received[Characteristic.CONTROL].get())
        assert isinstance(reply, ControlReply)
        return reply

    async def ask(self, opcode: ControlOpcode) -> ControlReply:
        return await self.control(bip_v1.encode_control_request(ControlRequest(opcode)))

    async def write_config(self, config: SensorConfig) -> None:
        await self.bleak.write_gatt_char(gatt.BIP_CONFIG_UUID, bip_v1.encode_config(config), response=True)

    async def read_config(self) -> object:
        return bip_v1.decode_config(bytes(await self.bleak.read_gatt_char(gatt.BIP_CONFIG_UUID)))

    async def packet(self) -> StreamPacket:
        packet = bip_v1.decode_stream(await self.received[Characteristic.STREAM].get())
        assert isinstance(packet, StreamPacket)
        return packet


def with_client(scenario: Callable[[Rig, Client], Awaitable[None]], **plan: Any) -> None:
    """Run a scenario with a client that is connected to the pelvis sensor and subscribed to everything."""

    async def main(rig: Rig) -> None:
        address = rig.world.sensors[PELVIS].address
        async with BleakClient(address, backend=rig.world.client_backend) as bleak:
            client = Client(bleak)
            for characteristic in (Characteristic.CONTROL, Characteristic.STREAM, Characteristic.SYNC):
                await client.subscribe(characteristic)
            await scenario(rig, client)

    plans = two_plans()
    plans[PELVIS] = replace(plans[PELVIS], **plan)
    simulate(main, plans=plans)


def test_a_new_config_is_kept_and_used() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        config = replace(DEFAULT_CONFIG, rate_hz=50, samples_per_packet=2)
        await client.write_config(config)
        assert await client.read_config() == config
        await client.ask(ControlOpcode.START)
        first, second = await client.packet(), await client.packet()
        assert second.first_index - first.first_index == len(second.counts) == 2
        assert second.device_us - first.device_us == 40_000

    with_client(scenario)


@pytest.mark.parametrize("change", [{"acc_m_s2_per_lsb": 0.001}, {"axis_map": (2, 3, 1)}, {"mag_ut_per_lsb": 0.1}])
def test_a_config_that_the_sensor_cannot_do_is_refused(change: dict[str, Any]) -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        with pytest.raises(BleakGATTProtocolError) as raised:
            await client.write_config(replace(DEFAULT_CONFIG, **change))
        assert raised.value.args[0] == AttError.OUT_OF_RANGE
        assert await client.read_config() == DEFAULT_CONFIG

    with_client(scenario)


@pytest.mark.parametrize(
    ("length", "flip", "code"),
    [
        (21, 0, AttError.INVALID_ATTRIBUTE_VALUE_LENGTH),
        (22, 1, AttError.WRITE_REQUEST_REJECTED),
    ],
)
def test_a_config_that_was_damaged_is_refused(length: int, flip: int, code: AttError) -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        broken = bytearray(bip_v1.encode_config(DEFAULT_CONFIG))[:length]
        broken[0] ^= flip
        with pytest.raises(BleakGATTProtocolError) as raised:
            await client.bleak.write_gatt_char(gatt.BIP_CONFIG_UUID, bytes(broken), response=True)
        assert raised.value.args[0] == code

    with_client(scenario)


def test_a_streaming_sensor_keeps_its_config() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        with pytest.raises(BleakGATTProtocolError) as raised:
            await client.write_config(replace(DEFAULT_CONFIG, rate_hz=50))
        assert raised.value.args[0] == AttError.PROCEDURE_ALREADY_IN_PROGRESS
        assert (await client.ask(ControlOpcode.SET_CONFIG_DEFAULT)).result == ControlResult.WRONG_STATE

    with_client(scenario)


def test_the_default_config_comes_back_on_request() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.write_config(replace(DEFAULT_CONFIG, rate_hz=200))
        assert (await client.ask(ControlOpcode.SET_CONFIG_DEFAULT)).result == ControlResult.SUCCESS
        assert await client.read_config() == DEFAULT_CONFIG

    with_client(scenario)


@pytest.mark.parametrize(
    ("payload", "reply"),
    [
        (b"\x7f", ControlReply(0x7F, ControlResult.UNKNOWN_OPCODE)),
        (b"\x01\x00", ControlReply(ControlOpcode.START, ControlResult.WRONG_LENGTH)),
        (b"\x02", ControlReply(ControlOpcode.IDENTIFY, ControlResult.SUCCESS)),
        (b"\x03" + bytes(4) + b"\x01\x00", ControlReply(ControlOpcode.RESEND, ControlResult.WRONG_STATE)),
        (b"\x03" + bytes(6), ControlReply(ControlOpcode.RESEND, ControlResult.OUT_OF_RANGE)),
        (b"\x00", ControlReply(ControlOpcode.STOP, ControlResult.WRONG_STATE)),
        (b"\x04", ControlReply(ControlOpcode.SET_CONFIG_DEFAULT, ControlResult.SUCCESS)),
    ],
)
def test_every_control_request_is_answered(payload: bytes, reply: ControlReply) -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        assert await client.control(payload) == reply

    with_client(scenario)


def test_starting_twice_goes_on_and_stopping_ends_the_stream() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        await asyncio.sleep(1.0)
        assert (await client.ask(ControlOpcode.START)).result == ControlResult.WRONG_STATE
        await asyncio.sleep(1.0)
        assert (await client.ask(ControlOpcode.STOP)).result == ControlResult.SUCCESS
        values = client.received[Characteristic.STREAM]
        packets = [await client.packet() for _ in range(values.qsize())]
        assert [packet.first_index for packet in packets] == list(range(0, 5 * len(packets), 5))
        await asyncio.sleep(1.0)
        assert values.empty()
        assert not rig.world.sensors[PELVIS].is_running

    with_client(scenario)


def test_samples_that_wait_are_sent_before_the_answer_to_stop() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        rig.world.fade(PELVIS, 1.0)
        await asyncio.sleep(0.99)
        await client.ask(ControlOpcode.STOP)
        values = client.received[Characteristic.STREAM]
        packets = [await client.packet() for _ in range(values.qsize())]
        assert sum(len(packet.counts) for packet in packets) in range(98, 106)
        await asyncio.sleep(1.0)
        assert values.empty()

    with_client(scenario)


def test_stop_sends_the_rest_of_a_batch() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.write_config(replace(DEFAULT_CONFIG, samples_per_packet=19))
        await client.ask(ControlOpcode.START)
        await asyncio.sleep(0.3)
        await client.ask(ControlOpcode.STOP)
        values = client.received[Characteristic.STREAM]
        sizes = [len((await client.packet()).counts) for _ in range(values.qsize())]
        assert sizes[0] == 19
        assert 0 < sizes[-1] < 19

    with_client(scenario)


def test_no_packet_is_larger_than_the_mtu() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.write_config(replace(DEFAULT_CONFIG, samples_per_packet=100))
        await client.ask(ControlOpcode.START)
        packets = [await client.packet() for _ in range(5)]
        assert {len(packet.counts) for packet in packets} == {19}

    with_client(scenario)


def test_a_run_outlives_its_connection_for_a_minute() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        first = await client.packet()
        sensor = rig.world.sensors[PELVIS]
        await rig.world.drop_link(PELVIS)
        await asyncio.sleep(10.0)
        async with BleakClient(sensor.address, backend=rig.world.client_backend) as bleak:
            again = Client(bleak)
            for characteristic in (Characteristic.CONTROL, Characteristic.STREAM):
                await again.subscribe(characteristic)
            assert (await again.ask(ControlOpcode.START)).result == ControlResult.WRONG_STATE
            later = await again.packet()
            device_s = (later.device_us - first.device_us) / 1e6
            assert later.first_index - first.first_index == pytest.approx(100.0 * device_s)
            assert device_s > 10.0
        await asyncio.sleep(59.0)
        assert sensor.is_running
        await asyncio.sleep(2.0)
        assert not sensor.is_running

    with_client(scenario)


def test_sync_is_answered_with_the_sensors_time() -> None:
    clock = SensorClock(offset_s=4294.0, ppm=50.0)

    async def scenario(rig: Rig, client: Client) -> None:
        asked_s = rig.world.time_s
        await client.bleak.write_gatt_char(gatt.BIP_SYNC_UUID, b"\x2a", response=False)
        reply = bip_v1.decode_sync_reply(await client.received[Characteristic.SYNC].get())
        answered_s = rig.world.time_s
        assert isinstance(reply, SyncReply)
        assert reply.token == 0x2A
        assert clock.sensor_s(asked_s) <= reply.device_us / 1e6 <= clock.sensor_s(answered_s)

    with_client(scenario, clock=clock)


def test_the_battery_can_be_read_and_notifies() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        value = bytes(await client.bleak.read_gatt_char(gatt.BATTERY_LEVEL_UUID))
        assert bip_v1.decode_battery_level(value) == BatteryLevel(64)
        await client.subscribe(Characteristic.BATTERY)
        rig.world.sensors[PELVIS].set_battery(63)
        assert await client.received[Characteristic.BATTERY].get() == bytes([63])

    with_client(scenario, battery_percent=64)


def test_the_stream_plays_the_samples_of_the_source_unchanged() -> None:
    source = motion(9, seconds=3.0)

    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        begin_s = rig.world.begin_playback(0.5)
        packets = [await client.packet() for _ in range(90)]
        counts = np.vstack([packet.counts for packet in packets])
        last_us = packets[-1].device_us
        first_s = last_us / 1e6 - (len(counts) - 1) / 100.0  # this clock shows world time
        before = round((begin_s - first_s) * 100.0)
        gyr = np.rint(source.gyr / DEFAULT_CONFIG.gyr_rad_s_per_lsb)
        acc = np.rint(source.acc / DEFAULT_CONFIG.acc_m_s2_per_lsb)
        played = np.hstack((gyr, acc)).astype(np.int16)
        assert before > 10
        np.testing.assert_array_equal(counts[:before], np.tile(played[0], (before, 1)))
        np.testing.assert_array_equal(counts[before : before + 300], played)
        np.testing.assert_array_equal(counts[before + 300 :], np.tile(played[-1], (150 - before, 1)))

    with_client(scenario, source=source, clock=SensorClock())


def test_a_clock_with_ppm_plays_the_source_interpolated_at_its_own_instants() -> None:
    n = 3000
    ramp = np.arange(n)[:, np.newaxis] * np.array([0.001, 0.002, 0.003])
    source = RecordedMotion(100.0, ramp, ramp)
    clock = SensorClock(offset_s=0.0037, ppm=500.0)

    async def scenario(rig: Rig, client: Client) -> None:
        begin_s = rig.world.begin_playback()
        await client.ask(ControlOpcode.START)
        packets = [await client.packet() for _ in range(200)]
        last_s = float(clock.world_s(np.array(packets[-1].device_us / 1e6))) - begin_s
        exact = last_s * 100.0 * np.array([0.001, 0.002, 0.003]) / DEFAULT_CONFIG.gyr_rad_s_per_lsb
        np.testing.assert_allclose(packets[-1].counts[-1, :3], exact, atol=0.51)

    with_client(scenario, source=source, clock=clock)


def test_a_full_queue_drops_and_flags_the_next_packet() -> None:
    async def scenario(rig: Rig, client: Client) -> None:
        await client.ask(ControlOpcode.START)
        await asyncio.sleep(0.5)
        rig.world.fade(PELVIS, 2.0)
        # 40 packets wait for 6 places in the chip and 10 in the queue
        await asyncio.sleep(3.0)
        values = client.received[Characteristic.STREAM]
        packets = [await client.packet() for _ in range(values.qsize())]
        indices = [packet.first_index for packet in packets]
        steps = [after - before for before, after in pairwise(indices)]
        assert len([step for step in steps if step != 5]) == 1
        assert 20 <= max(steps) // 5 - 1 <= 26
        flagged = [number for number, packet in enumerate(packets) if packet.overran]
        assert flagged == [steps.index(max(steps)) + 1]
        # the oldest were dropped: after the hole comes what was sampled in the last 0.5 s of the fade
        assert max(indices) - indices[flagged[0]] == pytest.approx(100.0 * 1.5, abs=15.0)

    with_client(scenario, queue_packets=10)


def test_samples_out_of_range_set_the_clip_flag_of_their_packet() -> None:
    gyr = np.zeros((100, 3))
    gyr[50] = 1000.0
    source = RecordedMotion(100.0, gyr, np.full((100, 3), 9.8))

    async def scenario(rig: Rig, client: Client) -> None:
        rig.world.begin_playback(1.0)
        await client.ask(ControlOpcode.START)
        packets = [await client.packet() for _ in range(60)]
        assert sum(packet.clipped for packet in packets) == 1

    with_client(scenario, source=source, clock=SensorClock())


def test_a_rebooted_sensor_has_another_boot_id() -> None:
    async def boot_id(rig: Rig) -> bytes:
        async with BleakClient(rig.world.sensors[THIGH].address, backend=rig.world.client_backend) as client:
            return bytes(await client.read_gatt_char(gatt.BIP_INFO_UUID))

    assert simulate(boot_id, seed=1) == simulate(boot_id, seed=1)
    assert simulate(boot_id, seed=1) != simulate(boot_id, seed=2)


def test_a_name_that_does_not_fit_into_a_scan_response_is_refused() -> None:
    async def scenario(rig: Rig) -> None:
        pass

    with pytest.raises(ValueError, match="29 bytes at most"):
        simulate(scenario, plans={PELVIS: SensorPlan("VP-0001", motion(1), name="n" * 30)})
