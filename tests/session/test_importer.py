"""Foreign samples become items without losing a bit, in an order in which nothing is known too early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.codec import float64_table
from imu_hip.model.item import Edge, Mark, MarkLabel, Notification, Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import ClockMap, SensorSetup
from imu_hip.session.foreign_csv import MarkedInterval
from imu_hip.session.importer import ImportedItems, import_items
from imu_hip.session.reader import read_recording
from imu_hip.session.writer import write_recording
from tests.session.examples import SETUP


def samples(t_s: Sequence[float], *, mag: bool = False) -> TimedSamples:
    rng = np.random.default_rng(len(t_s))
    n = len(t_s)
    field = rng.normal(size=(n, 3)) if mag else None
    return TimedSamples(np.array(t_s), rng.normal(size=(n, 3)), rng.normal(size=(n, 3)), field)


def at_rate(rate_hz: float, start_s: float, n: int) -> TimedSamples:
    return samples([start_s + k / rate_hz for k in range(n)])


def decoded(imported: ImportedItems, role: Role) -> list[TimedSamples]:
    packets = [
        float64_table.decode(numbered.item.characteristic, numbered.item.payload)
        for numbered in imported.items
        if isinstance(numbered.item, Notification) and numbered.item.role is role
    ]
    return [packet for packet in packets if isinstance(packet, TimedSamples)]


TIMES = st.lists(st.floats(-1000.0, 1000.0), min_size=2, max_size=60, unique=True).map(sorted)


@given(TIMES, TIMES)
def test_every_sample_comes_back_bit_for_bit(pelvis_s: list[float], thigh_s: list[float]) -> None:
    pelvis, thigh = samples(pelvis_s, mag=True), samples(thigh_s)
    imported = import_items(pelvis, thigh)
    for role, original in ((Role.PELVIS, pelvis), (Role.THIGH, thigh)):
        blocks = decoded(imported, role)
        assert np.concatenate([block.t_s for block in blocks]).tobytes() == original.t_s.tobytes()
        assert np.concatenate([block.gyr for block in blocks]).tobytes() == original.gyr.tobytes()
        assert np.concatenate([block.acc for block in blocks]).tobytes() == original.acc.tobytes()
        assert all(block.t_s[-1] - block.t_s[0] <= 0.25 for block in blocks)
    mags = [block.mag for block in decoded(imported, Role.PELVIS) if block.mag is not None]
    assert pelvis.mag is not None
    assert np.concatenate(mags).tobytes() == pelvis.mag.tobytes()


@given(TIMES, TIMES, st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.01, 50.0)), max_size=5))
def test_numbers_and_times_rise_together_and_no_time_is_negative(
    pelvis_s: list[float], thigh_s: list[float], spans: list[tuple[float, float]]
) -> None:
    marks = [MarkedInterval(start, start + length, MarkLabel.NEUTRAL) for start, length in spans]
    imported = import_items(samples(pelvis_s), samples(thigh_s), marks)
    times_ns = [numbered.item.t_ns for numbered in imported.items]
    assert [numbered.number for numbered in imported.items] == list(range(len(times_ns)))
    assert times_ns == sorted(times_ns)
    assert times_ns[0] >= 0
    assert imported.zero_ns >= 0


def test_a_block_carries_the_time_of_its_last_sample() -> None:
    imported = import_items(at_rate(100.0, 10.0, 100), at_rate(50.0, 10.0, 50))
    blocks = [numbered.item for numbered in imported.items if isinstance(numbered.item, Notification)]
    assert len(blocks) == 8
    for block in blocks:
        packet = float64_table.decode(block.characteristic, block.payload)
        assert isinstance(packet, TimedSamples)
        assert block.t_ns == round(float(packet.t_s[-1]) * 1e9)
    assert imported.zero_ns == 0


def test_negative_times_move_the_zero_by_whole_seconds() -> None:
    imported = import_items(at_rate(10.0, -2.5, 20), at_rate(10.0, 0.0, 20))
    assert imported.zero_ns == 3_000_000_000
    marked = import_items(at_rate(10.0, 0.0, 20), at_rate(10.0, 0.0, 20), [MarkedInterval(-5.0, 1.0, MarkLabel.BOWS)])
    assert marked.zero_ns == 5_000_000_000
    assert marked.items[0].item == Mark(0, MarkLabel.BOWS, Edge.BEGIN)


def test_at_equal_times_samples_come_first_then_the_end_of_a_mark_then_the_next_begin() -> None:
    marks = [
        MarkedInterval(1.0, 2.0, MarkLabel.N_POSE),
        MarkedInterval(0.0, 1.0, MarkLabel.TABLE_REST, "both"),
    ]
    imported = import_items(samples([0.9, 1.0]), samples([0.95, 1.0]), marks)
    kinds = [
        (item.role if isinstance(item, Notification) else (item.label, item.edge))
        for item in (numbered.item for numbered in imported.items)
        if isinstance(item, Notification | Mark) and item.t_ns == 1_000_000_000
    ]
    assert kinds == [
        Role.PELVIS,
        Role.THIGH,
        (MarkLabel.TABLE_REST, Edge.END),
        (MarkLabel.N_POSE, Edge.BEGIN),
    ]


def test_the_setup_is_told_rates_and_the_clock() -> None:
    clock = ClockMap(offset_s=100.0, rate=1e-4, origin_s=5.0, sd_s=0.002)
    # A hole does not change the rate.
    pelvis = samples([*(k / 100 for k in range(50)), *(2 + k / 100 for k in range(50))])
    imported = import_items(pelvis, at_rate(60.0, -97.0, 60), thigh_clock=clock)
    assert [sensor.rate_hz for sensor in imported.sensors] == pytest.approx([100.0, 60.0])
    assert replace(imported.sensors[0], rate_hz=None) == SensorSetup(Role.PELVIS, "float64")
    assert replace(imported.sensors[1], rate_hz=None) == SensorSetup(Role.THIGH, "float64", None, clock)


def test_the_thigh_is_ordered_by_the_common_clock_and_keeps_its_own_times() -> None:
    clock = ClockMap(offset_s=-1000.0, rate=0.5, origin_s=1000.0)
    imported = import_items(samples([0.0, 0.1, 0.9]), samples([1000.0, 1000.2, 1000.8]), thigh_clock=clock)
    order = [
        (numbered.item.role.value, numbered.item.t_ns)
        for numbered in imported.items
        if isinstance(numbered.item, Notification)
    ]
    # Common times of the thigh: 0, 0.3 and 1.2 s.
    assert order == [
        ("thigh", 0),
        ("pelvis", 100_000_000),
        ("thigh", 300_000_000),
        ("pelvis", 900_000_000),
        ("thigh", 1_200_000_000),
    ]
    assert np.concatenate([b.t_s for b in decoded(imported, Role.THIGH)]).tolist() == [1000.0, 1000.2, 1000.8]


def test_an_import_survives_the_recording(tmp_path: Path) -> None:
    imported = import_items(
        at_rate(100.0, 0.0, 500), at_rate(100.0, 0.003, 500), [MarkedInterval(1.0, 2.0, MarkLabel.N_POSE)]
    )
    write_recording(tmp_path / "a.mcap", SETUP, imported.items)
    assert read_recording(tmp_path / "a.mcap").items == imported.items
