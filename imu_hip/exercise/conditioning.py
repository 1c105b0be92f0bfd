"""Smooth the rotation angle causally and give its rate: what every rule of this room looks at.

A second-order Butterworth low-pass with carried state, sample by sample, so that the result cannot depend on how the
data were cut. What is not known never enters the filter: after a hole it starts anew at the first known value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.signal import butter

from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UsageError

CUTOFF_HZ = 3.0
LAG_S = 0.075
"""Group delay of the low-pass at low frequency, sqrt(2) / (2 pi 3 Hz); taken off the time stamps."""

_BRIDGED_S = 0.05
"""Longest hole over which the filter runs on: what the corridor interpolates."""
_BRIDGED_PERIODS = 2.5
_TURN_RAD = 2.0 * math.pi


class Sample(NamedTuple):
    """One row as the rules see it, + toward the end range in question; not known: all but the time is NaN."""

    t_s: float
    angle_rad: float
    rate_rad_s: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class LowPass:
    """Coefficients of one section (a0 = 1), its delay at low frequency, and the hole after which it starts anew.

    `coefficients` (7,) are all of them in this order, for compiled loops.
    """

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float
    lag_s: float
    restart_s: float
    coefficients: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put all of them together once."""
        values = (self.b0, self.b1, self.b2, self.a1, self.a2, self.lag_s, self.restart_s)
        object.__setattr__(self, "coefficients", np.array(values))


@dataclass(slots=True)
class LowPassState:
    """The filter's memory: newest known sample (time, unwrapped input, output), whole turns taken off, and delays."""

    t_s: float = -math.inf
    input_rad: float = 0.0
    output_rad: float = 0.0
    turns: int = 0
    delay_1: float = 0.0
    delay_2: float = 0.0


@cache
def low_pass(cutoff_hz: float, rate_hz: float) -> LowPass:
    """Design the filter for samples at `rate_hz`.

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
    b0, b1, b2, _, a1, a2 = (float(value) for value in butter(2, cutoff_hz, fs=rate_hz, output="sos")[0])
    lag_s = math.sqrt(2.0) / (2.0 * math.pi * cutoff_hz)
    return LowPass(b0, b1, b2, a1, a2, lag_s, max(_BRIDGED_S, _BRIDGED_PERIODS / rate_hz) + 1e-6)


def step(design: LowPass, state: LowPassState, t_s: float, angle_rad: float) -> tuple[float, float]:
    """Take one known angle in; return the smoothed angle and its rate (backward difference). Changes `state`.

    The first rate after a hole is the mean rate across it: what was missed there is not taken for standing still.
    """
    elapsed_s = t_s - state.t_s
    if elapsed_s > design.restart_s:
        state.turns = 0
        angle = output = angle_rad
        state.delay_1 = angle * (1.0 - design.b0)
        state.delay_2 = angle * (design.b2 - design.a2)
        # The output before the hole stood for a time `lag_s` earlier, this one for now.
        rate = (output - state.output_rad) / (elapsed_s + design.lag_s)
    else:
        angle = angle_rad - state.turns * _TURN_RAD
        jump = angle - state.input_rad
        if abs(jump) > math.pi:
            turns = round(jump / _TURN_RAD)
            state.turns += turns
            angle = angle_rad - state.turns * _TURN_RAD
        output = design.b0 * angle + state.delay_1
        state.delay_1 = design.b1 * angle - design.a1 * output + state.delay_2
        state.delay_2 = design.b2 * angle - design.a2 * output
        rate = (output - state.output_rad) / elapsed_s
    state.t_s, state.input_rad, state.output_rad = t_s, angle, output
    return output, rate
