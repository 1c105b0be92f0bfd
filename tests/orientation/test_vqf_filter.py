"""The step over the library's saved state: exact under cutting, exact for uneven steps, exact in the mirror."""

import copy

import numpy as np
import pytest
import vqf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imu_hip.orientation import vqf_filter
from imu_hip.orientation.filter import FilterState
from imu_hip.orientation.vqf_filter import VqfParams

Floats = NDArray[np.float64]

PARAMS = VqfParams()
PERIOD_S = 0.01


def _movement(n: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Return rates and specific forces of a sensor that turns gently; the force is gravity with noise."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(n) * PERIOD_S
    gyr = np.stack([np.sin(t_s * w + p) for w, p in zip((1.0, 1.7, 0.6), rng.uniform(0, 6, 3), strict=True)], axis=1)
    turns = Rotation.identity()
    acc = np.empty((n, 3))
    for k in range(n):
        turns = turns * Rotation.from_rotvec(gyr[k] * PERIOD_S)
        acc[k] = turns.inv().apply([0.0, 0.0, 9.81])
    return gyr + rng.normal(0.0, 0.01, (n, 3)) + 0.003, acc + rng.normal(0.0, 0.05, (n, 3))


def _even(n: int) -> Floats:
    return np.full(n, PERIOD_S)


def _with_bias(bias: Floats) -> FilterState:
    return vqf_filter.with_bias(PARAMS, FilterState(), bias, PERIOD_S)


@pytest.mark.parametrize("known", [False, True])
def test_one_batch_is_the_library_itself(known: bool) -> None:
    gyr, acc = _movement(500)
    bias = np.array([0.003, 0.002, -0.001]) if known else np.zeros(3)
    clip = (0.05, 0.2) if known else (0.5, 2.0)
    library = vqf.VQF(PERIOD_S, tauAcc=VqfParams().tau_acc_s, biasSigmaInit=clip[0], biasClip=clip[1])
    wanted = library.updateBatch(np.ascontiguousarray(gyr - bias), acc)
    state = _with_bias(bias) if known else FilterState()
    _, found = vqf_filter.step(PARAMS, state, gyr, acc, _even(500), PERIOD_S)
    np.testing.assert_array_equal(found.earth_from_sensor, wanted["quat6D"])
    np.testing.assert_array_equal(found.rate_rad_s, gyr - bias - wanted["bias"])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.booleans())
def test_cutting_changes_no_bit(lengths: list[int], known: bool) -> None:
    gyr, acc = _movement(sum(lengths))
    first, state = (_with_bias(np.full(3, 0.003)) if known else FilterState() for _ in range(2))
    _, whole = vqf_filter.step(PARAMS, first, gyr, acc, _even(len(gyr)), PERIOD_S)
    cuts = np.cumsum(lengths)[:-1]
    quaternions, rates = [], []
    for g, a in zip(np.split(gyr, cuts), np.split(acc, cuts), strict=True):
        state, piece = vqf_filter.step(PARAMS, state, g, a, _even(len(g)), PERIOD_S)
        quaternions.append(piece.earth_from_sensor)
        rates.append(piece.rate_rad_s)
    np.testing.assert_array_equal(np.concatenate(quaternions), whole.earth_from_sensor)
    np.testing.assert_array_equal(np.concatenate(rates), whole.rate_rad_s)


def test_uneven_steps_add_up_to_the_whole_turn() -> None:
    rng = np.random.default_rng(1)
    steps_s = rng.uniform(0.3, 1.5, 400) * PERIOD_S
    gyr = np.zeros((400, 3))
    gyr[:, 2] = rng.uniform(-2.0, 2.0, 400)
    acc = np.tile([0.0, 0.0, 9.81], (400, 1))
    for clip in (VqfParams(known_clip_deg_s=1e-9), PARAMS):  # without and with the filter's own idea of the bias
        _, found = vqf_filter.step(clip, _with_bias(np.zeros(3)), gyr, acc, steps_s, PERIOD_S)
        q = found.earth_from_sensor[-1]
        angle = 2.0 * np.arctan2(q[3], q[0])
        wanted = float((gyr[:, 2] * steps_s).sum())
        assert np.cos(angle - wanted) == pytest.approx(1.0, abs=1e-15 if clip is not PARAMS else 1e-5)


def test_a_state_that_has_been_gone_on_from_is_refused() -> None:
    gyr, acc = _movement(20)
    first, _ = vqf_filter.step(PARAMS, FilterState(), gyr, acc, _even(20), PERIOD_S)
    second, _ = vqf_filter.step(PARAMS, first, gyr, acc, _even(20), PERIOD_S)
    for go_on in (
        lambda: vqf_filter.step(PARAMS, first, gyr, acc, _even(20), PERIOD_S),
        lambda: vqf_filter.learned_bias(first),
        lambda: vqf_filter.restarted(PARAMS, first, PERIOD_S),
        lambda: vqf_filter.with_bias(PARAMS, first, np.zeros(3), PERIOD_S),
    ):
        with pytest.raises(ValueError, match="keep the newest"):
            go_on()
    vqf_filter.step(PARAMS, second, gyr, acc, _even(20), PERIOD_S)


def test_a_copy_goes_on_by_itself_and_alike() -> None:
    gyr, acc = _movement(300)
    state, _ = vqf_filter.step(PARAMS, FilterState(), gyr[:200], acc[:200], _even(200), PERIOD_S)
    other = copy.deepcopy(state)
    _, first = vqf_filter.step(PARAMS, state, gyr[200:], acc[200:], _even(100), PERIOD_S)
    _, second = vqf_filter.step(PARAMS, other, gyr[200:], acc[200:], _even(100), PERIOD_S)
    np.testing.assert_array_equal(first.earth_from_sensor, second.earth_from_sensor)
    np.testing.assert_array_equal(first.rate_rad_s, second.rate_rad_s)


def test_another_period_goes_on_with_the_same_orientation() -> None:
    gyr, acc = _movement(300)
    state, before = vqf_filter.step(PARAMS, FilterState(), gyr, acc, _even(300), PERIOD_S)
    _, after = vqf_filter.step(PARAMS, state, np.zeros((1, 3)), acc[-1:], np.full(1, 0.02), 0.02)
    turned = abs(float((before.earth_from_sensor[-1] * after.earth_from_sensor[0]).sum()))
    assert turned > np.cos(0.5 * np.radians(2.0))


def test_the_mirrored_sensor_gives_the_mirrored_orientation_bit_for_bit() -> None:
    gyr, acc = _movement(2000, seed=4)
    bias = np.array([0.003, -0.002, 0.001])
    across, turned = np.array([-1.0, 1.0, 1.0]), np.array([1.0, -1.0, -1.0])
    steps_s = _even(len(gyr))
    _, right = vqf_filter.step(PARAMS, _with_bias(bias), gyr, acc, steps_s, PERIOD_S)
    _, left = vqf_filter.step(PARAMS, _with_bias(bias * turned), gyr * turned, acc * across, steps_s, PERIOD_S)
    np.testing.assert_array_equal(left.earth_from_sensor, right.earth_from_sensor * np.array([1.0, 1.0, -1.0, -1.0]))
    np.testing.assert_array_equal(left.rate_rad_s, right.rate_rad_s * turned)


def test_the_orientation_goes_on_when_the_bias_is_set() -> None:
    gyr, acc = _movement(600)
    state, before = vqf_filter.step(PARAMS, FilterState(), gyr[:300], acc[:300], _even(300), PERIOD_S)
    state = vqf_filter.with_bias(PARAMS, state, np.full(3, 0.003), PERIOD_S)
    _, after = vqf_filter.step(PARAMS, state, gyr[300:], acc[300:], _even(300), PERIOD_S)
    change = Rotation.from_quat(np.stack([before.earth_from_sensor[-1], after.earth_from_sensor[0]]), scalar_first=True)
    assert (change[0].inv() * change[1]).magnitude() < 2.0 * np.linalg.norm(gyr[300]) * PERIOD_S + 1e-3


def test_a_restarted_filter_takes_its_inclination_from_gravity_and_keeps_the_bias() -> None:
    gyr, acc = _movement(600)
    state, _ = vqf_filter.step(PARAMS, FilterState(), gyr, acc, _even(600), PERIOD_S)
    again = vqf_filter.restarted(PARAMS, state, PERIOD_S)
    np.testing.assert_array_equal(vqf_filter.learned_bias(again), vqf_filter.learned_bias(state))
    assert np.any(vqf_filter.learned_bias(again) != 0.0)
    lying = np.array([[0.0, 9.81, 0.0]])
    _, found = vqf_filter.step(PARAMS, again, np.zeros((1, 3)), lying, _even(1), PERIOD_S)
    up = Rotation.from_quat(found.earth_from_sensor[0], scalar_first=True).apply([0.0, 1.0, 0.0])
    np.testing.assert_allclose(up, [0.0, 0.0, 1.0], atol=1e-3)
    _, carried = vqf_filter.step(PARAMS, state, np.zeros((1, 3)), lying, _even(1), PERIOD_S)
    assert not np.allclose(carried.earth_from_sensor, found.earth_from_sensor, atol=0.1)


def test_before_the_first_sample_there_is_nothing_to_restart() -> None:
    assert vqf_filter.restarted(PARAMS, FilterState(), PERIOD_S) == FilterState()
    np.testing.assert_array_equal(vqf_filter.learned_bias(FilterState()), np.zeros(3))


def test_a_slow_turn_is_not_learned_as_bias_when_the_bias_is_known() -> None:
    n = 3000
    gyr = np.tile([0.0, 0.0, np.radians(0.6)], (n, 1))
    acc = np.tile([0.0, 0.0, 9.81], (n, 1))
    for state, least_deg, most_deg in ((_with_bias(np.zeros(3)), 17.5, 18.5), (FilterState(), 0.0, 4.0)):
        _, found = vqf_filter.step(PARAMS, state, gyr, acc, _even(n), PERIOD_S)
        q = found.earth_from_sensor[-1]
        assert least_deg < np.degrees(2.0 * np.arctan2(q[3], q[0])) < most_deg
