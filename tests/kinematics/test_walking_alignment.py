"""Alignment from one N-pose and ordinary walking, on a walker in closed form, however the sensors sit."""

import numpy as np
import pytest

from imu_hip.kinematics import stage
from imu_hip.kinematics.state import KinematicsParams, KinematicsState
from imu_hip.model.block import AngleBlock, OrientationBlock, cut, joined
from imu_hip.model.event import Event
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
