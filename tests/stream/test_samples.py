"""Packets to SI: many together are the same as each alone, whatever their lengths and scales."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.stream.samples import CountedSamples, Samples, in_si
from imu_hip.stream.scale import to_si
from tests.stream.radio import CONFIG

CONFIGS = (CONFIG, replace(CONFIG, axis_map=(2, -1, 3), gyr_rad_s_per_lsb=0.002))


def _packet(seed: int, n: int, columns: int, config: int) -> CountedSamples:
    rng = np.random.default_rng(seed)
    counts = rng.integers(-(2**15), 2**15, (n, columns)).astype(np.int16)
    return CountedSamples(counts, CONFIGS[config], float(rng.uniform(0.0, 1e4)), float(rng.uniform(0.009, 0.011)))


_PACKETS = st.builds(
    _packet, st.integers(0, 10_000), st.integers(1, 20), st.sampled_from([6, 9]), st.integers(0, 1)
)  # fmt: skip


@given(st.lists(_PACKETS, max_size=8), st.integers(0, 8))
def test_many_packets_together_are_the_same_to_the_bit_as_each_alone(packets: list[CountedSamples], at: int) -> None:
    pieces: list[Samples | CountedSamples] = [*packets]
    pieces.insert(at, Samples(np.array([0.5]), np.arange(6.0)[None]))
    alone = [in_si([piece]) for piece in pieces]
    together = in_si(pieces)
    assert together.t_s.tobytes() == np.concatenate([s.t_s for s in alone]).tobytes()
    width = together.values.shape[1]
    assert width == max(s.values.shape[1] for s in alone)
    for columns in (slice(0, 6), slice(6, width)):
        parts = [s.values[:, columns] if s.values.shape[1] == width else _unknown(s, columns, width) for s in alone]
        np.testing.assert_array_equal(together.values[:, columns], np.concatenate(parts))


def _unknown(samples: Samples, columns: slice, width: int) -> np.ndarray:
    """Return columns of samples without a field among samples with one."""
    nine = np.full((len(samples), width), np.nan)
    nine[:, :6] = samples.values
    return nine[:, columns]


@given(_PACKETS)
def test_a_packet_ends_at_its_time_and_goes_back_by_its_period(packet: CountedSamples) -> None:
    samples = in_si([packet])
    n = len(packet)
    assert [samples.first_s, samples.last_s] == [packet.first_s, packet.last_s]
    assert [float(t_s) for t_s in samples.t_s] == [packet.last_s - k * packet.period_s for k in reversed(range(n))]
    np.testing.assert_array_equal(samples.values, to_si(packet.counts, packet.config))


def test_no_pieces_are_no_samples() -> None:
    assert in_si([]).t_s.shape == (0,)
    assert in_si([]).values.shape == (0, 6)
