"""The last half second, looked at four times a second: how far the limb was, and how still."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.exercise.conditioning import COLUMNS
from imu_hip.exercise.levels import TIME_TOLERANCE_S
from imu_hip.model.block import Floats

_WINDOW_S = 0.5
_STRIDE_S = 0.25
_UNSEEN_S = 0.1
"""A longer hole between two rows starts the window anew."""


class HalfSecond(NamedTuple):
    """From `start_s` to `row`: medians of the angle and its standard deviation, and the fastest rate."""

    row: int
    start_s: float
    angle_rad: float
    sd_rad: float
    fastest_rad_s: float

    def outward(self) -> HalfSecond:
        """Return the same with + toward external rotation."""
        return self._replace(angle_rad=-self.angle_rad)


@dataclass(slots=True)
class WindowState:
    """The known rows (n, 6) of the last half second and when it is looked at next."""

    rows: Floats = field(default_factory=lambda: np.empty((0, COLUMNS)))
    due_s: float = math.inf


def follow(state: WindowState, rows: Floats) -> list[HalfSecond]:
    """Take rows (n, 6) in; return each half second that is full with one of them. Changes `state`."""
    seen = np.empty((len(rows), len(HalfSecond._fields)))
    state.rows, state.due_s, count = _follow(state.rows, state.due_s, rows, seen)
    return [HalfSecond(int(row), *rest) for row, *rest in seen[:count].tolist()]


@compiled
def _follow(before: Floats, due_s: float, rows: Floats, seen: Floats) -> tuple[Floats, float, int]:
    """Fill in what is seen; return the rows to keep, when to look next, and how much was seen."""
    kept = np.empty((len(before) + len(rows), before.shape[1]))
    kept[: len(before)] = before
    first, end, count = 0, len(before), 0
    for row in range(len(rows)):
        t_s, angle_rad = rows[row, 0], rows[row, 1]
        if np.isnan(angle_rad):
            continue
        if first == end or t_s - kept[end - 1, 0] > _UNSEEN_S + TIME_TOLERANCE_S:
            first = end
            due_s = t_s + _WINDOW_S
        kept[end] = rows[row]
        end += 1
        if t_s < due_s - TIME_TOLERANCE_S:
            continue
        due_s += _STRIDE_S
        while kept[first, 0] < t_s - _WINDOW_S - TIME_TOLERANCE_S:
            first += 1
        window = kept[first:end]
        seen[count, 0], seen[count, 1] = row, kept[first, 0]
        seen[count, 2], seen[count, 3] = np.median(window[:, 1]), np.median(window[:, 3])
        seen[count, 4] = np.abs(window[:, 2]).max()
        count += 1
    return kept[first:end].copy(), due_s, count
