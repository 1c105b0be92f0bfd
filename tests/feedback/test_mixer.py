"""The mixer puts tones into blocks whole, together and in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.feedback.mixer import MOST_WAITING, STALE_S, Mixer
from imu_hip.feedback.tones import Samples


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def ramp(length: int, scale: float = 1.0) -> Samples:
    return np.linspace(0.1, 0.4, length, dtype=np.float32) * np.float32(scale)


def run(mixer: Mixer, sizes: list[int]) -> Samples:
    """Fill blocks that held something else before."""
    blocks = [np.full(size, np.float32(9.0)) for size in sizes]
    for block in blocks:
        mixer.fill(block)
    return np.concatenate(blocks)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(1, 2000))
def test_blocks_of_any_size_give_the_same_samples(sizes: list[int], length: int) -> None:
    mixer = Mixer(Clock())
    mixer.add(ramp(length))
    expected = np.zeros(sum(sizes), np.float32)
    count = min(length, len(expected))
    expected[:count] = ramp(length)[:count]
    np.testing.assert_array_equal(run(mixer, sizes), expected)


def test_tones_that_overlap_are_added_from_where_each_began() -> None:
    mixer = Mixer(Clock())
    mixer.add(ramp(100))
    first = run(mixer, [30])
    mixer.add(ramp(50, 0.5))
    rest = run(mixer, [40, 60])
    expected = np.zeros(130, np.float32)
    expected[:100] += ramp(100)
    expected[30:80] += ramp(50, 0.5)
    np.testing.assert_allclose(np.concatenate([first, rest]), expected, rtol=1e-6)


def test_the_sum_never_leaves_the_range() -> None:
    mixer = Mixer(Clock())
    for _ in range(4):
        mixer.add(np.full(64, 0.6, np.float32))
        mixer.add(np.full(64, 0.0, np.float32))
    assert run(mixer, [64]).max() == 1.0


def test_a_tone_that_waited_too_long_is_not_played() -> None:
    clock = Clock()
    mixer = Mixer(clock)
    mixer.add(ramp(10))
    clock.now_s = STALE_S + 0.01
    assert not run(mixer, [64]).any()
    assert len(mixer.handovers) == 0


def test_asking_and_handing_over_are_stamped() -> None:
    clock = Clock()
    mixer = Mixer(clock)
    clock.now_s = 1.0
    mixer.add(ramp(10))
    clock.now_s = 1.004
    run(mixer, [64, 64])
    (handover,) = mixer.handovers
    assert (handover.asked_s, handover.handed_s) == (1.0, 1.004)
    assert mixer.filled_s == 1.004


def test_of_more_tones_than_can_wait_the_newest_stay() -> None:
    mixer = Mixer(Clock())
    for number in range(MOST_WAITING + 1):
        mixer.add(np.full(1, 0.5 if number == 0 else 0.01, np.float32))
    assert run(mixer, [1])[0] == pytest.approx(0.01 * MOST_WAITING, rel=1e-5)
