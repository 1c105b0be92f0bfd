"""Read sensors' orientations as OpenSense has them, and derive the samples that go with them.

The rate that turns one orientation into the next is exactly theirs. Of the specific force only gravity is known: how a
sensor was shaken along stands in no orientation.

Sources: OpenSim's storage format (`.sto`, a quaternion `w,x,y,z` a cell, ground from sensor) and the names that
OpenSense gives to sensors, `pelvis_imu`, `femur_r_imu`, `femur_l_imu`. Which axis of the ground points up is not in
the file: it is z with most makers (OpenSense turns that by -90° about x), y in files that were turned already.
"""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path

import numpy as np

from imu_hip import quaternion
from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.item import Role
from imu_hip.model.packet import TimedSamples
from imu_hip.model.setup import Side
from imu_hip.session.foreign_csv import LARGEST_TIME_S, NUMBER, STANDARD_GRAVITY_M_S2, refusal, text_of

END_OF_HEADER = "endheader"
_NOT_KNOWN = "nan"
_HOLE_PERIODS = 1.5
"""After a longer step in time the rate of the row is not known: only the mean over the hole is."""
_OFF_UNIT = 0.01
"""Files have some four digits; a quaternion that is further from unit length is none."""


class Up(StrEnum):
    """The axis of the ground that points up."""

    Y = "y"
    Z = "z"


_GRAVITY: dict[Up, Floats] = {
    Up.Y: np.array([0.0, STANDARD_GRAVITY_M_S2, 0.0]),
    Up.Z: np.array([0.0, 0.0, STANDARD_GRAVITY_M_S2]),
}


def read_orientations(path: Path, role: Role, side: Side, up: Up) -> TimedSamples:
    """Return what a gyroscope and gravity would have shown of one sensor; rows of which that is not known are missing.

    Raises UnusableInputError.
    """
    t_s, ground_from_sensor = _rows(path, _name(role, side))
    step_s = np.diff(t_s)
    known = np.isfinite(ground_from_sensor[:, 0])
    follows = np.asarray(known[1:] & known[:-1] & (step_s < _HOLE_PERIODS * float(np.median(step_s))))
    if np.count_nonzero(follows) < 2:
        raise UnusableInputError(Reason.EMPTY, f"{path}: hardly any row has an orientation; at least 3 are needed")
    before, after = ground_from_sensor[:-1][follows], ground_from_sensor[1:][follows]
    gyr = _rotation_vector(quaternion.multiply(quaternion.conjugate(before), after)) / step_s[follows, None]
    acc = quaternion.rotate(quaternion.conjugate(after), np.broadcast_to(_GRAVITY[up], gyr.shape))
    return TimedSamples(t_s[1:][follows], gyr, acc, None)


def _name(role: Role, side: Side) -> str:
    return "pelvis_imu" if role is Role.PELVIS else f"femur_{'l' if side is Side.LEFT else 'r'}_imu"


def _rotation_vector(q: Floats) -> Floats:
    """Return the shortest rotation (n, 3), rad, of unit quaternions (n, 4)."""
    shortest = np.where(q[:, :1] < 0.0, -q, q)
    sine = quaternion.norm(shortest[:, 1:])
    angle_rad = 2.0 * np.arctan2(sine, shortest[:, 0])
    return np.asarray(shortest[:, 1:] * np.where(sine > 0.0, angle_rad / np.maximum(sine, 1e-300), 2.0)[:, None])


def _rows(path: Path, name: str) -> tuple[Floats, Floats]:
    """Return times (n,) and orientations (n, 4), NaN where a cell says so."""
    lines = text_of(path).splitlines()
    end = next((k for k, line in enumerate(lines) if line.strip() == END_OF_HEADER), None)
    if end is None or not any(line.strip() == "DataType=Quaternion" for line in lines[:end]):
        raise UnusableInputError(
            Reason.WRONG_FORMAT, f"{path}: no header with DataType=Quaternion and {END_OF_HEADER}, as OpenSense has it"
        )
    numbered = [(k + 1, line.split("\t")) for k, line in enumerate(lines) if k > end and line.strip()]
    names = [cell.strip() for cell in numbered[0][1]] if numbered else []
    if names[:1] != ["time"] or names.count(name) != 1:
        raise UnusableInputError(
            Reason.WRONG_HEADER,
            f"{path}: its columns are {', '.join(names)[:120] or 'none'}; time and {name} are needed",
        )
    at, times, rows = names.index(name), list[float](), list[list[float]]()
    for line, cells in numbered[1:]:
        if len(cells) != len(names):
            raise refusal(Reason.WRONG_VALUE, path, line, name, f"{len(cells)} cells, but the header has {len(names)}")
        t_s = _number(path, line, "time", cells[0])
        if not abs(t_s) < LARGEST_TIME_S or (times and t_s <= times[-1]):
            raise refusal(
                Reason.WRONG_VALUE, path, line, "time", f"{cells[0].strip()[:40]} is no time after the row before"
            )
        times.append(t_s)
        rows.append(_orientation(path, line, name, cells[at]))
    if len(rows) < 3:
        raise UnusableInputError(Reason.EMPTY, f"{path}: {len(rows)} rows; at least 3 are needed")
    return np.array(times), quaternion.normalise(np.array(rows))


def _orientation(path: Path, line: int, name: str, cell: str) -> list[float]:
    parts = [part.strip() for part in cell.split(",")]
    if len(parts) != 4:
        raise refusal(Reason.WRONG_VALUE, path, line, name, f"{cell.strip()[:40]!r} is no quaternion w,x,y,z")
    if all(part.lower() == _NOT_KNOWN for part in parts):
        return [math.nan] * 4
    values = [_number(path, line, name, part) for part in parts]
    if not abs(math.hypot(*values) - 1.0) < _OFF_UNIT:
        raise refusal(Reason.WRONG_VALUE, path, line, name, f"{cell.strip()[:40]!r} is not of unit length")
    return values


def _number(path: Path, line: int, name: str, text: str) -> float:
    text = text.strip()
    if not NUMBER.fullmatch(text):
        raise refusal(Reason.WRONG_VALUE, path, line, name, f"{text[:40]!r} is not a number")
    return float(text)
