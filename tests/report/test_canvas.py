"""Paths are short and end where they should."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from imu_hip.report.canvas import Scale, boxes, polyline

DOTS = st.floats(0.0, 720.0)


@given(st.lists(st.tuples(DOTS, DOTS), min_size=1, max_size=50))
def test_steps_of_a_line_add_up_to_its_points(points: list[tuple[float, float]]) -> None:
    start, _, steps = polyline(points).partition("l")
    x, y = (float(each) for each in start[1:].split(","))
    drawn = [(x, y)]
    for step in steps.split(" "):
        dx, dy = (float(each) for each in step.split(","))
        x, y = x + dx, y + dy
        drawn.append((x, y))
    for px, py in points:
        assert any(abs(px - x) < 0.051 and abs(py - y) < 0.051 for x, y in drawn)
    assert abs(drawn[-1][0] - points[-1][0]) < 0.051


@given(st.lists(st.tuples(DOTS, st.floats(1.5, 90.0)), min_size=1, max_size=30))
def test_boxes_cover_every_span_and_never_overlap(spans: list[tuple[float, float]]) -> None:
    extents = [(left, left + wide) for left, wide in spans]
    data = boxes(extents, 0.0, 9.0, "dropout").attrib["d"]
    found = [(float(x), float(x) + float(w)) for x, w in re.findall(r"M([\d.]+),0.0h([\d.]+)", data)]
    assert all(before[1] < after[0] + 0.2 for before, after in pairwise(found))
    for left, right in extents:
        assert any(x <= left + 0.11 and right <= end + 0.21 for x, end in found)


@given(st.floats(-1e4, 1e4), st.floats(-400.0, 400.0))
def test_nothing_is_drawn_beyond_the_plot(t_s: float, angle_deg: float) -> None:
    scale = Scale(10.0, 60.0, -10.0, 40.0, 32.0)
    assert scale.x(10.0) <= scale.x(t_s) <= scale.x(60.0)
    assert scale.y(40.0) <= scale.y(angle_deg) <= scale.y(-10.0)
