"""Trends: what is a change, what is error, how fast, and how many days of the programme were done."""

from __future__ import annotations

from math import degrees, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.exercise.progress import SIDES_WITHIN_DAYS, Measured, Verdict, programme, trend
from imu_hip.model.exercise_spec import Posture


def found(*days: tuple[int, float], sd_deg: float = 1.0) -> list[Measured]:
    return [Measured(day, radians(angle), radians(sd_deg)) for day, angle in days]


@pytest.mark.parametrize(
    ("newest_deg", "posture", "verdict"),
    [
        (35.9, Posture.PRONE, Verdict.NO_REAL_CHANGE),
        (36.1, Posture.PRONE, Verdict.REAL_ONCE),
        (23.9, Posture.SEATED, Verdict.REAL_ONCE),
        (37.9, Posture.STANDING, Verdict.NO_REAL_CHANGE),
        (38.1, Posture.HINGE, Verdict.REAL_ONCE),
    ],
)
def test_a_change_is_real_beyond_the_least_that_can_be_told(
    newest_deg: float, posture: Posture, verdict: Verdict
) -> None:
    assert trend(posture, found((1, 30.0), (5, 30.0), (9, newest_deg))).verdict is verdict


def test_a_change_is_sure_when_two_days_agree() -> None:
    assert trend(Posture.PRONE, found((1, 30.0), (5, 37.0), (9, 38.0))).verdict is Verdict.REAL
    assert trend(Posture.PRONE, found((1, 30.0), (5, 23.0), (9, 38.0))).verdict is Verdict.REAL_ONCE


def test_uncertain_angles_need_more_than_the_least_change() -> None:
    assert trend(Posture.PRONE, found((1, 30.0), (9, 37.0), sd_deg=3.0)).verdict is Verdict.NO_REAL_CHANGE


def test_sessions_of_one_day_are_one() -> None:
    one = trend(Posture.PRONE, found((3, 30.0), (3, 40.0)))
    assert one.verdict is Verdict.ONE_DAY
    assert [degrees(day.angle_rad) for day in one.days] == pytest.approx([35.0])
    assert degrees(one.days[0].sd_rad) == pytest.approx(1.0)


def test_the_speed_of_a_straight_line_is_its_slope_whatever_the_order() -> None:
    line = found((0, 30.0), (7, 31.5), (14, 33.0), (20, 30.0 + 1.5 * 20 / 7))
    assert degrees(trend(Posture.PRONE, line[::-1]).per_week_rad or 0.0) == pytest.approx(1.5)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(5.0, 60.0)), min_size=3, max_size=12, unique_by=lambda d: d[0]),
    st.floats(3.0, 6.0),
)
def test_the_speed_is_that_of_least_squares_and_as_sure_as_its_errors_and_its_scatter_allow(
    days: list[tuple[int, float]], sd_deg: float
) -> None:
    days = sorted(days)
    if days[-1][0] - days[0][0] < 7:
        return
    got = trend(Posture.PRONE, found(*days, sd_deg=sd_deg))
    weeks, angles = np.array([d for d, _ in days]) / 7.0, np.array([a for _, a in days])
    design = np.stack([np.ones_like(weeks), weeks], axis=1)
    line, *_ = np.linalg.lstsq(design, angles, rcond=None)
    slope = line[1]
    assert degrees(got.per_week_rad or 0.0) == pytest.approx(slope, abs=1e-6)
    covariance = np.linalg.inv(design.T @ design) * sd_deg**2
    scatter = max(1.0, np.sum((angles - design @ line) ** 2) / sd_deg**2 / (len(days) - 2))
    assert degrees(got.per_week_sd_rad or 0.0) == pytest.approx(np.sqrt(scatter * covariance[1, 1]), rel=1e-6)


@pytest.mark.parametrize("days", [((0, 30.0), (20, 40.0)), ((0, 30.0), (3, 31.0), (6, 40.0))])
def test_few_days_or_less_than_a_week_have_no_speed(days: tuple[tuple[int, float], ...]) -> None:
    assert trend(Posture.PRONE, found(*days)).per_week_rad is None


def test_a_programme_counts_days_not_sessions() -> None:
    done = programme([100, 100, 101, 103], today=105)
    assert done is not None
    assert (done.first_day, done.day, done.practised, done.pause_days) == (100, 6, 3, 2)


def test_a_pause_of_more_than_a_week_begins_a_new_programme() -> None:
    for first_of_all, first in ((93, 93), (92, 100)):
        done = programme([first_of_all, 100, 101], today=101)
        assert done is not None
        assert done.first_day == first


@pytest.mark.parametrize(("pause_days", "first_day"), [(7, 100), (8, 108)])
def test_a_week_without_practice_is_no_break_yet(pause_days: int, first_day: int) -> None:
    done = programme([100, 100 + pause_days], today=100 + pause_days)
    assert done is not None
    assert done.first_day == first_day


def test_sides_of_a_week_are_compared() -> None:
    assert SIDES_WITHIN_DAYS == 7


def test_a_day_that_is_known_better_draws_the_line_more() -> None:
    days = (0, 30.0, 4.0), (10, 34.0, 8.0), (20, 31.0, 4.0), (30, 39.0, 16.0)
    got = trend(Posture.PRONE, [Measured(day, radians(angle), radians(sd)) for day, angle, sd in days])
    weeks, angles, sds = (np.array(column) for column in zip(*((d / 7.0, a, s) for d, a, s in days), strict=True))
    (slope, _), covariance = np.polyfit(weeks, angles, 1, w=1.0 / sds, cov="unscaled")
    assert degrees(got.per_week_rad or 0.0) == pytest.approx(slope)
    assert degrees(got.per_week_sd_rad or 0.0) == pytest.approx(np.sqrt(covariance[0, 0]))


def test_only_the_first_three_weeks_count() -> None:
    done = programme(range(100, 140), today=139)
    assert done is not None
    assert (done.day, done.practised) == (40, 21)


def test_without_practice_there_is_no_programme_and_a_clock_that_is_behind_makes_no_day_zero() -> None:
    assert programme([], today=100) is None
    ahead = programme([100], today=90)
    assert ahead is not None
    assert (ahead.day, ahead.pause_days) == (1, 0)
