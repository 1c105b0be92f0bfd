"""An isometric block: the limb still, a step below its end range of 30 degrees, after a hold."""

import math

import numpy as np
import pytest

from imu_hip.exercise import block
from imu_hip.exercise.block import BlockState
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.levels import levels
from imu_hip.model.block import Floats
from imu_hip.model.event import Block
from imu_hip.model.exercise_spec import Direction
from tests.exercise.traces import as_rows, catalogue, movement, samples

SPEC = catalogue("supine_ere")
assert SPEC.block is not None
RULE = SPEC.block
LEVELS = levels(Direction.INTERNAL, math.radians(30.0), SPEC.hold, SPEC.exit)


def take(state: BlockState, *given: Sample) -> list[Block]:
    return [found for _, found in block.run(RULE, LEVELS, state, as_rows(given), np.zeros(len(given), np.uint8))]


def find(
    angle_deg: Floats, known_s: float = 0.0, hold_end_s: float = 0.0, next_hold_s: float = math.inf
) -> list[Block]:
    """Look for blocks after a hold that ended at `hold_end_s`, which was known at `known_s`."""
    state = BlockState()
    found: list[Block] = []
    sought = False
    for sample in samples(angle_deg):
        found += take(state, sample)
        if not sought and sample.t_s >= known_s:
            found += block.seek(RULE, LEVELS, state, hold_end_s, math.nan)
            sought = True
    return found + list(block.stop(RULE, state, next_hold_s))


def pushing(level_deg: float, still_s: float) -> Floats:
    return movement((30.0, 2.0), (level_deg, 0.8), (level_deg, still_s), (30.0, 1.0), (30.0, 3.0), start_deg=30.0)


@pytest.mark.parametrize("level_deg", [14.0, 20.0, 25.0, 28.0])
def test_a_still_limb_below_end_range_is_a_block(level_deg: float) -> None:
    (found,) = find(pushing(level_deg, 8.0), known_s=2.5, hold_end_s=2.1, next_hold_s=11.3)
    assert found.start_s == pytest.approx(2.6, abs=0.4)
    assert found.end_s == pytest.approx(11.0, abs=0.4)
    assert math.degrees(found.range_rad) <= 3.0


@pytest.mark.parametrize("level_deg", [11.5, 29.0])
def test_nearer_to_neutral_or_to_the_end_range_it_is_none(level_deg: float) -> None:
    assert find(pushing(level_deg, 8.0), known_s=2.5, hold_end_s=2.1, next_hold_s=11.3) == []


def test_three_seconds_are_too_short() -> None:
    assert find(pushing(22.0, 3.0), known_s=2.5, hold_end_s=2.1, next_hold_s=6.3) == []


def test_a_limb_that_wanders_more_than_the_range_is_not_still() -> None:
    settled = np.full(50, 27.0)
    wandering: Floats = 21.0 + 4.0 * np.cos(2.0 * math.pi * np.arange(1200) / 100.0 / 3.0)
    assert find(np.concatenate([settled, wandering])) == []


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_an_angle_that_went_out_and_came_back_is_measured_by_how_far_it_went(way: float) -> None:
    there_and_back = np.interp(np.arange(900), [0.0, 400.0, 899.0], [21.0, 21.0 + way * 2.0, 21.0 - way * 2.0])
    (found,) = find(there_and_back)
    assert math.degrees(found.range_rad) == pytest.approx(3.0, abs=0.02)


def test_a_slow_drift_gives_the_first_stretch_within_the_range() -> None:
    sinking = np.linspace(24.0, 24.0 - 0.3 * 25.0, 2501)
    (found,) = find(sinking)
    assert math.degrees(found.range_rad) == pytest.approx(3.0, abs=0.01)
    assert found.end_s - found.start_s == pytest.approx(10.0, abs=0.3)


@pytest.mark.parametrize("rate_deg_s", [-0.6, -0.45, 0.45])
def test_a_limb_that_gives_way_all_the_time_is_not_pushing(rate_deg_s: float) -> None:
    assert find(np.linspace(20.0, 20.0 + 12.0 * rate_deg_s, 1201)) == []


def test_after_giving_way_a_level_stretch_is_a_block() -> None:
    sinking = np.linspace(24.0, 20.0, 600)
    (found,) = find(np.concatenate([sinking, movement((17.0, 0.8), (17.0, 8.0), start_deg=20.0)]))
    assert found.start_s == pytest.approx(6.6, abs=0.6)
    assert found.end_s == pytest.approx(14.8, abs=0.4)


def test_a_block_begins_late_enough_after_the_hold_and_ends_before_the_next() -> None:
    level = np.full(1200, 27.0)
    (found,) = find(level, known_s=3.0, hold_end_s=2.0, next_hold_s=9.0)
    assert found.start_s == pytest.approx(2.2, abs=0.011)
    assert found.end_s == pytest.approx(8.8, abs=0.011)


def test_only_the_first_one_counts() -> None:
    twice = np.concatenate([pushing(22.0, 6.0), pushing(22.0, 6.0)])
    assert len(find(twice, known_s=2.5, hold_end_s=2.1)) == 1


def test_a_long_hole_parts_a_stretch() -> None:
    rows = samples(np.full(900, 24.0))
    state = BlockState()
    found = list(block.seek(RULE, LEVELS, state, -1.0, math.nan))
    for sample in rows[:300] + rows[350:]:
        found += take(state, sample)
    found += block.stop(RULE, state)
    assert len(found) == 1
    assert found[0].end_s - found[0].start_s == pytest.approx(5.5, abs=0.05)
