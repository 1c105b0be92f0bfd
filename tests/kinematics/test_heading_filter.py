"""The heading filter against a textbook Kalman filter with matrices, and over long runs."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.neutral_anchor import adduction, level, rotation

PARAMS = HeadingParams()
AXIAL = np.diag([math.radians(6.0) ** 2, math.radians(5.0) ** 2])
STANDING = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def _pose(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    pelvis = Rotation.from_rotvec(rng.normal(0.0, 0.6, 3)) * STANDING
    thigh = Rotation.from_rotvec(rng.normal(0.0, 0.6, 3)) * STANDING
    return pelvis.as_quat(scalar_first=True), thigh.as_quat(scalar_first=True)


def _state() -> HeadingState:
    return heading_filter.start(0.3, AXIAL, PARAMS.rate_sd_rad_s)


def _textbook_predict(
    x: np.ndarray, p: np.ndarray, dt: float, turn: float, lost: float
) -> tuple[np.ndarray, np.ndarray]:
    f = np.eye(4)
    f[0, 1] = dt
    f[1, 1] = 1.0 - dt / PARAMS.rate_decay_s
    q = np.zeros((4, 4))
    q[0, 0] = PARAMS.heading_noise_rad_sqrt_s**2 * dt + PARAMS.turn_noise_rad * abs(turn) + lost
    q[1, 1] = 2.0 * PARAMS.rate_sd_rad_s**2 * dt / PARAMS.rate_decay_s
    return f @ x, f @ p @ f.T + q


def test_it_is_the_textbook_filter() -> None:
    rng = np.random.default_rng(1)
    state = _state()
    x, p = state.x, state.covariance
    for k in range(300):
        dt, turn = rng.uniform(0.05, 0.3), rng.normal(0.0, 0.1)
        lost = 0.01 if k % 50 == 0 else 0.0
        state = heading_filter.predict(PARAMS, state, dt, turn, lost)
        x, p = _textbook_predict(x, p, dt, turn, lost)
        if k % 7 == 0:
            pelvis, thigh = _pose(rng)
            measured = (rotation, adduction, level)[k % 3]
            predicted, h = heading_filter.linearised(PARAMS, x, pelvis, thigh, measured)
            value, sd = predicted + rng.normal(0.0, 0.05), math.radians(rng.uniform(1.0, 6.0))
            state, believed = heading_filter.update(PARAMS, state, pelvis, thigh, measured, value, sd, gated=False)
            assert believed
            s = h @ p @ h + sd * sd
            gain = p @ h / s
            x = x + gain * (value - predicted)
            p = p - np.outer(gain, gain) * s
        np.testing.assert_allclose(state.x, x, atol=1e-9)
        np.testing.assert_allclose(state.covariance, p, atol=1e-9)


@pytest.mark.parametrize("measured", [rotation, adduction, level])
def test_the_gradient_is_that_of_finer_differences(measured: heading_filter.Measured) -> None:
    rng = np.random.default_rng(2)
    fine = HeadingParams(probe_rad=1e-5)
    for _ in range(20):
        pelvis, thigh = _pose(rng)
        x = np.array([0.2, 0.0, 0.05, -0.1])
        value, gradient = heading_filter.linearised(PARAMS, x, pelvis, thigh, measured)
        same, wanted = heading_filter.linearised(fine, x, pelvis, thigh, measured)
        assert value == same
        np.testing.assert_allclose(gradient, wanted, atol=2e-3)
        assert gradient[1] == 0.0


def test_the_covariance_stays_symmetric_and_positive_for_hours() -> None:
    rng = np.random.default_rng(3)
    state = _state()
    for k in range(36_000):
        state = heading_filter.predict(PARAMS, state, 0.1, 0.01, 0.0)
        if k % 300 == 0:
            pelvis, thigh = _pose(rng)
            for measured, sd_deg in ((rotation, 0.1), (adduction, 6.0), (level, 3.0)):
                value, _ = heading_filter.linearised(PARAMS, state.x, pelvis, thigh, measured)
                state, _ = heading_filter.update(
                    PARAMS, state, pelvis, thigh, measured, value, math.radians(sd_deg), gated=False
                )
            np.testing.assert_array_equal(state.covariance, state.covariance.T)
            assert np.linalg.eigvalsh(state.covariance)[0] > 0.0


def test_a_surprise_beyond_the_gate_is_not_believed() -> None:
    pelvis, thigh = _pose(np.random.default_rng(4))
    value, _ = heading_filter.linearised(PARAMS, _state().x, pelvis, thigh, rotation)
    known, _ = heading_filter.update(PARAMS, _state(), pelvis, thigh, rotation, value, 0.02, gated=False)
    again, believed = heading_filter.update(PARAMS, known, pelvis, thigh, rotation, value + 1.0, 0.02)
    assert not believed
    assert again is known


def test_a_value_across_half_a_turn_is_near() -> None:
    pelvis, thigh = _pose(np.random.default_rng(5))
    value, _ = heading_filter.linearised(PARAMS, _state().x, pelvis, thigh, rotation)
    near, _ = heading_filter.update(PARAMS, _state(), pelvis, thigh, rotation, value + 0.01, 0.02)
    wound, _ = heading_filter.update(PARAMS, _state(), pelvis, thigh, rotation, value + 0.01 - 2.0 * math.pi, 0.02)
    np.testing.assert_allclose(wound.x, near.x, atol=1e-12)


def test_lost_time_and_turning_widen_the_heading() -> None:
    calm = heading_filter.predict(PARAMS, _state(), 0.1, 0.0, 0.0).covariance[0, 0]
    assert heading_filter.predict(PARAMS, _state(), 0.1, 1.0, 0.0).covariance[0, 0] > calm
    assert heading_filter.predict(PARAMS, _state(), 0.1, -1.0, 0.0).covariance[0, 0] > calm
    lost = heading_filter.predict(PARAMS, _state(), 0.1, 0.0, 0.25).covariance[0, 0]
    assert lost == pytest.approx(calm + 0.25)
