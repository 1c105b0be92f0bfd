"""What the heading filter does not know, what it does to the segments, and how each angle answers to it.

Fourteen unknowns, in this order: relative heading, its rate, axial mounting error of thigh and of pelvis (rad), the
zeros of both accelerometers (shares of gravity, three axes of the pelvis' segment, three of the thigh's), and how far
the person's adduction and pelvis are off what the posture lets expect, how far the heading that the hip centre shows
is off, and how far that which two magnetometers show is off (rad; nothing while they are not used).

Heading turns the thigh about the vertical u. An axial error turns a segment about the axis about which the zero pose
shows least of its mounting: in the N-pose the long axis y, which was up. An accelerometer's zero b turns a segment by
(u - v) x b (in its own axes, u the way up there, v the way up in the zero pose), because gravity levels it wrongly now
and did so in the zero pose, where u was v and the error went into the mounting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imu_hip.compiled import compiled
from imu_hip.kinematics.joint_angles import dual_axes
from imu_hip.model.block import Floats
from imu_hip.quaternion_rows import (
    Quaternion,
    Vector,
    about_vertical,
    as_rows,
    conjugate,
    cross3,
    dot3,
    multiply,
    normalise,
    put,
    quaternion_at,
    rotate,
    scaled,
    subtract,
    up_in,
    vector_of,
)

UNKNOWNS = 14
HEADING, RATE, THIGH_AXIAL, PELVIS_AXIAL = range(4)
PELVIS_ACC, THIGH_ACC = slice(4, 7), slice(7, 10)
ADDUCTION_OFF, LEVEL_OFF, LINK_OFF, MAGNETIC_OFF = 10, 11, 12, 13


@dataclass(frozen=True, slots=True)
class Mounted:
    """What the zero pose showed of a segment's mounting, in segment axes (3,).

    `up`: the way up then; `about`: the axis about which it is known least.
    """

    up: Floats
    about: Floats


UPRIGHT = Mounted(np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0]))
"""A segment of a person who stood for it."""
STOOD = (UPRIGHT, UPRIGHT)
"""Pelvis and thigh."""

_PELVIS_ACC: int = PELVIS_ACC.start
_THIGH_ACC: int = THIGH_ACC.start

Ways = tuple[Vector, Vector, Vector, Vector]
"""`Mounted` of both segments for compiled loops: up and about of the pelvis, up and about of the thigh."""


def mounted_axes(mounted: tuple[Mounted, Mounted]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what a compiled loop takes for `mounted`, and makes `ways` of."""
    pelvis, thigh = mounted
    return pelvis.up, pelvis.about, thigh.up, thigh.about


@compiled
def ways(pelvis_up: Floats, pelvis_about: Floats, thigh_up: Floats, thigh_about: Floats) -> Ways:
    """Return `mounted_axes` as numbers."""
    return vector_of(pelvis_up), vector_of(pelvis_about), vector_of(thigh_up), vector_of(thigh_about)


def corrected(
    earth_from_pelvis: Floats, earth_from_thigh: Floats, x: Floats, mounted: tuple[Mounted, Mounted] = STOOD
) -> tuple[Floats, Floats]:
    """Return both segments' orientations (..., 4) in the pelvis' heading with the unknowns `x` (..., 14) taken out."""
    shape, (pelvis, thigh, xs) = as_rows(earth_from_pelvis, earth_from_thigh, x)
    pelvis, thigh = _corrected_rows(pelvis, thigh, xs, *mounted_axes(mounted))
    return pelvis.reshape(*shape, 4), thigh.reshape(*shape, 4)


@compiled
def _corrected_rows(
    pelvis: Floats,
    thigh: Floats,
    x: Floats,
    pelvis_up: Floats,
    pelvis_about: Floats,
    thigh_up: Floats,
    thigh_about: Floats,
) -> tuple[Floats, Floats]:
    mounted = ways(pelvis_up, pelvis_about, thigh_up, thigh_about)
    pelvis_out, thigh_out = np.empty_like(pelvis), np.empty_like(thigh)
    for k in range(len(x)):
        level, turned = corrected_at(quaternion_at(pelvis, k), quaternion_at(thigh, k), x, k, mounted)
        put(pelvis_out, k, level)
        put(thigh_out, k, turned)
    return pelvis_out, thigh_out


@compiled
def corrected_at(
    pelvis: Quaternion, thigh: Quaternion, x: Floats, k: int, mounted: Ways
) -> tuple[Quaternion, Quaternion]:
    """Return both segments' orientations in the pelvis' heading with the unknowns of row k of `x` taken out."""
    level = _turned(pelvis, x[k, PELVIS_AXIAL], _acc_at(x, k, _PELVIS_ACC), mounted[0], mounted[1])
    turned = _turned(thigh, x[k, THIGH_AXIAL], _acc_at(x, k, _THIGH_ACC), mounted[2], mounted[3])
    return level, multiply(about_vertical(x[k, HEADING]), turned)


@compiled
def _acc_at(x: Floats, k: int, first: int) -> Vector:
    return x[k, first], x[k, first + 1], x[k, first + 2]


@compiled
def _turned(earth_from_segment: Quaternion, axial_rad: float, acc: Vector, up: Vector, about: Vector) -> Quaternion:
    by_acc = cross3(subtract(up_in(earth_from_segment), up), acc)
    turn = scaled(0.5, subtract(by_acc, scaled(axial_rad, about)))
    return multiply(earth_from_segment, normalise((1.0, turn[0], turn[1], turn[2])))


def of_angles(pelvis: Floats, thigh: Floats, mounted: tuple[Mounted, Mounted] = STOOD) -> Floats:
    """Return the derivatives (..., 3, 14) of flexion, adduction and rotation of a right hip.

    A small turn e of a segment (in its own axes) changes an angle by g·e.
    `pelvis`, `thigh` (..., 4): segment orientations in one heading.
    """
    shape, (pelvis, thigh) = as_rows(pelvis, thigh)
    return _of_angles_rows(pelvis, thigh, *mounted_axes(mounted)).reshape(*shape, 3, UNKNOWNS)


@compiled
def _of_angles_rows(
    pelvis: Floats, thigh: Floats, pelvis_up: Floats, pelvis_about: Floats, thigh_up: Floats, thigh_about: Floats
) -> Floats:
    mounted = ways(pelvis_up, pelvis_about, thigh_up, thigh_about)
    out = np.zeros((len(pelvis), 3, UNKNOWNS))
    for k in range(len(pelvis)):
        put_gradients(out[k], quaternion_at(pelvis, k), quaternion_at(thigh, k), mounted)
    return out


@compiled
def put_gradients(out: Floats, pelvis: Quaternion, thigh: Quaternion, mounted: Ways) -> None:
    """Write the derivatives of the three angles into `out` (3, 14), which is zero; what `of_angles` says of one row."""
    pelvis_from_thigh = multiply(conjugate(pelvis), thigh)
    thigh_from_pelvis = conjugate(pelvis_from_thigh)
    pelvis_up, thigh_up = up_in(pelvis), up_in(thigh)
    for angle, along in enumerate(dual_axes(pelvis_from_thigh)):
        of_pelvis, of_thigh = scaled(-1.0, along), rotate(thigh_from_pelvis, along)
        out[angle, HEADING] = dot3(of_thigh, thigh_up)
        _put_own(out, angle, PELVIS_AXIAL, _PELVIS_ACC, of_pelvis, pelvis_up, mounted[0], mounted[1])
        _put_own(out, angle, THIGH_AXIAL, _THIGH_ACC, of_thigh, thigh_up, mounted[2], mounted[3])


@compiled
def _put_own(
    out: Floats, angle: int, axial: int, acc: int, g: Vector, up: Vector, mounted_up: Vector, about: Vector
) -> None:
    """Write what a segment's own unknowns (axial error, accelerometer's zero) do to an angle that answers by g."""
    out[angle, axial] = -dot3(g, about)
    out[angle, acc], out[angle, acc + 1], out[angle, acc + 2] = cross3(g, subtract(up, mounted_up))


def of_level(pelvis: Floats, mounted: tuple[Mounted, Mounted] = STOOD) -> Floats:
    """Return the derivatives (..., 14) of the elevation of the pelvis' mediolateral axis, `pelvis` (..., 4)."""
    shape, (rows,) = as_rows(pelvis)
    return _of_level_rows(rows, mounted[0].up, mounted[0].about).reshape(*shape, UNKNOWNS)


@compiled
def _of_level_rows(pelvis: Floats, mounted_up: Floats, about: Floats) -> Floats:
    out = np.zeros((len(pelvis), UNKNOWNS))
    for k in range(len(pelvis)):
        up = up_in(quaternion_at(pelvis, k))
        cosine = math.sqrt(max(1.0 - up[2] * up[2], 1e-6))
        turned = scaled(1.0 / cosine, cross3((0.0, 0.0, 1.0), up))
        _put_own(out, k, PELVIS_AXIAL, _PELVIS_ACC, turned, up, vector_of(mounted_up), vector_of(about))
    return out
