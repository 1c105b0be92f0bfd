"""OpenSim: orientations of pelvis and thigh (`.sto`) and hip angles (`.mot`), as text.

Ground is y up and has an arbitrary heading; a segment's axes are those of OpenSim's bodies (x forward, y up, z right),
so that the rotation from sensor to OpenSim is none. Of what is not known the rows are missing.

Sources: OpenSim's file formats `.sto` and `.mot`; the coordinates `hip_*` of the gait2392 and Rajagopal models, in
which internal rotation, adduction and flexion are positive on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from imu_hip import quaternion
from imu_hip.model.block import AngleBlock, Floats
from imu_hip.model.setup import Side
from imu_hip.session.exports.contents import Contents, angle_columns

_X, _Y, _Z = np.eye(3)
_LETTER = {Side.LEFT: "l", Side.RIGHT: "r"}


def orientations_text(contents: Contents) -> str:
    """Return the table of orientations: a quaternion `w,x,y,z` a cell, ground_from_segment."""
    return _orientations(contents, *ground_orientations(contents))


def calibration_text(contents: Contents) -> str:
    """Return the same table for the neutral pose, in which OpenSim puts the sensors on its model: one row."""
    neutral = quaternion.IDENTITY.reshape(1, 4)
    return _orientations(contents, np.zeros(1), neutral, neutral)


def _orientations(contents: Contents, t_s: Floats, pelvis: Floats, thigh: Floats) -> str:
    head = [
        f"DataRate={contents.rate_hz:.6f}",
        "DataType=Quaternion",
        "version=3",
        "OpenSimVersion=4.5",
        "endheader",
        f"time\tpelvis_imu\tfemur_{_LETTER[contents.analysis.setup.side]}_imu",
    ]
    cells = (_quaternions(pelvis), _quaternions(thigh))
    return _text(head, (f"{t!r}\t{p}\t{q}" for t, p, q in zip(t_s.tolist(), *cells, strict=True)))


def angles_text(contents: Contents) -> str:
    """Return the table of hip angles in degrees."""
    letter = _LETTER[contents.analysis.setup.side]
    columns = angle_columns(contents)
    table = np.column_stack([columns[f"{name}_deg"] for name in ("flexion", "adduction", "internal_rotation")])
    known = ~np.isnan(table).any(axis=1)
    rows = np.column_stack([contents.t_s, table])[known]
    names = ("time", f"hip_flexion_{letter}", f"hip_adduction_{letter}", f"hip_rotation_{letter}")
    head = [
        "hip_angles",
        "version=1",
        f"nRows={len(rows)}",
        f"nColumns={rows.shape[1]}",
        "inDegrees=yes",
        "endheader",
        "\t".join(names),
    ]
    return _text(head, ("\t".join(map(repr, row)) for row in rows.tolist()))


def ground_orientations(contents: Contents) -> tuple[Floats, Floats, Floats]:
    """Return times (n,) and ground_from_pelvis, ground_from_thigh (n, 4) of the rows that are known.

    The left side is the mirror image of the right: rotations about the forward and the upward axis change their sign.
    """
    rows, setup = contents.analysis.angles, contents.analysis.setup
    known = rows.valid & rows.on_sample & np.isfinite(rows.pelvis_yaw_rad)
    pelvis, thigh = _right(rows, known)
    if setup.side is Side.LEFT:
        pelvis, thigh = (q * np.array([1.0, -1.0, -1.0, 1.0]) for q in (pelvis, thigh))
    return rows.t_s[known], pelvis, thigh


def _right(rows: AngleBlock, known: np.ndarray) -> tuple[Floats, Floats]:
    """Return ground_from_pelvis and ground_from_thigh of a right hip, from tilt, list and turn and the hip's angles."""
    tilt, list_, yaw = (values[known] for values in (rows.pelvis_tilt_rad, rows.pelvis_list_rad, rows.pelvis_yaw_rad))
    flexion, adduction, rotation = rows.angles_rad[known].T
    pelvis = _pelvis(tilt, list_, yaw)
    return pelvis, quaternion.multiply(pelvis, _chain((_Z, flexion), (_X, adduction), (_Y, rotation)))


def _pelvis(tilt_rad: Floats, list_rad: Floats, turn_rad: Floats) -> Floats:
    """Return ground_from_pelvis (n, 4): inclined by the shortest way, then with the heading that belongs to that.

    `turn_rad` is what the pelvis turned about the vertical, which is no angle of a fixed order: a pelvis that only tips
    one way and then another comes back turned. No pose a person can do is singular here.
    """
    flat = np.cos(list_rad)
    up = np.column_stack([-np.sin(tilt_rad) * flat, np.cos(tilt_rad) * flat, np.sin(list_rad)])
    heading = np.zeros(len(turn_rad))
    heading[1:] = np.cumsum(np.diff(turn_rad) + _carried(up))
    upright = np.column_stack([np.maximum(1.0 + up[:, 1], 1e-12), -up[:, 2], np.zeros(len(up)), up[:, 0]])
    return quaternion.multiply(_chain((_Y, heading)), quaternion.normalise(upright))


def _carried(up: Floats) -> Floats:
    """Return by how much the heading of the shortest way changes between rows (n - 1,) though nothing turns.

    The solid angle of the triangle of y and both verticals (van Oosterom & Strackee 1983,
    doi:10.1109/TBME.1983.325207).
    """
    one, other = up[:-1], up[1:]
    volume = one[:, 0] * other[:, 2] - one[:, 2] * other[:, 0]
    return np.asarray(2.0 * np.arctan2(volume, 1.0 + (one * other).sum(axis=1) + one[:, 1] + other[:, 1]))


def _chain(*turns: tuple[Floats, Floats]) -> Floats:
    """Return rotations one after the other, each about an axis of what the one before has turned, (n, 4)."""
    first, *others = (quaternion.from_axis_angle(np.broadcast_to(axis, (len(by), 3)), by) for axis, by in turns)
    for other in others:
        first = quaternion.multiply(first, other)
    return first


def _quaternions(rows: Floats) -> list[str]:
    return [",".join(map(repr, row)) for row in rows.tolist()]


def _text(head: Iterable[str], rows: Iterable[str]) -> str:
    return "\n".join([*head, *rows]) + "\n"


def write_orientations(path: Path, contents: Contents) -> None:
    """Write the `.sto` into an empty file."""
    path.write_text(orientations_text(contents), "utf-8")


def write_calibration(path: Path, contents: Contents) -> None:
    """Write the `.sto` of the neutral pose into an empty file."""
    path.write_text(calibration_text(contents), "utf-8")


def write_angles(path: Path, contents: Contents) -> None:
    """Write the `.mot` into an empty file."""
    path.write_text(angles_text(contents), "utf-8")
