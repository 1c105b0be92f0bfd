"""What of a trace reaches the screen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu_hip.model.event import Phase
from imu_hip.model.view_state import TraceView
from imu_hip.plot import curve


def trace(t_s: np.ndarray, angle_deg: np.ndarray, phase: np.ndarray | None = None) -> TraceView:
    phases = np.zeros(t_s.size, np.uint8) if phase is None else phase.astype(np.uint8)
    return TraceView(t_s, angle_deg, np.ones(t_s.size), phases, np.empty((t_s.size, 0)))


def test_means_keep_a_straight_line_and_end_at_the_newest_sample() -> None:
    t_s = np.arange(-30.0, 0.0, 0.01)
    points = curve.decimate(trace(t_s, 10.0 + 2.0 * t_s), 100.0, 0.1)
    assert points.angle_deg == pytest.approx(10.0 + 2.0 * points.t_s)
    assert points.t_s[-1] == t_s[-1]
    assert 295 < points.t_s.size < 305


@settings(deadline=None)
@given(shift=st.floats(0.001, 5.0), block_s=st.sampled_from([0.05, 0.1, 0.137]))
def test_means_do_not_shimmer_while_the_picture_slides(shift: float, block_s: float) -> None:
    """Blocks that are whole in both pictures have the same means: their borders stand still on the clock."""
    clock = 50.0 + 0.0037 + np.arange(0.0, 30.0, 0.01)
    angle = 30.0 * np.sin(3.0 * clock) + np.cos(40.0 * clock)
    first = curve.decimate(trace(clock - 80.0, angle), 80.0, block_s)
    later = curve.decimate(trace(clock - 80.0 - shift, angle), 80.0 + shift, block_s)
    assert first.t_s + 80.0 == pytest.approx(later.t_s + 80.0 + shift)
    assert first.angle_deg == pytest.approx(later.angle_deg)


def test_unknown_angles_break_the_line() -> None:
    t_s = np.arange(-10.0, 0.0, 0.01)
    angle = np.where((t_s > -5.0) & (t_s < -4.0), np.nan, 7.0)
    points = curve.decimate(trace(t_s, angle), 10.0, 0.1)
    unknown = points.t_s[np.isnan(points.angle_deg)]
    assert -5.1 <= unknown.min() < -4.8
    assert -4.2 < unknown.max() <= -3.9


def test_holes_in_time_break_the_line() -> None:
    t_s = np.concatenate([np.arange(-10.0, -5.0, 0.01), np.arange(-3.0, 0.0, 0.01)])
    points = curve.decimate(trace(t_s, np.full(t_s.size, 7.0)), 10.0, 0.1)
    runs = curve.finite_runs(points.angle_deg)
    assert len(runs) == 2
    assert points.t_s[runs[0]][-1] < -5.0
    assert points.t_s[runs[1]][0] >= -3.0


def test_nothing_gives_nothing() -> None:
    none = trace(np.empty(0), np.empty(0))
    assert curve.decimate(none, 0.0, 0.1).t_s.size == 0
    assert curve.phase_spans(none) == []
    assert curve.angle_limits(none, None) == (-10.0, 40.0)


def test_phase_spans_are_contiguous_and_holes_are_unknown() -> None:
    t_s = np.array([-3.0, -2.9, -2.8, -2.7, -1.0, -0.9])
    phase = np.array([Phase.APPROACH, Phase.APPROACH, Phase.HOLD, Phase.HOLD, Phase.HOLD, Phase.HOLD])
    spans = curve.phase_spans(trace(t_s, np.zeros(6), phase))
    assert [(s.start_s, s.end_s, s.phase) for s in spans] == [
        (-3.0, -2.8, Phase.APPROACH),
        (-2.8, -2.7, Phase.HOLD),
        (-2.7, -1.0, Phase.UNKNOWN),
        (-1.0, -0.9, Phase.HOLD),
        (-0.9, 0.0, Phase.UNKNOWN),
    ]


def test_axis_holds_angles_and_band_in_whole_tens() -> None:
    t_s = np.linspace(-1.0, 0.0, 10)
    wide = trace(t_s, np.linspace(-33.0, 20.0, 10))
    low, high = curve.angle_limits(wide, (40.0, 58.0))
    assert (low, high) == (-40.0, 70.0)
    assert all(angle % 20.0 == 0.0 and low <= angle < high for angle in curve.ticks(low, high))


def test_axis_does_not_follow_small_movements() -> None:
    t_s = np.linspace(-1.0, 0.0, 10)
    assert len({curve.angle_limits(trace(t_s, np.full(10, a)), (30.0, 40.0)) for a in range(0, 43)}) == 1
