"""Turning in walking: found where the body bounces upright, the same for any cutting."""

import numpy as np
import pytest

from imu_hip.kinematics import walking_turns
from imu_hip.kinematics.turning import Turning
from imu_hip.kinematics.walking_turns import WalkingTurnsParams, WalkingTurnsState
from imu_hip.model.block import OrientationBlock, cut
from tests.kinematics.poser import PERIOD_S, Script
from tests.kinematics.walker import STAND_S, walk

PARAMS = WalkingTurnsParams()


def _start(block: OrientationBlock) -> WalkingTurnsState:
    return walking_turns.start(block.pelvis_acc[:100].mean(axis=0), block.thigh_acc[:100].mean(axis=0), 0.0)


def _seen(block: OrientationBlock, lengths: list[int] | None = None) -> Turning | None:
    state, row = _start(block), 0
    for length in lengths or [len(block.t_s)]:
        state = walking_turns.accumulate(PARAMS, state, cut(block, row, row + length), PERIOD_S)
        row += length
    state = walking_turns.accumulate(PARAMS, state, cut(block, row, len(block.t_s)), PERIOD_S)
    return walking_turns.result(PARAMS, state)


def test_in_walking_the_thigh_turns_far_more_than_the_pelvis() -> None:
    for seed in range(5):
        found = _seen(walk(seed)[0])
        assert found is not None
        assert found.thigh_rad_s > 3.0 * found.pelvis_rad_s


def test_standing_is_not_walking() -> None:
    block = cut(walk(1)[0], 0, round(STAND_S / PERIOD_S))
    assert _seen(block) is None


def test_hinging_at_the_hip_is_not_walking() -> None:
    script = Script()
    script.stay(1.0)
    for _ in range(4):
        script.bow()
    assert _seen(script.record().block) is None


def test_two_windows_are_needed() -> None:
    whole = walk(2)[0]
    block = cut(whole, 0, round((STAND_S + 3.0) / PERIOD_S))
    assert _seen(block) is None
    assert _seen(whole) is not None


def test_the_answer_does_not_depend_on_the_cutting() -> None:
    block = walk(3, 16.0)[0]
    lengths = np.random.default_rng(0).integers(0, 70, 60).tolist()
    whole = _seen(block)
    assert whole is not None
    assert _seen(block, lengths) == whole


@pytest.mark.parametrize("share", [0.3])
def test_a_window_with_many_lost_samples_does_not_count(share: float) -> None:
    block = walk(4)[0]
    gone = np.random.default_rng(1).random(len(block.t_s)) < share
    block.thigh_gyr[gone] = np.nan
    assert _seen(block) is None
