"""Channels: minimum-jerk moves that add up."""

import numpy as np
import pytest

from imu_hip.simulate.channel import PEAK_SPEED, Move, follow, minimum_jerk

T_S = np.arange(0.0, 10.0, 0.001)


def test_a_move_starts_and_ends_at_rest() -> None:
    edge = 1e-4
    for x in (0.0, 1.0):
        near = minimum_jerk([x - edge, x, x + edge])
        assert np.ptp(near) / edge < 1e-6
        assert near[1] == x


def test_half_of_the_way_takes_half_of_the_time() -> None:
    assert minimum_jerk(0.5) == 0.5
    assert minimum_jerk(0.25) + minimum_jerk(0.75) == pytest.approx(1.0, abs=1e-15)


def test_peak_speed_is_fifteen_eighths_of_the_mean_speed() -> None:
    way = follow(T_S, 0.0, [Move(2.0, 4.0, 3.0)])
    assert np.max(np.gradient(way, T_S)) == pytest.approx(PEAK_SPEED * 3.0 / 4.0, rel=1e-5)


def test_a_channel_stays_where_its_last_move_led() -> None:
    way = follow(T_S, 1.0, [Move(1.0, 1.0, 5.0), Move(4.0, 1.0, 2.0)])
    assert np.all(way[T_S < 1.0] == 1.0)
    assert way[(T_S > 2.0) & (T_S < 4.0)] == pytest.approx(5.0)
    assert way[T_S > 5.0] == pytest.approx(2.0)


def test_a_move_that_interrupts_another_leaves_no_jump_in_speed() -> None:
    way = follow(T_S, 0.0, [Move(1.0, 2.0, 1.0), Move(2.0, 2.0, 0.0)])
    acceleration = np.diff(way, 2) / 0.001**2
    # |a| of one unit move in 2 s is at most 5.77 / 2**2; two of them at once at most twice that.
    assert np.max(np.abs(acceleration)) < 2 * 5.78 / 4.0
    assert way[-1] == pytest.approx(0.0, abs=1e-12)


def test_a_steady_move_goes_at_the_same_speed_all_the_way() -> None:
    way = follow(T_S, 1.0, [Move(2.0, 4.0, 3.0, steady=True)])
    assert np.gradient(way, T_S)[2100:5900] == pytest.approx(0.5)
    assert (way[0], way[-1]) == (1.0, 3.0)
