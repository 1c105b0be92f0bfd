"""The heading filter against a textbook Kalman filter with matrices, and over long runs."""

import math

import numpy as np
import pytest

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.unknowns import (
    ADDUCTION_OFF,
    LEVEL_OFF,
    LINK_OFF,
    MAGNETIC_OFF,
    PELVIS_AXIAL,
    THIGH_AXIAL,
    UNKNOWNS,
)

PARAMS = HeadingParams()
AXIAL = np.array([[math.radians(6.0) ** 2, 0.001], [0.001, math.radians(5.0) ** 2]])


def _state() -> HeadingState:
    return heading_filter.start(PARAMS, 0.3, AXIAL, 1e6)


def _gradient(rng: np.random.Generator) -> np.ndarray:
    gradient = rng.normal(0.0, 1.0, UNKNOWNS)
    gradient[1] = 0.0
    return gradient


def _textbook_predict(
    x: np.ndarray, p: np.ndarray, dt: float, wider_rad2: float, lost: float
) -> tuple[np.ndarray, np.ndarray]:
    f = np.eye(UNKNOWNS)
    f[0, 1] = dt
    f[1, 1] = 1.0 - dt / PARAMS.rate_decay_s
    f[LINK_OFF, LINK_OFF] = math.exp(-dt / PARAMS.link_off_decay_s)
    q = np.zeros((UNKNOWNS, UNKNOWNS))
    q[0, 0] = PARAMS.heading_noise_rad_sqrt_s**2 * dt + PARAMS.turn_scale**2 * wider_rad2 + lost
    q[1, 1] = 2.0 * PARAMS.rate_sd_rad_s**2 * dt / PARAMS.rate_decay_s
    q[LINK_OFF, LINK_OFF] = (1.0 - f[LINK_OFF, LINK_OFF] ** 2) * PARAMS.link_off_rad**2
    return f @ x, f @ p @ f.T + q


def test_it_is_the_textbook_filter() -> None:
    rng = np.random.default_rng(1)
    state = _state()
    x, p = state.x, state.covariance
    turns = [0.0]
    for k in range(300):
        dt, turn = rng.uniform(0.05, 0.3), rng.normal(0.0, 0.1)
        lost = 0.01 if k % 50 == 0 else 0.0
        before = np.ptp(turns)
        turns.append(turns[-1] + turn)
        state = heading_filter.predict(PARAMS, state, dt, turn, lost)
        x, p = _textbook_predict(x, p, dt, float(np.ptp(turns) ** 2 - before**2), lost)
        if k % 7 == 0:
            h, innovation, sd = _gradient(rng), rng.normal(0.0, 0.05), math.radians(rng.uniform(1.0, 6.0))
            state, believed = heading_filter.update(PARAMS, state, innovation, h, sd, gated=False)
            assert believed
            s = h @ p @ h + sd * sd
            gain = p @ h / s
            x = x + gain * innovation
            p = p - np.outer(gain, gain) * s
        np.testing.assert_allclose(state.x, x, atol=1e-9)
        np.testing.assert_allclose(state.covariance, p, atol=1e-9)


def test_at_the_start_only_the_mountings_depend_on_each_other() -> None:
    covariance = _state().covariance
    axial = np.ix_([THIGH_AXIAL, PELVIS_AXIAL], [THIGH_AXIAL, PELVIS_AXIAL])
    np.testing.assert_array_equal(covariance[axial], AXIAL)
    rest = covariance - np.diag(np.diag(covariance))
    rest[axial] = 0.0
    assert not np.any(rest)
    assert np.all(np.diag(covariance)[:MAGNETIC_OFF] > 0.0)
    assert covariance[MAGNETIC_OFF, MAGNETIC_OFF] == 0.0


def test_the_covariance_stays_symmetric_and_positive_for_hours() -> None:
    rng = np.random.default_rng(3)
    state = _state()
    for k in range(36_000):
        state = heading_filter.predict(PARAMS, state, 0.1, 0.01, 0.0)
        if k % 300 == 0:
            for sd_deg in (0.1, 6.0, 3.0):
                state, _ = heading_filter.update(PARAMS, state, 0.01, _gradient(rng), math.radians(sd_deg), gated=False)
            np.testing.assert_array_equal(state.covariance, state.covariance.T)
            assert np.linalg.eigvalsh(state.covariance[:MAGNETIC_OFF, :MAGNETIC_OFF])[0] > 0.0


def test_a_surprise_beyond_the_gate_is_not_believed() -> None:
    h = np.eye(UNKNOWNS)[0]
    known, _ = heading_filter.update(PARAMS, _state(), 0.0, h, 0.02, gated=False)
    again, believed = heading_filter.update(PARAMS, known, 1.0, h, 0.02)
    assert not believed
    assert again is known


def test_a_value_across_half_a_turn_is_near() -> None:
    h = _gradient(np.random.default_rng(5))
    near, _ = heading_filter.update(PARAMS, _state(), 0.01, h, 0.02)
    wound, _ = heading_filter.update(PARAMS, _state(), 0.01 - 2.0 * math.pi, h, 0.02)
    np.testing.assert_allclose(wound.x, near.x, atol=1e-12)


def test_lost_time_and_turning_widen_the_heading() -> None:
    calm = heading_filter.predict(PARAMS, _state(), 0.1, 0.0, 0.0).covariance[0, 0]
    assert heading_filter.predict(PARAMS, _state(), 0.1, 1.0, 0.0).covariance[0, 0] > calm
    assert heading_filter.predict(PARAMS, _state(), 0.1, -1.0, 0.0).covariance[0, 0] > calm
    lost = heading_filter.predict(PARAMS, _state(), 0.1, 0.0, 0.25).covariance[0, 0]
    assert lost == pytest.approx(calm + 0.25)


def test_another_posture_forgets_only_how_the_person_lay() -> None:
    rng = np.random.default_rng(6)
    state = _state()
    for _ in range(5):
        state, _ = heading_filter.update(PARAMS, state, 0.02, _gradient(rng), 0.02, gated=False)
    moved = heading_filter.in_another_posture(PARAMS, state)
    kept = slice(0, ADDUCTION_OFF)
    np.testing.assert_array_equal(moved.x[kept], state.x[kept])
    np.testing.assert_array_equal(moved.covariance[kept, kept], state.covariance[kept, kept])
    for k in (ADDUCTION_OFF, LEVEL_OFF):
        assert moved.x[k] == 0.0
        assert np.count_nonzero(moved.covariance[k]) == 1
        assert moved.covariance[k, k] == _state().covariance[k, k]


def _after(innovations_sd: list[float]) -> HeadingState:
    """Return the state after pauses that were off by so many standard deviations of their innovation."""
    state, h, sd = _state(), np.eye(UNKNOWNS)[THIGH_AXIAL], 0.03
    for off in innovations_sd:
        variance = float(h @ state.covariance @ h) + sd * sd
        state, _ = heading_filter.update(PARAMS, state, off * math.sqrt(variance), h, sd, is_pause=True)
    return state


def test_scatter_is_one_before_any_pause_and_where_pauses_are_as_expected() -> None:
    assert heading_filter.scatter(PARAMS, _state()) == 1.0
    assert heading_filter.scatter(PARAMS, _after([1.0, -1.0, 1.0])) == pytest.approx(1.0)


def test_scatter_goes_to_the_mean_square_of_what_was_found() -> None:
    assert heading_filter.scatter(PARAMS, _after([2.0, -2.0] * 200)) == pytest.approx(4.0, rel=0.03)
    assert heading_filter.scatter(PARAMS, _after([0.5, -0.5] * 200)) == pytest.approx(0.25, rel=0.05)


def test_a_contradiction_scatters_more_than_any_believed_pause() -> None:
    calm = _after([1.0] * 5)
    most, _ = heading_filter.update(PARAMS, calm, 50.0, np.eye(UNKNOWNS)[0], 100.0, is_pause=True, gated=False)
    assert heading_filter.scatter(PARAMS, heading_filter.contradicted(PARAMS, calm)) > 1.0
    assert heading_filter.scatter(PARAMS, heading_filter.contradicted(PARAMS, calm)) >= heading_filter.scatter(
        PARAMS, most
    )


def test_where_pauses_scatter_the_rate_is_allowed_to_change_faster() -> None:
    calm, wild = _after([0.1] * 4), _after([3.0] * 4)
    grown = [
        heading_filter.predict(PARAMS, state, 0.1, 0.0, 0.0).covariance[1, 1]
        - (1.0 - 0.1 / PARAMS.rate_decay_s) ** 2 * state.covariance[1, 1]
        for state in (calm, wild)
    ]
    assert grown[1] > 2.0 * grown[0]


def _augmented(
    x: np.ndarray, p: np.ndarray, gradient: np.ndarray, innovation: float, sd: float
) -> tuple[np.ndarray, np.ndarray]:
    """Update a textbook filter of one unknown more: the angle as it was."""
    h = np.append(gradient, 0.0)
    gain = p @ h / (h @ p @ h + sd * sd)
    i_kh = np.eye(len(h)) - np.outer(gain, h)
    return x + gain * innovation, i_kh @ p @ i_kh.T + np.outer(gain, gain) * sd * sd


def test_what_is_remembered_is_what_a_filter_says_that_carries_the_angle_as_it_was_along() -> None:
    rng = np.random.default_rng(4)
    then = _gradient(rng)
    state = heading_filter.remembered(_state(), then)
    n = UNKNOWNS + 1
    p = np.zeros((n, n))
    p[:-1, :-1] = state.covariance
    p[-1, :-1] = p[:-1, -1] = state.covariance @ then
    p[-1, -1] = then @ state.covariance @ then
    x = np.append(state.x, 0.0)
    for k in range(40):
        dt = rng.uniform(0.05, 0.3)
        state = heading_filter.predict(PARAMS, state, dt, 0.0, 0.0)
        f, q = np.eye(n), np.zeros((n, n))
        none = np.zeros((UNKNOWNS, UNKNOWNS))
        moved, q[:-1, :-1] = _textbook_predict(x[:-1], none, dt, 0.0, 0.0)
        f[:-1, :-1] = np.column_stack([_textbook_predict(unit, none, dt, 0.0, 0.0)[0] for unit in np.eye(UNKNOWNS)])
        x, p = np.append(moved, x[-1]), f @ p @ f.T + q
        if k % 4 == 0:
            gradient, innovation = _gradient(rng), rng.normal(0.0, 0.05)
            state, believed = heading_filter.update(PARAMS, state, innovation, gradient, 0.03, gated=False)
            assert believed
            x, p = _augmented(x, p, gradient, innovation, 0.03)
        assert state.since_then_rad == pytest.approx(float(x[-1]), abs=1e-9)
        assert state.with_then is not None
        assert np.allclose(state.with_then, p[-1, :-1], atol=1e-9)


def test_a_zero_that_was_wrong_is_told_again_and_what_drifted_since_is_not() -> None:
    """Rotation answers to the thigh's mounting as to the heading; pauses say that it reads 0.1 too much."""
    gradient = np.zeros(UNKNOWNS)
    gradient[0] = gradient[THIGH_AXIAL] = 1.0
    settled = _state()
    for _ in range(3):
        settled, _ = heading_filter.update(PARAMS, settled, 0.0, gradient, 0.001, gated=False)

    def told_again(pause_s: float) -> float:
        state = heading_filter.remembered(settled, gradient)
        state, _ = heading_filter.update(PARAMS, state, 0.01, gradient, 0.03, gated=False)
        for _ in range(max(1, round(pause_s))):
            state = heading_filter.predict(PARAMS, state, pause_s / max(1, round(pause_s)), 0.0, 0.0)
        before = state.since_then_rad
        state, _ = heading_filter.update(PARAMS, state, -0.1, gradient, 0.001, gated=False)
        return (state.since_then_rad - before) / -0.1

    assert told_again(0.01) > 0.0
    assert told_again(600.0) < 0.2 * told_again(0.01)
