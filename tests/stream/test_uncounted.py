"""Samples without a counter: what stamps show, and what is left to tell where there are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.model.event import RadioTrouble, Trouble
from imu_hip.model.item import LinkChange, LinkState, Role
from imu_hip.model.packet import Received, SensorConfig, SensorSamples
from imu_hip.model.setup import SensorSetup
from imu_hip.stream import stage, uncounted
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.sensor_state import SensorState
from tests.stream.radio import run

CONFIG = SensorConfig(100, 1, 1.0, 1.0, 0.0, (1, 2, 3), 15.0)
PERIOD_S = 0.01
DELAY_S = 0.02


class Sensor:
    """Feeds packets of `n` samples; keeps what came of them."""

    def __init__(self, *, stamped: bool, n: int = 2, zero_us: int = 0) -> None:
        self.state = SensorState(SensorSetup(Role.THIGH, "any"), config=CONFIG)
        self.stamped, self.n, self.zero_us = stamped, n, zero_us
        self.t_s: list[float] = []
        self.troubles: list[Trouble] = []

    def feed(self, first: int, packets: int = 1, late_s: float = 0.0, rate: float = 1.0, offset_s: float = 0.0) -> None:
        """Feed packets whose first sample is number `first`; sensor time is `rate` times true time."""
        for k in range(packets):
            numbers = first + k * self.n + np.arange(self.n)
            true_s = numbers * PERIOD_S / rate + offset_s
            stamps = (self.zero_us + np.rint(numbers * PERIOD_S * 1e6).astype(np.int64)) % 2**32
            values = np.repeat(numbers[:, None], 6, axis=1).astype(float)
            packet = SensorSamples(stamps if self.stamped else None, values)
            arrival_s = float(true_s[-1]) + DELAY_S + late_s
            self.state, samples, troubles = uncounted.receive(ClockParams(), self.state, packet, arrival_s)
            self.troubles.extend(troubles)
            if samples is not None:
                self.t_s.extend(samples.t_s.tolist())

    def kinds(self) -> list[tuple[RadioTrouble, int]]:
        return [(trouble.kind, trouble.count) for trouble in self.troubles]


@pytest.mark.parametrize("stamped", [True, False])
def test_samples_that_come_in_time_are_a_period_apart(stamped: bool) -> None:
    sensor = Sensor(stamped=stamped)
    sensor.feed(0, 500)
    assert np.allclose(np.diff(sensor.t_s), PERIOD_S, atol=2e-5)
    assert np.allclose(sensor.t_s, np.arange(1000) * PERIOD_S + DELAY_S, atol=1e-3)
    assert (sensor.state.samples, sensor.state.lost, sensor.troubles) == (1000, 0, [])


def test_a_hole_in_the_stamps_is_a_gap_of_so_many() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0, 50)
    sensor.feed(130, 50)
    assert sensor.kinds() == [(RadioTrouble.GAP, 30)]
    assert sensor.state.lost == 30
    assert sensor.state.sequence.index == 230, "lost samples keep their numbers"
    assert sensor.t_s[100] - sensor.t_s[99] == pytest.approx(0.31, abs=1e-3)


def test_stamps_wrap_without_a_trace() -> None:
    sensor = Sensor(stamped=True, zero_us=2**32 - 1_000_000)
    sensor.feed(0, 200)
    assert sensor.troubles == []
    assert np.allclose(np.diff(sensor.t_s), PERIOD_S, atol=1e-6)


def test_what_came_already_is_not_counted_twice() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0, 10)
    sensor.feed(18)
    sensor.feed(19)  # one of it is new
    assert sensor.kinds() == [(RadioTrouble.DUPLICATE, 2), (RadioTrouble.DUPLICATE, 1)]
    assert sensor.state.samples == len(sensor.t_s) == 21


def test_stamps_that_begin_anew_are_a_new_clock_and_time_goes_on() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0, 500)
    sensor.feed(0, 100, offset_s=11.0)
    assert sensor.kinds() == [(RadioTrouble.CLOCK_RESTART, 1)]
    assert np.all(np.diff(sensor.t_s) > 0.0)
    assert sensor.t_s[1000] == pytest.approx(11.0 + DELAY_S, abs=2e-3)


def test_a_sensor_lost_soon_after_its_start_and_started_again_is_a_new_clock() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0, 40)
    sensor.state = replace(sensor.state, interrupted=True)
    sensor.feed(0, 40, offset_s=2.0)
    assert sensor.kinds() == [(RadioTrouble.CLOCK_RESTART, 1)]
    assert not sensor.state.interrupted


def test_a_sensor_that_runs_on_through_a_lost_connection_keeps_its_clock() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0, 100)
    sensor.state = replace(sensor.state, interrupted=True)
    sensor.feed(400, 100)
    assert sensor.kinds() == [(RadioTrouble.GAP, 200)]


def test_without_stamps_a_late_burst_is_not_a_loss() -> None:
    sensor = Sensor(stamped=False)
    sensor.feed(0, 200)
    for k in range(30):  # a fade of 0.6 s: all at once at its end
        sensor.feed(400 + 2 * k, late_s=0.6 - 0.02 * k)
    sensor.feed(460, 200)
    assert sensor.troubles == []
    assert np.allclose(np.diff(sensor.t_s), PERIOD_S, atol=2e-4)


def test_without_stamps_a_second_that_comes_late_throughout_was_lost() -> None:
    sensor = Sensor(stamped=False)
    sensor.feed(0, 300)
    sensor.feed(600, 200, offset_s=0.5)  # what comes next is half a second younger than its number says
    ((kind, count),) = sensor.kinds()
    assert kind is RadioTrouble.GAP
    assert count == pytest.approx(50, abs=3)
    assert sensor.t_s[-1] == pytest.approx(999 * PERIOD_S + 0.5 + DELAY_S, abs=0.03)
    assert np.all(np.diff(sensor.t_s) > 0.0)


@pytest.mark.parametrize("rate", [0.99, 1.01])
def test_without_stamps_a_rate_off_by_a_percent_is_followed(rate: float) -> None:
    sensor = Sensor(stamped=False)
    sensor.feed(0, 3000, rate=rate)
    assert sensor.state.lost == 0
    true_s = np.arange(6000) * PERIOD_S / rate + DELAY_S
    assert np.abs(np.array(sensor.t_s) - true_s)[1000:].max() < 0.05


def test_without_stamps_a_lost_connection_begins_anew() -> None:
    sensor = Sensor(stamped=False)
    sensor.feed(0, 100)
    sensor.state = replace(sensor.state, interrupted=True)
    sensor.feed(200, 100, offset_s=3.0)
    kinds = dict(sensor.kinds())
    assert kinds[RadioTrouble.CLOCK_RESTART] == 1
    assert kinds[RadioTrouble.GAP] == pytest.approx(300, abs=3)
    assert sensor.t_s[200] - sensor.t_s[199] == pytest.approx(3.01, abs=0.02)


def test_samples_before_the_configuration_are_not_believed() -> None:
    sensor = Sensor(stamped=True)
    sensor.state = replace(sensor.state, config=None)
    sensor.feed(0)
    assert sensor.kinds() == [(RadioTrouble.BAD_PACKET, 1)]
    assert sensor.t_s == []


@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(0.0, 3.0), st.integers(1, 5), st.booleans()), max_size=40),
)
def test_whatever_the_stamps_time_only_goes_forward_and_all_are_accounted_for(
    stamped: bool, packets: list[tuple[int, float, int, bool]]
) -> None:
    state = SensorState(SensorSetup(Role.THIGH, "any"), config=CONFIG)
    arrival_s, seen, t_s = 0.0, 0, []
    for stamp, pause_s, n, is_lost in packets:
        arrival_s += pause_s
        state = replace(state, interrupted=state.interrupted or is_lost)
        stamps = (stamp + 10_000 * np.arange(n)) % 2**32 if stamped else None
        packet = SensorSamples(stamps, np.zeros((n, 6)))
        state, samples, troubles = uncounted.receive(ClockParams(), state, packet, arrival_s)
        doubled = sum(trouble.count for trouble in troubles if trouble.kind is RadioTrouble.DUPLICATE)
        assert n == doubled + (0 if samples is None else len(samples))
        if samples is not None:
            assert np.all(np.isfinite(samples.t_s))
            assert np.all(np.diff(samples.t_s) > 0.0)
            seen += len(samples)
            t_s.append(samples)
    assert state.samples == seen


def test_a_sensor_without_stamps_is_told_of_at_the_end() -> None:
    items = []
    for k in range(300):
        t_ns = k * 10_000_000
        if k == 0:
            items += [Received(0, role, CONFIG) for role in Role]
        items.append(Received(t_ns + 20_000_000, Role.THIGH, SensorSamples(None, np.zeros((1, 6)))))
        stamp = np.array([k * 10_000], dtype=np.int64)
        items.append(Received(t_ns + 20_000_001, Role.PELVIS, SensorSamples(stamp, np.zeros((1, 6)))))
    state, output = run(items, [7, 100, 3])
    assert len(output.block.t_s) > 250
    warnings = [each for each in output.troubles if not isinstance(each, Trouble)]
    assert [warning.code for warning in warnings] == ["samples_unstamped"]
    assert "thigh sensor does not stamp" in warnings[0].text
    assert stage.statistics(state)[Role.THIGH].lost == 0


def test_a_lost_connection_is_remembered_until_samples_come() -> None:
    items = [LinkChange(0, Role.THIGH, LinkState.LOST, "gone")]
    state, _ = run(items)
    assert state.sensors[Role.THIGH].interrupted
    assert not state.sensors[Role.PELVIS].interrupted


def waiting(newest_and_arrivals: list[tuple[float, float]], held_back_s: float) -> tuple[SensorState, list[float]]:
    """Feed packets whose last sample is older by `held_back_s` than the newest that came with it, as stamped."""
    state, t_s, next_number = SensorState(SensorSetup(Role.THIGH, "any"), config=CONFIG), [], 0
    for newest_s, arrival_s in newest_and_arrivals:
        numbers = np.arange(next_number, int((newest_s - held_back_s) / PERIOD_S))
        next_number = int(numbers[-1]) + 1
        stamps = np.rint(numbers * PERIOD_S * 1e6).astype(np.int64)
        packet = SensorSamples(stamps, np.zeros((len(numbers), 6)), newest_us=round(newest_s * 1e6))
        state, samples, troubles = uncounted.receive(ClockParams(), state, packet, arrival_s)
        assert samples is not None
        assert troubles == ()
        t_s.extend(samples.t_s.tolist())
    return state, t_s


@pytest.mark.parametrize("held_back_s", [0.0, 0.3, 1.2])
def test_samples_that_waited_for_others_are_no_older_for_it(held_back_s: float) -> None:
    arrivals = [(1.4 * k, 1.4 * k + DELAY_S + 0.01 * (k % 3)) for k in range(3, 40)]
    state, t_s = waiting(arrivals, held_back_s)
    assert np.allclose(t_s, np.arange(len(t_s)) * PERIOD_S + DELAY_S, atol=2e-3)
    assert state.lost == 0


@given(
    st.lists(st.tuples(st.floats(0.2, 3.0), st.floats(0.0, 2.0)), min_size=2, max_size=30),
    st.floats(0.0, 3.0),
)
def test_times_of_samples_that_waited_increase_whatever_the_delays(
    steps: list[tuple[float, float]], held_back_s: float
) -> None:
    newest_s = held_back_s + np.cumsum([step for step, _ in steps])
    _, t_s = waiting([(t, t + late) for t, (_, late) in zip(newest_s.tolist(), steps, strict=True)], held_back_s)
    assert np.all(np.diff(t_s) > 0.0)


def test_a_packet_with_samples_at_the_limit_is_told_of() -> None:
    sensor = Sensor(stamped=True)
    sensor.feed(0)
    packet = SensorSamples(np.array([20_000, 30_000]), np.zeros((2, 6)), clipped=True)
    _, samples, (trouble,) = uncounted.receive(ClockParams(), sensor.state, packet, 0.05)
    assert samples is not None
    assert (trouble.kind, trouble.count) == (RadioTrouble.CLIPPED, 2)
