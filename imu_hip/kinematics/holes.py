"""What may have happened while a sensor was not heard: how far heading and inclination may be off behind a hole.

Gravity tells the inclination behind a hole, heading it does not. A person who stands may have turned anyhow. One who
lies or sits leaned back does not turn as a whole, and a thigh that turned about its own axis shows it in its
inclination: what has not changed there bounds what the heading has done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.kinematics.alignment import Alignment
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import conjugate, cross3, dot3, norm, rotate

_UP = np.array([0.0, 0.0, 1.0])
_LONG_AXIS = np.array([0.0, 1.0, 0.0])


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


def lost(
    params: HoleParams,
    alignment: Alignment | None,
    latest: tuple[Floats, Floats] | None,
    last_known_s: float | None,
    block: OrientationBlock,
    known: NDArray[np.bool_],
    period_s: float,
) -> tuple[Floats, Floats]:
    """Return, at each row (n,) that ends a hole, the variances (rad²) it adds to heading and inclination.

    `latest`, `last_known_s`: orientations of both sensors and time of the newest known row before the block.
    """
    heading, tilt = np.zeros(len(known)), np.zeros(len(known))
    rows = np.flatnonzero(known)
    if len(rows) == 0:
        return heading, tilt
    before_s = np.concatenate([[block.t_s[rows[0]] if last_known_s is None else last_known_s], block.t_s[rows[:-1]]])
    length_s = block.t_s[rows] - before_s
    for k in np.flatnonzero(length_s > 1.6 * period_s):
        row = int(rows[k])
        before = latest if k == 0 else _orientations(block, int(rows[k - 1]))
        turned = params.turn_rad_s * float(length_s[k])
        if alignment is not None and before is not None:
            turned = min(turned, _bound(params, alignment, before, _orientations(block, row)))
        heading[row] = turned * turned
        tilt[row] = min(params.tilt_rad_s * float(length_s[k]), params.most_tilt_rad) ** 2
    return heading, tilt


def _orientations(block: OrientationBlock, row: int) -> tuple[Floats, Floats]:
    return block.earth_from_pelvis_sensor[row], block.earth_from_thigh_sensor[row]


def _bound(
    params: HoleParams, alignment: Alignment, before: tuple[Floats, Floats], after: tuple[Floats, Floats]
) -> float:
    """Return how far the relative heading may have turned, for what the inclinations show."""
    axes = (alignment.sensor_from_pelvis, alignment.sensor_from_thigh)
    upright, standing = (
        abs(float(rotate(q, rotate(sensor_from_segment, _LONG_AXIS))[2]))
        for q, sensor_from_segment in zip(after, axes, strict=True)
    )
    if upright > params.reclined:
        return math.inf
    changed = sum(
        _angle(rotate(conjugate(a), _UP), rotate(conjugate(b), _UP)) for a, b in zip(before, after, strict=True)
    )
    sine = max(math.sqrt(max(0.0, 1.0 - standing * standing)), params.least_sine)
    return params.still_rad + params.turn_per_tilt * changed / sine


def _angle(u: Floats, v: Floats) -> float:
    return math.atan2(float(norm(cross3(u, v))), float(dot3(u, v)))
