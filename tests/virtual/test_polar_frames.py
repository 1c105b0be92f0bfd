"""Frames as the virtual Verity Sense fills them, against the decoder that was written apart from it."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.codec.polar_pmd import TwoStreams
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import SensorSamples
from imu_hip.virtual.polar_frames import FrameFiller

PERIOD_NS = 1_000_000_000 // 52
ROOM = 229
ROUGH = [((-1) ** k * 30000,) * 3 for k in range(ROOM)]
"""Enough of these end a frame."""
Sample = tuple[int, int, int]
SAMPLES = st.lists(
    st.one_of(st.tuples(*[st.integers(-32768, 32767)] * 3), st.tuples(*[st.integers(-20, 20)] * 3)),
    min_size=1,
    max_size=150,
)


def frames(kind: int, samples: list[Sample], room: int = ROOM) -> list[bytes]:
    filler = FrameFiller(kind, 0x80, room)
    full = [filler.take((k + 1) * PERIOD_NS, counts) for k, counts in enumerate([*samples, *ROUGH])]
    return [frame for frame in full if frame is not None]


def blocks(frame: bytes) -> list[tuple[int, int]]:
    """Return width and number of each block of differences."""
    found, at = [], 16
    while at < len(frame):
        bits, n = frame[at : at + 2]
        found.append((bits, n))
        at += 2 + -(-3 * bits * n // 8)
    return found


def shaken(*parts: tuple[int, int]) -> list[Sample]:
    """Return samples whose differences are of these sizes, so many of each, to and fro."""
    steps = [(-1) ** k * size for size, n in parts for k in range(n)]
    return [(x, x, x) for x in accumulate(steps, initial=0)]


@given(SAMPLES, st.integers(20, 240))
def test_what_is_put_into_frames_comes_out_of_the_decoder(samples: list[Sample], room: int) -> None:
    decode = TwoStreams().decode
    sent = [frames(kind, samples, room) for kind in (2, 5)]
    assert all(len(frame) <= room for frame in sent[0])
    packets = [decode(Characteristic.STREAM, frame) for pair in zip(*sent, strict=True) for frame in pair]
    values = np.concatenate([packet.values for packet in packets if isinstance(packet, SensorSamples)])
    assert np.array_equal(np.rint(np.rad2deg(values[: len(samples), :3])), samples)
    assert np.array_equal(np.rint(values[: len(samples), 3:] / 9.80665), samples)


def test_frames_are_those_that_owners_have_published() -> None:
    """One of 228 bytes with 70 differences of 8 bits, one of 227 with 10 of 8 bits and 47 of 10."""
    first = frames(2, shaken((100, 200)))[0]
    assert (len(first), blocks(first)) == (228, [(8, 70)])
    first = frames(2, shaken((100, 10), (500, 200)))[0]
    assert (len(first), blocks(first)) == (227, [(8, 10), (10, 47)])


@pytest.mark.parametrize(("step", "n"), [(1, 278), (2, 188), (30000, 36)])
def test_the_less_it_moves_the_more_samples_a_frame_has(step: int, n: int) -> None:
    first = frames(5, shaken((step, 400)))[0]
    assert 1 + sum(steps for _, steps in blocks(first)) == n
    assert ROOM - 7 < len(first) <= ROOM


def test_a_block_is_widened_where_that_takes_fewer_bytes_than_another_one() -> None:
    assert blocks(frames(5, shaken((50, 3), (100, 400)))[0])[0] == (8, 70)
    assert blocks(frames(5, shaken((1, 30), (100, 400)))[0])[:1] == [(2, 30)]
