"""How good a standing or resting pose was: the expected error of the zero that it sets, or why it is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.facing import Facing
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.model.item import Role
from imu_hip.quaternion import conjugate, dot3, multiply, norm, rotate, wrap_angle

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class PoseQualityParams:
    """What is asked of a pose, and its error.

    `pose_sd_rad`: trust in rotation zero of a good N-pose. `sway_rad_s_half`: a standing body sways by some degree and
    is another after about a second, so the mean over T seconds errs by this over the root of T. `usual_s`: quiet time
    of an ordinary N-pose. `most_turn_rad`, `most_lean_rad`: sway is below 2°, so more than this between the thirds of
    the pose is a foot that was moved, or weight that was shifted. `neutral_sd_rad`: trust in a neutral pause;
    `coupled`: share of what a posture is off by that shows up in the angles.
    """

    pose_sd_rad: float = math.radians(1.0)
    sway_rad_s_half: float = math.radians(1.0)
    usual_s: float = 2.7
    most_turn_rad: float = math.radians(6.0)
    most_lean_rad: float = math.radians(5.0)
    neutral_sd_rad: float = math.radians(3.5)
    coupled: float = 0.25


@dataclass(frozen=True, slots=True)
class PoseQuality:
    """`sd_rad`: expected error of the zero. `quality` 0..1: that of a good pose over it."""

    sd_rad: float
    quality: float
    text: str


def pose_quality(params: PoseQualityParams, rows: OrientationBlock, period_s: float) -> PoseQuality | str:
    """Return how good an N-pose was, or that it was no standing still.

    `rows`: the part of the interval that is looked at, both sensors known, also what was not quiet between.
    """
    quiet_s = len(rows.t_s) * period_s
    if len(rows.t_s) < 3:
        return "the N-pose was not seen; stand still with straight legs for 4 s"
    pelvis, thigh = rows.earth_from_pelvis_sensor, rows.earth_from_thigh_sensor
    turn = _spread(wrap_angle(_heading(thigh) - _heading(pelvis)))
    if turn > params.most_turn_rad:
        return (
            f"the leg turned by {math.degrees(turn):.0f}° against the pelvis during the N-pose; keep both feet where "
            "they are, toes forward"
        )
    leans = {Role.PELVIS: _lean_spread(pelvis), Role.THIGH: _lean_spread(thigh)}
    role = Role.PELVIS if leans[Role.PELVIS] >= leans[Role.THIGH] else Role.THIGH
    if leans[role] > params.most_lean_rad:
        return (
            f"the {role} leaned over by {math.degrees(leans[role]):.0f}° during the N-pose; stand upright on both feet "
            "until it is over"
        )
    moved = max(turn, leans[role])
    sd = math.sqrt(_still_variance(params, quiet_s) + 0.25 * moved * moved)
    best = math.sqrt(_still_variance(params, params.usual_s))
    text = f"standing pose taken as zero, good to {math.degrees(sd):.1f}°"
    return PoseQuality(sd, min(1.0, best / sd), text)


def neutral_quality(params: PoseQualityParams, seen: Facing) -> PoseQuality:
    """Return how good a neutral pause in a posture is, by how far the body is from what the posture asks."""
    off = {
        Role.PELVIS: max(_known(seen.pelvis.axial_rad), seen.pelvis.lean_rad),
        Role.THIGH: max(_known(seen.thigh.axial_rad), seen.thigh.lean_rad),
    }
    role = Role.PELVIS if off[Role.PELVIS] >= off[Role.THIGH] else Role.THIGH
    sd = math.hypot(params.neutral_sd_rad, params.coupled * off[role])
    text = f"neutral in the posture; the {role} is {math.degrees(off[role]):.0f}° off what it asks"
    return PoseQuality(sd, params.neutral_sd_rad / sd, text)


def _still_variance(params: PoseQualityParams, quiet_s: float) -> float:
    return params.pose_sd_rad**2 + params.sway_rad_s_half**2 / quiet_s


def _heading(earth_from_sensor: Floats) -> Floats:
    """Return by how far a sensor has turned about the vertical since the first row, rad (n,)."""
    since = multiply(earth_from_sensor, conjugate(earth_from_sensor[0]))
    return np.asarray(wrap_angle(2.0 * np.arctan2(since[:, 3], since[:, 0])))


def _spread(values: Floats) -> float:
    """Return the range of the medians of the three thirds."""
    medians = [float(np.median(third)) for third in np.array_split(values, 3)]
    return max(medians) - min(medians)


def _lean_spread(earth_from_sensor: Floats) -> float:
    """Return the largest angle between up in the thirds, rad."""
    up = rotate(conjugate(earth_from_sensor), _UP)
    means = [np.mean(third, axis=0) for third in np.array_split(up, 3)]
    units = [mean / norm(mean) for mean in means]
    return max(math.acos(min(1.0, float(dot3(units[i], units[j])))) for i, j in ((0, 1), (0, 2), (1, 2)))


def _known(angle_rad: float) -> float:
    return 0.0 if math.isnan(angle_rad) else abs(angle_rad)
