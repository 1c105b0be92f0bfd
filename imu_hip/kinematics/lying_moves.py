"""What bridges and rocking knees show of a person on the back: the level lines that pelvis and thigh turned about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.neutral_pose import NeutralPose
from imu_hip.kinematics.principal_axis import principal_axis, second_moment
from imu_hip.kinematics.sensor_to_segment import elevation_of_axis
from imu_hip.model.block import Floats, OrientationBlock, chosen
from imu_hip.quaternion import conjugate, cross3, dot3, norm, rotate

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class LyingMoveParams:
    """Limits for believing a movement.

    `least_lift_rad`: of pelvis and thigh in a bridge; the other way they go at most half as far. `least_rock_rad`: of
    the thigh from side to side; `least_roll_rad`: of the pelvis, to tell an axis. `most_apart_rad`: between two
    sources of one axis.
    """

    least_lift_rad: float = math.radians(8.0)
    least_rock_rad: float = math.radians(20.0)
    least_roll_rad: float = math.radians(5.0)
    least_dominance: float = 0.3
    most_elevation_rad: float = math.radians(35.0)
    most_apart_rad: float = math.radians(45.0)


@dataclass(frozen=True, slots=True)
class Directions:
    """Level directions in hook lying, (3,) in sensor axes; `pelvis`: None where it moved too little to tell."""

    pelvis: Floats | None
    thigh: Floats


def bridged(params: LyingMoveParams, hook: NeutralPose, rows: OrientationBlock) -> tuple[Directions, float] | str:
    """Return the directions to the right that lifting the pelvis from `hook` shows, with a quality 0..1, or why not."""
    rows = _known(rows)
    pelvis = _lifted(params, "pelvis", hook.pelvis_up, rows.earth_from_pelvis_sensor, rows.pelvis_gyr)
    thigh = _lifted(params, "thigh", hook.thigh_up, rows.earth_from_thigh_sensor, rows.thigh_gyr)
    if isinstance(pelvis, str):
        return pelvis
    if isinstance(thigh, str):
        return thigh
    # The pelvis turns by + about the direction to the right, the thigh by -.
    return Directions(pelvis[0], -thigh[0]), min(pelvis[1], thigh[1])


def rocked(
    params: LyingMoveParams, hook: NeutralPose, right: Floats | None, rows: OrientationBlock
) -> tuple[Directions, float] | str:
    """Return the directions toward head or feet that rocking the knees shows, with a quality 0..1, or why not.

    `right` (3,): the thigh's right in sensor axes, where it is known already.
    """
    rows = _known(rows)
    thigh = _axis(params, hook.thigh_up, rows.thigh_gyr)
    if thigh is None or _span(hook.thigh_up, thigh[0], rows.earth_from_thigh_sensor) < params.least_rock_rad:
        return "the knees did not rock; let both knees go slowly to one side, then to the other, three times"
    if right is not None and abs(math.asin(_cosine(right, thigh[0]))) > params.most_apart_rad:
        return "the knees did not go to the side; keep the feet where they are and let the knees go left and right"
    pelvis = _axis(params, hook.pelvis_up, rows.pelvis_gyr)
    if pelvis is None or _span(hook.pelvis_up, pelvis[0], rows.earth_from_pelvis_sensor) < params.least_roll_rad:
        return Directions(None, thigh[0]), thigh[1]
    together = float((dot3(rows.pelvis_gyr, pelvis[0]) * dot3(rows.thigh_gyr, thigh[0])).sum())
    return Directions(pelvis[0] if together > 0.0 else -pelvis[0], thigh[0]), thigh[1]


def level(up: Floats, axis: Floats) -> Floats:
    """Return the part of `axis` (3,) at right angles to `up` (3,), a unit vector."""
    u = up / norm(up)
    level = axis - u * dot3(u, axis)
    return np.asarray(level / norm(level))


def turned(axis: Floats, before: Floats, after: Floats) -> Floats:
    """Return by how far a sensor turned about `axis` if it saw up at `before` (3,) first and `after` (..., 3) then."""
    u = before - axis * dot3(axis, before)
    # Gravity turns the other way round in the axes of a sensor that turns.
    return np.arctan2(dot3(after, cross3(u, axis)), dot3(after, u))


def angle_between(a: Floats, b: Floats) -> float:
    """Return the angle between two vectors (3,), rad in [0, pi]."""
    return math.atan2(float(norm(cross3(a, b))), float(dot3(a, b)))


def _lifted(
    params: LyingMoveParams, role: str, up: Floats, earth_from_sensor: Floats, rate: Floats
) -> tuple[Floats, float] | str:
    """Return the level axis (3,) about which a sensor was lifted from `up`, right-handed, and its dominance."""
    found = _axis(params, up, rate)
    if found is None:
        return f"the {role} was not lifted straight up; lift the pelvis off the floor and lower it again, twice"
    axis, dominance = found
    leaning = _leaning(up, axis, earth_from_sensor)
    most, least = float(np.max(leaning)), -float(np.min(leaning))
    if max(most, least) < params.least_lift_rad:
        return f"the {role} was hardly lifted; lift the pelvis off the floor and lower it again, twice"
    if min(most, least) > 0.5 * max(most, least):
        return f"the {role} went both ways from where it lay; lie still before the bridge, then only lift and lower"
    return axis if most > least else -axis, dominance


def _axis(params: LyingMoveParams, up: Floats, rate: Floats) -> tuple[Floats, float] | None:
    """Return the level part (3,) of the axis that a sensor turned about most, and its dominance; None if there is none.

    The sign is arbitrary.
    """
    if len(rate) < 3:
        return None
    found = principal_axis(second_moment(rate))
    if found.dominance < params.least_dominance or elevation_of_axis(up, found.axis) > params.most_elevation_rad:
        return None
    return level(up, found.axis), found.dominance


def _known(rows: OrientationBlock) -> OrientationBlock:
    both = ~np.isnan(rows.pelvis_gyr[:, 0]) & ~np.isnan(rows.thigh_gyr[:, 0])
    return chosen(rows, both)


def _span(up: Floats, axis: Floats, earth_from_sensor: Floats) -> float:
    leaning = _leaning(up, axis, earth_from_sensor)
    return float(np.max(leaning) - np.min(leaning))


def _leaning(up: Floats, axis: Floats, earth_from_sensor: Floats) -> Floats:
    """Return by how far (n,) a sensor is turned about its level `axis` from where it saw `up`; from gravity alone."""
    return np.asarray(turned(axis, up, rotate(conjugate(earth_from_sensor), _UP)))


def _cosine(a: Floats, b: Floats) -> float:
    return max(-1.0, min(1.0, float(dot3(a, b) / (norm(a) * norm(b)))))
