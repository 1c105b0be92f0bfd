"""A run of a BIP v1 sensor: each rule of the page holds for one that keeps it, and fails for one that breaks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from imu_hip.codec.bip_v1 import encode_stream
from imu_hip.codec.bip_v1_run import Run, judge, samples_by_index
from imu_hip.model.finding import Level
from imu_hip.model.packet import SensorConfig, StreamPacket

CONFIG = SensorConfig(100, 2, 1e-3, 1e-2, 0.0, (1, 2, 3), 15.0)
RULES = ["packets", "counter", "batches", "axes", "order", "sensor time", "times of Sync and Stream", "end"]


def packet(first_index: int, device_us: int, n: int = 2, axes: int = 6, *, resent: bool = False) -> StreamPacket:
    counts = np.arange(n * axes, dtype=np.int16).reshape(n, axes)
    return StreamPacket(first_index % (1 << 16), device_us % (1 << 32), counts, resent, False, False)


def steady(count: int = 4, begin_us: int = 5_000_000) -> list[StreamPacket]:
    """Two samples in each packet, a sample every 10 ms; `device_us` is the time of a packet's last one."""
    return [packet(2 * k, begin_us + 20_000 * k) for k in range(count)]


def broken(packets: Sequence[StreamPacket], asked_us: int | None = None, **settings: float) -> list[str]:
    run = Run(3, replace(CONFIG, **settings), 8, [encode_stream(each) for each in packets], asked_us)
    findings = list(judge(run))
    assert all(finding.rule.endswith(" of run 3") for finding in findings)
    assert all((finding.level is Level.OK) == (finding.advice == "") for finding in findings)
    return [finding.rule.removesuffix(" of run 3") for finding in findings if finding.level is not Level.OK]


def test_a_run_that_keeps_every_rule_is_told_so_rule_by_rule() -> None:
    run = Run(1, CONFIG, 8, [encode_stream(each) for each in steady()], 5_065_000)
    findings = list(judge(run))
    assert [finding.rule for finding in findings] == [f"{rule} of run 1" for rule in RULES]
    assert {finding.level for finding in findings} == {Level.OK}


def test_counter_and_time_may_wrap() -> None:
    begin = (1 << 16) - 2
    live = [packet(0, -60_000), *(packet(begin + 2 * k, -40_000 + 20_000 * k) for k in range(4))]
    assert broken(live[1:], asked_us=25_000) == ["counter"]
    assert samples_by_index(live[1:]).keys() == {begin, begin + 1, 0, 1, 2, 3, 4, 5}


def test_values_that_cannot_be_read_are_counted_and_the_others_judged() -> None:
    run = Run(1, CONFIG, 8, [b"", *(encode_stream(each) for each in steady())])
    assert [finding.rule for finding in judge(run) if finding.level is not Level.OK] == ["packets of run 1"]


def test_packets_sent_again_are_no_part_of_the_stream() -> None:
    assert broken([*steady(), packet(0, 5_000_000, resent=True)]) == []
    assert broken([packet(0, 5_000_000, resent=True)]) == ["stream"]


def test_a_batch_is_as_large_as_config_and_link_allow() -> None:
    larger = [packet(3 * k, 5_000_000 + 30_000 * k, n=3) for k in range(3)]
    assert broken(larger) == ["batches"]
    assert broken(larger, samples_per_packet=3) == []
    tight = Run(1, replace(CONFIG, samples_per_packet=3), 2, [encode_stream(each) for each in larger])
    assert [finding.rule for finding in judge(tight) if finding.level is not Level.OK] == ["batches of run 1"]


def test_a_magnetometer_sends_nine_values_and_who_has_none_six() -> None:
    nine = [packet(2 * k, 5_000_000 + 20_000 * k, axes=9) for k in range(3)]
    assert broken(nine) == ["axes"]
    assert broken(nine, mag_ut_per_lsb=0.1) == []
    assert broken(steady(), mag_ut_per_lsb=0.1) == ["axes"]


@pytest.mark.parametrize(("skipped", "wrong"), [(0, []), (7, []), (-1, ["order"]), (-2, ["order"])])
def test_the_counter_grows_by_the_samples_sent_or_more_where_some_were_lost(skipped: int, wrong: list[str]) -> None:
    after = packet(2 + skipped, 5_000_000 + 10_000 * (2 + skipped))
    assert [rule for rule in broken([packet(0, 5_000_000), after]) if rule == "order"] == wrong


@pytest.mark.parametrize(
    ("off_us", "wrong"), [(1_900, []), (-1_900, []), (2_100, ["sensor time"]), (-2_100, ["sensor time"])]
)
def test_sensor_time_follows_the_counter_within_two_milliseconds(off_us: int, wrong: list[str]) -> None:
    assert broken([packet(0, 5_000_000), packet(2, 5_020_000 + off_us)]) == wrong


@pytest.mark.parametrize(("off_us", "wrong"), [(19_000, []), (21_000, ["sensor time"])])
def test_over_a_long_gap_within_two_percent_of_it(off_us: int, wrong: list[str]) -> None:
    assert broken([packet(0, 5_000_000), packet(100, 6_000_000 + off_us)]) == wrong


def test_a_packet_of_other_length_is_of_the_time_of_its_last_sample() -> None:
    assert broken([packet(0, 5_000_000, n=2), packet(2, 5_010_000, n=1), packet(3, 5_030_000, n=2)]) == []


def test_time_that_stands_still_is_told_even_within_the_tolerance() -> None:
    stuck = [packet(0, 5_000_000, n=1), packet(1, 5_000_000, n=1)]
    assert broken(stuck, rate_hz=1000) == ["sensor time"]


@pytest.mark.parametrize(("late_us", "wrong"), [(0, []), (20_000, []), (20_001, ["end"]), (999_999, ["end"])])
def test_the_last_packet_is_no_older_than_two_samples(late_us: int, wrong: list[str]) -> None:
    live = steady()
    assert broken(live, asked_us=live[-1].device_us + late_us) == wrong


@pytest.mark.parametrize("apart_us", [1_000_000, -1_000_000])
def test_times_a_second_apart_are_of_two_clocks(apart_us: int) -> None:
    live = steady()
    assert broken(live, asked_us=live[-1].device_us + apart_us) == ["times of Sync and Stream"]


def test_who_cannot_be_asked_for_its_time_is_not_judged_by_it() -> None:
    run = Run(1, CONFIG, 8, [encode_stream(each) for each in steady()])
    assert [finding.rule for finding in judge(run)] == [f"{rule} of run 1" for rule in RULES[:-2]]


def test_samples_are_found_by_their_index() -> None:
    assert samples_by_index(steady(1)) == {0: tuple(range(6)), 1: tuple(range(6, 12))}
