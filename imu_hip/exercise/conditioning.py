"""Smooth the rotation angle causally and give its rate: what every rule of this room looks at.

A second-order Butterworth low-pass with carried state, sample by sample, so that the result cannot depend on how the
data were cut. What is not known never enters the filter: after a hole it starts anew at the first known value.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError

CUTOFF_HZ = 3.0
LAG_S = 0.075
"""Group delay of the low-pass at low frequency, sqrt(2) / (2 pi 3 Hz); taken off the time stamps."""
SLOW_CUTOFF_HZ = 1.0
"""Of a second low-pass behind the first, for what lasts for seconds."""
SLOW_LAG_S = 0.225
"""Its group delay, sqrt(2) / (2 pi 1 Hz)."""

_BRIDGED_S = 0.05
"""Longest hole over which the filter runs on: what the corridor interpolates."""
_BRIDGED_PERIODS = 2.5
_TURN_RAD = 2.0 * math.pi
_OUTWARD = np.array([1.0, -1.0, -1.0, 1.0, -1.0, -1.0])


class Sample(NamedTuple):
    """One row as the rules see it, + toward the end range in question; not known: all but the time is NaN.

    `slow_rad` and `slow_rad_s`: angle and rate behind the second low-pass too, and so older than `t_s` by its delay.
    """

    t_s: float
    angle_rad: float
    rate_rad_s: float
    sd_rad: float
    slow_rad: float = math.nan
    slow_rad_s: float = math.nan


COLUMNS = len(Sample._fields)
"""Of rows (n, 6): samples one below the other."""


def outward(rows: Floats) -> Floats:
    """Return rows with + toward external rotation."""
    turned: Floats = rows * _OUTWARD
    return turned


def memory() -> Floats:
    """Return the memory of a low-pass that has seen nothing (6,).

    It is the newest known sample (time, unwrapped input, output), the whole turns taken off, and two delays.
    """
    return np.array([-math.inf, 0.0, 0.0, 0.0, 0.0, 0.0])


@cache
def low_pass(cutoff_hz: float, rate_hz: float) -> Floats:
    """Design the filter for samples at `rate_hz`: one section's coefficients (7,), as `step` takes them.

    They are b0, b1, b2, a1, a2 (a0 = 1), the delay at low frequency, and the hole after which it starts anew.

    Raises
    ------
    UsageError
        When the samples are too rare for the cutoff.
    """
    if not rate_hz > 2.0 * cutoff_hz:
        raise UsageError(
            Reason.WRONG_USAGE,
            f"{rate_hz:g} Hz is too slow to judge from: sample at more than {2.0 * cutoff_hz:g} Hz",
        )
    # The bilinear transform of the analog prototype, warped so that the cutoff stays where it is: what
    # scipy.signal.butter returns, whose import would double the time to start.
    warped = 4.0 * np.tan(np.pi * (cutoff_hz / (rate_hz / 2.0)) / 2.0)
    analog = warped * -np.exp(-0.25j * np.pi)
    pole = (4.0 + analog) / (4.0 - analog)
    b0 = warped**2 * (1.0 / ((4.0 - analog) * np.conj(4.0 - analog))).real
    lag_s = math.sqrt(2.0) / (2.0 * math.pi * cutoff_hz)
    restart_s = max(_BRIDGED_S, _BRIDGED_PERIODS / rate_hz) + 1e-6
    return np.array([b0, 2.0 * b0, b0, -2.0 * pole.real, (pole * np.conj(pole)).real, lag_s, restart_s])


@compiled
def step(coefficients: Floats, state: Floats, t_s: float, angle_rad: float) -> tuple[float, float]:
    """Take one known angle in; return the smoothed angle and its rate (backward difference). Changes `state`.

    The first rate after a hole is the mean rate across it: what was missed there is not taken for standing still.
    """
    b0, b1, b2, a1, a2, lag_s, restart_s = coefficients
    last_s, before_rad, output_rad, turns, delay_1, delay_2 = state
    elapsed_s = t_s - last_s
    if elapsed_s > restart_s:
        turns = 0.0
        angle = output = angle_rad
        delay_1 = angle * (1.0 - b0)
        delay_2 = angle * (b2 - a2)
        # The output before the hole stood for a time `lag_s` earlier, this one for now.
        rate = (output - output_rad) / (elapsed_s + lag_s)
    else:
        angle = angle_rad - turns * _TURN_RAD
        jump = angle - before_rad
        if abs(jump) > math.pi:
            turns += np.rint(jump / _TURN_RAD)
            angle = angle_rad - turns * _TURN_RAD
        output = b0 * angle + delay_1
        delay_1 = b1 * angle - a1 * output + delay_2
        delay_2 = b2 * angle - a2 * output
        rate = (output - output_rad) / elapsed_s
    state[0], state[1], state[2], state[3], state[4], state[5] = t_s, angle, output, turns, delay_1, delay_2
    return output, rate
