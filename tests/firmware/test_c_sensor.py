"""The C library inside a virtual sensor: the real client cannot tell it from the Python one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("bumble")

from imu_hip.model.item import Characteristic, LinkState, Role
from tests.firmware.c_sensor import in_c
from tests.virtual.rig import PELVIS, THIGH, Rig, simulate, two_plans

Library = tuple[Any, Any]


async def streamed(rig: Rig, fault: str = "") -> Rig:
    await rig.stream()
    rig.world.begin_playback()
    await asyncio.sleep(3.0)
    if fault == "drop":
        await rig.world.drop_link(THIGH)
    if fault == "reboot":
        await rig.world.sensors[THIGH].reboot()
    if fault == "gap":
        rig.world.gap(THIGH, 0.3)
    await asyncio.sleep(6.0)
    await rig.finish()
    return rig


def test_every_byte_is_the_same(library: Library) -> None:
    python = simulate(streamed)
    c = simulate(streamed, plans={role: in_c(plan, library) for role, plan in two_plans().items()})
    for role in Role:
        for characteristic in Characteristic:
            values = [[note.payload for note in rig.notifications(role, characteristic)] for rig in (python, c)]
            assert values[0] == values[1], (role, characteristic)


@pytest.mark.parametrize("fault", ["drop", "gap", "reboot"])
def test_it_is_lost_and_found_and_sends_again(fault: str, library: Library) -> None:
    plans = two_plans()
    plans[THIGH] = in_c(plans[THIGH], library)  # type: ignore[assignment]

    async def scenario(rig: Rig) -> Rig:
        return await streamed(rig, fault)

    rig = simulate(scenario, plans=plans)
    assert rig.states(PELVIS) == [LinkState.CONNECTED, LinkState.STREAMING, LinkState.CLOSED]
    assert rig.states(THIGH)[-2:] == [LinkState.STREAMING, LinkState.CLOSED]
    if fault == "reboot":
        return
    both = [*rig.packets(THIGH), *rig.packets(THIGH, resent=True)]
    found = sorted(packet.first_index + k for packet in both for k in range(len(packet.counts)))
    assert found == list(range(found[-1] + 1))
    assert rig.packets(THIGH, resent=True)
