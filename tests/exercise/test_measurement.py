"""Measurements: trials, their mean and scatter, and what two sides or two times tell."""

import math
from itertools import pairwise

import numpy as np
import pytest

from imu_hip.exercise import judge
from imu_hip.exercise.active_range import active_range
from imu_hip.exercise.asymmetry import change, side_difference
from imu_hip.model.event import ActiveRange, Exit, Hold, Plateau, Touch, Trial
from imu_hip.model.exercise_spec import Direction, Posture
from imu_hip.model.item import MarkLabel
from tests.exercise.traces import RATE_HZ, block, catalogue, interval, movement, of, run


def measured(*peaks_deg: float, offset_deg: float = 0.0) -> tuple[object, ...]:
    ways = [step for peak in peaks_deg for step in ((peak, 1.5), (peak, 2.0), (offset_deg, 1.5), (offset_deg, 3.0))]
    angle = movement((offset_deg, 2.0), *ways, start_deg=offset_deg)
    marks = list(interval(MarkLabel.EXERCISE, 0.0, len(angle) / RATE_HZ))
    params = judge.Params((catalogue("arom_prone"),), "arom_prone", RATE_HZ)
    return run(params, block(angle, posture=Posture.PRONE), marks)[0]


def test_each_way_out_and_back_is_a_trial_of_its_direction() -> None:
    trials = of(Trial, measured(30.0, 33.0, 31.0, -40.0, -42.0, -41.0))
    assert [trial.direction for trial in trials] == 3 * [Direction.INTERNAL] + 3 * [Direction.EXTERNAL]
    assert [round(math.degrees(trial.angle_rad)) for trial in trials] == [30, 33, 31, 40, 42, 41]
    assert all(first.end_s <= second.start_s for first, second in pairwise(trials))


def test_a_measurement_judges_no_holds_and_grades_no_exits() -> None:
    assert [event for event in measured(30.0, -40.0) if isinstance(event, Hold | Touch | Exit)] == []


def test_the_range_is_mean_best_and_scatter_of_the_trials() -> None:
    found = {each.direction: each for each in of(ActiveRange, measured(30.0, 33.0, 31.5, -40.0))}
    inward, outward = found[Direction.INTERNAL], found[Direction.EXTERNAL]
    assert inward.trials == 3
    assert math.degrees(inward.mean_rad) == pytest.approx(31.5, abs=0.05)
    assert math.degrees(inward.best_rad) == pytest.approx(33.0, abs=0.05)
    assert inward.trial_sd_rad is not None
    assert math.degrees(inward.trial_sd_rad) == pytest.approx(np.std([30.0, 33.0, 31.5], ddof=1), abs=0.05)
    assert (outward.trials, outward.trial_sd_rad) == (1, None)


@pytest.mark.parametrize("offset_deg", [-5.0, 5.0])
def test_a_neutral_that_is_not_quite_zero_is_no_trial(offset_deg: float) -> None:
    trials = of(Trial, measured(30.0, 30.0, offset_deg=offset_deg))
    assert [trial.direction for trial in trials] == 2 * [Direction.INTERNAL]


def test_a_half_hearted_way_out_is_no_trial() -> None:
    assert len(of(Trial, measured(32.0, 12.0, 31.0))) == 2


def test_a_trial_that_is_under_way_at_the_end_counts() -> None:
    angle = movement((0.0, 2.0), (30.0, 1.5), (30.0, 2.0))
    params = judge.Params((catalogue("arom_prone"),), "arom_prone", RATE_HZ)
    marks = list(interval(MarkLabel.EXERCISE, 0.0, 5.5))
    events = run(params, block(angle, posture=Posture.PRONE), marks)[0]
    assert len(of(Trial, events)) == 1
    assert len(of(Plateau, events)) == 1


def test_what_is_wrong_in_all_trials_alike_does_not_average_out() -> None:
    sd = math.radians(1.5)
    trials = [Trial(k, k + 1.0, Direction.INTERNAL, math.radians(30.0), sd) for k in range(100)]
    found = active_range(Direction.INTERNAL, trials)
    assert found is not None
    assert found.sd_rad == pytest.approx(sd)
    assert active_range(Direction.EXTERNAL, trials) is None


def deg(angle: float, sd: float) -> tuple[float, float]:
    return math.radians(angle), math.radians(sd)


@pytest.mark.parametrize(
    ("posture", "difference", "real"),
    [
        (Posture.PRONE, 5.9, False),
        (Posture.PRONE, 6.1, True),
        (Posture.STANDING, 7.9, False),
        (Posture.HINGE, -8.1, True),
    ],
)
def test_a_change_is_real_from_the_limit_of_its_posture_on(posture: Posture, difference: float, real: bool) -> None:
    found = change(posture, deg(30.0, 1.0), deg(30.0 + difference, 1.0))
    assert found.is_real is real
    assert math.degrees(found.difference_rad) == pytest.approx(difference)


def test_no_difference_is_real_within_two_standard_deviations() -> None:
    assert side_difference(deg(30.0, 1.0), deg(39.0, 1.0)).is_real
    assert not side_difference(deg(30.0, 4.0), deg(39.0, 4.0)).is_real
