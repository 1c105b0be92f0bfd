"""Where the sensors are: on the table, on their way to the body, strapped to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imu_hip.model.item import Role
from imu_hip.quaternion import (
    about_vertical,
    conjugate,
    from_axis_angle,
    from_rotation_vector,
    multiply,
    norm,
    rotate,
)
from imu_hip.simulate.channel import minimum_jerk
from imu_hip.simulate.person import Range
from imu_hip.simulate.plan import Span
from imu_hip.simulate.rotation_vector import rotation_vector
from imu_hip.simulate.skeleton import Pose

Floats = NDArray[np.float64]

PELVIS_FROM_HIP_M = (-0.10, 0.06, -0.085)
"""Pelvis sensor over the sacrum, seen from the right hip centre in pelvis axes (a typical adult)."""
THIGH_FROM_HIP_M = (0.04, -0.30, 0.06)
"""Thigh sensor on the distal lateral thigh, seen from the hip centre in thigh axes."""
_LONG_AXIS = np.array([0.0, 1.0, 0.0])
_TABLE_M = (0.6, 0.4, 0.75)


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor that turns on its segment, about the segment's long axis (assumption: within a third of a second).

    `by_rad`: + as in internal rotation of a right thigh, mirrored on the left.
    """

    at_s: float
    by_rad: float
    role: Role = Role.THIGH
    lasts_s: float = 0.3


@dataclass(frozen=True, slots=True)
class PlacementParams:
    """How sensors lie and sit.

    On the segment each is turned by `mounting_rad` about any axis. On the table it lies within
    `table_tilt_rad` (standard deviation per axis) of flat, heading anywhere. `slips`: what goes wrong later.
    """

    mounting_rad: Range = (radians(30.0), radians(90.0))
    table_tilt_rad: float = radians(3.0)
    slips: tuple[Slip, ...] = ()


def draw_mounting(params: PlacementParams, rng: np.random.Generator) -> Floats:
    """Return segment_from_sensor (4,)."""
    axis = rng.standard_normal(3)
    return from_axis_angle(axis / norm(axis), rng.uniform(*params.mounting_rad))


def slipping(t_s: Floats, segment_from_sensor: Floats, slips: Sequence[Slip]) -> Floats:
    """Return segment_from_sensor (n, 4) at each time of a sensor that slips; (4,) as it was of one that does not."""
    turned: Floats = segment_from_sensor
    for slip in slips:
        angle_rad = slip.by_rad * minimum_jerk((t_s - slip.at_s) / slip.lasts_s)
        turned = multiply(from_axis_angle(_LONG_AXIS, angle_rad), turned)
    return turned


def worn(segment: Pose, segment_from_sensor: Floats, lever_m: ArrayLike) -> Pose:
    """Return the pose of a sensor on a segment at `lever_m` (3,) or (n, 3) in segment axes."""
    return Pose(
        multiply(segment.earth_from_body, segment_from_sensor),
        segment.position_m + rotate(segment.earth_from_body, np.asarray(lever_m)),
    )


def put_on(t_s: Floats, on_body: Pose, putting_on: Span, params: PlacementParams, rng: np.random.Generator) -> Pose:
    """Return the pose of a sensor that lies on the table until it is carried to its place on the body."""
    heading = about_vertical(rng.uniform(-np.pi, np.pi))
    tilt = from_rotation_vector(np.array([*rng.normal(0.0, params.table_tilt_rad, 2), 0.0]))
    table = multiply(heading, tilt)
    done = minimum_jerk((t_s - putting_on.start_s) / (putting_on.end_s - putting_on.start_s))
    left = 1.0 - done[:, None]
    # Measured once, at the start: a way taken anew at each sample could flip to the other way round.
    start = int(np.searchsorted(t_s, putting_on.start_s))
    body_from_table = rotation_vector(multiply(conjugate(on_body.earth_from_body[start]), table))
    carried = multiply(on_body.earth_from_body, from_rotation_vector(left * body_from_table))
    # Until it is taken up it does not share the sway of the body.
    lies = done == 0.0
    carried[lies] = table
    position_m = done[:, None] * on_body.position_m + left * np.asarray(_TABLE_M)
    return Pose(carried, position_m)
