"""The air: connection events, retransmission and supervision, seen from the items that arrive."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from imu_hip.model.item import Characteristic, LinkState
from imu_hip.virtual.air import AirQuality
from tests.virtual.rig import PELVIS, THIGH, Rig, simulate


def arrivals_s(rig: Rig) -> list[float]:
    return [notification.t_ns / 1e9 for notification in rig.notifications(PELVIS, Characteristic.STREAM)]


async def twenty_seconds(rig: Rig) -> Rig:
    await rig.stream()
    await asyncio.sleep(20.0)
    await rig.finish()
    return rig


def test_data_arrives_on_the_grid_of_connection_events() -> None:
    rig = simulate(twenty_seconds)
    first, *later = rig.notifications(PELVIS, Characteristic.STREAM)
    offsets = [((notification.t_ns - first.t_ns) / 15e6) % 1.0 for notification in later]
    assert max(min(offset, 1.0 - offset) for offset in offsets) < 1e-3


def test_missed_events_make_data_late_but_lose_nothing() -> None:
    good = simulate(twenty_seconds)
    bad = simulate(twenty_seconds, quality=AirQuality(miss_probability=0.4))
    assert bad.gaps(PELVIS) == bad.gaps(THIGH) == []

    def worst_s(rig: Rig) -> float:
        times_s = arrivals_s(rig)
        return max(after - before for before, after in pairwise(times_s))

    assert worst_s(good) < 0.066
    assert worst_s(bad) > 0.08


def test_another_seed_misses_other_events() -> None:
    quality = AirQuality(miss_probability=0.2)
    one, same, other = (simulate(twenty_seconds, quality=quality, seed=seed).items for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_one_connection_event_carries_at_most_max_pdus() -> None:
    async def scenario(rig: Rig) -> list[float]:
        await rig.stream()
        rig.world.fade(PELVIS, 1.0)
        await asyncio.sleep(2.0)
        await rig.finish()
        return arrivals_s(rig)

    times_s = simulate(scenario, quality=AirQuality(max_pdus=2))
    together = {time_s: times_s.count(time_s) for time_s in times_s}
    assert max(together.values()) == 2


@pytest.mark.parametrize("supervision_s", [1.0, 2.0])
def test_a_fade_longer_than_the_supervision_time_ends_the_connection_at_both_ends(
    supervision_s: float,
) -> None:
    async def scenario(rig: Rig) -> float:
        await rig.stream()
        faded_ns = rig.clock.now_ns()
        rig.world.fade(THIGH, supervision_s + 1.0)
        await asyncio.sleep(supervision_s + 0.5)
        lost = rig.links(THIGH)[-1]
        assert lost.state is LinkState.LOST
        await asyncio.sleep(4.0)
        assert rig.links(THIGH)[-1].state is LinkState.STREAMING  # it advertised again
        return (lost.t_ns - faded_ns) / 1e9

    lost_after_s = simulate(scenario, quality=AirQuality(supervision_s=supervision_s))
    assert lost_after_s == pytest.approx(supervision_s, abs=1e-6)
