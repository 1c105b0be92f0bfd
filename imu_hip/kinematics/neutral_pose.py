"""The N-pose: which way is up for each sensor, and the relative heading that makes the hip's rotation zero there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.model.block import Floats, OrientationBlock
from imu_hip.quaternion import about_vertical, multiply, norm, rotate, wrap_angle


@dataclass(frozen=True, slots=True)
class NeutralPose:
    """What was seen while standing (or, calibrating on the back, lying) still.

    `*_up` (3,): mean specific force in sensor axes. `earth_from_*_sensor` (n, 4): orientations meanwhile.
    `*_acc_earth` (3,): mean specific force in the world. `end_s`: end of the interval.
    """

    pelvis_up: Floats
    thigh_up: Floats
    earth_from_pelvis_sensor: Floats
    earth_from_thigh_sensor: Floats
    pelvis_acc_earth: Floats
    thigh_acc_earth: Floats
    end_s: float


@dataclass(frozen=True, slots=True)
class NeutralPoseParams:
    """`settle_s` at the start are left out (the person is still moving), `leave_s` at the end.

    At least `least_s` must be quiet.
    """

    settle_s: float = 1.0
    leave_s: float = 0.3
    least_s: float = 0.8
    quiet_rad_s: float = float(np.deg2rad(12.0))


def seen(
    params: NeutralPoseParams,
    rows: OrientationBlock,
    begin_s: float,
    end_s: float,
    period_s: float,
    asked: str = "stand still with straight legs",
) -> NeutralPose | str:
    """Return what the interval shows, or why it cannot serve and what is `asked` instead."""
    length_s = end_s - begin_s
    settle_s = min(params.settle_s, 0.4 * length_s)
    known = ~np.isnan(rows.pelvis_gyr[:, 0]) & ~np.isnan(rows.thigh_gyr[:, 0])
    inside = known & (rows.t_s >= begin_s + settle_s) & (rows.t_s < end_s - min(params.leave_s, 0.1 * length_s))
    quiet = inside & (norm(rows.pelvis_gyr) < params.quiet_rad_s) & (norm(rows.thigh_gyr) < params.quiet_rad_s)
    quiet_s = float(np.count_nonzero(quiet)) * period_s
    if quiet_s < min(params.least_s, 0.4 * length_s) or np.count_nonzero(quiet) < 0.5 * np.count_nonzero(inside):
        return f"you were still for {quiet_s:.1f} s of {length_s:.1f} s only; {asked}"
    pelvis, thigh = rows.earth_from_pelvis_sensor[quiet], rows.earth_from_thigh_sensor[quiet]
    return NeutralPose(
        pelvis_up=np.asarray(np.mean(rows.pelvis_acc[quiet], axis=0)),
        thigh_up=np.asarray(np.mean(rows.thigh_acc[quiet], axis=0)),
        earth_from_pelvis_sensor=pelvis,
        earth_from_thigh_sensor=thigh,
        pelvis_acc_earth=np.asarray(np.mean(rotate(pelvis, rows.pelvis_acc[quiet]), axis=0)),
        thigh_acc_earth=np.asarray(np.mean(rotate(thigh, rows.thigh_acc[quiet]), axis=0)),
        end_s=end_s,
    )


def relative_heading(earth_from_pelvis: Floats, earth_from_thigh: Floats) -> float:
    """Return the heading (rad) that turns the thigh so that internal rotation is zero on average, from (n, 4) each.

    The first guess lets the mediolateral axes point the same way; Newton steps on the rotation itself follow.
    """
    z = np.array([0.0, 0.0, 1.0])
    p, t = rotate(earth_from_pelvis, z), rotate(earth_from_thigh, z)
    heading = wrap_angle(np.arctan2(p[:, 1], p[:, 0]) - np.arctan2(t[:, 1], t[:, 0]))
    h = 5e-3
    for _ in range(3):
        r, up, down = (
            hip_angles(earth_from_pelvis, multiply(about_vertical(heading + d), earth_from_thigh))[:, 2]
            for d in (0.0, h, -h)
        )
        slope = wrap_angle(up - down) / (2.0 * h)
        slope = np.where(np.abs(slope) < 0.3, 0.3, slope)
        heading = heading - wrap_angle(r) / slope
    return float(np.arctan2(np.mean(np.sin(heading)), np.mean(np.cos(heading))))
