"""The comparison filters turn the right way, keep to gravity, and do not fall into the library's traps."""

import pickle
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import vqf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip import quaternion
from imu_hip.model.block import Floats
from imu_hip.orientation import ahrs_filter
from imu_hip.orientation.ahrs_filter import AhrsParams, EkfParams, MadgwickParams, MahonyParams
from imu_hip.orientation.filter import FilterOutput, FilterState

PERIOD_S = 0.01
UP = (0.0, 0.0, 1.0)
G_M_S2 = 9.81

ALL: tuple[AhrsParams, ...] = (MadgwickParams(), MahonyParams(), EkfParams())
every_filter = pytest.mark.parametrize("params", ALL, ids=["madgwick", "mahony", "ekf"])


def run(
    params: AhrsParams, gyr: Floats, acc: Floats, state: FilterState | None = None, steps_s: Floats | None = None
) -> tuple[FilterState, FilterOutput]:
    steps = np.full(len(gyr), PERIOD_S) if steps_s is None else steps_s
    return ahrs_filter.step(params, state or FilterState(), gyr, acc, steps, PERIOD_S)


def gravity_in(earth_from_sensor: Floats) -> Floats:
    """Return what an accelerometer at rest reads."""
    return G_M_S2 * quaternion.rotate(quaternion.conjugate(earth_from_sensor), UP)


def tilt_error_deg(a: Floats, b: Floats) -> Floats:
    """Angle between the verticals of two orientations."""
    of_a, of_b = gravity_in(a) / G_M_S2, gravity_in(b) / G_M_S2
    return np.asarray(np.rad2deg(np.arctan2(quaternion.norm(np.cross(of_a, of_b)), np.sum(of_a * of_b, axis=-1))))


def error_deg(a: Floats, b: Floats) -> Floats:
    """Angle of the whole rotation between two orientations."""
    d = quaternion.multiply(quaternion.conjugate(a), b)
    return np.asarray(np.rad2deg(2.0 * np.arctan2(quaternion.norm(d[..., 1:]), np.abs(d[..., 0]))))


def assert_same(a: FilterState, b: FilterState) -> None:
    assert a.bias_rad_s == b.bias_rad_s
    assert a.inner is not None
    assert b.inner is not None
    assert a.inner.keys() == b.inner.keys()
    for name in a.inner:
        np.testing.assert_array_equal(a.inner[name], b.inner[name])


def tumbling(n: int = 1000) -> tuple[Floats, Floats, Floats]:
    """Rotation about all axes at once, a slow one: gyr, acc and the truth of scipy."""
    t = PERIOD_S * np.arange(n)
    angles = np.stack([0.9 * np.sin(0.5 * t), 1.1 * np.sin(0.8 * t), 0.7 * np.sin(0.6 * t + 1.0)], axis=-1)
    turns = Rotation.from_euler("ZYX", angles)
    steps = (turns[:-1].inv() * turns[1:]).as_rotvec() / PERIOD_S
    return np.vstack([np.zeros(3), steps]), turns.inv().apply([0.0, 0.0, G_M_S2]), np.roll(turns.as_quat(), 1, axis=1)


@every_filter
@pytest.mark.parametrize(
    "gravity", [(0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0.3, -0.5, 0.8)], ids=str
)
def test_first_row_puts_measured_gravity_upward(params: AhrsParams, gravity: tuple[float, float, float]) -> None:
    direction = quaternion.normalise(gravity)
    _, output = run(params, np.zeros((1, 3)), G_M_S2 * direction[None])
    np.testing.assert_allclose(quaternion.rotate(output.earth_from_sensor[0], direction), UP, atol=1e-12)


@every_filter
@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1)], ids=["x", "y", "z"])
@pytest.mark.parametrize("rate_rad_s", [0.6, -0.6])
def test_turning_about_an_axis_gives_the_rotation_about_it(
    params: AhrsParams, axis: tuple[float, float, float], rate_rad_s: float
) -> None:
    truth = quaternion.from_axis_angle(axis, rate_rad_s * PERIOD_S * np.arange(300))
    _, output = run(params, np.tile(np.multiply(axis, rate_rad_s), (300, 1)), gravity_in(truth))
    # The library compares a sample's gravity with the orientation before it. That draws it ahead by up to one sample's
    # turn and one correction beyond it, which at Madgwick's gain is a tenth of that.
    assert error_deg(output.earth_from_sensor, truth).max() < 1.2 * np.rad2deg(0.6 * PERIOD_S)


@every_filter
def test_steps_of_unequal_length_add_up(params: AhrsParams) -> None:
    steps_s = np.resize([0.004, 0.012, 0.02], 300)
    truth = quaternion.about_vertical(0.6 * (np.cumsum(steps_s) - steps_s[0]))
    _, output = run(params, np.tile([0.0, 0.0, 0.6], (300, 1)), gravity_in(truth), steps_s=steps_s)
    assert error_deg(output.earth_from_sensor, truth).max() < 0.1


@every_filter
def test_inclination_agrees_with_truth_and_vqf_while_tumbling(params: AhrsParams) -> None:
    gyr, acc, truth = tumbling()
    _, output = run(params, gyr, acc)
    of_vqf = vqf.VQF(PERIOD_S).updateBatch(gyr, acc)["quat6D"]
    assert tilt_error_deg(output.earth_from_sensor, truth).max() < 1.0
    assert tilt_error_deg(output.earth_from_sensor, of_vqf).max() < 1.5


@every_filter
def test_quaternions_are_of_unit_length(params: AhrsParams) -> None:
    gyr, acc, _ = tumbling(200)
    _, output = run(params, gyr, acc)
    np.testing.assert_allclose(quaternion.norm(output.earth_from_sensor), 1.0, atol=1e-12)


@every_filter
def test_gravity_corrects_although_the_rate_is_exactly_zero(params: AhrsParams) -> None:
    level, tilted = np.array([[1.0, 0.0, 0.0, 0.0]]), quaternion.from_axis_angle([(1.0, 0.0, 0.0)], [0.3])
    steps_s = np.full(600, 0.05)
    state, _ = run(params, np.zeros((600, 3)), np.tile(gravity_in(level), (600, 1)), steps_s=steps_s)
    _, output = run(params, np.zeros((600, 3)), np.tile(gravity_in(tilted), (600, 1)), state, steps_s)
    assert tilt_error_deg(output.earth_from_sensor[:1], level)[0] < 1.0
    assert tilt_error_deg(output.earth_from_sensor[-1:], tilted)[0] < 0.1
    np.testing.assert_array_less(np.abs(output.rate_rad_s), 1e-2)


@every_filter
@pytest.mark.parametrize("acceleration", [(np.nan, 0.0, 9.81), (np.inf, 0.0, 9.81), (0.0, 0.0, 0.0)], ids=str)
@pytest.mark.parametrize("row", [0, 50])
def test_a_row_without_gravity_is_unknown_and_leaves_the_others_alone(
    params: AhrsParams, acceleration: tuple[float, float, float], row: int
) -> None:
    gyr, acc, _ = tumbling(100)
    rest = np.delete(np.arange(100), row)
    spoilt = acc.copy()
    spoilt[row] = acceleration
    state, output = run(params, gyr, spoilt)
    state_without, without = run(params, gyr[rest], acc[rest])
    assert np.isnan(output.earth_from_sensor[row]).all()
    assert np.isnan(output.rate_rad_s[row]).all()
    np.testing.assert_array_equal(output.earth_from_sensor[rest], without.earth_from_sensor)
    assert_same(state, state_without)


@every_filter
def test_a_row_with_an_unknown_rate_is_unknown(params: AhrsParams) -> None:
    gyr, acc, _ = tumbling(10)
    gyr[4, 1] = np.nan
    _, output = run(params, gyr, acc)
    np.testing.assert_array_equal(np.isnan(output.earth_from_sensor[:, 0]), np.arange(10) == 4)


@every_filter
def test_a_known_bias_does_not_turn_the_heading(params: AhrsParams) -> None:
    bias = np.array([0.01, -0.02, 0.03])
    gyr, acc = np.tile(bias, (300, 1)), np.tile([0.0, 0.0, G_M_S2], (300, 1))
    level = np.array([1.0, 0.0, 0.0, 0.0])
    known = ahrs_filter.with_bias(params, FilterState(), bias, PERIOD_S)
    _, output = run(params, gyr, acc, known)
    assert error_deg(output.earth_from_sensor[-1], level) < 1e-6
    np.testing.assert_allclose(output.rate_rad_s, 0.0, atol=1e-9)
    _, drifting = run(params, gyr, acc)
    assert error_deg(drifting.earth_from_sensor[-1], level) == pytest.approx(np.rad2deg(0.03 * 2.99), abs=2.0)


@every_filter
def test_a_bias_set_later_does_not_move_the_orientation(params: AhrsParams) -> None:
    gyr, acc, truth = tumbling(600)
    state, before = run(params, gyr[:300], acc[:300])
    bias = np.array([0.1, 0.2, -0.3])
    known = ahrs_filter.with_bias(params, state, bias, PERIOD_S)
    _, after = run(params, gyr[300:] + bias, acc[300:], known)
    assert error_deg(before.earth_from_sensor[-1], after.earth_from_sensor[0]) < 1.0
    np.testing.assert_allclose(after.rate_rad_s, gyr[300:], atol=0.01)
    assert tilt_error_deg(after.earth_from_sensor, truth[300:]).max() < 1.0
    np.testing.assert_array_equal(ahrs_filter.learned_bias(known), bias)


@every_filter
def test_nothing_is_believed_of_the_bias_before_the_first_sample(params: AhrsParams) -> None:
    assert ahrs_filter.learned_bias(FilterState()).tolist() == [0.0, 0.0, 0.0]
    assert ahrs_filter.learned_bias(ahrs_filter.restarted(params, FilterState(), PERIOD_S)).tolist() == [0.0] * 3


def test_mahony_learns_a_horizontal_bias_and_takes_it_off_the_rate() -> None:
    params = MahonyParams(proportional_per_s=1.0, integral_per_s2=0.3)
    bias = np.array([0.02, -0.01, 0.0])
    level = np.tile([0.0, 0.0, G_M_S2], (1200, 1))
    state, output = run(params, np.tile(bias, (1200, 1)), level, steps_s=np.full(1200, 0.05))
    np.testing.assert_allclose(ahrs_filter.learned_bias(state), bias, atol=1e-4)
    np.testing.assert_allclose(output.rate_rad_s[-1], 0.0, atol=1e-4)
    np.testing.assert_allclose(output.rate_rad_s[0], bias)
    anew = ahrs_filter.with_bias(params, state, np.array([0.0, 0.0, 0.5]), PERIOD_S)
    assert ahrs_filter.learned_bias(anew).tolist() == [0.0, 0.0, 0.5]


@every_filter
def test_after_a_restart_the_next_sample_gives_the_inclination_and_the_bias_stays(params: AhrsParams) -> None:
    gyr, acc, _ = tumbling(200)
    state = ahrs_filter.with_bias(params, FilterState(), np.array([0.0, 0.01, 0.02]), PERIOD_S)
    state, _ = run(params, gyr, acc, state)
    again = ahrs_filter.restarted(params, state, PERIOD_S)
    np.testing.assert_array_equal(ahrs_filter.learned_bias(again), ahrs_filter.learned_bias(state))
    assert again.bias_rad_s == state.bias_rad_s
    upside_down = np.array([[0.0, 1.0, 0.0, 0.0]])
    _, output = run(params, np.ones((1, 3)), gravity_in(upside_down), again)
    assert tilt_error_deg(output.earth_from_sensor, upside_down)[0] < 1e-9


@pytest.mark.parametrize("params", [MadgwickParams(), EkfParams()], ids=["madgwick", "ekf"])
def test_a_filter_that_learns_no_bias_goes_on_from_a_restart_as_if_it_were_new(params: AhrsParams) -> None:
    gyr, acc, _ = tumbling(200)
    new = ahrs_filter.with_bias(params, FilterState(), np.array([0.0, 0.01, 0.02]), PERIOD_S)
    used, _ = run(params, gyr[:100], acc[:100], new)
    _, again = run(params, gyr[100:], acc[100:], ahrs_filter.restarted(params, used, PERIOD_S))
    _, first = run(params, gyr[100:], acc[100:], new)
    np.testing.assert_array_equal(again.earth_from_sensor, first.earth_from_sensor)


@every_filter
@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=8))
def test_results_do_not_depend_on_how_the_rows_were_cut_or_on_saving_in_between(
    params: AhrsParams, cuts: Sequence[int]
) -> None:
    gyr, acc, _ = tumbling(60)
    steps_s = np.resize([0.009, 0.01, 0.012], 60)
    whole_state, whole = run(params, gyr, acc, steps_s=steps_s)
    edges = [0, *sorted(cuts), 60]
    state, pieces = FilterState(), []
    for start, stop in pairwise(edges):
        state = pickle.loads(pickle.dumps(state))
        state, piece = run(params, gyr[start:stop], acc[start:stop], state, steps_s[start:stop])
        pieces.append(piece)
    np.testing.assert_array_equal(np.concatenate([p.earth_from_sensor for p in pieces]), whole.earth_from_sensor)
    np.testing.assert_array_equal(np.concatenate([p.rate_rad_s for p in pieces]), whole.rate_rad_s)
    assert_same(state, whole_state)


@every_filter
def test_a_step_leaves_the_state_before_it_as_it_was(params: AhrsParams) -> None:
    gyr, acc, _ = tumbling(40)
    state, _ = run(params, gyr[:20], acc[:20])
    saved = pickle.dumps(state)
    _, once = run(params, gyr[20:], acc[20:], state)
    _, twice = run(params, gyr[20:], acc[20:], state)
    assert pickle.dumps(state) == saved
    np.testing.assert_array_equal(once.earth_from_sensor, twice.earth_from_sensor)


def test_the_three_filters_are_three() -> None:
    gyr, acc, _ = tumbling(50)
    last = [run(params, gyr, acc)[1].earth_from_sensor[-1] for params in ALL]
    assert all(error_deg(a, b) > 1e-4 for a, b in zip(last, [*last[1:], last[0]], strict=True))
