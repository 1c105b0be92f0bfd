"""A small step down into the block ends a hold; sagging, wobbling, or stepping where no block is asked for does not."""

import numpy as np
import pytest

from imu_hip.exercise import judge
from imu_hip.model.event import Block, Cycle, Event, Hold
from imu_hip.model.item import MarkLabel
from tests.exercise.traces import (
    MAX_REP,
    MAX_REP_S,
    RATE_HZ,
    Way,
    block,
    catalogue,
    interval,
    movement,
    of,
    run,
)


def judged(*steps: Way, exercise_id: str = "supine_ere", noise_deg: float = 0.0, seed: int = 0) -> tuple[Event, ...]:
    angle = movement(*MAX_REP, *MAX_REP, *steps)
    angle = angle + noise_deg * np.random.default_rng(seed).normal(size=len(angle))
    start_s, end_s = 2.0 * MAX_REP_S, len(angle) / RATE_HZ
    marks = [
        *interval(MarkLabel.MAX_REP, 0.0, 5.0, "internal"),
        *interval(MarkLabel.MAX_REP, MAX_REP_S, MAX_REP_S + 5.0, "internal"),
        *interval(MarkLabel.EXERCISE, start_s, end_s),
    ]
    return run(judge.Params((catalogue(exercise_id),), exercise_id, RATE_HZ), block(angle), marks)[0]


def with_step(step_deg: float, way_s: float = 0.8) -> tuple[Way, ...]:
    low = 30.0 - step_deg
    down: tuple[Way, ...] = ((low, way_s), (low, 8.0))
    return ((0.0, 1.0), (30.0, 1.2), (30.0, 8.5), *down, (30.0, 1.0), (30.0, 8.5), (0.0, 2.0), (0.0, 2.0))


@pytest.mark.parametrize("step_deg", [2.0, 2.5, 3.0, 3.5, 4.0, 6.0, 9.0])
@pytest.mark.parametrize("noise_deg", [0.0, 0.4])
def test_any_step_of_seven_to_thirty_percent_is_the_beginning_of_a_block(step_deg: float, noise_deg: float) -> None:
    events = judged(*with_step(step_deg), noise_deg=noise_deg)
    assert len(of(Block, events)) == 1
    assert len(of(Hold, events)) == 2
    (cycle,) = of(Cycle, events)
    assert cycle.complete


def test_the_hold_ends_where_the_step_begins() -> None:
    first, second = of(Hold, judged(*with_step(2.0)))
    begins_s = 2.0 * MAX_REP_S + 1.0 + 1.2 + 8.5
    assert first.end_s == pytest.approx(begins_s, abs=0.4)
    assert second.start_s == pytest.approx(begins_s + 0.8 + 8.0 + 1.0, abs=0.6)


@pytest.mark.parametrize("rate_deg_s", [0.2, 0.5, 1.0])
def test_a_hold_that_sags_is_not_cut_in_two(rate_deg_s: float) -> None:
    sag = tuple((30.0 - rate_deg_s * k / 10.0, 0.1) for k in range(1, 60))
    events = judged((0.0, 1.0), (30.0, 1.2), (30.0, 4.0), *sag, (0.0, 2.0), (0.0, 2.0))
    assert len(of(Hold, events)) == 1


@pytest.mark.parametrize("rate_deg_s", [0.3, 0.7, 0.9])
@pytest.mark.parametrize("level_s", [0.0, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_hold_that_sags_lasts_until_it_is_let_go(rate_deg_s: float, level_s: float, seed: int) -> None:
    sag_s = 9.0
    sag = tuple((30.0 - rate_deg_s * sag_s * k / 90.0, 0.1) for k in range(1, 91))
    way = ((0.0, 1.0), (30.0, 1.2), (30.0, level_s), *sag)
    first = of(Hold, judged(*way, (0.0, 2.0), (0.0, 2.0), noise_deg=0.4, seed=seed))[0]
    assert first.end_s == pytest.approx(2.0 * MAX_REP_S + 2.2 + level_s + sag_s, abs=0.6)


def test_no_block_is_found_in_a_hold_that_sags() -> None:
    sag = tuple((30.0 - 0.7 * k / 10.0, 0.1) for k in range(1, 301))
    assert of(Block, judged((0.0, 1.0), (30.0, 1.2), (30.0, 3.0), *sag, (0.0, 1.0), (0.0, 2.0))) == []


def test_a_step_of_a_degree_is_part_of_the_hold() -> None:
    assert len(of(Hold, judged(*with_step(1.0)))) == 1


def test_where_no_block_is_asked_for_a_small_step_is_part_of_the_hold() -> None:
    assert len(of(Hold, judged(*with_step(2.0), exercise_id="prone_ir"))) == 1


@pytest.mark.parametrize("seed", range(5))
def test_wobble_splits_no_hold(seed: int) -> None:
    slow = np.cumsum(np.random.default_rng(seed).normal(size=12))
    sway = tuple((30.0 + 0.5 * float(np.sin(value)), 0.8) for value in slow)
    events = judged((0.0, 1.0), (30.0, 1.2), *sway, (0.0, 2.0), (0.0, 2.0), noise_deg=0.4, seed=seed)
    assert len(of(Hold, events)) == 1
