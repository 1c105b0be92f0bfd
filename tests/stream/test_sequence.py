"""Counter and sensor time: wraps, gaps, duplicates, restarts, long silence."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.packet import StreamPacket
from imu_hip.stream.sequence import Sequenced, SequenceState, running_us, step

PERIOD_US = 10_000


def _packet(index: int, device_us: int, n: int = 5) -> StreamPacket:
    return StreamPacket(index % 2**16, device_us % 2**32, np.zeros((n, 6), np.int16), False, False, False)


def _run(packets: list[StreamPacket]) -> list[Sequenced]:
    state, placed = SequenceState(), []
    for packet in packets:
        state, new = step(state, packet, PERIOD_US)
        placed.append(new)
    return placed


def _at(sample: int, start_us: int = 1_000_000) -> int:
    return start_us + sample * PERIOD_US


@given(
    first=st.integers(0, 2**16 - 1),
    start_us=st.integers(0, 2**32 - 1),
    rate_ppm=st.integers(-200, 200),
    kept=st.lists(st.booleans(), min_size=2, max_size=60),
    n=st.integers(1, 16),
)
def test_losses_are_counted_exactly_across_both_wraps(
    first: int, start_us: int, rate_ppm: int, kept: list[bool], n: int
) -> None:
    period_us = PERIOD_US * (1.0 + rate_ppm * 1e-6)
    numbers = [k for k, keep in enumerate(kept) if keep]
    ends = [n * k + n - 1 for k in numbers]
    times = [start_us + round(end * period_us) for end in ends]
    placed = _run([_packet(first + n * k, t, n) for k, t in zip(numbers, times, strict=True)])
    assert not any(p.restarted for p in placed)
    assert not any(p.skip for p in placed)
    assert [p.lost for p in placed[1:]] == [n * (b - a - 1) for a, b in itertools.pairwise(numbers)]
    running = [p.last_us - placed[0].last_us for p in placed]
    assert running == [t - times[0] for t in times]
    for p in placed[1:]:
        assert p.period_us == pytest.approx(period_us, abs=1.0)


def test_a_repeated_packet_is_left_out_whole() -> None:
    packets = [_packet(0, _at(4)), _packet(5, _at(9)), _packet(5, _at(9)), _packet(0, _at(4)), _packet(10, _at(14))]
    assert [p.skip for p in _run(packets)] == [0, 0, 5, 5, 0]
    assert [p.lost for p in _run(packets)] == [0, 0, 0, 0, 0]


def test_an_overlapping_packet_brings_only_what_is_new() -> None:
    placed = _run([_packet(0, _at(4)), _packet(3, _at(7))])
    assert (placed[1].skip, placed[1].lost) == (2, 0)
    assert placed[1].last_us - placed[0].last_us == 3 * PERIOD_US


def test_an_old_packet_does_not_move_the_newest_sample() -> None:
    placed = _run([_packet(0, _at(4)), _packet(10, _at(14)), _packet(5, _at(9)), _packet(15, _at(19))])
    assert [p.lost for p in placed] == [0, 5, 0, 0]


def test_a_rebooted_sensor_starts_a_new_clock() -> None:
    placed = _run([_packet(40_000, 900_000_000), _packet(0, _at(4, 0)), _packet(5, _at(9, 0))])
    assert [p.restarted for p in placed] == [False, True, False]
    assert placed[1].last_us == _at(4, 0)
    assert placed[1].lost == 0


def test_a_counter_that_jumps_without_time_starts_a_new_clock() -> None:
    assert _run([_packet(0, _at(4)), _packet(3_000, _at(9))])[1].restarted


@pytest.mark.parametrize(("elapsed_s", "restarted"), [(12.5, False), (15.0, True), (8.3, False), (7.5, True)])
def test_time_and_counter_may_disagree_by_a_quarter_before_it_is_a_new_clock(elapsed_s: float, restarted: bool) -> None:
    # A thousand samples of 10 ms later.
    _, placed = _run([_packet(0, _at(4)), _packet(1000, _at(4) + round(1e6 * elapsed_s))])
    assert placed.restarted is restarted


def test_sensor_time_that_stands_still_starts_a_new_clock() -> None:
    assert _run([_packet(0, _at(4)), _packet(5, _at(4))])[1].restarted


@pytest.mark.parametrize("silence_s", [10, 700, 1500, 2000])
def test_long_silence_over_several_wraps_of_the_counter_counts_every_sample(silence_s: int) -> None:
    samples = silence_s * 100
    start_us = 2**32 - 5_000_000
    placed = _run([_packet(65_000, _at(4, start_us)), _packet(65_000 + 5 + samples, _at(9 + samples, start_us))])
    assert not placed[1].restarted
    assert placed[1].lost == samples


def test_samples_within_a_packet_never_reach_back_behind_the_packet_before() -> None:
    # The packet's own time came early: five samples in 30 ms.
    placed = _run([_packet(0, _at(4)), _packet(5, _at(4) + 30_000)])
    assert 4 * placed[1].period_us < 30_000


@given(newest_us=st.integers(0, 2**40), step_us=st.integers(-(2**31), 2**31 - 1))
def test_running_time_is_the_nearest_that_reads_so(newest_us: int, step_us: int) -> None:
    state = SequenceState(7, newest_us)
    assert running_us(state, (newest_us + step_us) % 2**32) == newest_us + step_us
