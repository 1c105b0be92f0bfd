"""The relative heading that the hip centre shows while the person is upright: both sensors see the same motion of it.

Window by window, the horizontal velocity of the hip centre is computed through either sensor, in the world of each;
the angle between the two is the relative heading (constraint after Weygers & Kok 2020,
doi:10.1109/JSEN.2020.2982459). How fast the body went at the beginning nobody knows, and no inclination is quite
right: what either adds to the velocity of a window is a slow curve, and is taken out. Velocity, because acceleration
is torn by impacts.

What the levers and the skin put in is the same from window to window. It is an unknown of its own, so that a hundred
windows show the drift but do not add up to a heading that is better known than the levers are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imu_hip.compiled import compiled
from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.unknowns import HEADING, LINK_OFF, UNKNOWNS
from imu_hip.model.block import Floats, OrientationBlock, cut, joined
from imu_hip.quaternion import cross3, rotate
from imu_hip.quaternion_rows import quaternion_at, quaternion_of
from imu_hip.quaternion_rows import rotate as rotate_one

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class LinkParams:
    """When a window of `window_s` tells the heading, and how well.

    `*_lever_m` (3,): from the sensor to the hip centre in segment axes of a right leg (a typical adult). Who leans more
    than `most_lean_rad` sits, lies or bows. An accelerometer's zero is levelled away the way the person faces; after a
    turn it is back, twice, so that a window with more than `most_turn_rad` of turning tells nothing.
    `least_motion_m_s`: root mean square velocity; who stands quietly on two legs has 2 to 7 mm/s.
    `least_steadiness`: share of that velocity that there is in every third of the window; in a single push, as in the
    first step, errors do not average out (15 to 24° in a real walk). `independent_s`: after how long velocity is
    another one (it has a bandwidth of some 1.7 Hz).
    """

    window_s: float = 3.0
    pelvis_lever_m: tuple[float, float, float] = (0.10, -0.06, 0.085)
    thigh_lever_m: tuple[float, float, float] = (-0.04, 0.30, -0.06)
    most_lean_rad: float = math.radians(45.0)
    most_turn_rad: float = math.radians(60.0)
    least_motion_m_s: float = 0.02
    least_coherence: float = 0.7
    least_steadiness: float = 0.6
    independent_s: float = 0.3


@dataclass(frozen=True, slots=True)
class LinkState:
    """The rows of the window that is open."""

    rows: tuple[OrientationBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkHeading:
    """The heading that turns the thigh's world into the pelvis', and its sd apart from what levers and skin put in."""

    heading_rad: float
    sd_rad: float


def is_over(params: LinkParams, state: LinkState, block: OrientationBlock, fresh: int, row: int) -> bool:
    """Tell whether the window ends with this row of the block, whose rows from `fresh` on are not in the state yet."""
    return bool(block.t_s[row] - begin_s(state, block, fresh) >= params.window_s)


def begin_s(state: LinkState, block: OrientationBlock, fresh: int) -> float:
    """Return when the window began, which may be with the block's row `fresh`; infinity when that is still to come."""
    if state.rows:
        return float(state.rows[0].t_s[0])
    return float(block.t_s[fresh]) if fresh < len(block.t_s) else math.inf


def collected(state: LinkState, block: OrientationBlock, fresh: int) -> LinkState:
    """Return the window with the rows of the block from `fresh` on, if there are any."""
    if fresh == len(block.t_s):
        return state
    return LinkState((*state.rows, cut(block, fresh, len(block.t_s)) if fresh else block))


def measured(heading: HeadingParams, state: HeadingState, link: LinkHeading) -> HeadingState:
    """Take a found heading in, if it can be believed."""
    gradient = np.zeros(UNKNOWNS)
    gradient[HEADING] = gradient[LINK_OFF] = 1.0
    innovation = link.heading_rad - float(state.x[HEADING]) - float(state.x[LINK_OFF])
    return heading_filter.update(heading, state, innovation, gradient, link.sd_rad)[0]


def found(
    params: LinkParams, alignment: Alignment, rows: Sequence[OrientationBlock], period_s: float
) -> LinkHeading | None:
    """Return what the rows of a window tell of the heading: nothing with a hole, a lean, a turn, no motion."""
    last = rows[-1]
    if not _upright(params, alignment, cut(last, len(last.t_s) - 1, len(last.t_s))):
        return None
    window = joined(rows)
    if float(np.max(np.diff(window.t_s), initial=0.0)) > 1.5 * period_s or not _upright(params, alignment, window):
        return None
    yaw = np.cumsum(rotate(window.earth_from_pelvis_sensor, window.pelvis_gyr)[:, 2]) * period_s
    if not float(np.max(yaw) - np.min(yaw)) < params.most_turn_rad:
        return None
    pelvis = _hip_velocity(
        window.earth_from_pelvis_sensor, window.pelvis_gyr, window.pelvis_acc,
        rotate(alignment.sensor_from_pelvis, np.array(params.pelvis_lever_m)), period_s,
    )  # fmt: skip
    thigh = _hip_velocity(
        window.earth_from_thigh_sensor, window.thigh_gyr, window.thigh_acc,
        rotate(alignment.sensor_from_thigh, np.array(params.thigh_lever_m)), period_s,
    )  # fmt: skip
    link = complex(np.mean(pelvis * np.conj(thigh)))
    power = math.sqrt(_power(pelvis) * _power(thigh))
    # Anything that is not known makes all of it unknown, and no comparison with that is true.
    if not power > params.least_motion_m_s**2 or not (_is_steady(params, pelvis) and _is_steady(params, thigh)):
        return None
    coherence = min(1.0, abs(link) / power)
    if coherence < params.least_coherence:
        return None
    independent = params.window_s / params.independent_s
    variance = (1.0 - coherence**2) / (2.0 * coherence**2 * independent)
    return LinkHeading(math.atan2(link.imag, link.real), math.sqrt(variance))


def _upright(params: LinkParams, alignment: Alignment, rows: OrientationBlock) -> bool:
    return _all_upright(
        rows.earth_from_pelvis_sensor, rows.earth_from_thigh_sensor,
        alignment.sensor_from_pelvis, alignment.sensor_from_thigh, math.cos(params.most_lean_rad),
    )  # fmt: skip


@compiled
def _all_upright(
    pelvis: Floats, thigh: Floats, sensor_from_pelvis: Floats, sensor_from_thigh: Floats, least: float
) -> bool:
    """Tell whether the long axes of both segments point up at every row; what is not known does not."""
    long_pelvis = rotate_one(quaternion_of(sensor_from_pelvis), (0.0, 1.0, 0.0))
    long_thigh = rotate_one(quaternion_of(sensor_from_thigh), (0.0, 1.0, 0.0))
    for row in range(len(pelvis)):
        pelvis_up = rotate_one(quaternion_at(pelvis, row), long_pelvis)[2]
        thigh_up = rotate_one(quaternion_at(thigh, row), long_thigh)[2]
        if not (pelvis_up > least and thigh_up > least):
            return False
    return True


def _hip_velocity(earth_from_sensor: Floats, gyr: Floats, acc: Floats, lever_m: Floats, period_s: float) -> Complex:
    """Return the horizontal velocity of the hip centre (n,), without what is slow in it; `lever_m` in sensor axes."""
    force = rotate(earth_from_sensor, acc)
    # Up to each row and not half a row beyond: the lever's part is of the same moment.
    sensor = (np.cumsum(force, axis=0) - 0.5 * force) * period_s
    velocity = sensor + rotate(earth_from_sensor, cross3(gyr, np.broadcast_to(lever_m, gyr.shape)))
    left = velocity[:, 0] + 1j * velocity[:, 1]
    t = np.linspace(-1.0, 1.0, len(left))
    # A constant is the velocity at the beginning, a line an inclination that is off, a curve one that is turned.
    for slow in (np.ones(len(t)), t, t * t - np.mean(t * t)):
        left = left - slow * (np.sum(left * slow) / np.sum(slow * slow))
    return np.asarray(left)


def _is_steady(params: LinkParams, velocity: Complex) -> bool:
    least = params.least_steadiness**2 * _power(velocity)
    return all(_power(third) >= least for third in np.array_split(velocity, 3))


def _power(velocity: Complex) -> float:
    return float(np.mean(velocity.real**2 + velocity.imag**2))
