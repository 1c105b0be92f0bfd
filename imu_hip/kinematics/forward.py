"""Which way round the axis of a swing or bow points: by how the movement began, and by how far it reached.

People are told to begin forward, and some begin backward. But nobody bows backward: standing, pelvis and hips go some
20° that way and 40° and more forward. A straight leg reaches 15-30° backward and 40-80° forward. Gravity shows how far
the segment went to each side of the N-pose, so where one side clearly exceeds what the other could be, the reach
decides; where both are alike, the beginning does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.item import Role
from imu_hip.quaternion import conjugate, cross3, dot3, norm, rotate

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class ForwardParams:
    """A side counts as the far one from `far_*_rad` on, if it went `far_ratio` times as far as the other."""

    far_swing_rad: float = math.radians(30.0)
    far_bow_rad: float = math.radians(25.0)
    far_ratio: float = 1.5


@dataclass(frozen=True, slots=True)
class Forward:
    """`sign`: +1 if the axis points to the right for a forward movement about it as it stands, -1 if it must be turned.

    Forward is + about a thigh's axis to the right, - about a pelvis'. `began_backward`: the reach contradicts the
    beginning and was believed; `text` then says so. `forward_rad`, `backward_rad`: how far the segment went.
    """

    sign: float
    began_backward: bool
    forward_rad: float
    backward_rad: float
    text: str = ""


def leaning(up: Floats, axis: Floats, earth_from_sensor: Floats) -> Floats:
    """Return by how far a sensor is turned about `axis` from where it saw `up` (both (3,), sensor axes), rad (n,).

    From gravity alone, so without drift; + is right-handed about the axis, whose part along `up` is left out.
    """
    y = up / norm(up)
    z = axis - y * dot3(axis, y)
    z = z / norm(z)
    seen = rotate(conjugate(earth_from_sensor), _UP)
    # Gravity turns the other way round in the axes of a sensor that turns.
    return np.arctan2(dot3(seen, cross3(y, z)), dot3(seen, y))


def forward(params: ForwardParams, role: Role, leaning_rad: Floats, first_turn: float) -> Forward:
    """Decide which way round an axis points.

    `leaning_rad` (n,): as of `leaning`, over the movement. `first_turn`: +1 or -1, the direction about the axis in
    which the movement began.
    """
    toward = 1.0 if role is Role.THIGH else -1.0
    positive_rad, negative_rad = max(0.0, float(np.max(leaning_rad))), max(0.0, -float(np.min(leaning_rad)))
    far_rad, near_rad = max(positive_rad, negative_rad), min(positive_rad, negative_rad)
    began = toward * first_turn
    reached = toward if positive_rad >= negative_rad else -toward
    least_rad = params.far_swing_rad if role is Role.THIGH else params.far_bow_rad
    clear = far_rad >= least_rad and far_rad >= params.far_ratio * near_rad
    if clear and reached != began:
        what = "swing the leg" if role is Role.THIGH else "bow"
        text = (
            f"the first movement went backward, but the {role} then went {math.degrees(far_rad):.0f}° one way and "
            f"{math.degrees(near_rad):.0f}° the other, which is forward and back: taken so. Next time {what} forward "
            "first"
        )
        return Forward(reached, True, far_rad, near_rad, text)
    ahead_rad, back_rad = (positive_rad, negative_rad) if began * toward > 0.0 else (negative_rad, positive_rad)
    return Forward(began, False, ahead_rad, back_rad)
