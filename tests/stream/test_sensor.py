"""One sensor: what it says of itself, two-way exchanges, flags, statistics."""

from dataclasses import replace

import numpy as np
import pytest

from imu_hip.model.event import RadioTrouble
from imu_hip.model.item import Role
from imu_hip.model.packet import BadPacket, BadPacketReason, BatteryLevel, ControlReply, SyncReply, TimedSamples
from imu_hip.model.setup import ClockMap, SensorSetup
from imu_hip.stream import sensor, sensor_state
from imu_hip.stream.device_clock import ClockParams
from imu_hip.stream.samples import in_si
from imu_hip.stream.sensor_state import SensorState
from tests.stream.radio import CONFIG, info, packet

PARAMS = ClockParams()
WORN = SensorSetup(Role.THIGH, "bip_v1")


def _known() -> SensorState:
    state = SensorState(WORN)
    for what in (info(), CONFIG):
        state, _, _ = sensor.receive(PARAMS, state, what, 0.0)
    return state


def test_a_packet_becomes_samples_that_end_when_it_was_taken() -> None:
    state, samples, troubles = sensor.receive(PARAMS, _known(), packet(0, 40_000), 7.0)
    assert troubles == ()
    assert samples is not None
    np.testing.assert_allclose(in_si([samples]).t_s, 7.0 - 0.01 * np.arange(4, -1, -1), atol=1e-12)
    assert sensor_state.statistics(state).samples == 5


def test_a_repeated_packet_brings_nothing_and_is_counted() -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), packet(0, 40_000), 7.0)
    again, samples, (trouble,) = sensor.receive(PARAMS, state, packet(0, 40_000), 7.1)
    assert samples is None
    assert (trouble.kind, trouble.count) == (RadioTrouble.DUPLICATE, 5)
    assert sensor_state.statistics(again) == sensor_state.statistics(state)


@pytest.mark.parametrize(("flag", "kind"), [("clipped", RadioTrouble.CLIPPED), ("overran", RadioTrouble.OVERRUN)])
def test_flags_of_a_packet_become_troubles(flag: str, kind: RadioTrouble) -> None:
    flagged = replace(packet(0, 40_000), **{flag: True})
    _, samples, (trouble,) = sensor.receive(PARAMS, _known(), flagged, 7.0)
    assert samples is not None
    assert trouble.kind is kind


def test_bad_bytes_are_counted_with_their_reason() -> None:
    _, samples, (trouble,) = sensor.receive(PARAMS, _known(), BadPacket(BadPacketReason.WRONG_LENGTH), 7.0)
    assert samples is None
    assert (trouble.kind, trouble.count, trouble.detail) == (RadioTrouble.BAD_PACKET, 1, "wrong_length")


def test_samples_before_the_configuration_are_one_bad_packet() -> None:
    _, samples, (trouble,) = sensor.receive(PARAMS, SensorState(WORN), packet(0, 40_000), 7.0)
    assert samples is None
    assert (trouble.kind, trouble.count) == (RadioTrouble.BAD_PACKET, 1)
    assert trouble.detail == "samples before the configuration"


def test_the_same_introduction_again_changes_nothing() -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), packet(0, 40_000), 7.0)
    again, _, troubles = sensor.receive(PARAMS, state, info(), 8.0)
    assert troubles == ()
    assert again == state


@pytest.mark.parametrize("new", [info(boot_id=2), info(serial="other")])
def test_another_boot_or_another_sensor_is_a_new_clock(new: object) -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), packet(100, 40_000_000), 7.0)
    state, _, (trouble,) = sensor.receive(PARAMS, state, new, 8.0)  # type: ignore[arg-type]
    assert (trouble.kind, trouble.count) == (RadioTrouble.CLOCK_RESTART, 1)
    state, samples, troubles = sensor.receive(PARAMS, state, packet(0, 40_000), 9.0)
    assert troubles == ()
    assert samples is not None
    assert samples.last_s == 9.0


def test_a_two_way_exchange_sets_the_clock_before_the_first_packet() -> None:
    state = sensor.requested(_known(), b"\x07", 1.0)
    state, _, _ = sensor.receive(PARAMS, state, SyncReply(7, 500_000), 1.010)
    assert state.sent == ()
    _, samples, _ = sensor.receive(PARAMS, state, packet(0, 600_000), 1.160)
    assert samples is not None
    assert samples.last_s == pytest.approx(1.105)


def test_the_sensor_time_may_wrap_between_the_exchange_and_the_first_packet() -> None:
    state = sensor.requested(_known(), b"\x07", 1.0)
    state, _, _ = sensor.receive(PARAMS, state, SyncReply(7, 2**32 - 50_000), 1.010)
    _, samples, _ = sensor.receive(PARAMS, state, packet(0, 50_000), 1.160)
    assert samples is not None
    assert samples.last_s == pytest.approx(1.105)


def test_the_sensor_time_may_wrap_between_a_packet_and_an_exchange() -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), packet(0, 2**32 - 50_000), 1.1)
    state = sensor.requested(state, b"\x07", 1.13)
    state, _, _ = sensor.receive(PARAMS, state, SyncReply(7, 50_000), 1.15)
    (exchange,) = state.clock.exchanges
    assert exchange.device_s - state.sequence.device_us * 1e-6 == pytest.approx(0.1)


def test_an_answer_that_nobody_asked_for_is_left_alone() -> None:
    state = sensor.requested(_known(), b"\x07", 1.0)
    assert sensor.receive(PARAMS, state, SyncReply(8, 500_000), 1.010)[0] == state


def test_no_more_than_16_requests_wait_for_an_answer() -> None:
    state = _known()
    for k in range(100):
        state = sensor.requested(state, bytes((k,)), float(k))
    assert [token[0] for token, _ in state.sent] == list(range(84, 100))


def test_the_clock_of_a_file_is_mapped_to_the_common_one() -> None:
    clock = ClockMap(offset_s=100.0, rate=1e-4, origin_s=5.0, sd_s=0.004)
    state = SensorState(SensorSetup(Role.THIGH, "float64", 100.0, clock))
    t_s = np.arange(10) / 100.0 + 20.0
    table = TimedSamples(t_s, np.ones((10, 3)), 2.0 * np.ones((10, 3)), None)
    state, samples, _ = sensor.receive(PARAMS, state, table, 0.0)
    assert samples is not None
    np.testing.assert_allclose(in_si([samples]).t_s, t_s + 100.0 + 1e-4 * (t_s - 5.0), rtol=1e-15)
    found = sensor_state.statistics(state)
    assert found.clock_ppm == pytest.approx(100.0)
    assert (found.clock_sd_s, found.clock_delay_s) == (0.004, 0.0)


def test_the_field_of_a_file_goes_along() -> None:
    state = SensorState(SensorSetup(Role.THIGH, "float64", 100.0))
    vectors = [k * np.ones((10, 3)) for k in (1.0, 2.0, 40.0)]
    _, samples, _ = sensor.receive(PARAMS, state, TimedSamples(np.arange(10) / 100.0, *vectors), 0.0)
    assert samples is not None
    np.testing.assert_array_equal(in_si([samples]).values, np.hstack(vectors))


def test_statistics_tell_rate_battery_and_serial() -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), BatteryLevel(73), 0.0)
    for k in (*range(10), *range(12, 400)):
        state, _, _ = sensor.receive(PARAMS, state, packet(k, 50_000 * k), 1.0 + 0.05 * k)
    found = sensor_state.statistics(state)
    assert (found.serial, found.battery_percent, found.samples, found.lost) == ("S1", 73, 1990, 10)
    assert found.rate_hz == pytest.approx(100.0, rel=5e-5)
    assert found.clock_ppm == pytest.approx(0.0, abs=1.0)
    assert found.clock_sd_s is not None
    assert 0.0 < found.clock_sd_s < 0.005
    assert found.clock_delay_s == 0.015


def test_after_an_exchange_no_unknown_delay_is_left() -> None:
    state = sensor.requested(_known(), b"\x07", 0.990)
    state, _, _ = sensor.receive(PARAMS, state, SyncReply(7, 0), 1.010)
    state, _, _ = sensor.receive(PARAMS, state, packet(0, 50_000), 1.080)
    found = sensor_state.statistics(state)
    assert found.clock_delay_s == 0.0
    assert found.clock_sd_s == pytest.approx(0.020 / 12**0.5, rel=0.01)
    assert state.clock.line is not None
    assert state.clock.line.delay_sd_s == pytest.approx(0.020 / 12**0.5, rel=0.01)


def test_an_answer_of_the_control_point_is_nothing_to_the_samples() -> None:
    state = _known()
    assert sensor.receive(PARAMS, state, ControlReply(1, 0), 1.0) == (state, None, ())


def test_of_a_packet_that_repeats_some_samples_only_the_new_ones_count() -> None:
    state, _, _ = sensor.receive(PARAMS, _known(), packet(0, 40_000), 7.0)
    overlapping = replace(packet(1, 70_000), first_index=2)
    after, samples, (trouble,) = sensor.receive(PARAMS, state, overlapping, 7.03)
    assert (trouble.kind, trouble.count) == (RadioTrouble.DUPLICATE, 3)
    assert samples is not None
    assert len(in_si([samples]).t_s) == 2
    assert sensor_state.statistics(after).samples == 7


def test_a_block_of_a_file_without_rows_is_nothing() -> None:
    state = SensorState(SensorSetup(Role.THIGH, "float64", 100.0))
    none = TimedSamples(np.empty(0), np.empty((0, 3)), np.empty((0, 3)), None)
    assert sensor.receive(PARAMS, state, none, 0.0) == (state, None, ())
