"""How good a table rest was: the expected error of the gyroscope bias, or why it was no rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.orientation.table_rest import TableRestParams, still_windows
from imu_hip.quaternion import cross3, norm


@dataclass(frozen=True, slots=True)
class RestQualityParams:
    """What is asked of a rest, and its error.

    `floor_rad_s`: what a bias changes by until it is used. `usual_s`: quiet time of an ordinary rest. `most_spread`: a
    resting sensor's half-second means agree within 0.05 °/s and what its noise leaves (`noise_sds` of it), so one that
    is this far off the median was turned slowly. `noise_rad_s`: of such a mean, for sensors that show less.
    `most_tilt_rad_s`, `least_tilt_rad`: gravity does not wander in the axes of a sensor that lies still.
    `most_bias_rad_s`: no sensor in working order has such a bias (data sheets: 1 to 5 °/s): it turns steadily.
    """

    floor_rad_s: float = math.radians(0.02)
    usual_s: float = 8.0
    most_spread_rad_s: float = math.radians(0.3)
    most_tilt_rad_s: float = math.radians(0.1)
    least_tilt_rad: float = math.radians(0.5)
    most_bias_rad_s: float = math.radians(10.0)
    noise_rad_s: float = math.radians(0.03)
    noise_sds: float = 3.0


@dataclass(frozen=True, slots=True)
class RestQuality:
    """`sd_rad_s`: expected error of the bias. `quality` 0..1: that of a good rest over it."""

    sd_rad_s: float
    quality: float
    text: str


def rest_quality(
    table: TableRestParams, params: RestQualityParams, t_s: Floats, gyr: Floats, acc: Floats
) -> RestQuality | str:
    """Return how good one sensor's rest was, or why it was none.

    `t_s` (n,), `gyr` and `acc` (n, 3): the known rows of the whole interval, as for `bias_at_rest`.
    """
    times, rates, forces, noise_rad_s = _still_windows(table, t_s, gyr, acc)
    if len(times) * table.window_s < table.least_s:
        still_s = len(times) * table.window_s
        return f"it lay still for {still_s:.1f} s only; leave both on the table for 10 s without touching it"
    bias = np.median(rates, axis=0)
    if float(norm(bias)) > params.most_bias_rad_s:
        return f"it turned by {math.degrees(float(norm(bias))):.0f} °/s all the time; lay it on a table that rests"
    spread = float(np.max(norm(rates - bias)))
    if spread > params.most_spread_rad_s + params.noise_sds * noise_rad_s:
        return (
            f"it was turned slowly, by up to {math.degrees(spread):.1f} °/s; lay it on a table, not on a lap or a hand"
        )
    tilt_rad, tilt_rad_s = _tilting(table, times, forces)
    if tilt_rad > params.least_tilt_rad and tilt_rad_s > params.most_tilt_rad_s:
        return (
            f"it tilted by {math.degrees(tilt_rad):.1f}° while it should lie still; lay it on a table that is not moved"
        )
    scatter = math.sqrt(float(np.mean(np.var(rates, axis=0))))
    sd = _sd(params, max(scatter, params.noise_rad_s), len(times))
    best = _sd(params, params.noise_rad_s, round(params.usual_s / table.window_s))
    text = f"bias known to {math.degrees(sd):.2f} °/s from {len(times) * table.window_s:.1f} s at rest"
    return RestQuality(sd, min(1.0, best / sd), text)


def _sd(params: RestQualityParams, noise_rad_s: float, windows: int) -> float:
    return math.sqrt(params.floor_rad_s**2 + noise_rad_s**2 / windows)


def _still_windows(
    table: TableRestParams, t_s: Floats, gyr: Floats, acc: Floats
) -> tuple[Floats, Floats, Floats, float]:
    """Return middle times (k,), mean rates (k, 3) and unit mean forces (k, 3) of the windows that were still.

    And the length that noise alone gives a mean rate, rad/s.
    """
    times: list[float] = []
    rates: list[Floats] = []
    forces: list[Floats] = []
    noise: list[float] = []
    for inside in still_windows(table, t_s, gyr):
        window = gyr[inside]
        times.append(float(np.mean(t_s[inside])))
        rates.append(np.mean(window, axis=0))
        force = np.mean(acc[inside], axis=0)
        forces.append(force / norm(force))
        noise.append(float(norm(np.std(window, axis=0))) / math.sqrt(len(window)))
    if not times:
        return np.empty(0), np.empty((0, 3)), np.empty((0, 3)), 0.0
    return np.array(times), np.stack(rates), np.stack(forces), sum(noise) / len(noise)


def _tilting(table: TableRestParams, times: Floats, forces: Floats) -> tuple[float, float]:
    """Return angle and speed of the largest steady tilt over neighbouring still windows, rad and rad/s."""
    borders = np.flatnonzero(np.diff(times) > 1.5 * table.window_s) + 1
    largest, speed = 0.0, 0.0
    for part in np.split(np.arange(len(times)), borders):
        first, last = int(part[0]), int(part[-1])
        angle = math.asin(min(1.0, float(norm(cross3(forces[first], forces[last])))))
        if last > first and angle > largest:
            largest, speed = angle, angle / float(times[last] - times[first])
    return largest, speed
