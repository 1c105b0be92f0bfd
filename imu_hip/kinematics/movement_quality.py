"""How well a swing or bow tells the mediolateral axis: the expected error about the long axis, or why it is refused.

The error has three parts. Even careful people do not swing in the sagittal plane of their bones. What tips the axis out
of the horizontal is seen, by gravity, and a mover who is off by so much in the plane that is seen is as likely to be
off by as much in the one that is not. And single sweeps that differ tell by how much their mean is uncertain. (A
circling leg lowers the dominance of the axis but brings it back at the end of each sweep: beyond what these three say,
dominance predicted no error, and serves as a gate only.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.turning import Turning
from imu_hip.model.block import Floats
from imu_hip.model.item import Role
from imu_hip.quaternion import cross3, dot3, norm

_HESITATION = 0.1
"""Share of the largest sweep below which a turn is none."""


@dataclass(frozen=True, slots=True)
class MovementQualityParams:
    """What is asked of a movement, and its error.

    `habit_sd_rad`: what careful movers' axes err by besides what shows (with it, usual movers have 4.5°: measured 3.4°
    at the pelvis, 4.4° at the thigh).
    `unseen_rad`: stands for the elevation where no N-pose has shown gravity yet. `counts_from`: share of the largest
    sweep from which on another counts. `least_sweeps`: half swings. `least_sweep_rad`: over less than this, the one or
    two degrees of a swaying body turn the axis by more than 6°. `most_other`: from this share on, the segment that
    should rest is worth a word; if it turned more than the other, the movement was another one.
    """

    habit_sd_rad: float = math.radians(3.0)
    unseen_rad: float = math.radians(4.0)
    counts_from: float = 0.25
    least_sweeps: int = 3
    least_sweep_rad: float = math.radians(15.0)
    most_other: float = 0.6


@dataclass(frozen=True, slots=True)
class MovementQuality:
    """`sd_rad`: expected error about the long axis. `quality` 0..1: that of a perfect movement over it."""

    sd_rad: float
    quality: float
    text: str


def movement_quality(
    params: MovementQualityParams,
    role: Role,
    rate_rad_s: Floats,
    axis: Floats,
    up: Floats | None,
    turned: Turning | None,
    period_s: float,
) -> MovementQuality | str:
    """Return how good an axis is, or why it cannot serve.

    `rate_rad_s` (n, 3): of the sensor on `role` during leg swings (thigh) or bows (pelvis); `axis` (3,): its principal
    axis; `up` (3,): up in the N-pose, if there was one, all in sensor axes. `turned`: how much both sensors turned.
    """
    sweeps = sweeps_about(rate_rad_s * period_s, axis, params.counts_from)
    largest = max((abs(float(dot3(sweep, axis))) for sweep in sweeps), default=0.0)
    one, many = ("swing", "leg swings") if role is Role.THIGH else ("bow", "bows")
    if largest < params.least_sweep_rad:
        return f"the {many} reached over {math.degrees(largest):.0f}° only; go farther, some 40°"
    if len(sweeps) < params.least_sweeps:
        return f"only one {one} was seen; do three, forward and back"
    other = _share_of_other(role, turned)
    if other > 1.0:
        return _another_movement(role, other)
    elevation, scatter = _directions(params, sweeps, axis, up)
    variance = params.habit_sd_rad**2 + elevation**2 + scatter**2 / len(sweeps)
    sd = math.sqrt(variance)
    text = (
        f"axis of the {role} from {len(sweeps)} half {one}s of up to {math.degrees(largest):.0f}°, "
        f"good to {math.degrees(sd):.0f}°{_advice(params, role, elevation, scatter, other)}"
    )
    return MovementQuality(sd, params.habit_sd_rad / sd, text)


def sweeps_about(turned_rad: Floats, axis: Floats, counts_from: float) -> list[Floats]:
    """Return what was turned in each sweep that counts, (3,) each, all pointing along `axis`.

    `turned_rad` (n, 3) from row to row. A sweep lasts from one change of direction to the next; hesitating on the way
    does not end it.
    """
    along = dot3(turned_rad, axis)
    borders = np.flatnonzero(np.diff(np.where(along >= 0.0, 1, -1))) + 1
    pieces = [(float(dot3(piece, axis)), piece) for piece in (p.sum(axis=0) for p in np.split(turned_rad, borders))]
    largest = max(abs(size) for size, _ in pieces)
    sweeps: list[tuple[float, Floats]] = []
    for size, piece in pieces:
        if abs(size) < _HESITATION * largest or size == 0.0:
            continue
        if sweeps and (sweeps[-1][0] > 0.0) == (size > 0.0):
            sweeps[-1] = (sweeps[-1][0] + size, sweeps[-1][1] + piece)
        else:
            sweeps.append((size, piece))
    largest = max((abs(size) for size, _ in sweeps), default=0.0)
    return [piece if size > 0.0 else -piece for size, piece in sweeps if abs(size) >= counts_from * largest]


def _directions(
    params: MovementQualityParams, sweeps: list[Floats], axis: Floats, up: Floats | None
) -> tuple[float, float]:
    """Return the elevation of the axis and the scatter of the sweeps' azimuths about it, rad."""
    if up is None:
        spread = [float(norm(cross3(axis, sweep)) / norm(sweep)) for sweep in sweeps]
        return params.unseen_rad, math.sqrt(sum(s * s for s in spread) / (2.0 * (len(sweeps) - 1)))
    y = up / norm(up)
    level = axis - y * dot3(y, axis)
    level = level / norm(level)
    across = cross3(y, level)
    azimuths = [math.atan2(float(dot3(sweep, across)), float(dot3(sweep, level))) for sweep in sweeps]
    mean = sum(azimuths) / len(azimuths)
    scatter = math.sqrt(sum((a - mean) ** 2 for a in azimuths) / (len(azimuths) - 1))
    return math.asin(max(-1.0, min(1.0, float(dot3(y, axis) / norm(axis))))), scatter


def _share_of_other(role: Role, turned: Turning | None) -> float:
    if turned is None:
        return 0.0
    own, other = turned.pelvis_rad_s, turned.thigh_rad_s
    if role is Role.THIGH:
        own, other = other, own
    return other / own if own > 0.0 else math.inf


def _another_movement(role: Role, other: float) -> str:
    if role is Role.THIGH:
        return f"the pelvis turned {other:.1f} times as much as the thigh; swing the leg and keep the trunk upright"
    return f"the thigh turned {other:.1f} times as much as the pelvis; bow from the hips with straight knees"


def _advice(params: MovementQualityParams, role: Role, elevation: float, scatter: float, other: float) -> str:
    straight = "swing straight ahead" if role is Role.THIGH else "bow straight ahead"
    if abs(elevation) > 2.0 * params.habit_sd_rad:
        return f"; the axis is tipped by {math.degrees(abs(elevation)):.0f}°: {straight}, toes forward"
    if scatter > 2.0 * params.habit_sd_rad:
        return f"; each sweep went another way, by {math.degrees(scatter):.0f}°: {straight} each time"
    if other > params.most_other:
        return "; keep the trunk still" if role is Role.THIGH else "; keep the knees straight"
    return ""
