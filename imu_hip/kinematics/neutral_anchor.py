"""Neutral pauses as measurements: when the person is told to be in neutral and the sensors do not contradict it.

A prompt is a hint, not an order: the limb must be quiet, the posture must look right to gravity (a wrong heading must
not forbid its own cure, so nothing else is asked), and the rotation must be near neutral for what is known of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Posture
from imu_hip.quaternion import conjugate, dot3, rotate


@dataclass(frozen=True, slots=True)
class PostureTemplate:
    """How a posture looks: `up` (3,) in pelvis axes, elevation of the thigh's long axis, anatomical adduction.

    `flat`: lying level.
    """

    up: tuple[float, float, float]
    thigh_elevation_rad: float
    adduction_rad: float
    flat: bool


TEMPLATES: dict[Posture, PostureTemplate] = {
    Posture.SUPINE: PostureTemplate((1.0, 0.0, 0.0), math.radians(-45.0), 0.0, True),
    Posture.PRONE: PostureTemplate((-1.0, 0.0, 0.0), 0.0, 0.0, True),
    Posture.LONG_SITTING: PostureTemplate((0.17, 0.985, 0.0), 0.0, math.radians(-5.0), False),
    Posture.SEATED: PostureTemplate((0.17, 0.985, 0.0), 0.0, math.radians(-5.0), False),
    Posture.SIDE_LYING: PostureTemplate((0.0, 0.0, 1.0), 0.0, math.radians(5.0), False),
    Posture.STANDING: PostureTemplate((0.0, 1.0, 0.0), math.radians(90.0), 0.0, False),
    Posture.HINGE: PostureTemplate((0.0, 1.0, 0.0), math.radians(90.0), 0.0, False),
}


@dataclass(frozen=True, slots=True)
class AnchorParams:
    """Trust in each statement (sd) and the gates before it is made."""

    neutral_sd_rad: float = math.radians(3.5)
    adduction_sd_rad: float = math.radians(6.0)
    flat_sd_rad: float = math.radians(3.0)
    posture_tolerance_rad: float = math.radians(22.0)
    near_rad: float = math.radians(3.0)
    near_first_rad: float = math.radians(8.0)
    near_unprompted_rad: float = math.radians(8.0)
    near_sds: float = 1.5
    near_first_sds: float = 2.0
    least_adduction_gradient: float = 0.3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a pause was not believed; `rotation_rad` where it was too far from neutral for what is known."""

    why: str
    rotation_rad: float | None = None


def rotation(pelvis: Floats, thigh: Floats) -> Floats:
    """Return internal rotation of a right hip, rad (n,)."""
    return hip_angles(pelvis, thigh)[:, 2]


def adduction(pelvis: Floats, thigh: Floats) -> Floats:
    """Return adduction of a right hip, rad (n,)."""
    return hip_angles(pelvis, thigh)[:, 1]


def level(pelvis: Floats, thigh: Floats) -> Floats:
    """Return the elevation of the pelvis' mediolateral axis, rad (n,); zero when it lies or stands level."""
    return np.arcsin(np.clip(rotate(pelvis, np.array([0.0, 0.0, 1.0]))[..., 2], -1.0, 1.0))


def looks_like(params: AnchorParams, template: PostureTemplate, pelvis: Floats, thigh: Floats) -> bool:
    """Tell whether gravity agrees with the posture; `pelvis` and `thigh` (4,) are segment orientations."""
    up = rotate(conjugate(pelvis), np.array([0.0, 0.0, 1.0]))
    wanted = np.array(template.up)
    cosine = float(dot3(up, wanted)) / float(np.sqrt(dot3(wanted, wanted)))
    elevation = math.asin(min(1.0, max(-1.0, float(rotate(thigh, np.array([0.0, 1.0, 0.0]))[2]))))
    near_pelvis = math.acos(min(1.0, max(-1.0, cosine))) < params.posture_tolerance_rad
    return near_pelvis and abs(elevation - template.thigh_elevation_rad) < params.posture_tolerance_rad


def anchor(
    params: AnchorParams,
    heading: HeadingParams,
    state: HeadingState,
    template: PostureTemplate,
    pelvis: Floats,
    thigh: Floats,
    *,
    first: bool,
    prompted: bool = True,
) -> tuple[HeadingState, Refusal | None]:
    """Take a neutral pause in; return the new state and None, or the old one and why the pause was not believed.

    `first` in the posture may be farther from zero: there the mounting errors show. One that nobody prompted may not be
    far, however little is known: a limb also rests at the end of its range.
    """
    if not looks_like(params, template, pelvis, thigh):
        return state, Refusal("the sensors do not show the posture of this exercise")
    value, gradient = heading_filter.linearised(heading, state.x, pelvis, thigh, rotation)
    sd = math.sqrt(max(0.0, float(((state.covariance * gradient[None, :]).sum(axis=1) * gradient).sum())))
    floor, sds = (params.near_first_rad, params.near_first_sds) if first else (params.near_rad, params.near_sds)
    near_rad = floor + sds * sd
    if not (first or prompted):
        near_rad = min(near_rad, params.near_unprompted_rad)
    believed = abs(value) <= near_rad
    if believed:
        state, believed = heading_filter.update(heading, state, pelvis, thigh, rotation, 0.0, params.neutral_sd_rad)
    if not believed:
        why = f"the thigh is turned by {math.degrees(abs(value)):.0f}°, too far from neutral"
        return state, Refusal(why, value)
    _, gradient = heading_filter.linearised(heading, state.x, pelvis, thigh, adduction)
    lying_or_sitting = template.thigh_elevation_rad < math.radians(60.0)
    if lying_or_sitting and abs(float(gradient[0])) > params.least_adduction_gradient:
        state, _ = heading_filter.update(
            heading, state, pelvis, thigh, adduction, template.adduction_rad, params.adduction_sd_rad
        )
    if template.flat:
        state, _ = heading_filter.update(heading, state, pelvis, thigh, level, 0.0, params.flat_sd_rad)
    return state, None
