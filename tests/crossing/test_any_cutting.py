"""However the items of a recording are cut into pieces, the result is the same to the bit, faults and all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imu_hip import api
from imu_hip.model.block import AngleBlock
from imu_hip.model.event import Hold, RadioTrouble, Trouble
from imu_hip.model.item import NumberedItem
from imu_hip.model.output import Outputs
from imu_hip.model.setup import FilterName
from imu_hip.pipeline import Pipeline
from imu_hip.session.reader import Recording
from tests.app.calling import RECORDING
from tests.crossing.faults import FAULTS, disturbed

WHOLE = api.read(RECORDING)
UNTIL_S = 70.0
SHORT = tuple(
    numbered for numbered in WHOLE.items if numbered.item.t_ns < WHOLE.items[0].item.t_ns + round(UNTIL_S * 1e9)
)
"""Calibration, maximal repetitions, the first hold."""

CUTS = st.lists(st.sampled_from([1, 2, 3, 17, 60, 150, 700]), min_size=1, max_size=6).filter(lambda c: sum(c) > 50)
RARELY = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def derived(
    items: Sequence[NumberedItem], cuts: Sequence[int], *, with_late: bool = False, **setup: object
) -> Pipeline:
    """Take the items through a pipeline in pieces of these sizes, again and again."""
    pipeline = Pipeline(replace(WHOLE.setup, **setup), with_late=with_late)  # type: ignore[arg-type]
    start = 0
    for size in cycle(cuts):
        if start >= len(items):
            break
        pipeline.receive(items[start : start + size])
        start += size
    pipeline.finish()
    return pipeline


def everything(items: Sequence[NumberedItem], cuts: Sequence[int]) -> list[Outputs]:
    pipeline, outputs, start = Pipeline(WHOLE.setup), [], 0
    for size in cycle(cuts):
        if start >= len(items):
            break
        outputs.append(pipeline.receive(items[start : start + size]))
        start += size
    return [*outputs, pipeline.finish()]


@RARELY
@given(cuts=CUTS)
def test_any_cutting_gives_the_same_result(cuts: list[int]) -> None:
    assert derived(SHORT, cuts).result_sha256 == derived(SHORT, [len(SHORT)]).result_sha256


@settings(RARELY, max_examples=8)
@given(cuts=CUTS, names=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=5), seed=st.integers(0, 999))
def test_any_cutting_gives_the_same_result_whatever_goes_wrong(cuts: list[int], names: list[str], seed: int) -> None:
    items = disturbed(SHORT, names, seed)
    whole, cut = derived(items, [len(items)]), derived(items, cuts)
    assert cut.result_sha256 == whole.result_sha256
    assert cut.link() == whole.link()


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_changes_the_result_and_is_an_event(name: str) -> None:
    kinds = {
        "gap": {RadioTrouble.GAP},
        "bad packet": {RadioTrouble.BAD_PACKET, RadioTrouble.GAP},
        "twice": {RadioTrouble.DUPLICATE},
        "late burst": {RadioTrouble.LATE, RadioTrouble.GAP, RadioTrouble.DUPLICATE},
        "dropped": {RadioTrouble.QUEUE_FULL},
        "lost and back": {RadioTrouble.LOST},
        "clock restart": {RadioTrouble.CLOCK_RESTART},
    }[name]
    found: set[RadioTrouble] = set()
    for seed in range(3):
        recording = Recording(WHOLE.setup, disturbed(SHORT, [name], seed), "")
        found |= {event.kind for event in api.analyze(recording).events if isinstance(event, Trouble)}
    assert found & kinds


@pytest.mark.parametrize("other", [{"with_late": True}, {"filter": FilterName.MADGWICK}, {"filter": FilterName.MAHONY}])
def test_another_way_of_deriving_does_not_depend_on_cuts_either(other: dict[str, object]) -> None:
    items = disturbed(SHORT, ["late burst", "gap"], 6)
    assert (
        derived(items, [len(items)], **other).result_sha256  # type: ignore[arg-type]
        == derived(items, [150, 17], **other).result_sha256  # type: ignore[arg-type]
        != derived(items, [len(items)]).result_sha256
    )


def test_not_only_the_hash_but_every_output_is_the_same() -> None:
    whole, cut = everything(SHORT, [len(SHORT)]), everything(SHORT, [60, 17])
    for name in AngleBlock.__slots__:
        a, b = (np.concatenate([getattr(output.angles, name) for output in found]) for found in (whole, cut))
        assert a.tobytes() == b.tobytes(), name
    a, b = (np.concatenate([output.phases for output in found]) for found in (whole, cut))
    assert a.tobytes() == b.tobytes()
    # Rooms report one after the other, so the order between rooms follows the cuts; within a kind it does not.
    first, second = (_by_kind(found) for found in (whole, cut))
    assert first == second
    assert first[Hold.__name__]


def _by_kind(outputs: list[Outputs]) -> dict[str, list[object]]:
    kinds: dict[str, list[object]] = {}
    for output in outputs:
        for event in output.events:
            # Several rooms report calibration steps and warnings, but each label and each code comes from one.
            of = getattr(event, "label", getattr(event, "code", ""))
            kinds.setdefault(f"{type(event).__name__}{of}", []).append(dataclasses.astuple(event))
    return kinds
