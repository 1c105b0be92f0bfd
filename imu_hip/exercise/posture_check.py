"""Tell whether the body is in the posture of the exercise: by gravity at pelvis and thigh, with wide limits."""

from __future__ import annotations

import math
from typing import NamedTuple

from imu_hip.compiled import compiled
from imu_hip.exercise.moment import CHANNELS, Moment
from imu_hip.model.exercise_spec import Channel, Posture


class Expected(NamedTuple):
    """Where the pelvis' up points (x anterior, y cranial, z trained side), within how much, deg.

    `thigh_deg`: the thigh in space, from, to; 0 hangs down, 90 points forward of an upright body.
    Sitting on a mat, on a chair, or with the knee bent is not told apart: nothing sees the knee.
    """

    up: tuple[float, float, float]
    within_deg: float
    thigh_deg: tuple[float, float]


_TIPPED = math.sqrt(0.5)
_ANY_WAY = (-math.inf, math.inf)

EXPECTED: dict[Posture, Expected] = {
    Posture.STANDING: Expected((0.0, 1.0, 0.0), 45.0, (-45.0, 50.0)),
    # From upright to bowed deeply.
    Posture.HINGE: Expected((-_TIPPED, _TIPPED, 0.0), 75.0, (-45.0, 50.0)),
    Posture.LONG_SITTING: Expected((0.0, 1.0, 0.0), 55.0, (50.0, 140.0)),
    Posture.SEATED: Expected((0.0, 1.0, 0.0), 55.0, (50.0, 140.0)),
    Posture.SUPINE: Expected((1.0, 0.0, 0.0), 45.0, (60.0, 210.0)),
    Posture.PRONE: Expected((-1.0, 0.0, 0.0), 45.0, (-140.0, -40.0)),
    # On the side the tilt has no meaning.
    Posture.SIDE_LYING: Expected((0.0, 0.0, 1.0), 65.0, _ANY_WAY),
}


_TILT, _ROLL, _THIGH = (CHANNELS.index(c) for c in (Channel.PELVIS_TILT, Channel.PELVIS_ROLL, Channel.THIGH_RAISE))


@compiled
def off_rad(expected: Expected, moment: Moment) -> float:
    """Return by how much the body is beyond the limits of a posture, 0 when it is within them."""
    tilt, roll = moment.channels[_TILT], moment.channels[_ROLL]
    level = math.cos(roll)
    x, y, z = expected.up
    cosine = x * -math.sin(tilt) * level + y * math.cos(tilt) * level + z * math.sin(roll)
    off_deg = math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) - expected.within_deg
    thigh_deg = math.degrees(moment.channels[_THIGH])
    least, most = expected.thigh_deg
    return math.radians(max(0.0, off_deg, least - thigh_deg, thigh_deg - most))
