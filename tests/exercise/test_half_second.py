"""The last half second, four times a second: medians, whatever the rows are cut into, and nothing across a hole."""

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.half_second import HalfSecond, WindowState, follow
from tests.exercise.traces import as_rows


def tremor(count: int, seed: int = 0, every_s: float = 0.02) -> list[Sample]:
    rng = np.random.default_rng(seed)
    return [Sample(every_s * k, *rng.normal(size=5)) for k in range(count)]


def times(seen: list[HalfSecond], rows: list[Sample]) -> list[float]:
    return [rows[each.row].t_s for each in seen]


def test_it_is_seen_after_half_a_second_and_then_every_quarter() -> None:
    rows = tremor(101)
    assert times(follow(WindowState(), as_rows(rows)), rows) == pytest.approx([0.5, 0.76, 1.0, 1.26, 1.5, 1.76, 2.0])


@pytest.mark.parametrize("every_s", [0.02, 0.05])
def test_it_is_the_median_of_its_rows_and_their_fastest_rate(every_s: float) -> None:
    rows = tremor(60, every_s=every_s)
    for seen in follow(WindowState(), as_rows(rows)):
        now_s = rows[seen.row].t_s
        window = [row for row in rows if now_s - 0.5 - 1e-6 <= row.t_s <= now_s]
        assert seen.start_s == window[0].t_s
        assert seen.angle_rad == statistics.median(row.angle_rad for row in window)
        assert seen.sd_rad == statistics.median(row.sd_rad for row in window)
        assert seen.fastest_rad_s == max(abs(row.rate_rad_s) for row in window)


@given(st.lists(st.integers(0, 120), max_size=6), st.lists(st.integers(0, 119), max_size=40))
def test_it_does_not_depend_on_how_the_rows_are_cut(cuts: list[int], unseen: list[int]) -> None:
    rows = [row._replace(angle_rad=math.nan) if k in unseen else row for k, row in enumerate(tremor(120))]
    whole = follow(WindowState(), as_rows(rows))
    state, pieces = WindowState(), []
    edges = sorted([0, *cuts, 120])
    for first, end in pairwise(edges):
        pieces += [seen._replace(row=first + seen.row) for seen in follow(state, as_rows(rows[first:end]))]
    assert pieces == whole


def test_behind_a_hole_of_more_than_a_tenth_it_begins_anew() -> None:
    rows = [row for row in tremor(80) if not 0.61 < row.t_s < 0.75]
    assert times(follow(WindowState(), as_rows(rows)), rows) == pytest.approx([0.5, 1.26, 1.52])


def test_outward_it_is_as_far_the_other_way() -> None:
    assert HalfSecond(3, 0.5, -0.25, 0.01, 2.0).outward() == HalfSecond(3, 0.5, 0.25, 0.01, 2.0)
