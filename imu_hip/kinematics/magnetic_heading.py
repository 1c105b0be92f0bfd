"""The relative heading that two magnetometers show, while their field is the one they were calibrated in.

Opt-in: indoors the field bends around steel, most of all near the floor, and then says nothing. What counts is not how
strong the field is but whether it is still the field of the N-pose: its norm and its dip must agree with what each
sensor read there. Only the difference of both headings is used, and only its change since the N-pose, so that hard
iron and a field that differs between pelvis and knee cancel as far as they stay the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.model.block import Floats
from imu_hip.quaternion import norm, wrap_angle


@dataclass(frozen=True, slots=True)
class MagneticParams:
    """When the field is believed, and how well.

    Norm (share) and dip may differ from the N-pose's by `norm_share` and `dip_rad`, without a break for `settled_s`;
    at least `least_horizontal_ut` must be level, and the N-pose's own readings may not scatter by more than half of
    that. Then one measurement every `every_s`, with `sd_rad`: hard iron and a bent field turn with the person, so
    that measurements close together would repeat one error.
    """

    norm_share: float = 0.08
    dip_rad: float = math.radians(6.0)
    settled_s: float = 2.0
    least_horizontal_ut: float = 8.0
    every_s: float = 5.0
    sd_rad: float = math.radians(10.0)


@dataclass(frozen=True, slots=True)
class MagneticReference:
    """The field in the N-pose, of pelvis and thigh sensor: norm (2,) in µT, dip (2,) in rad.

    `offset_rad`: what is to be added to the difference of the magnetic headings to get the relative heading.
    """

    norm_ut: Floats
    dip_rad: Floats
    offset_rad: float


@dataclass(frozen=True, slots=True)
class MagneticState:
    """`agreed_since_s`: since when the field agrees without a break; `next_s`: when it may be asked again."""

    reference: MagneticReference | None = None
    agreed_since_s: float | None = None
    next_s: float = -math.inf


def reference(
    params: MagneticParams, pelvis_ut: Floats, thigh_ut: Floats, heading_rad: float
) -> MagneticReference | str:
    """Return the field of an N-pose, or why it cannot serve.

    `pelvis_ut`, `thigh_ut` (n, 3): readings turned into each sensor's own earth frame. `heading_rad`: the relative
    heading there.
    """
    means = np.stack([np.mean(field, axis=0) for field in (pelvis_ut, thigh_ut)])
    scatter = max(float(np.max(np.std(field, axis=0))) for field in (pelvis_ut, thigh_ut))
    if float(np.min(np.hypot(means[:, 0], means[:, 1]))) < params.least_horizontal_ut:
        return "the magnetic field where you stood has no direction: stand away from steel and speakers"
    if scatter > 0.5 * params.least_horizontal_ut:
        return "the magnetic field changed while you stood still: stand away from motors and speakers"
    offset = wrap_angle(heading_rad - _difference(means[0], means[1]))
    return MagneticReference(norm(means), _dip(means), float(offset))


def agrees(params: MagneticParams, found: MagneticReference, pelvis_ut: Floats, thigh_ut: Floats) -> bool:
    """Tell whether the field (3,) each sensor reads now, in its earth frame, is still that of the N-pose."""
    now = np.stack([pelvis_ut, thigh_ut])
    strong = np.abs(norm(now) / found.norm_ut - 1.0) <= params.norm_share
    steep = np.abs(_dip(now) - found.dip_rad) <= params.dip_rad
    return bool(np.all(strong & steep))


def relative_heading(found: MagneticReference, pelvis_ut: Floats, thigh_ut: Floats) -> float:
    """Return the heading (rad) that turns the thigh's earth frame into the pelvis', from the fields (3,) in both."""
    return float(wrap_angle(_difference(pelvis_ut, thigh_ut) + found.offset_rad))


def _difference(pelvis_ut: Floats, thigh_ut: Floats) -> float:
    return math.atan2(float(pelvis_ut[1]), float(pelvis_ut[0])) - math.atan2(float(thigh_ut[1]), float(thigh_ut[0]))


def _dip(field_ut: Floats) -> Floats:
    """Return how steeply each field (..., 3) points down, rad (...)."""
    return np.arctan2(-field_ut[..., 2], np.hypot(field_ut[..., 0], field_ut[..., 1]))
