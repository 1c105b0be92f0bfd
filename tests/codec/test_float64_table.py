"""The lossless block of foreign samples: bit for bit there and back, and deaf to damage."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imu_hip.codec import float64_table
from imu_hip.model.errors import UnusableInputError
from imu_hip.model.item import Characteristic
from imu_hip.model.packet import BadPacket, BadPacketReason, Packet, TimedSamples
from imu_hip.model.stream_run import payloads_of


def decode(payload: bytes) -> Packet:
    return float64_table.decode(Characteristic.STREAM, payload)


def same_bits(a: TimedSamples, b: TimedSamples) -> bool:
    assert (a.mag is None) is (b.mag is None)
    pairs = [(a.t_s, b.t_s), (a.gyr, b.gyr), (a.acc, b.acc)]
    if a.mag is not None and b.mag is not None:
        pairs.append((a.mag, b.mag))
    return all(x.shape == y.shape and x.tobytes() == y.tobytes() for x, y in pairs)


def table(n: int, *, mag: bool) -> TimedSamples:
    rng = np.random.default_rng(n)
    gyr, acc, field = rng.normal(size=(3, n, 3))
    return TimedSamples(np.arange(n) / 100.0, gyr, acc, field if mag else None)


@st.composite
def samples(draw: st.DrawFn) -> TimedSamples:
    n = draw(st.integers(1, 30))
    finite = st.floats(allow_nan=False, allow_infinity=False)
    t_s = np.sort(draw(hnp.arrays(np.float64, n, elements=finite, unique=True)))
    vectors = [draw(hnp.arrays(np.float64, (n, 3), elements=finite)) for _ in range(3)]
    return TimedSamples(t_s, vectors[0], vectors[1], vectors[2] if draw(st.booleans()) else None)


@given(given=samples())
def test_every_bit_comes_back(given: TimedSamples) -> None:
    decoded = decode(float64_table.encode(given))
    assert isinstance(decoded, TimedSamples)
    assert same_bits(decoded, given)


def test_columns_lie_one_after_another() -> None:
    t_s = np.array([0.5, 0.75])
    vectors = np.arange(18.0).reshape(3, 2, 3)
    payload = float64_table.encode(TimedSamples(t_s, *vectors))
    columns = [t_s, *(vectors[k, :, axis] for k in range(3) for axis in range(3))]
    assert payload == struct.pack("<BI20d", 1, 2, *np.concatenate(columns))


def test_decoded_arrays_are_aligned_row_major_and_read_only() -> None:
    decoded = decode(float64_table.encode(table(5, mag=True)))
    assert isinstance(decoded, TimedSamples)
    for array in (decoded.t_s, decoded.gyr, decoded.acc, decoded.mag):
        assert array is not None
        assert array.flags.aligned
        assert array.flags.c_contiguous
        assert not array.flags.writeable


GOOD = float64_table.encode(table(3, mag=False))
NAN, INF = struct.pack("<d", np.nan), struct.pack("<d", np.inf)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", BadPacketReason.TOO_SHORT),
        (GOOD[:4], BadPacketReason.TOO_SHORT),
        (b"\x02" + GOOD[1:], BadPacketReason.RESERVED_BIT),
        (b"\x00\x00\x00\x00\x00", BadPacketReason.NO_SAMPLES),
        (GOOD[:-1], BadPacketReason.WRONG_LENGTH),
        (GOOD + b"\x00", BadPacketReason.WRONG_LENGTH),
        (b"\x01" + GOOD[1:], BadPacketReason.WRONG_LENGTH),
        (b"\x00\xff\xff\xff\xff" + GOOD[5:], BadPacketReason.WRONG_LENGTH),
        (GOOD[:-8] + NAN, BadPacketReason.OUT_OF_RANGE),
        (GOOD[:-8] + INF, BadPacketReason.OUT_OF_RANGE),
        (GOOD[:5] + GOOD[13:21] + GOOD[5:13] + GOOD[21:], BadPacketReason.OUT_OF_RANGE),
        (GOOD[:13] + GOOD[5:13] + GOOD[21:], BadPacketReason.OUT_OF_RANGE),
    ],
)
def test_block_that_breaks_a_rule_is_refused(payload: bytes, reason: BadPacketReason) -> None:
    assert decode(payload) == BadPacket(reason)


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    mag=st.booleans(),
    cut=st.tuples(*[st.integers(0, 6)] * 2),
)
def test_many_blocks_decode_to_the_bits_of_each_alone(lengths: list[int], mag: bool, cut: tuple[int, int]) -> None:
    payloads = [float64_table.encode(table(n, mag=mag)) for n in lengths]
    together = float64_table.decode_streams(payloads_of(payloads))
    assert together is not None
    assert len(together) == len(payloads)
    start, stop = sorted(min(at, len(payloads)) for at in cut)
    for first, those in ((0, together), *([(start, together.cut(start, stop))] if start < stop else [])):
        for k in range(len(those)):
            alone = decode(payloads[first + k])
            assert isinstance(alone, TimedSamples)
            assert same_bits(those.packet(k), alone)


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        GOOD[:4],
        GOOD[:-1],
        b"\x02" + GOOD[1:],
        b"\x00\x00\x00\x00\x00",
        GOOD[:-8] + NAN,
        GOOD[:13] + GOOD[5:13] + GOOD[21:],
        float64_table.encode(table(3, mag=True)),
    ],
)
def test_blocks_that_are_not_alike_or_broken_are_not_decoded_together(odd: bytes) -> None:
    assert float64_table.decode_streams(payloads_of([GOOD, odd, GOOD])) is None
    assert float64_table.decode_streams(payloads_of([odd, GOOD])) is None


@pytest.mark.parametrize("characteristic", [c for c in Characteristic if c is not Characteristic.STREAM])
def test_table_has_nothing_but_a_stream(characteristic: Characteristic) -> None:
    bad = BadPacket(BadPacketReason.UNKNOWN_CHARACTERISTIC)
    assert float64_table.decode(characteristic, GOOD) == bad


def hostile_payloads(rng: np.random.Generator) -> Iterator[bytes]:
    good = [float64_table.encode(table(n, mag=mag)) for n in (1, 4) for mag in (False, True)]
    for _ in range(5000):
        yield rng.bytes(int(rng.integers(0, 200)))
    for _ in range(5000):
        payload = bytearray(good[rng.integers(len(good))])
        payload[rng.integers(len(payload))] ^= 1 << int(rng.integers(8))
        yield bytes(payload[: len(payload) - int(rng.choice([0, 0, 0, 1, 8]))])


def test_whatever_decodes_from_hostile_bytes_encodes_to_the_same_bytes() -> None:
    believed = 0
    for payload in hostile_payloads(np.random.default_rng(20261122)):
        packet = decode(payload)
        if isinstance(packet, TimedSamples):
            believed += 1
            assert float64_table.encode(packet) == payload
    assert 0 < believed < 5000


ONE = table(4, mag=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"t_s": np.array([0.0, 1.0, 1.0, 2.0])},
        {"t_s": np.array([0.0, np.nan, 1.0, 2.0])},
        {"t_s": np.array([0.0, 1.0, 2.0])},
        {"acc": np.full((4, 3), np.inf)},
        {"gyr": np.zeros((4, 2))},
        {"mag": np.zeros((3, 3))},
    ],
)
def test_samples_that_break_a_rule_are_not_encoded(changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableInputError, match="table of"):
        float64_table.encode(replace(ONE, **changes))


def test_no_samples_are_not_encoded() -> None:
    with pytest.raises(UnusableInputError, match="table of 0 samples"):
        float64_table.encode(table(0, mag=False))
