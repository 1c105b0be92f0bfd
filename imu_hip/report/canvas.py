"""The paper of a plot: from seconds and degrees to dots, and the few shapes that are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from imu_hip.report.markup import Element, element

WIDTH, LEFT, RIGHT = 720.0, 52.0, 6.0
HEIGHT = 190.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From seconds and degrees to dots; `top` is where the angles begin."""

    start_s: float
    end_s: float
    low_deg: float
    high_deg: float
    top: float

    def x(self, t_s: float) -> float:
        """Return the dot of a time, never beyond the plot."""
        share = (t_s - self.start_s) / max(self.end_s - self.start_s, 1e-9)
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share))

    def y(self, angle_deg: float) -> float:
        """Return the dot of an angle, never beyond the plot."""
        share = (angle_deg - self.low_deg) / (self.high_deg - self.low_deg)
        return self.top + HEIGHT * (1.0 - min(1.0, max(0.0, share)))

    @property
    def column_s(self) -> float:
        """Seconds in a dot."""
        return max(self.end_s - self.start_s, 1e-9) / (WIDTH - LEFT - RIGHT)

    @property
    def bottom(self) -> float:
        """Where the angles end."""
        return self.top + HEIGHT


def box(x: float, y: float, width: float, height: float, kind: str) -> Element:
    """Draw a rectangle."""
    return element("rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}", class_=kind)


def boxes(spans: Sequence[tuple[float, float]], y: float, height: float, kind: str) -> Element:
    """Draw rectangles of one height from left to right as one path; what overlaps is drawn once."""
    joined: list[list[float]] = []
    for left, right in sorted(spans):
        if joined and left <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], right)
        else:
            joined.append([left, right])
    parts = (f"M{left:.1f},{y:.1f}h{right - left:.1f}v{height:.1f}H{left:.1f}z" for left, right in joined)
    return element("path", d="".join(parts), class_=kind)


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Return a line through points as the data of a path, in tenths of a dot, each step from the one before it."""
    tenths = [(round(10.0 * x), round(10.0 * y)) for x, y in points]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(tenths) if (x, y) != (x0, y0)]
    # A single dot needs a line of no length to be seen.
    moves = " ".join(f"{dx / 10:g},{dy / 10:g}" for dx, dy in steps or [(0, 0)])
    return f"M{tenths[0][0] / 10:g},{tenths[0][1] / 10:g}l{moves}"


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Element:
    """Draw a straight line."""
    return element("path", d=f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}", class_=kind)


def text(x: float, y: float, words: str, kind: str, *, turn: bool = False) -> Element:
    """Write words; `turn`: upward."""
    place = {"transform": f"rotate(-90 {x:.1f} {y:.1f})"} if turn else {}
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", class_=kind, **place)
