"""Sensors of every family over the virtual radio, with the real client: found, connected, streamed, lost, back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from imu_hip.ble.bridge import blink, identify
from imu_hip.ble.scan import scan
from imu_hip.codec.registry import DRIVERS, decoder
from imu_hip.model.driver import Driver, Timing
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.event import RadioTrouble
from imu_hip.model.item import Characteristic, LinkState, Notification, Role
from imu_hip.model.packet import BadPacket, Received, SensorConfig, SensorSamples
from imu_hip.model.setup import Origin, SensorSetup, Setup, Side
from imu_hip.stream import stage
from imu_hip.virtual.addresses import ADDRESS
from imu_hip.virtual.motion import RecordedMotion, SampleSource
from imu_hip.virtual.movella_dot import DotPlan
from imu_hip.virtual.peripheral import Plan
from imu_hip.virtual.polar import PolarPlan
from imu_hip.virtual.sampling import SensorClock
from imu_hip.virtual.sensor import SensorPlan
from imu_hip.virtual.thingy52 import ThingyPlan
from imu_hip.virtual.witmotion import WitMotionPlan
from tests.virtual.rig import PELVIS, THIGH, Rig, motion, simulate

CLOCK = SensorClock(offset_s=4290.0, ppm=40.0)
WHOLE_LIFE = [LinkState.CONNECTED, LinkState.STREAMING, LinkState.CLOSED]
MAKE: dict[str, Callable[[SampleSource], Plan]] = {
    "dot": lambda source: DotPlan("D422CD0012AB", source, CLOCK),
    "witmotion": lambda source: WitMotionPlan(source, CLOCK),
    "polar": lambda source: PolarPlan("0BA1C2", source, CLOCK),
    "thingy52": lambda source: ThingyPlan(source, CLOCK),
}
RATES_HZ = {"dot": 60, "polar": 52, "witmotion": 100, "thingy52": 100}
FAMILIES = sorted(MAKE)
FRAME_S = {"polar": 2.0}
"""How long a sensor that shakes hard takes to fill what it sends, where that is longer than an instant."""
MOST_APART_S = 0.06
DRIVER_OF = {driver.family: driver for driver in DRIVERS}


def plans(family: str) -> dict[Role, Plan]:
    return {PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: MAKE[family](motion(2))}


def streaming_for(seconds: float) -> Callable[[Rig], Awaitable[Rig]]:
    """Return a scenario in which both sensors play so long, undisturbed."""

    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(seconds)
        await rig.finish()
        return rig

    return scenario


ten_seconds = streaming_for(10.0)


def through_the_stream(rig: Rig, family: str) -> tuple[stage.StreamState, stage.StreamOutput]:
    """Decode what came, and take it through the stream room."""
    sensors = (SensorSetup(PELVIS, "bip1"), SensorSetup(THIGH, family))
    setup = Setup(Side.LEFT, "supine_ere", (), sensors, Origin.DEMO, None, None, ())
    decode = {sensor.role: decoder(sensor.family) for sensor in sensors}
    items = [
        Received(item.t_ns, item.role, decode[item.role](item.characteristic, item.payload))
        if isinstance(item, Notification)
        else item
        for item in rig.items
    ]
    params = stage.StreamParams()
    return stage.step(params, stage.start(params, setup), items)


def test_every_family_that_can_be_connected_is_tested_here_or_is_our_own() -> None:
    assert {driver.family for driver in DRIVERS} == {"bip1", *FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_recognised_connected_streamed_and_closed(family: str) -> None:
    rig = simulate(ten_seconds, plans=plans(family))
    for role in Role:
        assert rig.states(role) == WHOLE_LIFE
    state, output = through_the_stream(rig, family)
    found = stage.statistics(state)[THIGH]
    assert found.rate_hz == pytest.approx(RATES_HZ[family], rel=0.01)
    assert found.lost == 0
    assert found.samples == pytest.approx(10.3 * RATES_HZ[family], rel=0.1)
    assert [each for each in output.troubles if getattr(each, "role", None) is THIGH] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_what_it_feels_is_what_comes_out(family: str) -> None:
    """A slow ramp of all six values tells when each sample was taken, by each of them alike."""
    slopes = np.array([0.10, -0.15, 0.20, 0.5, -0.6, 0.7])
    t_s = np.arange(0.0, 30.0, 0.01)[:, None]
    source = RecordedMotion(100.0, t_s * slopes[:3], t_s * slopes[3:])
    rig = simulate(ten_seconds, plans={PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: MAKE[family](source)})
    decode = decoder(family)
    notes = [item for item in rig.items if isinstance(item, Notification) and item.role is THIGH]
    packets = [decode(note.characteristic, note.payload) for note in notes]
    assert not any(isinstance(packet, BadPacket) for packet in packets)
    assert [p.rate_hz for p in packets if isinstance(p, SensorConfig)] == [RATES_HZ[family]]
    values = np.concatenate([packet.values for packet in packets if isinstance(packet, SensorSamples)])
    moving = values[np.abs(values[:, 5]) > 0.1]
    taken_s = moving / slopes
    assert np.abs(taken_s - np.median(taken_s, axis=1)[:, None]).max() < 0.02  # as fine as the counts are
    steps = np.diff(np.median(taken_s, axis=1))
    assert np.median(steps) == pytest.approx(1.0 / RATES_HZ[family], rel=0.05)


@pytest.mark.parametrize("family", FAMILIES)
def test_its_samples_are_paired_with_those_that_were_taken_at_the_same_time(family: str) -> None:
    """Both sensors feel the same ramp: what each of them reads in a row tells when it was taken."""
    t_s = np.arange(0.0, 80.0, 0.01)[:, None]
    ramp = RecordedMotion(100.0, t_s * [0.1, 0.1, 0.1], t_s * [0.2, 0.2, 0.2])
    rig = simulate(streaming_for(60.0), plans={PELVIS: SensorPlan("VP-0001", ramp), THIGH: MAKE[family](ramp)})
    _, output = through_the_stream(rig, family)
    assert not [each for each in output.troubles if getattr(each, "kind", None) == RadioTrouble.LATE]
    block = output.block
    felt_s = [np.mean(sensor.acc, axis=1) / 0.2 for sensor in (block.pelvis, block.thigh)]
    begun = (felt_s[0] > 10.0) & (felt_s[1] > 10.0)
    assert begun.sum() > 4400
    apart_s = felt_s[1][begun] - felt_s[0][begun]
    assert np.abs(apart_s).max() < MOST_APART_S


@pytest.mark.parametrize("family", FAMILIES)
def test_it_comes_back_after_a_drop(family: str) -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(3.0 + FRAME_S.get(family, 0.0))
        await rig.world.drop_link(THIGH)
        await asyncio.sleep(5.0 + 2.0 * FRAME_S.get(family, 0.0))
        await rig.finish()
        return rig

    rig = simulate(scenario, plans=plans(family))
    assert rig.states(THIGH) == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.LOST, *WHOLE_LIFE]
    state, output = through_the_stream(rig, family)
    assert np.all(np.diff(output.block.t_s) > 0.0)
    kinds = {each.kind for each in output.troubles if getattr(each, "role", None) is THIGH}
    assert {"lost", "back", "gap"} <= kinds
    assert stage.statistics(state)[THIGH].rate_hz == pytest.approx(RATES_HZ[family], rel=0.03)


@pytest.mark.parametrize("family", FAMILIES)
def test_garbled_values_are_counted_and_the_stream_goes_on(family: str) -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(2.0)
        rig.world.send_malformed(THIGH, 8)
        await asyncio.sleep(3.0 + 8.0 * FRAME_S.get(family, 0.0))
        await rig.finish()
        return rig

    rig = simulate(scenario, plans=plans(family))
    state, output = through_the_stream(rig, family)
    assert rig.states(THIGH) == WHOLE_LIFE
    assert stage.statistics(state)[THIGH].samples > 2.2 * RATES_HZ[family]
    if DRIVER_OF[family].timing is Timing.STAMPED:
        assert sum(each.count for each in output.troubles if each.kind == "bad_packet") >= 1


@pytest.mark.parametrize("family", FAMILIES)
def test_a_scan_tells_the_families_apart_and_who_each_is(family: str) -> None:
    async def scenario(rig: Rig) -> dict[str, tuple[str, str]]:
        found = await scan(rig.radio, timeout_s=1.0)
        return {each.address: (each.driver.family, (await identify(rig.radio, each)).info.serial) for each in found}

    found = simulate(scenario, plans=plans(family))
    serial = {"dot": "D422CD0012AB", "polar": "0BA1C2"}.get(family, ADDRESS[THIGH])
    assert found == {ADDRESS[PELVIS]: ("bip1", "VP-0001"), ADDRESS[THIGH]: (family, serial)}


@pytest.mark.parametrize("family", FAMILIES)
def test_it_blinks_or_says_that_it_cannot(family: str) -> None:
    async def scenario(rig: Rig) -> int:
        found = {each.driver.family: each for each in await scan(rig.radio, timeout_s=1.0)}
        driver: Driver = found[family].driver
        if not driver.identify:
            with pytest.raises(LinkError, match="no light to blink with") as raised:
                await blink(rig.radio, found[family])
            assert raised.value.reason is Reason.WRONG_SENSOR
            return 0
        await blink(rig.radio, found[family])
        return int(rig.world.sensors[THIGH].blinks)

    assert simulate(scenario, plans=plans(family)) == (family in {"dot", "thingy52"})


def test_a_polar_that_lies_still_takes_seconds_for_a_frame_and_is_not_taken_for_lost() -> None:
    still = RecordedMotion(100.0, np.zeros((4000, 3)), np.repeat([[0.0, 0.0, 9.81]], 4000, axis=0))

    async def half_a_minute(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(30.0)
        await rig.finish()
        return rig

    rig = simulate(half_a_minute, plans={PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: MAKE["polar"](still)})
    assert rig.states(THIGH) == WHOLE_LIFE
    arrivals = [item.t_ns for item in rig.items if isinstance(item, Notification) and item.role is THIGH]
    assert np.diff(arrivals).max() > 5e9
    state, output = through_the_stream(rig, "polar")
    assert [each for each in output.troubles if getattr(each, "role", None) is THIGH] == []
    assert stage.statistics(state)[THIGH].samples > 1200


def test_a_polar_that_falls_silent_is_lost_within_seconds() -> None:
    async def scenario(rig: Rig) -> Rig:
        await rig.stream()
        rig.world.begin_playback()
        await asyncio.sleep(5.0)
        rig.world.gap(THIGH, 60.0)
        await asyncio.sleep(8.0)
        await rig.finish()
        return rig

    rig = simulate(scenario, plans=plans("polar"))
    assert LinkState.LOST in rig.states(THIGH)


def test_a_thingy_that_has_blinked_is_lit_as_before() -> None:
    async def scenario(rig: Rig) -> bool:
        found = {each.driver.family: each for each in await scan(rig.radio, timeout_s=1.0)}
        await blink(rig.radio, found["thingy52"])
        return bool(rig.world.sensors[THIGH].is_lit_as_before)

    assert simulate(scenario, plans=plans("thingy52"))


def test_a_thingy_says_when_a_leg_drops_harder_than_it_measures() -> None:
    n = 3000
    source = RecordedMotion(100.0, np.zeros((n, 3)), np.repeat([[0.0, 0.0, 25.0]], n, axis=0))
    rig = simulate(ten_seconds, plans={PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: MAKE["thingy52"](source)})
    _, output = through_the_stream(rig, "thingy52")
    assert "clipped" in {each.kind for each in output.troubles if getattr(each, "role", None) is THIGH}


def test_a_connection_too_narrow_for_a_dot_is_refused_with_what_to_do() -> None:
    class Narrow(DotPlan):
        def sensor(self, *args: object, **kwargs: object) -> object:
            made = super().sensor(*args, **kwargs)  # type: ignore[arg-type]
            made._device.gatt_server.max_mtu = 23
            return made

    async def scenario(rig: Rig) -> None:
        with pytest.raises(LinkError, match=r"D422CD0012AB needs packets of 63 bytes .* another Bluetooth adapter"):
            await rig.run_sensors()

    simulate(scenario, plans={PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: Narrow("D422CD0012AB", motion(2))})


@pytest.mark.parametrize("chunk_bytes", [13, 20, 60, 33])
def test_a_byte_stream_may_be_cut_anywhere(chunk_bytes: int) -> None:
    cut = {PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: WitMotionPlan(motion(2), CLOCK, chunk_bytes)}
    rig = simulate(ten_seconds, plans=cut)
    state, output = through_the_stream(rig, "witmotion")
    assert stage.statistics(state)[THIGH].lost == 0
    assert stage.statistics(state)[THIGH].samples > 950
    assert [each for each in output.troubles if getattr(each, "role", None) is THIGH] == []


def of_witmotion(**differs: Any) -> dict[Role, Plan]:
    return {PELVIS: SensorPlan("VP-0001", motion(1)), THIGH: WitMotionPlan(motion(2), CLOCK, **differs)}


@pytest.mark.parametrize("output", [None, 1])
def test_a_witmotion_sends_accelerations_while_we_measure_and_keeps_what_its_owner_has_set(output: int | None) -> None:
    async def scenario(rig: Rig) -> tuple[Rig, bool]:
        await ten_seconds(rig)
        return rig, bool(rig.world.sensors[THIGH].saved)

    rig, saved = simulate(scenario, plans=of_witmotion(output=output))
    assert not saved
    state, output_ = through_the_stream(rig, "witmotion")
    assert stage.statistics(state)[THIGH].battery_percent == 75
    assert stage.statistics(state)[THIGH].samples > 950
    norm = np.linalg.norm(output_.block.thigh.acc, axis=1)
    assert np.nanmedian(norm) == pytest.approx(17.0, abs=1.0)  # 9.8 m/s² along each axis


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"output": 1, "obeys": False}, "sends something else than accelerations .* reset it with its maker's app"),
        ({"tells_the_time": True}, "sends frames that are not of 20 bytes: its firmware .* cannot be used here"),
    ],
)
def test_a_witmotion_that_sends_something_else_is_refused_with_what_to_do(differs: dict[str, Any], why: str) -> None:
    async def scenario(rig: Rig) -> None:
        with pytest.raises(LinkError, match=why) as raised:
            await rig.run_sensors()
        assert raised.value.reason is Reason.WRONG_SENSOR

    simulate(scenario, plans=of_witmotion(**differs))


def test_notifications_of_characteristics_that_a_family_does_not_have_are_bad_packets() -> None:
    for family in FAMILIES:
        assert isinstance(decoder(family)(Characteristic.SYNC, b"\x00"), BadPacket)
