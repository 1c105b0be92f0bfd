"""The last half second, looked at four times a second: how far the limb was, and how still."""

from __future__ import annotations

import statistics
from typing import NamedTuple

from imu_hip.exercise.conditioning import Sample
from imu_hip.exercise.end_range import WindowState, window


class HalfSecond(NamedTuple):
    """From `start_s` on: medians of the angle (+ is internal) and its standard deviation, and the fastest rate."""

    start_s: float
    angle_rad: float
    sd_rad: float
    fastest_rad_s: float


def step(state: WindowState, sample: Sample) -> HalfSecond | None:
    """Take a sample in; return the half second each time one is full. Changes `state`."""
    samples = window(state, sample)
    if samples is None:
        return None
    return HalfSecond(
        samples[0].t_s,
        statistics.median([each.angle_rad for each in samples]),
        statistics.median([each.sd_rad for each in samples]),
        max([abs(each.rate_rad_s) for each in samples]),
    )
