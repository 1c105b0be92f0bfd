"""Neutral pauses as measurements: when the person is told to be in neutral and the sensors do not contradict it.

A prompt is a hint, not an order: the limb must be quiet, the posture must look right to gravity (a wrong heading must
not forbid its own cure, so nothing else is asked), and the rotation must be near neutral for what is known of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.kinematics import heading_filter
from imu_hip.kinematics.heading_filter import HeadingParams, HeadingState
from imu_hip.kinematics.joint_angles import hip_angles
from imu_hip.kinematics.unknowns import ADDUCTION_OFF, HEADING, LEVEL_OFF, corrected, of_angles, of_level
from imu_hip.model.block import Floats
from imu_hip.model.exercise_spec import Posture
from imu_hip.quaternion import rotate
from imu_hip.quaternion_rows import Vector, arc_sine, dot3, length3, quaternion_of, up_in
from imu_hip.quaternion_rows import rotate as rotate_one


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

    neutral_sd_rad: float = math.radians(2.0)
    repeated_sd_rad: float = math.radians(1.5)
    """How well adduction and pelvis come back to where they were in the posture."""
    posture_tolerance_rad: float = math.radians(22.0)
    near_rad: float = math.radians(3.0)
    near_sds: float = 1.5
    near_most_rad: float = math.radians(8.0)
    perhaps_neutral_rad: float = math.radians(15.0)
    """A refused pause that nobody prompted may have been a neutral within this: then neutrals scatter widely."""
    near_prompted_rad: float = math.radians(8.0)
    near_prompted_sds: float = 2.0
    least_adduction_gradient: float = 0.3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a pause was not believed; `rotation_rad` where it was too far from neutral for what is known."""

    why: str
    rotation_rad: float | None = None


def looks_like(params: AnchorParams, template: PostureTemplate, pelvis: Floats, thigh: Floats) -> bool:
    """Tell whether gravity agrees with the posture; `pelvis` and `thigh` (4,) are segment orientations."""
    cosine, elevation = _shown(pelvis, thigh, template.up)
    near_pelvis = math.acos(min(1.0, max(-1.0, cosine))) < params.posture_tolerance_rad
    return near_pelvis and abs(elevation - template.thigh_elevation_rad) < params.posture_tolerance_rad


@compiled
def _shown(pelvis: Floats, thigh: Floats, wanted_up: Vector) -> tuple[float, float]:
    """Return the cosine between the pelvis' way up and the wanted one, and the elevation of the thigh's long axis."""
    up, along = up_in(quaternion_of(pelvis)), rotate_one(quaternion_of(thigh), (0.0, 1.0, 0.0))
    return dot3(up, wanted_up) / length3(wanted_up), arc_sine(along[2])


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

    `pelvis`, `thigh` (4,): segment orientations. `first`: in this posture. A pause that nobody prompted has to be near
    neutral, however little is known: a limb also rests at the end of its range.
    """
    if not looks_like(params, template, pelvis, thigh):
        return state, Refusal("the sensors do not show the posture of this exercise")
    angles, gradients = _seen(state, pelvis, thigh)
    turned = float(angles[2])
    if abs(turned) > _near_rad(params, heading, state, gradients[2], lenient=first or prompted):
        return state, _too_far(turned)
    state, believed = heading_filter.update(heading, state, -turned, gradients[2], params.neutral_sd_rad, is_pause=True)
    if not believed:
        return state, _too_far(turned)
    lying_or_sitting = template.thigh_elevation_rad < math.radians(60.0)
    angles, gradients = _seen(state, pelvis, thigh)
    if lying_or_sitting and abs(float(gradients[1, HEADING])) > params.least_adduction_gradient:
        gradient = gradients[1].copy()
        gradient[ADDUCTION_OFF] = -1.0
        off = template.adduction_rad + float(state.x[ADDUCTION_OFF]) - float(angles[1])
        state, _ = heading_filter.update(heading, state, off, gradient, params.repeated_sd_rad)
    if template.flat:
        level, _ = corrected(pelvis, thigh, state.x, state.mounted)
        gradient = of_level(level, state.mounted)
        gradient[LEVEL_OFF] = -1.0
        raised = math.asin(min(1.0, max(-1.0, float(rotate(level, np.array([0.0, 0.0, 1.0]))[2]))))
        state, _ = heading_filter.update(
            heading, state, float(state.x[LEVEL_OFF]) - raised, gradient, params.repeated_sd_rad
        )
    return state, None


def zeroed(
    heading: HeadingParams, state: HeadingState, pelvis: Floats, thigh: Floats, sd_rad: float, *, is_pause: bool = False
) -> HeadingState:
    """Return the state after rotation was zero without question, within `sd_rad`."""
    angles, gradients = _seen(state, pelvis, thigh)
    state, _ = heading_filter.update(
        heading, state, -float(angles[2]), gradients[2], sd_rad, gated=False, is_pause=is_pause
    )
    return state


def _near_rad(
    params: AnchorParams, heading: HeadingParams, state: HeadingState, gradient: Floats, *, lenient: bool
) -> float:
    """Return how far from neutral a pause may be."""
    variance = heading_filter.spread(state.covariance, gradient)[1]
    sd = math.sqrt(max(0.0, variance * heading_filter.scatter(heading, state)))
    if lenient:
        return params.near_prompted_rad + params.near_prompted_sds * sd
    return min(params.near_rad + params.near_sds * sd, params.near_most_rad)


def _too_far(turned_rad: float) -> Refusal:
    return Refusal(f"the thigh is turned by {math.degrees(abs(turned_rad)):.0f}°, too far from neutral", turned_rad)


def _seen(state: HeadingState, pelvis: Floats, thigh: Floats) -> tuple[Floats, Floats]:
    """Return the angles (3,) and their gradients (3, 14)."""
    both = corrected(pelvis, thigh, state.x, state.mounted)
    return hip_angles(*both), of_angles(*both, state.mounted)
