"""Alignment from one N-pose and ordinary walking, on a walker in closed form, however the sensors sit."""

import numpy as np
import pytest

from imu_hip.kinematics import stage
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock, OrientationBlock, chosen, cut, joined
from imu_hip.model.event import Event, ReZero
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Edge, MarkLabel, TimedMark
from imu_hip.model.setup import Side
from tests.kinematics.walker import STAND_S, walk

MARKS = (TimedMark(0.5, MarkLabel.N_POSE, Edge.BEGIN), TimedMark(5.0, MarkLabel.N_POSE, Edge.END))


def _run(
    block: OrientationBlock, side: Side = Side.RIGHT, lengths: tuple[int, ...] = ()
) -> tuple[AngleBlock, list[Event]]:
    params = KinematicsParams(side, Posture.STANDING, {})
    state, marks, blocks, events, start = KinematicsState(), MARKS, [], [], 0
    for length in (*lengths, len(block.t_s)):
        piece = cut(block, start, start + length)
        state, angles, new = stage.step(params, state, piece, marks, 0.01, None)
        marks, start = (), start + length
        blocks.append(angles)
        events.extend(new)
    return joined(blocks), events


@pytest.mark.parametrize("seed", range(8))
def test_walking_aligns_sensors_that_sit_anyhow(seed: int) -> None:
    block, flexion = walk(seed)
    angles, _ = _run(block)
    known = angles.valid & (angles.t_s > 12.0)
    assert np.count_nonzero(known) > 1200
    error = np.abs(angles.angles_rad[known] - np.stack([flexion, 0 * flexion, 0 * flexion], axis=1)[known])
    assert np.degrees(error[:, 0].max()) < 4.0
    assert np.degrees(error[:, 2].max()) < 12.0
    assert np.all(error < 3.0 * angles.sd_rad[known])


def test_there_is_no_answer_before_the_first_steps() -> None:
    angles, _ = _run(walk(0)[0])
    assert not np.any(angles.valid[: round(100 * STAND_S)])
    assert angles.valid[-1]


def test_walking_on_the_spot_gives_no_direction_and_so_no_angle() -> None:
    angles, _ = _run(walk(0, forward=False)[0])
    assert not np.any(angles.valid)


def test_cutting_changes_no_bit() -> None:
    block, _ = walk(3, 15.0)
    whole, events = _run(block)
    lengths = tuple(np.random.default_rng(0).integers(0, 40, 60))
    found, again = _run(block, lengths=lengths)
    for name in AngleBlock.__slots__:
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name), err_msg=name)
    assert again == events


def _with_hole(block: OrientationBlock, start_s: float, end_s: float) -> OrientationBlock:
    return chosen(block, (block.t_s < start_s) | (block.t_s >= end_s))


def test_a_walk_whose_beginning_was_not_heard_gives_no_angle() -> None:
    block, _ = walk(0)
    angles, _ = _run(_with_hole(block, STAND_S - 0.3, STAND_S + 1.45))
    assert not np.any(angles.valid)


def test_a_hole_while_standing_costs_nothing() -> None:
    block, flexion = walk(0)
    hole = (block.t_s >= 5.05) & (block.t_s < 5.4)
    assert STAND_S >= 5.9
    angles, _ = _run(_with_hole(block, 5.05, 5.4))
    known = angles.valid & (angles.t_s > 12.0)
    assert np.count_nonzero(known) > 1200
    error = np.degrees(np.abs(angles.angles_rad[known, 0] - flexion[~hole][known]))
    assert error.max() < 4.0


def test_an_answer_from_before_a_hole_is_kept_as_it_was() -> None:
    block, _ = walk(0)
    hole_s = STAND_S + 4.0
    angles, events = _run(_with_hole(block, hole_s, hole_s + 0.7))
    assert angles.valid[-1]
    assert [e.t_s for e in events if isinstance(e, ReZero) and e.t_s > hole_s] == []
