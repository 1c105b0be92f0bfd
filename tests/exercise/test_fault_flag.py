"""When something is a fault: long enough above its limit, and until it has been clearly below for as long."""

from typing import Any

import pytest

from imu_hip.exercise.fault_flag import RAISE_S, flags, follow, lose_sight

LIMIT = 10.0


def followed(*spans: tuple[float, float]) -> tuple[Any, list[float]]:
    """Follow a value that is so high for so long, looked at ten times a second; return when the flag showed."""
    flag, shown, k = flags(1)[0], [], 0
    for value, duration_s in spans:
        for _ in range(round(10 * duration_s)):
            follow(flag, 0.1 * k, value, LIMIT, RAISE_S)
            shown += [0.1 * k] if flag.showing else []
            k += 1
    return flag, shown


def test_it_shows_from_a_third_of_a_second_on_and_began_when_the_limit_was_passed() -> None:
    flag, shown = followed((0.0, 1.0), (12.0, 1.0))
    assert flag.start_s == pytest.approx(1.0)
    assert shown[0] == pytest.approx(1.3)
    assert flag.peak == 12.0


def test_what_is_at_its_limit_or_passes_it_for_a_moment_is_none() -> None:
    assert followed((LIMIT, 5.0))[1] == []
    assert followed(*((12.0, 0.2), (9.0, 0.3)) * 5)[1] == []


def test_its_peak_is_the_highest_that_lasted_or_rose_into_it() -> None:
    assert followed((11.0, 0.5), (15.0, 0.1), (12.0, 0.5))[0].peak == 15.0
    assert followed((11.0, 0.5), (0.0, 1.0), (15.0, 0.1), (0.0, 1.0))[0].peak == 11.0


def test_a_second_time_goes_on_the_first() -> None:
    flag, _ = followed((12.0, 1.0), (0.0, 2.0), (13.0, 1.0))
    assert (flag.start_s, flag.peak) == (0.0, 13.0)
    assert flag.end_s == pytest.approx(3.9)


@pytest.mark.parametrize(("still", "over_s"), [(5.9, 1.5), (6.1, 3.0)])
def test_it_is_over_half_a_second_after_it_fell_well_below_the_limit(still: float, over_s: float) -> None:
    _, shown = followed((12.0, 1.0), (still, 2.0))
    assert shown[-1] == pytest.approx(over_s - 0.1)


def test_behind_a_hole_it_counts_anew() -> None:
    flag = flags(1)[0]
    for k in (0, 1, 2):
        follow(flag, 0.1 * k, 12.0, LIMIT, RAISE_S)
    lose_sight(flag)
    for k in (3, 4, 5):
        follow(flag, 0.1 * k, 12.0, LIMIT, RAISE_S)
        assert not flag.showing
    follow(flag, 0.6, 12.0, LIMIT, RAISE_S)
    assert flag.showing
    assert flag.start_s == pytest.approx(0.3)


def test_it_may_be_asked_to_last_longer() -> None:
    flag = flags(1)[0]
    for k in range(20):
        follow(flag, 0.1 * k, 12.0, LIMIT, 2.0)
    assert not flag.showing
    follow(flag, 2.0, 12.0, LIMIT, 2.0)
    assert flag.showing
