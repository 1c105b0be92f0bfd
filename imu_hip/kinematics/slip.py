"""Whether a sensor has moved on its segment: gravity in its axes, from one neutral pause to the next in one posture.

What can be seen, and what cannot:

- Gravity never shows a turn about the vertical. Standing, that is a turn of either sensor about its segment's long
  axis, the very slip that a strap is most prone to and that goes into rotation one to one.
- Lying and sitting, the thigh's sensor shows a turn about the long axis, and so does a thigh that has found another
  neutral: only what lasts over two pauses counts. How far the hip is bent differs as soon as the foot is put down
  elsewhere, so that a tilt of the thigh's sensor is seen standing only.
- When both sensors have moved by about the same, it is the body that lies or stands differently.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Posture
from imu_hip.model.item import MarkLabel, Role
from imu_hip.quaternion import cross3, dot3, norm

Place = Posture | MarkLabel
"""In what kind of pause: an N-pose (its label), or neutral in a posture."""


@dataclass(frozen=True, slots=True)
class SlipParams:
    """When a change is more than a person's own.

    `repeat_sd_rad`: how well people find a pose again, per axis (1 to 2.5° where it was measured, taken a little wider;
    careless ones 5°, which their own scatter tells, counted against `repeat_weight` pauses of the usual). A change of
    `sds` of that is suspicious, and is a slip if the next pause in the place agrees with it within `agree_sds`; a
    change of `large_sds` that is at least `large_rad` is one at once, where a limb cannot make it. From
    `remounted_rad` on in an N-pose the sensor was taken off: nobody stands so differently. `shared`: if the other
    sensor has moved by this share, the body has. The reference is the mean of the first `most_pauses` in a place, so
    that a slow creep adds up.
    """

    repeat_sd_rad: float = math.radians(3.0)
    repeat_weight: float = 4.0
    sds: float = 3.0
    agree_sds: float = 1.5
    large_sds: float = 4.0
    large_rad: float = math.radians(15.0)
    remounted_rad: float = math.radians(25.0)
    shared: float = 0.5
    most_pauses: int = 4
    least_across: float = 0.5


@dataclass(frozen=True, slots=True)
class Reference:
    """What one sensor showed so far in one place.

    `up` (3,): mean of `pauses`, sensor axes. `scatter_rad2` with `freedom` values in it. `suspect` (3,): the rotation
    vector of the last pause, if it was suspicious. `good_s`: end of the last pause that was not.
    """

    up: Floats
    pauses: int
    scatter_rad2: float
    freedom: int
    good_s: float
    suspect: Floats | None = None


@dataclass(frozen=True, slots=True)
class SlipState:
    """References by place and sensor."""

    references: tuple[tuple[Place, Role, Reference], ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor has moved.

    At some time in [`since_s`, `found_s`). `angle_rad`: by how far, as far as gravity sees it. `widen_rad`: standard
    deviation to add to that of the sensor's axial mounting. `remounted`: too far for a strap that slips; its axes are
    void. `text` for people.
    """

    role: Role
    since_s: float
    found_s: float
    angle_rad: float
    widen_rad: float
    remounted: bool
    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """What both sensors show in a quiet neutral pause; all (3,) in sensor axes.

    `*_up`: up now. `*_long`: the segment's long axis, up in the N-pose.
    """

    place: Place
    end_s: float
    pelvis_up: Floats
    thigh_up: Floats
    pelvis_long: Floats
    thigh_long: Floats


@dataclass(frozen=True, slots=True)
class _Change:
    """One sensor against its reference: rotation vector (3,), its size and share about the long axis, and its sd."""

    vector: Floats
    size_rad: float
    axial_rad: float
    sd_rad: float
    axes: int
    free: bool
    """A limb can make it too."""


def forget(state: SlipState, posture: Posture) -> SlipState:
    """Drop what was seen in a posture, because the person takes it up anew."""
    return SlipState(tuple(each for each in state.references if each[0] is not posture))


def look(params: SlipParams, state: SlipState, pause: Pause) -> tuple[SlipState, tuple[Slip, ...]]:
    """Compare a pause with those before it in the same place; return what has slipped."""
    known = {(place, role): reference for place, role, reference in state.references}
    sensors = (
        (Role.PELVIS, _unit(pause.pelvis_up), _unit(pause.pelvis_long)),
        (Role.THIGH, _unit(pause.thigh_up), _unit(pause.thigh_long)),
    )
    changes = {
        role: _change(params, pause.place, role, known[pause.place, role], up, long)
        for role, up, long in sensors
        if (pause.place, role) in known
    }
    slips: list[Slip] = []
    for role, up, _ in sensors:
        before, change = known.get((pause.place, role)), changes.get(role)
        if before is None or change is None:
            known[pause.place, role] = Reference(up, 1, 0.0, 0, pause.end_s)
            continue
        other = changes[Role.THIGH if role is Role.PELVIS else Role.PELVIS]
        known[pause.place, role], slip = _followed(params, before, change, other, pause, role, up)
        slips += [] if slip is None else [slip]
    return SlipState(tuple((place, role, reference) for (place, role), reference in known.items())), tuple(slips)


def _change(params: SlipParams, place: Place, role: Role, before: Reference, up: Floats, long: Floats) -> _Change:
    across = cross3(before.up, up)
    sine, cosine = float(norm(across)), float(dot3(before.up, up))
    vector = across * (math.atan2(sine, cosine) / sine) if sine > 0.0 else across
    upright = float(dot3(before.up, long))
    seen = 1.0 - upright * upright
    axial = float(dot3(vector, long)) / seen if seen >= params.least_across**2 else math.nan
    weight = params.repeat_weight * params.repeat_sd_rad**2 + before.scatter_rad2
    sd = math.sqrt(weight / (params.repeat_weight + before.freedom) * (1.0 + 1.0 / before.pauses))
    lies = role is Role.THIGH and not math.isnan(axial)
    if lies:
        # The part that is about the long axis, as gravity sees it.
        vector = (long - before.up * upright) * axial
    size = abs(axial) if lies else float(norm(vector))
    return _Change(vector, size, axial, sd, 1 if lies else 2, lies or place is not MarkLabel.N_POSE)


def _followed(
    params: SlipParams, before: Reference, change: _Change, other: _Change, pause: Pause, role: Role, up: Floats
) -> tuple[Reference, Slip | None]:
    """Return the reference behind a pause, and the slip that it shows."""
    suspicious = change.size_rad >= params.sds * change.sd_rad
    at_once = not change.free and change.size_rad >= max(params.large_rad, params.large_sds * change.sd_rad)
    if suspicious and (at_once or _agrees(params, before, change)):
        begun = Reference(up, 1, before.scatter_rad2, before.freedom, pause.end_s)
        body = other.size_rad > params.shared * change.size_rad and not _remounted(params, pause, change)
        return begun, None if body else _slip(params, before, change, pause, role)
    after = before
    if before.suspect is not None:
        # It did not last, so it was the person's own scatter.
        after = _with_scatter(before, float(norm(before.suspect)), change.axes)
    if suspicious:
        return replace(after, suspect=change.vector), None
    after = replace(after, good_s=pause.end_s, suspect=None)
    if before.pauses >= params.most_pauses:
        return after, None
    n = before.pauses + 1
    up = _unit(before.up + (up - before.up) / n)
    return replace(_with_scatter(after, change.size_rad, change.axes), up=up, pauses=n), None


def _agrees(params: SlipParams, before: Reference, change: _Change) -> bool:
    """Tell whether the pause before was suspicious in the same way."""
    if before.suspect is None:
        return False
    return float(norm(change.vector - before.suspect)) < params.agree_sds * math.sqrt(2.0) * change.sd_rad


def _remounted(params: SlipParams, pause: Pause, change: _Change) -> bool:
    return pause.place is MarkLabel.N_POSE and change.size_rad >= params.remounted_rad


def _with_scatter(before: Reference, size_rad: float, axes: int) -> Reference:
    share = before.pauses / (before.pauses + 1)
    return replace(before, scatter_rad2=before.scatter_rad2 + share * size_rad**2, freedom=before.freedom + axes)


def _slip(params: SlipParams, before: Reference, change: _Change, pause: Pause, role: Role) -> Slip:
    angle = change.size_rad
    remounted = _remounted(params, pause, change)
    # Where the turn about the long axis is not seen it may well be as large as the one that is.
    widen = angle if math.isnan(change.axial_rad) else abs(change.axial_rad)
    degrees, at = math.degrees(angle), f"{before.good_s:.0f} s"
    if remounted:
        text = (
            f"the {role} sensor sits {degrees:.0f}° differently than in the first standing pose: it was put on anew "
            f"after {at}. Repeat the swings and the bows"
        )
    elif change.free:
        text = (
            f"the {role} sensor has moved by about {degrees:.0f}° since {at}, or the {_limb(role)} rests differently: "
            "fasten the strap, and stand still for another N-pose"
        )
    else:
        text = (
            f"the {role} sensor has slipped by about {degrees:.0f}° since {at}: fasten the strap and calibrate again; "
            "a turn about the long axis is not seen while standing, so rotation may be off by more"
        )
    return Slip(role, before.good_s, pause.end_s, angle, widen, remounted, text)


def _limb(role: Role) -> str:
    return "pelvis" if role is Role.PELVIS else "leg"


def _unit(v: Floats) -> Floats:
    return np.asarray(v / norm(v))
