"""Both filters over rows with holes, and the marks that set the bias."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imu_hip.model.block import AlignedBlock, OrientationBlock, SampleState, SensorBlock, cut, joined
from imu_hip.model.event import CalibrationStep, Event, Warning
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.orientation import stage, vqf_filter
from imu_hip.orientation.filter import FilterState
from imu_hip.orientation.stage import OrientationParams, OrientationState

PARAMS = OrientationParams()
PERIOD_S = 0.01
BIAS = np.radians([0.4, -0.3, 0.2])


def _block(n: int, seed: int = 0, missing: slice | None = None, both: bool = True) -> AlignedBlock:
    """Return sensors at rest, then turning; `missing` rows lack the thigh sensor, or both."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(n) * PERIOD_S
    turning = (t_s > 9.0)[:, None] * np.sin(t_s)[:, None]

    def sensor(lost: bool) -> SensorBlock:
        gyr = turning * [0.0, 0.0, 0.5] + BIAS + rng.normal(0.0, 0.002, (n, 3))
        acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0.0, 0.02, (n, 3))
        state = np.zeros(n, dtype=np.uint8)
        if missing is not None and lost:
            gyr[missing], acc[missing], state[missing] = np.nan, np.nan, SampleState.MISSING
        return SensorBlock(gyr, acc, state)

    return AlignedBlock(t_s, sensor(both), sensor(True), np.ones(n, dtype=bool))


REST = (TimedMark(0.0, MarkLabel.TABLE_REST, Edge.BEGIN), TimedMark(8.0, MarkLabel.TABLE_REST, Edge.END))


def _run(
    block: AlignedBlock, marks: tuple[TimedMark, ...] = (), lengths: list[int] | None = None
) -> tuple[OrientationState, OrientationBlock, tuple[Event, ...]]:
    """Run over pieces of the given lengths; each mark comes with the piece before the one that it is for."""
    state, blocks, events, start = OrientationState(), [], [], 0
    waiting = list(marks)
    for length in [*(lengths or []), len(block.t_s)]:
        stop = min(start + length, len(block.t_s))
        piece = cut(block, start, stop)
        end_s = block.t_s[min(stop, len(block.t_s) - 1)]
        now = tuple(mark for mark in waiting if mark.t_s <= end_s)
        waiting = [mark for mark in waiting if mark.t_s > end_s]
        state, out, new = stage.step(PARAMS, state, piece, now, PERIOD_S)
        blocks.append(out)
        events.extend(new)
        start = stop
    return state, joined(blocks), tuple(events)


@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(0, 200), max_size=15), hole=st.integers(300, 1300), length=st.integers(1, 200))
def test_cutting_changes_no_bit(lengths: list[int], hole: int, length: int) -> None:
    block = _block(1400, missing=slice(hole, hole + length), both=bool(hole % 2))
    _, whole, events = _run(block, REST)
    _, found, again = _run(block, REST, lengths)
    for name in OrientationBlock.__slots__:
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name), err_msg=name)
    assert again == events


def test_a_rest_on_the_table_sets_both_biases() -> None:
    state, out, (event,) = _run(_block(1400), REST)
    assert isinstance(event, CalibrationStep)
    assert (event.start_s, event.end_s, event.accepted) == (0.0, 8.0, True)
    assert event.quality > 0.8
    for filter_state in (state.pelvis.filter, state.thigh.filter):
        assert filter_state.bias_rad_s == pytest.approx(BIAS, abs=np.radians(0.02))
    assert np.abs(out.pelvis_gyr[850:900]).max() < 0.01
    assert state.table_rows == ()


def test_the_orientation_does_not_jump_when_the_bias_is_set() -> None:
    _, out, _ = _run(_block(1400), REST)
    turns = Rotation.from_quat(out.earth_from_thigh_sensor, scalar_first=True)
    steps = (turns[:-1].inv() * turns[1:]).magnitude()
    assert steps[795:805].max() < 2e-3


def test_a_rest_with_one_sensor_in_the_hand_is_refused_with_a_reason() -> None:
    block = _block(1400)
    block.thigh.gyr[:] += 0.3 * np.sin(block.t_s * 5.0)[:, None]
    state, _, (event,) = _run(block, REST)
    assert isinstance(event, CalibrationStep)
    assert not event.accepted
    assert "0.0 s" in event.text
    assert state.pelvis.filter.bias_rad_s is None


def test_without_a_table_rest_standing_still_serves_and_a_warning_says_so() -> None:
    marks = (TimedMark(1.0, MarkLabel.N_POSE, Edge.BEGIN), TimedMark(5.0, MarkLabel.N_POSE, Edge.END))
    state, _, (event,) = _run(_block(1400), marks)
    assert isinstance(event, Warning)
    assert event.code == "no_table_rest"
    assert state.thigh.filter.bias_rad_s is not None


def test_after_a_table_rest_an_n_pose_changes_no_bias() -> None:
    marks = (*REST, TimedMark(8.2, MarkLabel.N_POSE, Edge.BEGIN), TimedMark(8.9, MarkLabel.N_POSE, Edge.END))
    state, _, events = _run(_block(1400), marks)
    wanted, _, _ = _run(_block(1400), REST)
    assert len(events) == 1
    assert state.thigh.filter.bias_rad_s == wanted.thigh.filter.bias_rad_s


def test_an_end_without_a_begin_is_left_alone() -> None:
    assert _run(_block(200), REST[1:])[2] == ()


@pytest.mark.parametrize(("length", "again"), [(5, False), (60, False), (99, False), (120, True), (300, True)])
def test_a_hole_over_a_second_starts_the_filter_again_and_keeps_the_bias(length: int, again: bool) -> None:
    missing = slice(900, 900 + length)
    state, out, _ = _run(_block(1400, missing=missing, both=False), REST)
    assert np.all(np.isnan(out.earth_from_thigh_sensor[missing]))
    assert np.all(np.isnan(out.thigh_gyr[missing]))
    assert not np.any(np.isnan(out.earth_from_pelvis_sensor))
    assert list(np.flatnonzero(out.thigh_restarted)) == ([900 + length] if again else [])
    assert not np.any(out.pelvis_restarted)
    assert state.thigh.filter.bias_rad_s == pytest.approx(BIAS, abs=np.radians(0.02))


def test_nothing_is_integrated_across_a_hole() -> None:
    block = _block(1400, missing=slice(1000, 1050))
    _, out, _ = _run(block, REST)
    turns = Rotation.from_quat(out.earth_from_pelvis_sensor[[999, 1050]], scalar_first=True)
    turned = (turns[0].inv() * turns[1]).magnitude()
    assert turned == pytest.approx(abs(0.5 * np.sin(10.5)) * PERIOD_S, abs=2e-3)


def test_the_filter_of_one_sensor_knows_nothing_of_the_other() -> None:
    block = _block(300)
    _, out, _ = _run(block)
    _, alone = vqf_filter.step(
        vqf_filter.VqfParams(), FilterState(), block.thigh.gyr, block.thigh.acc, np.full(300, PERIOD_S), PERIOD_S
    )
    np.testing.assert_allclose(out.earth_from_thigh_sensor, alone.earth_from_sensor, atol=1e-9)
