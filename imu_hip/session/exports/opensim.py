"""OpenSim: orientations of both segments for its IMU tools (.sto), hip angles as a motion of its models (.mot)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from imu_hip import __version__
from imu_hip.model.block import Floats
from imu_hip.model.errors import Reason, UnusableInputError
from imu_hip.model.setup import Side
from imu_hip.quaternion import IDENTITY
from imu_hip.session.exports.contents import Contents
from imu_hip.session.exports.even_grid import rate_of
from imu_hip.session.exports.segments import joint_angles, segments, shown_rows
from imu_hip.session.output_file import create_file, make_durable

ORIENTATIONS = "orientations.sto"
CALIBRATION = "calibration.sto"
MOTION = "hip_angles.mot"

_PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
_HIP = ("hip_flexion", "hip_adduction", "hip_rotation")
_LETTER = {Side.LEFT: "l", Side.RIGHT: "r"}
_MOTION_NOTE = """
Units are S.I. units (second, meters, Newtons, ...)
If the header above contains a line with 'inDegrees', this indicates whether rotational values are in degrees (yes) or \
radians (no).
"""


def write_sto(path: Path, contents: Contents) -> None:
    """Make the folder `path` with the files that OpenSim reads.

    `orientations.sto`: unit quaternions w,x,y,z, ground_from_segment, ground y up, for columns named as OpenSense names
    sensors. `calibration.sto`: the same of the neutral pose, one row. `hip_angles.mot`: degrees, coordinates of
    gait2392 and the models after it (Rajagopal et al. 2016, doi:10.1109/TBME.2016.2586891), whose signs are ours on
    both sides. Rows without angles are left out. Raises UnusableInputError when there are none at all.
    """
    analysis = contents.analysis
    letter = _LETTER[analysis.setup.side]
    found = segments(analysis.angles, analysis.setup.side)
    if not len(found.t_s):
        raise UnusableInputError(
            Reason.EMPTY, f"{path}: the recording has no angles, and OpenSim files hold nothing else; export csv"
        )
    hip_rad = analysis.angles.angles_rad[shown_rows(analysis.angles)]
    pelvis_rad = np.unwrap(joint_angles(found.ground_from_pelvis), axis=0)
    columns = ("pelvis_imu", f"femur_{letter}_imu")
    provenance = [f"imu_hip={__version__}", f"recording_sha256={analysis.recording_sha256}"]
    provenance += [f"result_sha256={analysis.result_sha256}"]
    header = [f"DataRate={rate_of(found.t_s):.6f}", *provenance]
    path.mkdir(mode=0o700)
    orientations = (found.ground_from_pelvis, found.ground_from_thigh)
    _write(path / ORIENTATIONS, _orientations(header, columns, found.t_s, orientations))
    neutral = IDENTITY.reshape(1, 4)
    _write(path / CALIBRATION, _orientations(header, columns, np.zeros(1), (neutral, neutral)))
    names = [*_PELVIS, *(f"{name}_{letter}" for name in _HIP)]
    _write(path / MOTION, _motion(header, names, found.t_s, np.degrees(np.hstack([pelvis_rad, hip_rad]))))


def _orientations(
    header: list[str], columns: Iterable[str], t_s: Floats, quaternions: tuple[Floats, ...]
) -> Iterable[str]:
    yield from (*header, "DataType=Quaternion", "version=3", "OpenSimVersion=4.1", "endheader")
    yield "\t".join(["time", *columns])
    tables = [q.tolist() for q in quaternions]
    for time, *rows in zip(t_s.tolist(), *tables, strict=True):
        yield "\t".join([repr(time), *(",".join(f"{value:.12g}" for value in row) for row in rows)])


def _motion(header: list[str], names: list[str], t_s: Floats, angles_deg: Floats) -> Iterable[str]:
    yield from ("Coordinates", "version=1", f"nRows={len(t_s)}", f"nColumns={1 + len(names)}", "inDegrees=yes")
    yield from (_MOTION_NOTE, *header, "endheader")
    yield "\t".join(["time", *names])
    for time, row in zip(t_s.tolist(), angles_deg.tolist(), strict=True):
        yield "\t".join([repr(time), *(f"{value:.9g}" for value in row)])


def _write(path: Path, lines: Iterable[str]) -> None:
    with create_file(path) as stream:
        stream.write("".join(f"{line}\n" for line in lines).encode())
        make_durable(stream)
