"""The clock estimate against simulated radio links: connection events, retransmissions, fades, drift."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from imu_hip.model.item import Role
from imu_hip.stream import device_clock
from imu_hip.stream.device_clock import ClockLine, ClockParams, ClockState

Floats = NDArray[np.float64]

PARAMS = ClockParams()
PACKET_S = 0.05


@dataclass(frozen=True)
class _Link:
    """`true_s`, `device_s` and `arrival_s` (n,) of each packet's last sample."""

    true_s: Floats
    device_s: Floats
    arrival_s: Floats
    interval_s: float = 0.015


def _link(
    rng: np.random.Generator,
    interval_s: float,
    missed: float,
    *,
    length_s: float = 120.0,
    least_delay_s: float = 0.0,
    sliding: bool = True,
) -> _Link:
    """Send a packet every 50 ms at the next connection event that is not missed; fades of 0.3 to 1.5 s miss all.

    `sliding`: the sensor samples by its own clock, so its packets slide against the connection events.
    """
    device_s = np.arange(PACKET_S, length_s, PACKET_S)
    ppm = rng.uniform(-40e-6, 40e-6)
    offset_s = rng.uniform(0.0, 50.0)
    true_s = offset_s + device_s * (1.0 + ppm)
    if not sliding:
        true_s, device_s = offset_s + device_s, device_s / (1.0 + ppm)
    events_s = rng.uniform(0.0, interval_s) + interval_s * np.arange(int((length_s + 60.0) / interval_s))
    heard = rng.random(len(events_s)) >= missed
    for start_s in rng.uniform(offset_s, offset_s + length_s, 6):
        heard &= ~((events_s >= start_s) & (events_s < start_s + rng.uniform(0.3, 1.5)))
    events_s = events_s[heard]
    arrival_s = events_s[np.searchsorted(events_s, true_s)] + least_delay_s
    return _Link(true_s, device_s, arrival_s, interval_s)


def _mapped(link: _Link, state: ClockState | None = None) -> tuple[Floats, ClockState]:
    state = ClockState() if state is None else state
    times = []
    for device_s, arrival_s in zip(link.device_s, link.arrival_s, strict=True):
        state = device_clock.observe(PARAMS, state, float(device_s), float(arrival_s), link.interval_s)
        times.append(device_clock.common_time(state, float(device_s)))
    return np.array(times), state


@pytest.mark.parametrize(
    ("sliding", "median_ms", "most_ms", "wander_ms"), [(False, 2.2, 5.0, 0.3), (True, 2.0, 5.0, 1.0)]
)
def test_two_sensors_agree_within_a_few_milliseconds_whatever_the_radio_does(
    sliding: bool, median_ms: float, most_ms: float, wander_ms: float
) -> None:
    bias_ms, jitter_ms, arrival_ms = [], [], []
    settled = slice(800, None)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        pelvis, thigh = _link(rng, 0.015, 0.02, sliding=sliding), _link(rng, 0.045, 0.15, sliding=sliding)
        error_s = (_mapped(thigh)[0] - thigh.true_s) - (_mapped(pelvis)[0] - pelvis.true_s)
        delay_s = (thigh.arrival_s - thigh.true_s) - (pelvis.arrival_s - pelvis.true_s)
        bias_ms.append(1e3 * abs(error_s[settled].mean()))
        jitter_ms.append(1e3 * error_s[settled].std())
        arrival_ms.append(1e3 * abs(delay_s[settled].mean()))
    assert np.median(arrival_ms) > 15.0
    assert np.median(bias_ms) < median_ms
    assert np.percentile(bias_ms, 95) < most_ms
    assert np.median(jitter_ms) < wander_ms


def _random_link(rng: np.random.Generator) -> _Link:
    """Return 60 s of a link with a shortest delay of its own, missed events, fades, and perhaps a late beginning."""
    link = _link(rng, rng.uniform(0.0075, 0.05), rng.choice([0.0, 0.1, 0.25]), length_s=60.0)
    heard = rng.random(len(link.true_s)) > 0.05
    arrival_s = link.arrival_s + rng.uniform(0.0, 0.02) + rng.exponential(0.0005, len(heard))
    begin_s = link.true_s[0] + rng.choice([0.0, 0.3, 1.5])
    arrival_s = np.maximum.accumulate(np.maximum(arrival_s, begin_s))
    return _Link(link.true_s[heard], link.device_s[heard], arrival_s[heard], link.interval_s)


def test_after_ten_seconds_two_sensors_differ_by_2_ms_besides_their_shortest_delays_and_say_how_much() -> None:
    beyond_ms, deviations = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        errors, shortest, sds = [], [], []
        for _ in Role:
            link = _random_link(rng)
            heard = link.arrival_s <= link.arrival_s[0] + 10.0
            link = _Link(link.true_s[heard], link.device_s[heard], link.arrival_s[heard], link.interval_s)
            times, state = _mapped(link)
            assert state.sd_s is not None
            errors.append(times[-1] - link.true_s[-1])
            shortest.append((link.arrival_s - link.true_s).min())
            sds.append(state.sd_s)
        beyond_ms.append(1e3 * (abs(errors[0] - errors[1]) - abs(shortest[0] - shortest[1])))
        besides_s = (errors[0] - errors[1]) - (shortest[0] - shortest[1])
        deviations.append(besides_s / np.hypot(*sds))
    assert np.percentile(beyond_ms, 98) < 2.0
    assert np.mean(np.abs(deviations) < 2.0) > 0.85
    assert np.sqrt(np.mean(np.square(deviations))) > 0.4


def test_the_rate_of_the_sensor_is_found() -> None:
    device_s = np.arange(PACKET_S, 120.0, PACKET_S)
    for ppm in (-40.0, 0.0, 40.0):
        true_s = 7.0 + device_s * (1.0 + ppm * 1e-6)
        arrival_s = true_s + np.random.default_rng(3).exponential(0.02, len(true_s))
        _, state = _mapped(_Link(true_s, device_s, arrival_s))
        assert state.rate_ppm == pytest.approx(ppm, abs=3.0)


def test_the_rate_is_not_known_before_two_windows() -> None:
    state = ClockState()
    assert state.rate_ppm is None
    state = device_clock.observe(PARAMS, state, 0.0, 1.0, 0.015)
    assert device_clock.observe(PARAMS, state, 5.1, 6.1, 0.015).rate_ppm is None


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.3), st.booleans())
def test_mapped_times_always_increase(seed: int, mean_delay_s: float, synchronised: bool) -> None:
    rng = np.random.default_rng(seed)
    device_s = np.cumsum(rng.choice([0.01, 0.05, 0.05, 2.0], 300))
    arrival_s = 3.0 + device_s * (1.0 + rng.uniform(-1e-4, 1e-4)) + rng.exponential(mean_delay_s, 300)
    state = device_clock.synchronise(ClockState(), 2.9, 0.0, 3.2) if synchronised else ClockState()
    times, _ = _mapped(_Link(device_s, device_s, arrival_s), state)
    assert np.all(np.diff(times) > (0.999 - PARAMS.most_slew) * np.diff(device_s))


def test_the_offset_is_never_changed_faster_than_stated() -> None:
    link = _link(np.random.default_rng(8), 0.045, 0.15)
    times, _ = _mapped(link)
    change = np.abs(np.diff(times - link.device_s)) / np.diff(link.device_s)
    assert change.max() <= PARAMS.most_slew * (1.0 + 1e-6)
    assert change[400:].max() <= PARAMS.slew * (1.0 + 1e-6)


@pytest.mark.parametrize(
    ("sync_at", "least_delay_s"),
    [(0, 0.012), (0, 0.060), (10, 0.060), (200, 0.012), (200, 0.060), (1500, 0.060)],
)
def test_two_way_exchange_removes_the_shortest_delay_within_half_its_round_trip(
    sync_at: int, least_delay_s: float
) -> None:
    round_trip_s, share = 0.008, 0.8  # most of the round trip is on the way out
    for seed in range(5):
        link = _link(np.random.default_rng(seed), 0.015, 0.02, least_delay_s=least_delay_s)
        head, tail = (
            _Link(link.true_s[part], link.device_s[part], link.arrival_s[part])
            for part in (slice(0, sync_at), slice(sync_at, None))
        )
        _, state = _mapped(head)
        sent_s = float(tail.true_s[0]) - share * round_trip_s
        state = device_clock.synchronise(state, sent_s, float(tail.device_s[0]), sent_s + round_trip_s)
        times, state = _mapped(tail, state)
        settled = link.device_s[sync_at:] > link.device_s[sync_at] + 30.0
        error = abs(np.mean((times - tail.true_s)[settled]))
        # The packets slide against the connection events by up to 5 ms meanwhile.
        assert error < 0.5 * round_trip_s + 0.0025
        assert state.delay_is_known
        assert state.sd_s is not None
        assert error < 2.0 * state.sd_s


def test_an_answer_before_the_question_is_no_exchange() -> None:
    assert device_clock.synchronise(ClockState(), 31.0, 20.0, 30.0) == ClockState()


def test_many_exchanges_leave_less_between_the_bounds_than_half_the_best_round_trip() -> None:
    rng = np.random.default_rng(4)
    state = ClockState()
    for k in range(20):
        out_s, back_s = 0.001 + rng.uniform(0.0, 0.015), 0.001 + rng.uniform(0.0, 0.015)
        state = device_clock.synchronise(state, 7.0 + k - out_s, float(k), 7.0 + k + back_s)
    state = device_clock.observe(PARAMS, state, 20.0, 27.020, 0.015)
    assert state.line is not None
    assert state.line.delay_sd_s < 0.002
    assert device_clock.common_time(state, 20.0) == pytest.approx(27.0, abs=0.002)


def test_an_exchange_long_ago_does_not_drift_away_with_the_line() -> None:
    device_s = np.arange(PACKET_S, 1500.0, PACKET_S)
    true_s = device_s * (1.0 + 40e-6)
    arrival_s = true_s + 0.030 + np.random.default_rng(2).exponential(0.01, len(true_s))
    state = device_clock.synchronise(ClockState(), -0.002, 0.0, 0.002)
    times, _ = _mapped(_Link(true_s, device_s, arrival_s), state)
    assert np.abs(times - true_s)[400:].max() < 0.003


def test_a_fade_of_a_whole_window_is_left_out_of_the_line() -> None:
    device_s = np.arange(PACKET_S, 60.0, PACKET_S)
    arrival_s = device_s + np.random.default_rng(1).exponential(0.005, len(device_s))
    faded = (device_s > 30.0) & (device_s < 36.0)
    arrival_s = np.where(faded, np.maximum(arrival_s, device_s + 0.4), arrival_s)
    _, state = _mapped(_Link(device_s, device_s, arrival_s))
    assert state.rate_ppm is not None
    assert abs(state.rate_ppm) < 3.0
    assert max(window.offset_s for window in state.windows) > 0.3


def test_no_more_than_the_stated_windows_are_kept() -> None:
    device_s = np.arange(0.0, 1000.0, 1.0)
    _, state = _mapped(_Link(device_s, device_s, device_s))
    assert len(state.windows) == PARAMS.most_windows


def test_asking_before_the_first_packet_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="not observed"):
        device_clock.common_time(ClockState(), 1.0)


def test_a_first_packet_out_of_a_fade_does_not_spoil_the_session() -> None:
    device_s = np.arange(PACKET_S, 60.0, PACKET_S)
    arrival_s = np.maximum(device_s + 0.004, 1.5)
    times, _ = _mapped(_Link(device_s, device_s, arrival_s))
    assert times[0] == 1.5
    assert np.abs(times - device_s - 0.004)[device_s > 35.0].max() < 0.005
    assert np.all(np.diff(times) > 0.0)


def test_the_stretch_between_two_packets_is_that_of_their_mapped_times() -> None:
    before = device_clock.observe(PARAMS, ClockState(), 1.0, 2.0, 0.015)
    after = device_clock.observe(PARAMS, before, 1.1, 1.5, 0.015)
    mapped_s = device_clock.common_time(after, 1.1) - device_clock.common_time(before, 1.0)
    assert device_clock.stretch(before, after) == pytest.approx(mapped_s / 0.1)
    assert device_clock.stretch(ClockState(), before) == 1.0


def test_the_stated_error_is_the_lines_what_its_rate_makes_of_the_time_since_and_what_is_not_applied_yet() -> None:
    line = ClockLine(100.0, 5.0, 1e-5, sd_s=0.001, rate_sd=2e-6, ahead_s=0.0, delay_s=0.0, delay_sd_s=0.0)
    state = ClockState(line=line, below_s=0.0005, applied_s=5.0035, applied_at_s=200.0)
    # The line says 5 s + 1 ms - 0.5 ms by now: 3 ms are still to be applied.
    assert state.sd_s == pytest.approx(0.001 + 0.0002 + 0.003)
    assert replace(state, applied_at_s=50.0, applied_s=4.9995).sd_s == pytest.approx(0.001)
    assert replace(state, applied_s=None).sd_s is None
