"""Which rows of a block are judged or looked at, and what is smoothed and summed up to them: this sees every row.

The rotation has no news faster than its low-pass, and a limb that keeps still has hardly any, so the rules need not
see each row. Compiled, with all that evolves handed in and back: the same however the rows are cut.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.exercise.conditioning import CUTOFF_HZ, SLOW_CUTOFF_HZ, low_pass, memory
from imu_hip.exercise.conditioning import step as smoothed
from imu_hip.exercise.moment import EVERY_S as LOOK_EVERY_S
from imu_hip.model.block import AngleBlock, Floats

WITHIN_MOVING_S = 0.02
"""Judged rows follow each other within this, or as soon as there are rows: from 100 Hz, every other one.

A row in between is like the judged one before it; where the angle becomes known, or is lost, a row is judged.
"""
WITHIN_STILL_S = 0.05
"""The same while the limb turns slower than `_MOVING_RAD_S`: from 100 Hz, every fifth."""
_MOVING_RAD_S = math.radians(3.0)

_EARLY_S = 1e-6
_JITTER = 0.1
"""Of a period: how much later than it should a row may be."""
_LOW_PASS = len(memory())


def rows_state() -> Floats:
    """Return what evolves from row to row, before the first one.

    The memories of both low-passes; then how far the thigh has turned, when a row was judged last, when to look
    next, and whether the last row was known.
    """
    return np.array([*memory(), *memory(), 0.0, -math.inf, -math.inf, 0.0])


class JudgedRows(NamedTuple):
    """The rows of a block that are judged: their `places` (k,), and what is known of each: `seen` (7, k).

    That is its time, the angle and its rate (smoothed; NaN where not known), the angle's standard deviation, angle
    and rate behind the second low-pass, and how far the thigh has turned about its long axis. `looked_at` (k,): where
    it is time for a `Moment`.
    """

    places: NDArray[np.intp]
    seen: Floats
    looked_at: NDArray[np.bool_]


def judged_rows(rate_hz: float, state: Floats, block: AngleBlock) -> JudgedRows:
    """Follow every row of a block of samples at `rate_hz`; return those that are judged. Changes `state`.

    Raises
    ------
    UsageError
        When the samples are too rare for the low-pass.
    """
    size = len(block.t_s)
    seen = np.empty((7, size))
    places = np.empty(size, np.intp)
    looked_at = np.empty(size, np.bool_)
    design, slow_design = low_pass(CUTOFF_HZ, rate_hz), low_pass(SLOW_CUTOFF_HZ, rate_hz)
    inputs = (block.t_s, block.angles_rad, block.sd_rad, block.valid, block.thigh_rate_rad_s)
    count = _follow(design, slow_design, state, 1.0 / rate_hz, *inputs, seen, places, looked_at)
    return JudgedRows(places[:count], seen[:, :count], looked_at[:count])


def of_every_row(judged: JudgedRows, values: NDArray[np.uint8], before: int, size: int) -> NDArray[np.uint8]:
    """Return for every row (size,) the value of the last judged one; `before` is that of the rows ahead of them."""
    filled = np.empty(size, np.uint8)
    _fill(judged.places, values, before, filled)
    return filled


@compiled
def _fill(places: NDArray[np.intp], values: NDArray[np.uint8], before: int, filled: NDArray[np.uint8]) -> None:
    value = before
    at = 0
    for row in range(len(filled)):
        if at < len(places) and places[at] == row:
            value = values[at]
            at += 1
        filled[row] = value


@compiled
def _follow(
    design: Floats,
    slow_design: Floats,
    state: Floats,
    period_s: float,
    t_s: Floats,
    angles_rad: Floats,
    sd_rad: Floats,
    valid: NDArray[np.bool_],
    thigh_rate_rad_s: Floats,
    seen: Floats,
    places: NDArray[np.intp],
    looked_at: NDArray[np.bool_],
) -> int:
    """Fill in what is known of judged rows, and their places; return how many there are. Changes `state`."""
    low_pass, slow_low_pass = state[:_LOW_PASS], state[_LOW_PASS : 2 * _LOW_PASS]
    turned, last_s, next_look_s, was_known = state[2 * _LOW_PASS :]
    count = 0
    for row in range(len(t_s)):
        now_s = t_s[row]
        known = valid[row] and np.isfinite(angles_rad[row, 2])
        smooth = rate = slow = slow_rate = math.nan
        if known:
            smooth, rate = smoothed(design, low_pass, now_s, angles_rad[row, 2])
            slow, slow_rate = smoothed(slow_design, slow_low_pass, now_s, smooth)
            turned += thigh_rate_rad_s[row, 1] * period_s
        within_s = WITHIN_MOVING_S if abs(rate) >= _MOVING_RAD_S else WITHIN_STILL_S
        is_due = now_s - last_s > within_s - (1.0 - _JITTER) * period_s or now_s >= next_look_s
        if is_due or known != (was_known == 1.0):
            last_s = now_s
            seen[0, count] = now_s
            seen[1, count] = smooth
            seen[2, count] = rate
            seen[3, count] = sd_rad[row, 2] if known else math.nan
            seen[4, count] = slow
            seen[5, count] = slow_rate
            seen[6, count] = turned
            places[count] = row
            looked_at[count] = now_s >= next_look_s
            if looked_at[count]:
                next_look_s = now_s + LOOK_EVERY_S - _EARLY_S
            count += 1
        was_known = 1.0 if known else 0.0
    for place, value in enumerate((turned, last_s, next_look_s, was_known)):
        state[2 * _LOW_PASS + place] = value
    return count
