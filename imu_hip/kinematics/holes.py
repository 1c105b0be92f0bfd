"""What may have happened while a sensor was not heard: how far heading and inclination may be off behind a hole.

Gravity tells the inclination behind a hole, heading it does not. A person who stands may have turned anyhow. One who
lies or sits leaned back does not turn as a whole, and a thigh that turned about its own axis shows it in its
inclination: what has not changed there bounds what the heading has done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.model.block import Floats
from imu_hip.quaternion_rows import (
    Vector,
    cross3,
    dot3,
    length3,
    quaternion_at,
    quaternion_of,
    rotate,
    up_in,
)


@dataclass(frozen=True, slots=True)
class HoleParams:
    """`turn_rad_s`, `tilt_rad_s`: how fast an unseen limb may turn about the vertical, and out of it.

    `most_tilt_rad`: inclination is never farther off, gravity shows it. `reclined`: highest cosine between pelvis and
    vertical at which a person cannot turn as a whole; then heading is off by `still_rad` and, per rad of inclination
    that changed, by `turn_per_tilt` over the sine of the thigh's angle to the vertical (at least `least_sine`).
    """

    turn_rad_s: float = math.radians(20.0)
    tilt_rad_s: float = math.radians(10.0)
    most_tilt_rad: float = math.radians(8.0)
    reclined: float = 0.7
    still_rad: float = math.radians(3.0)
    turn_per_tilt: float = 1.5
    least_sine: float = 0.35


@compiled
def is_known(pelvis_gyr: Floats, thigh_gyr: Floats, row: int) -> bool:
    """Tell whether both sensors are known at a row."""
    return not (math.isnan(pelvis_gyr[row, 0]) or math.isnan(thigh_gyr[row, 0]))


@compiled
def lost_rows(
    t_s: Floats,
    pelvis_gyr: Floats,
    thigh_gyr: Floats,
    pelvis: Floats,
    thigh: Floats,
    latest_pelvis: Floats,
    latest_thigh: Floats,
    last_known_s: float,
    sensor_from_pelvis: Floats,
    sensor_from_thigh: Floats,
    least_s: float,
    turn_rad_s: float,
    tilt_rad_s: float,
    most_tilt_rad: float,
    reclined: float,
    still_rad: float,
    turn_per_tilt: float,
    least_sine: float,
) -> Floats:
    """Return, at each row (2, n) that ends a hole, the variances (rad²) it adds to heading and inclination.

    `latest_*`, `last_known_s`: orientation of each sensor at the newest known row before these, and its time (NaN: none
    yet). `least_s`: what is longer is a hole. The rest is of `HoleParams`.
    """
    out = np.zeros((2, len(t_s)))
    # What is not known (no alignment, no row before) makes the bound NaN, and no number is larger than that.
    long_pelvis = rotate(quaternion_of(sensor_from_pelvis), (0.0, 1.0, 0.0))
    long_thigh = rotate(quaternion_of(sensor_from_thigh), (0.0, 1.0, 0.0))
    before = quaternion_of(latest_pelvis), quaternion_of(latest_thigh)
    for row in range(len(t_s)):
        if not is_known(pelvis_gyr, thigh_gyr, row):
            continue
        after = quaternion_at(pelvis, row), quaternion_at(thigh, row)
        length_s = t_s[row] - last_known_s
        if length_s > least_s:
            turned = turn_rad_s * length_s
            if abs(rotate(after[0], long_pelvis)[2]) <= reclined:
                upright = rotate(after[1], long_thigh)[2]
                changed = _angle(up_in(before[0]), up_in(after[0])) + _angle(up_in(before[1]), up_in(after[1]))
                sine = max(math.sqrt(max(0.0, 1.0 - upright * upright)), least_sine)
                bound = still_rad + turn_per_tilt * changed / sine
                if turned > bound:
                    turned = bound
            out[0, row] = turned * turned
            out[1, row] = min(tilt_rad_s * length_s, most_tilt_rad) ** 2
        before, last_known_s = after, t_s[row]
    return out


@compiled
def _angle(u: Vector, v: Vector) -> float:
    """Return the angle between two vectors."""
    return math.atan2(length3(cross3(u, v)), dot3(u, v))
