"""The relative heading that two magnetometers show, while their field is still the one of the N-pose.

Indoors the field bends around steel, most of all near the floor. It is believed only standing, while a quiet limb sees
the norm and the dip of the N-pose. What iron in the sensors and in the room adds to the heading stays the same while
the person stays as she stands; so it is an unknown of its own, and many readings show drift without adding up to a
heading that nobody knows. Somewhere else it is another one: how much may have changed shows in what can be seen of the
field, level strength and dip, and in how far each sensor has turned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.alignment import Alignment
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.unknowns import HEADING, MAGNETIC_OFF, UNKNOWNS
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.model.event import Warning
from imu_hip.model.exercise_spec import Posture
from imu_hip.quaternion import conjugate, multiply, norm, rotate, wrap_angle

_Y = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True)
class MagneticParams:
    """When the field is believed, and how well.

    `postures`: of the exercises in which it is asked; pelvis and thigh then lean less than `most_lean_rad`. Norm and
    dip may differ from the N-pose's by `norm_share` and `dip_rad` (those of VQF, Laidig & Seel 2023,
    doi:10.1016/j.inffus.2022.10.014), for `settled_s` without a break. In the N-pose the two sensors' may differ by
    `between_*`, and the field is one that the earth has, `earth_ut`, with at least `least_level_ut` of it level. A
    reading, the mean since the last one, comes every `every_s`. It errs by `noise_ut` and by an inclination that is off
    by `tilt_rad`. `iron_ut` (standard deviation of each axis) turns with a sensor. Poses are one stance while what may
    have changed between them is less than `near_rad`; who was not near one for `elsewhere_s` stands in another.
    """

    postures: tuple[Posture, ...] = (Posture.STANDING, Posture.HINGE)
    most_lean_rad: float = math.radians(45.0)
    norm_share: float = 0.1
    dip_rad: float = math.radians(10.0)
    settled_s: float = 1.0
    between_share: float = 0.15
    between_rad: float = math.radians(10.0)
    earth_ut: tuple[float, float] = (20.0, 70.0)
    least_level_ut: float = 8.0
    every_s: float = 5.0
    noise_ut: float = 0.3
    tilt_rad: float = math.radians(0.5)
    iron_ut: float = 1.5
    near_rad: float = math.radians(2.0)
    elsewhere_s: float = 20.0


@dataclass(frozen=True, slots=True)
class MagneticReference:
    """The field in the N-pose, of pelvis and thigh sensor: norm (2,) in µT, dip (2,) in rad."""

    norm_ut: Floats
    dip_rad: Floats


@dataclass(frozen=True, slots=True)
class MagneticReading:
    """Of pelvis and thigh sensor: orientation (2, 4), field (2, 3) in µT in each sensor's own earth frame."""

    earth_from_sensor: Floats
    field_ut: Floats


@dataclass(frozen=True, slots=True)
class MagneticState:
    """All that evolves.

    `heard`: whether pelvis and thigh sensor had a field in the last N-pose. `agreed_since_s`: since when the field
    agrees without a break; `sum_ut` (2, 3) and `count` of it since then or since the last reading, at `read_s`.
    `stance`: where the unknown began; `near_s`: when the person was last seen near it.
    """

    heard: tuple[bool, bool] = (False, False)
    reference: MagneticReference | None = None
    agreed_since_s: float | None = None
    sum_ut: Floats = field(default_factory=lambda: np.zeros((2, 3)))
    count: int = 0
    read_s: float = -math.inf
    stance: MagneticReading | None = None
    near_s: float = -math.inf


def after_pose(params: MagneticParams, rows: OrientationBlock) -> tuple[MagneticState, tuple[Warning, ...]]:
    """Begin anew with the field of the N-pose of these rows; tell when it cannot serve."""
    fields = [
        None if mag is None else rotate(q, mag)[~np.isnan(mag[:, 0]) & ~np.isnan(q[:, 0])]
        for q, mag in (
            (rows.earth_from_pelvis_sensor, rows.pelvis_mag),
            (rows.earth_from_thigh_sensor, rows.thigh_mag),
        )
    ]
    pelvis, thigh = (None if seen is None or len(seen) == 0 else seen for seen in fields)
    state = MagneticState(heard=(pelvis is not None, thigh is not None))
    if pelvis is None or thigh is None:
        return state, ()
    found = reference(params, pelvis, thigh)
    if isinstance(found, str):
        text = f"{found}; the magnetometer is not used until an N-pose elsewhere: keep away from steel and motors"
        return state, (Warning("magnetic_field_disturbed", text),)
    return replace(state, reference=found), ()


def reference(params: MagneticParams, pelvis_ut: Floats, thigh_ut: Floats) -> MagneticReference | str:
    """Return the field of an N-pose, or why it cannot serve; `pelvis_ut`, `thigh_ut` (n, 3) in earth frames."""
    middle = np.stack([np.median(seen, axis=0) for seen in (pelvis_ut, thigh_ut)])
    strength, dip = norm(middle), _dip(middle)
    scatter = max(float(np.median(norm(seen - m))) for seen, m in zip((pelvis_ut, thigh_ut), middle, strict=True))
    least, most = params.earth_ut
    if not (least <= float(np.min(strength)) and float(np.max(strength)) <= most):
        return (
            f"the magnetic field has {strength[0]:.0f} and {strength[1]:.0f} µT, the earth's has {least:g} to {most:g}"
        )
    if scatter > params.norm_share * float(np.min(strength)):
        return "the magnetic field changed while you stood still"
    if float(np.min(_level(middle))) < params.least_level_ut:
        return "the magnetic field has no direction where you stood"
    if abs(float(strength[0] / strength[1]) - 1.0) > params.between_share or (
        abs(float(dip[0] - dip[1])) > params.between_rad
    ):
        return "the magnetic field is another at the pelvis than at the thigh"
    return MagneticReference(strength, dip)


def step(
    params: MagneticParams,
    heading_params: HeadingParams,
    state: MagneticState,
    heading: HeadingState,
    alignment: Alignment,
    block: OrientationBlock,
    row: int,
    *,
    may_ask: bool,
) -> tuple[MagneticState, HeadingState]:
    """Look at one row of the block, and take a reading in when it is time.

    `may_ask`: the posture is one in which the field is asked, and the limb is quiet.
    """
    if state.reference is None or block.pelvis_mag is None or block.thigh_mag is None:
        return state, heading
    orientations = np.stack([block.earth_from_pelvis_sensor[row], block.earth_from_thigh_sensor[row]])
    if not (may_ask and _upright(params, alignment, orientations)):
        return _broken(state), heading
    field_ut = rotate(orientations, np.stack([block.pelvis_mag[row], block.thigh_mag[row]]))
    if np.isnan(field_ut).any():
        return state, heading
    if not agrees(params, state.reference, field_ut):
        return _broken(state), heading
    t_s = float(block.t_s[row])
    since = t_s if state.agreed_since_s is None else state.agreed_since_s
    state = replace(state, agreed_since_s=since, sum_ut=state.sum_ut + field_ut, count=state.count + 1)
    if t_s - since < params.settled_s or t_s - state.read_s < params.every_s:
        return state, heading
    return _read(params, heading_params, state, heading, MagneticReading(orientations, state.sum_ut / state.count), t_s)


def agrees(params: MagneticParams, found: MagneticReference, field_ut: Floats) -> bool:
    """Tell whether the field (2, 3) of both sensors is still that of the N-pose."""
    strong = np.abs(norm(field_ut) / found.norm_ut - 1.0) <= params.norm_share
    steep = np.abs(_dip(field_ut) - found.dip_rad) <= params.dip_rad
    return bool(np.all(strong & steep))


def shown(field_ut: Floats) -> float:
    """Return by what the thigh's earth frame has to be turned (rad) for its field to point the pelvis' way, (2, 3)."""
    pelvis, thigh = (complex(*level) for level in field_ut[:, :2])
    turn = pelvis * thigh.conjugate()
    return math.atan2(turn.imag, turn.real)


def changed_rad2(params: MagneticParams, acc_bias: float, then: MagneticReading, now: MagneticReading) -> float:
    """Return the variance of what iron and inclination may have added to the shown heading between two readings.

    Of the change at each sensor two components show, the level and the vertical; the third, across, is as large.
    An accelerometer's zero (`acc_bias`, share of gravity) tilts the vertical field and turns with the sensor, as iron
    in it does.
    """
    turn = multiply(conjugate(then.earth_from_sensor), now.earth_from_sensor)[:, 1:]
    chords = 4.0 * (turn * turn).sum(axis=1)
    of_sensor = params.iron_ut**2 + (acc_bias * then.field_ut[:, 2]) ** 2
    level, vertical = _level(now.field_ut) - _level(then.field_ut), now.field_ut[:, 2] - then.field_ut[:, 2]
    of_room = float(np.mean(level * level + vertical * vertical)) / 2.0
    return float(((of_sensor * chords + of_room) / _level(then.field_ut) ** 2).sum())


def _read(
    params: MagneticParams,
    heading_params: HeadingParams,
    state: MagneticState,
    heading: HeadingState,
    now: MagneticReading,
    t_s: float,
) -> tuple[MagneticState, HeadingState]:
    used = replace(state, sum_ut=np.zeros((2, 3)), count=0, read_s=t_s, near_s=t_s)
    error_ut2 = params.noise_ut**2 + (params.tilt_rad * now.field_ut[:, 2]) ** 2
    variance = float((error_ut2 / _level(now.field_ut) ** 2).sum())
    # A heading filter that has started anew knows nothing of the unknown.
    is_known = heading.covariance[MAGNETIC_OFF, MAGNETIC_OFF] > 0.0
    if state.stance is None or not is_known:
        return replace(used, stance=now), _begun(heading, now, variance)
    changed = changed_rad2(params, heading_params.acc_bias, state.stance, now)
    stance, p = state.stance, heading.covariance
    unknown = p[HEADING, HEADING] + 2.0 * p[HEADING, MAGNETIC_OFF] + p[MAGNETIC_OFF, MAGNETIC_OFF]
    if changed < max(params.near_rad**2, unknown):
        # Far from the stance too, while it tells more than is known: after a gap, and then once.
        variance += changed
    elif t_s - state.near_s < params.elsewhere_s:
        # A leg that is turned for a while comes back, and what was known of this stance with it.
        return replace(state, sum_ut=np.zeros((2, 3)), count=0, read_s=t_s), heading
    else:
        covariance = heading.covariance.copy()
        covariance[MAGNETIC_OFF, MAGNETIC_OFF] += changed
        heading, stance = replace(heading, covariance=covariance), now
    gradient = np.zeros(UNKNOWNS)
    gradient[HEADING] = gradient[MAGNETIC_OFF] = 1.0
    innovation = shown(now.field_ut) - float(heading.x[HEADING]) - float(heading.x[MAGNETIC_OFF])
    after, believed = heading_filter.update(heading_params, heading, innovation, gradient, math.sqrt(variance))
    if not believed:
        # Something has moved, in the room or in what is known of the heading; the field cannot tell which.
        return replace(used, stance=now), _begun(heading, now, variance)
    return replace(used, stance=stance), after


def _begun(heading: HeadingState, now: MagneticReading, variance: float) -> HeadingState:
    """Return the heading with the unknown that this reading makes of it; it tells nothing of the heading itself."""
    x, covariance = heading.x.copy(), heading.covariance.copy()
    x[MAGNETIC_OFF] = wrap_angle(shown(now.field_ut) - float(x[HEADING]))
    covariance[MAGNETIC_OFF, :] = -covariance[HEADING, :]
    covariance[:, MAGNETIC_OFF] = covariance[MAGNETIC_OFF, :]
    covariance[MAGNETIC_OFF, MAGNETIC_OFF] = covariance[HEADING, HEADING] + variance
    return replace(heading, x=x, covariance=covariance)


def _broken(state: MagneticState) -> MagneticState:
    if state.agreed_since_s is None:
        return state
    return replace(state, agreed_since_s=None, sum_ut=np.zeros((2, 3)), count=0)


def _upright(params: MagneticParams, alignment: Alignment, orientations: Floats) -> bool:
    along = rotate(np.stack([alignment.sensor_from_pelvis, alignment.sensor_from_thigh]), _Y)
    return bool(np.all(rotate(orientations, along)[:, 2] > math.cos(params.most_lean_rad)))


def _level(field_ut: Floats) -> Floats:
    """Return the level part of each field (..., 3), µT (...)."""
    return np.asarray(np.hypot(field_ut[..., 0], field_ut[..., 1]))


def _dip(field_ut: Floats) -> Floats:
    """Return how steeply each field (..., 3) points down, rad (...)."""
    return np.asarray(np.arctan2(-field_ut[..., 2], _level(field_ut)))
