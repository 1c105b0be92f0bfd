"""The end range is the median of the best half-second plateaus, each with its own direction."""

import math

import numpy as np
import pytest

from imu_hip.exercise import half_second
from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.end_range import (
    Excursion,
    MaximalRepetition,
    follow,
    from_exercise,
    from_repetitions,
    reached,
    watch,
)
from imu_hip.exercise.half_second import WindowState
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Direction
from tests.exercise.traces import as_rows, movement, plain, samples

RULE = plain().hold


def repeat(angle_deg: Floats, direction: Direction | None = None) -> tuple[Direction, float]:
    repetition = MaximalRepetition(direction)
    follow(repetition, as_rows(samples(angle_deg)))
    found = reached(repetition)
    assert found is not None
    return found


@pytest.mark.parametrize(("sign", "direction"), [(1.0, Direction.INTERNAL), (-1.0, Direction.EXTERNAL)])
def test_the_plateau_of_a_repetition_is_its_best_half_second_median(sign: float, direction: Direction) -> None:
    overshoot = movement((0.0, 0.5), (33.0, 0.5), (30.0, 0.2), (30.0, 2.0), (0.0, 1.0))
    found = repeat(sign * overshoot)
    assert found[0] is direction
    assert math.degrees(found[1]) == pytest.approx(30.0, abs=0.6)


def test_the_named_direction_is_kept_even_when_the_other_is_larger() -> None:
    angle = movement((-20.0, 1.0), (-20.0, 1.0), (10.0, 1.0), (10.0, 1.0))
    direction, plateau = repeat(angle, Direction.INTERNAL)
    assert direction is Direction.INTERNAL
    assert math.degrees(plateau) == pytest.approx(10.0, abs=0.1)


def test_windows_do_not_reach_across_a_hole() -> None:
    repetition = MaximalRepetition(None)
    for i in range(200):
        angle = math.nan if i % 40 > 25 else 0.5
        follow(repetition, as_rows([Sample(i / 100.0, angle, 0.0, 0.01)]))
    assert reached(repetition) is None


def test_the_end_range_is_the_median_of_the_repetitions() -> None:
    assert from_repetitions([0.4, 0.6]) == pytest.approx(0.5)
    assert from_repetitions([0.4, 0.9, 0.5]) == 0.5


def test_without_repetitions_the_two_largest_plateaus_count() -> None:
    assert from_exercise([0.3]) == 0.3
    assert from_exercise([0.3, 0.5, 0.1, 0.6]) == pytest.approx(0.55)


def plateaus(angle_deg: Floats) -> list[float]:
    rows = as_rows(samples(angle_deg))
    found = watch(RULE, Excursion(), rows, half_second.follow(WindowState(), rows))
    return [math.degrees(plateau) for _, plateau in found]


def test_each_way_out_and_back_gives_its_best_plateau_once() -> None:
    angle = movement(
        (20.0, 1.0), (20.0, 2.0), (28.0, 1.0), (28.0, 2.0), (0.0, 1.5), (0.0, 1.0), (25.0, 1.0), (25.0, 2.0)
    )
    assert plateaus(np.concatenate([angle, movement((0.0, 1.0), (0.0, 0.5), start_deg=25.0)])) == [
        pytest.approx(28.0, abs=0.05),
        pytest.approx(25.0, abs=0.05),
    ]


def test_passing_by_without_standing_still_is_no_plateau() -> None:
    assert plateaus(movement((30.0, 0.8), (0.0, 0.8), (0.0, 1.0))) == []


def test_less_than_the_smallest_end_range_is_no_plateau() -> None:
    assert plateaus(movement((3.9, 1.0), (3.9, 3.0), (0.0, 1.0), (0.0, 1.0))) == []
