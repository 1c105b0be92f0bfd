"""The corridor composes the rooms: what it does at its ends, and what its hash stands for."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imu_hip import api, pipeline
from imu_hip.model.event import EndRange, Warning
from imu_hip.model.item import Command, Drop, Edge, LinkChange, LinkState, Mark, MarkLabel, NumberedItem, Role, Tick
from imu_hip.model.setup import Origin, Side
from imu_hip.pipeline import Pipeline

RECORDING = api.read(Path(__file__).resolve().parents[1] / "recordings" / "supine_ere_left.mcap")
SETUP, ITEMS = RECORDING.setup, RECORDING.items


def passed(items: Sequence[NumberedItem]) -> Pipeline:
    made = Pipeline(SETUP)
    made.receive(items)
    made.finish()
    return made


def test_nothing_gives_nothing_but_says_what_was_missing() -> None:
    made = Pipeline(SETUP)
    outputs = made.receive([])
    assert len(outputs.angles.t_s) == len(outputs.phases) == len(outputs.events) == 0
    assert made.snapshot().end_range_rad is None
    assert {role: link.samples for role, link in made.link().items()} == {Role.PELVIS: 0, Role.THIGH: 0}
    assert {type(event) for event in made.finish().events} == {Warning}


@pytest.mark.parametrize(
    "item",
    [
        Tick(5),
        Mark(5, MarkLabel.EXERCISE, Edge.END),
        Mark(5, MarkLabel.N_POSE, Edge.BEGIN),
        LinkChange(5, Role.THIGH, LinkState.LOST),
        Drop(5, Role.PELVIS, 7),
        Command(5, "pain"),
    ],
)
def test_any_item_may_come_first_and_alone(item: object) -> None:
    made = passed([NumberedItem(0, item)])  # type: ignore[arg-type]
    assert len(made.result_sha256) == 64


def test_one_sensor_alone_gives_rows_without_angles() -> None:
    for role in Role:
        items = [n for n in ITEMS[:1500] if getattr(n.item, "role", role) is role]
        made = Pipeline(SETUP)
        outputs = (made.receive(items), made.finish())
        assert not any(output.angles.valid.any() for output in outputs)
        rows = sum(len(output.angles.t_s) for output in outputs)
        assert (rows > 500) == (role is Role.PELVIS)


def test_rows_rise_in_time_and_are_final_when_given_out() -> None:
    made = Pipeline(SETUP)
    last_s = -np.inf
    for start in range(0, 2500, 37):
        t_s = made.receive(ITEMS[start : start + 37]).angles.t_s
        assert (np.diff(t_s, prepend=last_s) > 0.0).all()
        last_s = t_s[-1] if len(t_s) else last_s


def test_the_snapshot_tells_the_end_range_once_it_is_known() -> None:
    made = Pipeline(SETUP)
    for start in range(0, len(ITEMS), 50):
        outputs = made.receive(ITEMS[start : start + 50])
        if any(isinstance(event, EndRange) for event in outputs.events):
            break
    snapshot = made.snapshot()
    assert snapshot.end_range_rad is not None
    assert snapshot.enter_rad is not None
    assert 0.0 < snapshot.enter_rad < snapshot.end_range_rad


def test_the_hash_stands_for_angles_and_events() -> None:
    short = ITEMS[:2000]
    whole = passed(short).result_sha256
    assert passed(short).result_sha256 == whole
    assert passed(short[:-40]).result_sha256 != whole
    # One mark more or less, which changes no angle; one sensor's loss, which is nothing but an event.
    assert passed([*short, NumberedItem(9999, Drop(short[-1].item.t_ns, Role.THIGH, 1))]).result_sha256 != whole
    # A tick and a command say nothing about the body.
    assert passed([*short, NumberedItem(9999, Tick(short[-1].item.t_ns))]).result_sha256 == whole


def test_the_side_is_in_the_result() -> None:
    short = ITEMS[:2500]
    right = Pipeline(replace(SETUP, side=Side.RIGHT))
    right.receive(short)
    right.finish()
    assert right.result_sha256 != passed(short).result_sha256


def test_the_hash_does_not_see_numbers_behind_unknown_angles(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = pipeline._Digest()
    other = pipeline._Digest()
    block = Pipeline(SETUP).receive(ITEMS[:300]).angles
    assert not block.valid.any()
    phases = np.zeros(len(block.t_s), np.uint8)
    digest.angles(block, phases)
    other.angles(replace(block, angles_rad=np.full_like(block.angles_rad, 7.0)), phases)
    assert digest.hexdigest() == other.hexdigest()
    other.angles(replace(block, valid=~block.valid, angles_rad=block.sd_rad * 0.0), phases)
    assert digest.hexdigest() != other.hexdigest()


def test_a_copy_goes_on_by_itself_to_the_same_result() -> None:
    whole = passed(ITEMS).result_sha256
    first = Pipeline(SETUP)
    first.receive(ITEMS[:4000])
    copied = deepcopy(first)
    for made in (copied, first):
        made.receive(ITEMS[4000:])
        made.finish()
        assert made.result_sha256 == whole


def test_samples_that_were_derived_from_orientations_are_warned_of() -> None:
    codes = []
    for origin in (Origin.IMPORT, Origin.ORIENTATIONS):
        made = Pipeline(replace(SETUP, origin=origin))
        events = (*made.receive(ITEMS[:100]).events, *made.finish().events)
        codes.append({event.code for event in events if isinstance(event, Warning)})
    assert codes[1] - codes[0] == {"from_orientations"}
