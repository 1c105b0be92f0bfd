"""Rows of both sensors: pass-through, bridging, holes, lateness, and memory that stays small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from imu_hip.model.block import AlignedBlock, SampleState
from imu_hip.model.item import Role
from imu_hip.stream import pairing
from imu_hip.stream.pairing import PairingParams, PairingState
from imu_hip.stream.samples import Samples

Floats = NDArray[np.float64]

PARAMS = PairingParams()
PERIOD_S = 0.01


def _signal(t_s: Floats) -> Floats:
    """Return six straight lines, which interpolation must hit exactly but for rounding."""
    return np.stack([(k + 1.0) * t_s - k for k in range(6)], axis=1)


def _samples(t_s: Floats) -> Samples:
    return Samples(t_s, _signal(t_s))


def _grid(first: int, stop: int, offset_s: float = 0.0) -> Floats:
    return np.arange(first, stop) * PERIOD_S + offset_s


def _paired(pelvis_s: Floats, thigh_s: Floats) -> AlignedBlock:
    state, late = pairing.add(PairingState(), Role.PELVIS, _samples(pelvis_s), PERIOD_S)
    state, more = pairing.add(state, Role.THIGH, _samples(thigh_s), PERIOD_S)
    assert late == more == 0
    return pairing.take(PARAMS, state)[1]


def _without(t_s: Floats, first: int, stop: int) -> Floats:
    return np.delete(t_s, slice(first, stop))


def test_samples_at_equal_times_pass_unchanged() -> None:
    t_s = _grid(0, 100)
    values = np.random.default_rng(0).standard_normal((100, 6))
    state, _ = pairing.add(PairingState(), Role.PELVIS, Samples(t_s, values), PERIOD_S)
    state, _ = pairing.add(state, Role.THIGH, Samples(t_s, 2.0 * values), PERIOD_S)
    _, block = pairing.take(PARAMS, state)
    np.testing.assert_array_equal(block.t_s, t_s)
    np.testing.assert_array_equal(np.hstack([block.pelvis.gyr, block.pelvis.acc]), values)
    np.testing.assert_array_equal(np.hstack([block.thigh.gyr, block.thigh.acc]), 2.0 * values)
    assert np.all(block.on_sample)
    assert np.all(block.pelvis.state == SampleState.MEASURED)
    assert np.all(block.thigh.state == SampleState.MEASURED)


def test_the_thigh_is_interpolated_at_the_pelvis_times() -> None:
    block = _paired(_grid(1, 99), _grid(0, 100, 0.0037))
    np.testing.assert_allclose(np.hstack([block.thigh.gyr, block.thigh.acc]), _signal(block.t_s), atol=1e-13)
    assert np.all(block.thigh.state == SampleState.MEASURED)


def test_the_field_is_interpolated_like_the_rest_and_not_known_beside_a_sample_without() -> None:
    thigh_s = _grid(0, 100, 0.0037)
    values = np.hstack([_signal(thigh_s), _signal(thigh_s)[:, :3]])
    values[50, 6:] = np.nan
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(1, 99)), PERIOD_S)
    state, _ = pairing.add(state, Role.THIGH, Samples(thigh_s, values), PERIOD_S)
    _, block = pairing.take(PARAMS, state)
    assert block.pelvis.mag is None
    assert block.thigh.mag is not None
    beside = np.isnan(block.thigh.mag[:, 0])
    np.testing.assert_array_equal(block.t_s[beside], _grid(1, 99)[[49, 50]])
    np.testing.assert_allclose(block.thigh.mag[~beside], _signal(block.t_s)[~beside, :3], atol=1e-13)
    assert np.all(block.thigh.state == SampleState.MEASURED)
    assert np.all(np.isfinite(block.thigh.gyr))


@pytest.mark.parametrize(
    ("lost", "state"),
    [(0, SampleState.MEASURED), (1, SampleState.BRIDGED), (4, SampleState.BRIDGED), (5, SampleState.MISSING)],
)
def test_a_hole_of_the_thigh_is_bridged_up_to_50_ms(lost: int, state: SampleState) -> None:
    block = _paired(_grid(0, 40), _without(_grid(0, 40), 20, 20 + lost))
    hole = slice(20, 20 + lost)
    assert np.all(block.thigh.state[hole] == state)
    assert np.all(np.delete(block.thigh.state, hole) == SampleState.MEASURED)
    if state is SampleState.MISSING:
        assert np.all(np.isnan(block.thigh.gyr[hole]))
        assert np.all(np.isnan(block.thigh.acc[hole]))
    else:
        np.testing.assert_allclose(block.thigh.gyr, _signal(block.t_s)[:, :3], atol=1e-13)


@pytest.mark.parametrize(
    ("lost", "state"), [(1, SampleState.BRIDGED), (4, SampleState.BRIDGED), (5, SampleState.MISSING)]
)
def test_a_hole_of_the_pelvis_is_filled_with_rows_at_its_period(lost: int, state: SampleState) -> None:
    block = _paired(_without(_grid(0, 40), 20, 20 + lost), _grid(0, 40))
    np.testing.assert_allclose(block.t_s, _grid(0, 40), atol=1e-12)
    hole = slice(20, 20 + lost)
    assert not np.any(block.on_sample[hole])
    assert np.all(np.delete(block.on_sample, hole))
    assert np.all(block.pelvis.state[hole] == state)
    assert np.all(block.thigh.state == SampleState.MEASURED)


def test_a_long_hole_of_the_pelvis_is_filled_for_two_seconds_only() -> None:
    block = _paired(np.concatenate([_grid(0, 20), _grid(1000, 1020)]), _grid(0, 1020))
    assert np.count_nonzero(~block.on_sample) == 200
    assert block.t_s[219] == pytest.approx(0.19 + 2.0)
    assert block.t_s[220] == 10.0


def test_a_row_waits_for_the_slower_sensor() -> None:
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 50)), PERIOD_S)
    state, block = pairing.take(PARAMS, state)
    assert len(block.t_s) == 0
    state, _ = pairing.add(state, Role.THIGH, _samples(_grid(0, 30)), PERIOD_S)
    _, block = pairing.take(PARAMS, state)
    np.testing.assert_array_equal(block.t_s, _grid(0, 30))


def test_after_the_deadline_a_row_goes_without_the_thigh_and_what_comes_then_is_late() -> None:
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 50)), PERIOD_S)
    state, _ = pairing.add(state, Role.THIGH, _samples(_grid(0, 10)), PERIOD_S)
    assert not pairing.overdue(PARAMS, state, 1.05)
    assert pairing.overdue(PARAMS, state, 1.30)
    state, block = pairing.take(PARAMS, pairing.expire(PARAMS, state, 1.30))
    np.testing.assert_array_equal(block.t_s, _grid(0, 31))
    assert np.all(block.thigh.state[:10] == SampleState.MEASURED)
    assert np.all(block.thigh.state[10:] == SampleState.MISSING)
    state, late = pairing.add(state, Role.THIGH, _samples(_grid(10, 50)), PERIOD_S)
    assert late == 21
    _, block = pairing.take(PARAMS, state)
    np.testing.assert_array_equal(block.t_s, _grid(31, 50))
    assert np.all(block.thigh.state == SampleState.MEASURED)


def test_a_thigh_that_never_starts_holds_rows_back_for_the_deadline_only() -> None:
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 50)), PERIOD_S)
    assert pairing.overdue(PARAMS, state, 1.205)
    _, block = pairing.take(PARAMS, pairing.expire(PARAMS, state, 1.205))
    np.testing.assert_allclose(block.t_s, _grid(0, 21))
    assert np.all(block.thigh.state == SampleState.MISSING)


def test_nothing_is_overdue_before_the_first_sample_or_without_a_deadline() -> None:
    assert not pairing.overdue(PARAMS, PairingState(), 1e9)
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 50)), PERIOD_S)
    assert not pairing.overdue(PairingParams(deadline_s=np.inf), state, 1e9)


def test_a_silent_pelvis_gives_rows_for_two_seconds_and_then_none() -> None:
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 10)), PERIOD_S)
    state, _ = pairing.add(state, Role.THIGH, _samples(_grid(0, 1000)), PERIOD_S)
    times: list[float] = []
    for arrival_s in np.arange(1.0, 10.0, 0.25):
        if pairing.overdue(PARAMS, state, arrival_s):
            state, block = pairing.take(PARAMS, pairing.expire(PARAMS, state, arrival_s))
            times.extend(block.t_s)
            assert not np.any(block.on_sample[block.t_s > 0.095])
    np.testing.assert_allclose(times, _grid(0, 210), atol=1e-9)
    state, late = pairing.add(state, Role.PELVIS, _samples(_grid(950, 1000)), PERIOD_S)
    assert late == 0
    _, block = pairing.take(PARAMS, state)
    np.testing.assert_array_equal(block.t_s, _grid(950, 1000))


def test_samples_that_go_back_in_time_are_counted_and_left_out() -> None:
    state, _ = pairing.add(PairingState(), Role.PELVIS, _samples(_grid(0, 10)), PERIOD_S)
    state, late = pairing.add(state, Role.PELVIS, _samples(_grid(5, 15)), PERIOD_S)
    assert late == 5
    assert [len(piece) for piece in state.pelvis.pieces] == [10, 5]


def _kept(state: PairingState) -> int:
    return sum(len(piece) for track in (state.pelvis, state.thigh) for piece in track.pieces)


def test_in_normal_streaming_only_the_newest_samples_are_kept() -> None:
    state, most = PairingState(), 0
    for k in range(0, 5_000, 5):
        for role in Role:
            state, _ = pairing.add(state, role, _samples(_grid(k, k + 5, 0.003 * (role is Role.THIGH))), PERIOD_S)
            state, _ = pairing.take(PARAMS, state)
        most = max(most, _kept(state))
    assert most <= 10


@pytest.mark.parametrize("role", list(Role))
def test_one_sensor_alone_piles_nothing_up(role: Role) -> None:
    state, most = PairingState(), 0
    for k in range(0, 5_000, 5):
        arrival_s = (k + 5) * PERIOD_S
        if pairing.overdue(PARAMS, state, arrival_s):
            state, _ = pairing.take(PARAMS, pairing.expire(PARAMS, state, arrival_s))
        state, _ = pairing.add(state, role, _samples(_grid(k, k + 5)), PERIOD_S)
        most = max(most, _kept(state))
    assert most <= (PARAMS.deadline_s / PERIOD_S) + 20


@given(
    seed=st.integers(0, 2**32 - 1),
    pelvis_loss=st.floats(0.0, 0.6),
    thigh_loss=st.floats(0.0, 0.6),
    offset_s=st.floats(0.0, 0.009),
)
def test_rows_increase_and_are_known_exactly_where_samples_are_near(
    seed: int, pelvis_loss: float, thigh_loss: float, offset_s: float
) -> None:
    rng = np.random.default_rng(seed)
    pelvis_s = _grid(0, 200)[rng.random(200) >= pelvis_loss]
    thigh_s = _grid(0, 200, offset_s)[rng.random(200) >= thigh_loss]
    block = _paired(pelvis_s, thigh_s)
    assert np.all(np.diff(block.t_s) > 0.0)
    last_s = min(pelvis_s.max(initial=-1.0), thigh_s.max(initial=-1.0))
    np.testing.assert_array_equal(block.t_s[block.on_sample], pelvis_s[pelvis_s <= last_s])
    for sensor, own_s in ((block.pelvis, pelvis_s), (block.thigh, thigh_s)):
        after = np.searchsorted(own_s, block.t_s, side="left")
        inside = (after < len(own_s)) & ((after > 0) | np.isin(block.t_s, own_s))
        span_s = np.where(inside, own_s[np.minimum(after, len(own_s) - 1)] - own_s[np.maximum(after - 1, 0)], np.inf)
        span_s = np.where(np.isin(block.t_s, own_s), 0.0, span_s)
        np.testing.assert_array_equal(sensor.state == SampleState.MISSING, span_s > PARAMS.bridge_s)
        known = sensor.state != SampleState.MISSING
        np.testing.assert_allclose(sensor.gyr[known], _signal(block.t_s)[known, :3], atol=1e-12)
