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

from dataclasses import dataclass

import numpy as np

from imu_hip.kinematics.joint_angles import dual_axes
from imu_hip.model.block import Floats
from imu_hip.quaternion import about_vertical, conjugate, cross3, dot3, multiply, normalise, rotate

UNKNOWNS = 14
HEADING, RATE, THIGH_AXIAL, PELVIS_AXIAL = range(4)
PELVIS_ACC, THIGH_ACC = slice(4, 7), slice(7, 10)
ADDUCTION_OFF, LEVEL_OFF, LINK_OFF, MAGNETIC_OFF = 10, 11, 12, 13
_Y, _Z = np.eye(3)[1:]


@dataclass(frozen=True, slots=True)
class Mounted:
    """What the zero pose showed of a segment's mounting, in segment axes (3,).

    `up`: the way up then; `about`: the axis about which it is known least.
    """

    up: Floats
    about: Floats


UPRIGHT = Mounted(_Y, _Y)
"""A segment of a person who stood for it."""
STOOD = (UPRIGHT, UPRIGHT)
"""Pelvis and thigh."""


def corrected(
    earth_from_pelvis: Floats, earth_from_thigh: Floats, x: Floats, mounted: tuple[Mounted, Mounted] = STOOD
) -> tuple[Floats, Floats]:
    """Return both segments' orientations (..., 4) in the pelvis' heading with the unknowns `x` (..., 14) taken out."""
    pelvis = _turned(earth_from_pelvis, x[..., PELVIS_AXIAL], x[..., PELVIS_ACC], mounted[0])
    thigh = _turned(earth_from_thigh, x[..., THIGH_AXIAL], x[..., THIGH_ACC], mounted[1])
    return pelvis, multiply(about_vertical(x[..., HEADING]), thigh)


def _turned(earth_from_segment: Floats, axial_rad: Floats, acc: Floats, mounted: Mounted) -> Floats:
    up = rotate(conjugate(earth_from_segment), _Z)
    turn = cross3(up - mounted.up, np.broadcast_to(acc, up.shape)) - axial_rad[..., None] * mounted.about
    small = np.concatenate([np.ones((*turn.shape[:-1], 1)), 0.5 * turn], axis=-1)
    return multiply(earth_from_segment, normalise(small))


def of_angles(pelvis: Floats, thigh: Floats, mounted: tuple[Mounted, Mounted] = STOOD) -> Floats:
    """Return the derivatives (n, 3, 14) of flexion, adduction and rotation of a right hip.

    A small turn e of a segment (in its own axes) changes an angle by g·e.
    `pelvis`, `thigh` (n, 4): segment orientations in one heading.
    """
    pelvis_from_thigh = multiply(conjugate(pelvis), thigh)
    along = dual_axes(pelvis_from_thigh)
    of_thigh = rotate(conjugate(pelvis_from_thigh)[:, None, :], along)
    pelvis_up, thigh_up = (rotate(conjugate(segment), _Z)[:, None, :] for segment in (pelvis, thigh))
    return _of_unknowns(-along, of_thigh, pelvis_up, thigh_up, mounted)


def of_level(pelvis: Floats, mounted: tuple[Mounted, Mounted] = STOOD) -> Floats:
    """Return the derivatives (n, 14) of the elevation of the pelvis' mediolateral axis, `pelvis` (n, 4)."""
    up = rotate(conjugate(pelvis), _Z)
    cosine = np.sqrt(np.maximum(1.0 - up[:, 2:] ** 2, 1e-6))
    turned = cross3(np.broadcast_to(_Z, up.shape), up) / cosine
    return _of_unknowns(turned[:, None, :], np.zeros((len(up), 1, 3)), up[:, None, :], up[:, None, :], mounted)[:, 0]


def _of_unknowns(
    of_pelvis: Floats, of_thigh: Floats, pelvis_up: Floats, thigh_up: Floats, mounted: tuple[Mounted, Mounted]
) -> Floats:
    """Return (n, k, 14) from the answers g (n, k, 3) to small turns of each segment and the ways up (n, 1, 3)."""
    zero = np.zeros(of_thigh.shape[:2])
    axial = [-dot3(g, segment.about) for g, segment in ((of_thigh, mounted[1]), (of_pelvis, mounted[0]))]
    first = np.stack([dot3(of_thigh, thigh_up), zero, *axial], axis=-1)
    by_bias = [
        cross3(g, np.broadcast_to(up - segment.up, g.shape))
        for g, up, segment in ((of_pelvis, pelvis_up, mounted[0]), (of_thigh, thigh_up, mounted[1]))
    ]
    return np.concatenate([first, *by_bias, np.zeros((*of_thigh.shape[:2], 4))], axis=-1)
