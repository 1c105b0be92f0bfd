"""What gravity says about both mountings when the person is in a known posture: turned round, put on anew, or fine.

Lying or sitting, gravity has a part across the long axis of a segment, and shows which way the segment faces: supine
the front of pelvis and thigh face up, prone down, sitting the front of the thigh up, lying on the side the trained side
up. A mediolateral axis that was found from a movement begun backward turns the segment's frame by 180° about its long
axis, which nothing upright shows and this shows at once. One segment alone that faces backward, while the other fits,
is not a posture that a hip allows: then the axis is wrong for certain, and may be turned round without asking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import Role
from imu_hip.quaternion import norm


class Fit(Enum):
    """What gravity says of one segment."""

    FITS = auto()
    BACKWARD = auto()
    """Turned by about 180° about its long axis."""
    ASKEW = auto()
    """Far from the posture, but not turned round."""
    UNSEEN = auto()
    """Its long axis is too near the vertical."""


@dataclass(frozen=True, slots=True)
class FacingParams:
    """Limits of what a posture can be.

    A person lies or sits within some 25° of the posture asked for, a movement axis is within some 20° (two standard
    deviations of a careless one) and a leg that is told to be neutral within 10°: `most_off_rad` holds all of that. At
    `backward_rad` from the posture a segment is nearer to facing the other way by the same. `knee_up_rad`: nobody lies
    face down with the thigh within this of hook lying. `least_across`: sine of the
    angle between long axis and vertical from which on gravity shows the way a segment faces.
    """

    most_off_rad: float = math.radians(60.0)
    backward_rad: float = math.radians(120.0)
    most_lean_rad: float = math.radians(45.0)
    knee_up_rad: float = math.radians(25.0)
    least_across: float = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """One segment in a posture.

    `axial_rad`: by how far it is turned about its long axis against the posture (NaN where unseen). `lean_rad`: by how
    far its long axis is off.
    """

    fit: Fit
    axial_rad: float
    lean_rad: float


@dataclass(frozen=True, slots=True)
class Facing:
    """Both segments, and what follows.

    `turn_round`: whose axes are certainly reversed; turn them round and start again. `doubtful`: whose angles cannot
    be right, though it is not known why. `text` is empty when all is well.
    """

    pelvis: Seen
    thigh: Seen
    turn_round: tuple[Role, ...] = ()
    doubtful: tuple[Role, ...] = ()
    text: str = ""


_ACROSS = math.sqrt(0.5)
_UP: Mapping[Posture, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    Posture.SUPINE: ((1.0, 0.0, 0.0), (_ACROSS, -_ACROSS, 0.0)),
    Posture.PRONE: ((-1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)),
    Posture.LONG_SITTING: ((0.17, 0.985, 0.0), (1.0, 0.0, 0.0)),
    Posture.SEATED: ((0.17, 0.985, 0.0), (1.0, 0.0, 0.0)),
    Posture.SIDE_LYING: ((0.0, 0.0, 1.0), (0.0, 0.0, 1.0)),
}
"""Up in the axes of pelvis and thigh of a right hip (x front, y cranial, z right)."""

_OVER: Mapping[Posture, str] = {
    Posture.SUPINE: "lying face down instead of on the back",
    Posture.PRONE: "lying on the back instead of face down",
    Posture.SIDE_LYING: "lying on the side of the trained leg instead of the other",
}
"""Postures that look like the asked one turned round, so that both segments backward may be the person's doing."""


_MOVEMENT: Mapping[Role, str] = {Role.PELVIS: "the bows", Role.THIGH: "the leg swings"}


def facing(params: FacingParams, posture: Posture, pelvis_up: Floats, thigh_up: Floats) -> Facing | None:
    """Compare up in segment axes, (3,) each, with a posture in neutral; None for postures in which both are upright."""
    wanted = _UP.get(posture)
    if wanted is None:
        return None
    pelvis, thigh = _seen(params, pelvis_up, wanted[0]), _seen(params, thigh_up, wanted[1])
    backward = tuple(role for role, seen in ((Role.PELVIS, pelvis), (Role.THIGH, thigh)) if seen.fit is Fit.BACKWARD)
    askew = tuple(role for role, seen in ((Role.PELVIS, pelvis), (Role.THIGH, thigh)) if seen.fit is Fit.ASKEW)
    if not backward and not askew:
        return Facing(pelvis, thigh)
    if askew:
        return Facing(pelvis, thigh, (), (*backward, *askew), _askew_text(posture, pelvis, thigh, (*backward, *askew)))
    knee_up = posture is Posture.SUPINE and thigh.lean_rad < params.knee_up_rad
    if len(backward) == 2 and posture in _OVER and not knee_up:
        text = (
            f"both sensors show the person {_OVER[posture]}. If that is not so, both leg swings and bows began "
            "backward: repeat the N-pose, the swings and the bows, forward first"
        )
        return Facing(pelvis, thigh, (), backward, text)
    return Facing(pelvis, thigh, backward, (), _backward_text(backward))


def _seen(params: FacingParams, up: Floats, wanted: tuple[float, float, float]) -> Seen:
    x, y, z = (float(component) / float(norm(up)) for component in up)
    lean = abs(math.asin(max(-1.0, min(1.0, y))) - math.asin(wanted[1] / math.sqrt(sum(w * w for w in wanted))))
    if math.hypot(wanted[0], wanted[2]) < params.least_across:
        return Seen(Fit.UNSEEN if lean < params.most_lean_rad else Fit.ASKEW, math.nan, lean)
    if lean >= params.most_lean_rad or math.hypot(x, z) < params.least_across:
        return Seen(Fit.ASKEW, math.nan, lean)
    axial = math.remainder(math.atan2(z, x) - math.atan2(wanted[2], wanted[0]), math.tau)
    if abs(axial) <= params.most_off_rad:
        return Seen(Fit.FITS, axial, lean)
    return Seen(Fit.BACKWARD if abs(axial) >= params.backward_rad else Fit.ASKEW, axial, lean)


def _backward_text(backward: tuple[Role, ...]) -> str:
    movements = " and ".join(_MOVEMENT[role] for role in backward)
    segments = " and ".join(f"the {role}" for role in backward)
    return (
        f"gravity shows {segments} facing the wrong way, so {movements} began backward: turned round. "
        f"Next time begin forward; if the angles look wrong, repeat {movements}"
    )


def _askew_text(posture: Posture, pelvis: Seen, thigh: Seen, roles: tuple[Role, ...]) -> str:
    asked = posture.value.replace("_", " ")
    if len(roles) == 2:
        return (
            f"neither sensor shows the posture ({asked}): take it up, or, if you are in it, put both sensors on "
            "firmly and calibrate again"
        )
    role = roles[0]
    seen = pelvis if role is Role.PELVIS else thigh
    off = seen.lean_rad if math.isnan(seen.axial_rad) else max(abs(seen.axial_rad), seen.lean_rad)
    other = Role.THIGH if role is Role.PELVIS else Role.PELVIS
    return (
        f"the {role} sensor is {math.degrees(off):.0f}° off for the posture ({asked}) while the {other} sensor fits: "
        f"it seems to sit differently than at the calibration. Fasten it and calibrate again"
    )
