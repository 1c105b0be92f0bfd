"""What of a curve is drawn: nothing that stands out is lost, nothing unknown is joined."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu_hip.report import trace
from imu_hip.report.material import Curve


def curve(angles: list[float], step_s: float = 0.01) -> Curve:
    t_s = np.arange(len(angles), dtype=np.float64) * step_s
    angle = np.array(angles, dtype=np.float64)
    return Curve(t_s, angle, np.full(angle.size, 1.5))


@given(st.lists(st.floats(-90.0, 90.0), min_size=1, max_size=300), st.floats(0.005, 0.7))
def test_every_extreme_of_a_column_is_drawn(angles: list[float], column_s: float) -> None:
    run = curve(angles)
    t_s, drawn = trace.extremes(run, 0.0, column_s)
    assert np.all(np.diff(t_s) >= 0.0)
    column = np.floor(run.t_s / column_s)
    for k, each in enumerate(np.unique(column)):
        inside = run.angle_deg[column == each]
        assert sorted(drawn[2 * k : 2 * k + 2]) == [inside.min(), inside.max()]
    lower, upper = trace.outline(run, 0.0, column_s)[1:]
    assert lower.min() == pytest.approx(run.angle_deg.min() - 3.0)
    assert upper.max() == pytest.approx(run.angle_deg.max() + 3.0)


def test_a_rise_is_drawn_upward_and_a_fall_downward() -> None:
    assert trace.extremes(curve([0.0, 1.0, 2.0]), 0.0, 1.0)[1].tolist() == [0.0, 2.0]
    assert trace.extremes(curve([2.0, 1.0, 0.0]), 0.0, 1.0)[1].tolist() == [2.0, 0.0]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([1, 2, 5, 6, 40])), min_size=2, max_size=60))
def test_runs_and_unknown_stretches_share_the_time_between_them(rows: list[tuple[bool, int]]) -> None:
    steps = np.array([step for _, step in rows])
    t_s = 0.01 * np.cumsum(steps)
    angle = np.where([known for known, _ in rows], 1.0, np.nan)
    found = Curve(t_s, angle, angle)
    runs = trace.runs(found)
    assert sum(run.t_s.size for run in runs) == np.isfinite(angle).sum()
    hole_s = max(trace.HOLE_S, 2.5 * float(np.median(np.diff(t_s))))
    for run in runs:
        assert np.isfinite(run.angle_deg).all()
        assert np.all(np.diff(run.t_s) <= hole_s)
    spans = trace.unknown_spans(found, float(t_s[0]), float(t_s[-1]))
    for start, end in spans:
        assert end - start > hole_s
        assert not any(start < run.t_s[k] < end for run in runs for k in range(run.t_s.size))
    for before, after in pairwise(runs):
        long = after.t_s[0] - before.t_s[-1] > hole_s
        assert long == ((float(before.t_s[-1]), float(after.t_s[0])) in spans)


def test_nothing_known_is_unknown_from_end_to_end() -> None:
    assert trace.unknown_spans(Curve(*(np.empty(0) for _ in range(3))), 3.0, 9.0) == [(3.0, 9.0)]
    assert trace.runs(curve([float("nan")] * 5)) == []


@given(st.floats(0.0, 1e4), st.floats(0.0, 2e4))
def test_strips_are_few_and_leave_nothing_out(start_s: float, length_s: float) -> None:
    found = trace.strips(start_s, start_s + length_s)
    assert 1 <= len(found) <= trace.MOST_STRIPS
    assert found[0][0] == start_s
    assert found[-1][1] == start_s + length_s
    assert all(before[1] == after[0] for before, after in pairwise(found))
    if length_s < trace.MOST_STRIPS * trace.LONGEST_STRIP_S:
        assert max(end - start for start, end in found) <= trace.LONGEST_STRIP_S * (1.0 + 1e-9)


@given(st.lists(st.floats(-80.0, 80.0), max_size=20), st.lists(st.floats(-60.0, 60.0), max_size=2))
def test_the_axis_holds_every_angle(angles: list[float], marked: list[float]) -> None:
    low, high = trace.limits(curve([*angles, float("nan")]), marked)
    assert low <= -10.0 < 20.0 <= high
    assert all(low + 2.0 <= angle <= high - 2.0 for angle in [*angles, *marked])
